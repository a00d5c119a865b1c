"""What every deed needs: the database, the notices, the keys to personal data, and the clock."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

from app.collector.signature import BadSignature
from app.contract.person import PersonForm
from app.packs.shelf import Shelf
from app.rules.quoting import quote
from app.storage.books import Books
from app.storage.database import Database, StorageUnavailable
from app.storage.personal import Vault

__all__ = [
    "COLLECTOR",
    "OPERATOR",
    "SYSTEM",
    "BadSignature",
    "Office",
    "Refused",
    "StorageUnavailable",
    "business_day",
    "moment",
]

SHANGHAI = timezone(timedelta(hours=8))  # since 1991 without daylight saving; no payment is older
COLLECTOR, SYSTEM, OPERATOR = "collector", "system", "operator"  # who acts, where it is not a client (audit.py)


@dataclass(frozen=True)
class Office:
    database: Database
    shelf: Shelf
    vault: Vault
    today: Callable[[], date]
    webhook_keys: Sequence[bytes]
    development_key: str | None = None

    def now(self) -> int:
        """Microseconds since 1970."""
        return time.time_ns() // 1000

    @contextmanager
    def deed(self) -> Iterator[Books]:
        """One transaction and what it writes down; committed when the block ends, or nothing of it."""
        with self.database.transaction() as connection:
            books = Books(connection, self.vault, self.now())
            yield books
            books.write()

    def quote_for(self, facts: dict[str, Any], region: str, year: int, day: date) -> dict[str, Any]:
        """What a registered person would be quoted on `day`, from the facts as they were registered."""
        compiled = self.shelf.find(region, year)
        person = PersonForm.model_validate(facts, strict=False).person()
        return quote(compiled, person, day).answer()


class Refused(Exception):  # noqa: N818 - an answer, not a failure
    """A deed that is not done; `code` is the contract's, `more` goes into the problem beside it."""

    def __init__(
        self, code: str, detail: str | None = None, errors: list[tuple[str, str]] | None = None, **more: Any
    ) -> None:
        super().__init__(code)
        self.code, self.detail, self.errors, self.more = code, detail, errors, more


def moment(microseconds: int) -> str:
    """RFC 3339 in Shanghai."""
    return datetime.fromtimestamp(microseconds / 1_000_000, SHANGHAI).isoformat()


def business_day(microseconds: int) -> date:
    """The day in Shanghai on which something happened."""
    return datetime.fromtimestamp(microseconds / 1_000_000, SHANGHAI).date()
