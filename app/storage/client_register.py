"""Clients: other programs with a key, scopes and regions. Only a hash of the key is kept."""

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select, update

from app.storage.ids import uuid7
from app.storage.tables import clients

SCOPES = ("enroll", "read", "clerk", "admin")
_BY_HASH = select(clients).where(clients.c.key_hash == bindparam("h"), clients.c.revoked_at.is_(None))


@dataclass(frozen=True, slots=True)
class Client:
    """`regions` are prefixes of division codes; an empty one stands for all."""

    id: str
    name: str
    scopes: frozenset[str]
    regions: tuple[str, ...]

    def may(self, scope: str) -> bool:
        return scope in self.scopes

    def reaches(self, region: str) -> bool:
        return any(region.startswith(prefix) for prefix in self.regions)


def hash_of(key: str) -> str:
    """Keys are random and long, so a plain hash can't be guessed back."""
    return hashlib.sha256(key.encode()).hexdigest()


def by_key(connection: Connection, key: str) -> Client | None:
    row = connection.execute(_BY_HASH, {"h": hash_of(key)}).mappings().first()
    if row is None:
        return None
    return Client(row["id"], row["name"], frozenset(row["scopes"].split(",")), tuple(row["regions"].split(",")))


def add(connection: Connection, name: str, scopes: list[str], regions: list[str], now: int) -> tuple[str, str]:
    """The new client's id, and its key, which is shown this once."""
    id, key = uuid7(), "ck_" + secrets.token_urlsafe(32)
    row = {"id": id, "name": name, "key_hash": hash_of(key), "created_at": now}
    connection.execute(insert(clients), row | {"scopes": ",".join(scopes), "regions": ",".join(regions)})
    return id, key


def revoke(connection: Connection, id: str, now: int) -> bool:
    """False where there is no such client, or it has been revoked before."""
    statement = update(clients).where(clients.c.id == id, clients.c.revoked_at.is_(None))
    return connection.execute(statement.values(revoked_at=now)).rowcount == 1


def all_clients(connection: Connection) -> list[dict[str, object]]:
    """Everything about them but the keys."""
    columns = [c for c in clients.c if c.name != "key_hash"]
    return [dict(row) for row in connection.execute(select(*columns).order_by(clients.c.id)).mappings()]
