"""Clients: other programs with a key, scopes and regions. Only a hash of the key is kept."""

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, and_, bindparam, insert, or_, select, update

from app.storage.ids import uuid7
from app.storage.tables import clients

SCOPES = ("enroll", "read", "clerk", "admin")
_c = clients.c
_RIGHT = or_(_c.key_hash == bindparam("h"), and_(_c.former_hash == bindparam("h"), _c.former_until > bindparam("now")))
_BY_HASH = select(clients).where(_RIGHT, _c.revoked_at.is_(None))


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


def by_key(connection: Connection, key: str, now: int) -> Client | None:
    """The client with this key, or with it until a while ago; `now` in microseconds."""
    row = connection.execute(_BY_HASH, {"h": hash_of(key), "now": now}).mappings().first()
    if row is None:
        return None
    return Client(row["id"], row["name"], frozenset(row["scopes"].split(",")), tuple(row["regions"].split(",")))


def add(connection: Connection, name: str, scopes: list[str], regions: list[str], now: int) -> tuple[str, str]:
    """The new client's id, and its key, which is shown this once."""
    id, key = uuid7(), _new_key()
    row = {"id": id, "name": name, "key_hash": hash_of(key), "created_at": now}
    connection.execute(insert(clients), row | {"scopes": ",".join(scopes), "regions": ",".join(regions)})
    return id, key


def revoke(connection: Connection, id: str, now: int) -> bool:
    """False where there is no such client, or it has been revoked before."""
    statement = update(clients).where(clients.c.id == id, clients.c.revoked_at.is_(None))
    return connection.execute(statement.values(revoked_at=now)).rowcount == 1


def rotate(connection: Connection, id: str, until: int) -> str | None:
    """A new key, shown this once; the one before it is good `until` then. None where there is no such client."""
    key = _new_key()
    statement = update(clients).where(_c.id == id, _c.revoked_at.is_(None))
    changed = connection.execute(statement.values(former_hash=_c.key_hash, former_until=until, key_hash=hash_of(key)))
    return key if changed.rowcount == 1 else None


def _new_key() -> str:
    return "ck_" + secrets.token_urlsafe(32)


def all_clients(connection: Connection) -> list[dict[str, object]]:
    """Everything about them but the keys."""
    columns = [c for c in clients.c if c.name not in ("key_hash", "former_hash")]
    return [dict(row) for row in connection.execute(select(*columns).order_by(clients.c.id)).mappings()]
