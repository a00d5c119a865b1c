"""Whose key is it?"""

from app.storage.client_register import SCOPES, Client, by_key
from app.workflows.office import Office

__all__ = ["Client", "know_client"]

_EVERYTHING = Client("development", "development", frozenset(SCOPES), ("",))


def know_client(office: Office, key: str) -> Client | None:
    """The client with this key. The development key opens everything, where there is one."""
    if office.development_key is not None and key == office.development_key:
        return _EVERYTHING
    with office.database.reading() as connection:
        return by_key(connection, key, office.now())
