"""A service of its own for the state machine: a clock that can be moved, and a database emptied for each example."""

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete

from app.collector.signature import sign
from app.settings import Settings
from app.storage.database import Database, open_database
from app.storage.ledger_register import unbalanced
from app.storage.schema import migrate
from app.storage.tables import metadata
from tests.conftest import Running, settings_for
from tests.state.made_up import KEY

_BEARER = {"authorization": "Bearer dev-key"}


@dataclass(frozen=True)
class Answer:
    """As it came, byte for byte."""

    status: int
    location: str | None
    body: bytes

    @cached_property
    def said(self) -> Any:
        return json.loads(self.body)

    @property
    def outcome(self) -> tuple[int, str]:
        """A status and a problem's code."""
        return self.status, str(self.said.get("code"))


@dataclass
class World:
    """Asked over one plain connection: thousands of small questions cost a third of what they do with httpx."""

    connection: http.client.HTTPConnection
    settings: Settings
    database: Database

    def get(self, path: str) -> Any:
        return self._ask("GET", path, None, _BEARER).said

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._ask("POST", path, json.dumps(body).encode() if body else None, _BEARER | named)

    def call_back(self, raw: bytes, message: str) -> Answer:
        """As the tax bureau's system, which has no key: it signs."""
        now = int(time.time())
        stamped = {"webhook-id": message, "webhook-timestamp": str(now)}
        return self._ask(
            "POST", "/v1/tax/callbacks", raw, stamped | {"webhook-signature": sign(KEY, message, now, raw)}
        )

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        self.connection.request(method, path, body, headers | {"content-type": "application/json"})
        answer = self.connection.getresponse()
        return Answer(answer.status, answer.headers["location"], answer.read())

    def unbalanced(self) -> list[Any]:
        """What `canbao ledger verify` finds."""
        with self.database.reading() as connection:
            return list(unbalanced(connection))

    def empty(self) -> None:
        with self.database.transaction() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(delete(table))


@contextmanager
def new_world(database_url: str) -> Iterator[World]:
    """The service, running, on an empty database."""
    settings = settings_for(database_url)
    with closing(open_database(database_url)) as database:
        migrate(database)
        with Running(settings) as base, closing(http.client.HTTPConnection(urlsplit(base).netloc, timeout=30)) as door:
            yield World(door, settings, database)
