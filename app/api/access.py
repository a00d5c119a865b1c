"""Who asks: a key in `Authorization: Bearer …`, with scopes and regions."""

from collections.abc import Callable

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from app.api.problems import Refusal
from app.storage.client_register import SCOPES, Client, by_key
from app.storage.database import Database

Find = Callable[[str], Client | None]


def known_clients(database: Database, development_key: str | None) -> Find:
    """Finds a client by its key. The development key opens everything, where there is one."""
    everything = Client("development", "development", frozenset(SCOPES), ("",))

    def find(key: str) -> Client | None:
        if development_key is not None and key == development_key:
            return everything
        with database.reading() as connection:
            return by_key(connection, key)

    return find


class Access:
    """Checks a request's key; routes call it first."""

    def __init__(self, find: Find) -> None:
        self._find = find

    async def client(self, request: Request, scope: str) -> Client:
        """The client that asks; raises Refusal with 401 or, outside its scopes, 403."""
        kind, _, key = request.headers.get("authorization", "").partition(" ")
        client = await run_in_threadpool(self._find, key) if kind.lower() == "bearer" and key else None
        if client is None:
            raise Refusal("unauthorized")
        if not client.may(scope):
            raise Refusal("forbidden")
        return client


def within(client: Client, region: str) -> None:
    """Raises Refusal where the region is not the client's."""
    if not client.reaches(region):
        raise Refusal("forbidden")
