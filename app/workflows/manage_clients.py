"""Clients are added, revoked and given new keys by whoever runs the service; each of it is on record."""

from typing import Any

from app.storage import client_register as register
from app.workflows.office import OPERATOR, Office, Refused

SCOPES = register.SCOPES
_NO_REGION = "-"  # the chain of records that belong to no region


def add_client(office: Office, name: str, scopes: list[str], regions: list[str]) -> tuple[str, str]:
    """The new client's id, and its key, which is shown this once."""
    with office.deed() as books:
        id, key = register.add(books.connection, name, scopes, regions, books.now)
        books.audit(_NO_REGION, OPERATOR, "client_added", client=id, scopes=scopes, regions=regions)
    return id, key


def revoke_client(office: Office, id: str) -> None:
    """Raises Refused where there is no such client, or it has been revoked before."""
    with office.deed() as books:
        if not register.revoke(books.connection, id, books.now):
            raise Refused("client_not_found")
        books.audit(_NO_REGION, OPERATOR, "client_revoked", client=id)


def rotate_client(office: Office, id: str, overlap_hours: float) -> str:
    """A new key; the one before it is good for `overlap_hours` more, so that nobody is locked out while it is changed.

    Raises Refused where there is no such client.
    """
    with office.deed() as books:
        until = books.now + int(overlap_hours * 3_600_000_000)
        key = register.rotate(books.connection, id, until)
        if key is None:
            raise Refused("client_not_found")
        books.audit(_NO_REGION, OPERATOR, "client_rotated", client=id, overlap_hours=overlap_hours)
    return key


def list_clients(office: Office) -> list[dict[str, Any]]:
    """Everything about them but the keys."""
    with office.database.reading() as connection:
        return register.all_clients(connection)
