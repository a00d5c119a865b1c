"""What a deed writes down at its end: events taken in, postings, audit records. Collected first, then written together.

A batch of payment events so costs a handful of statements, and the audit chain is locked for as short as can be.
"""

from typing import Any

from sqlalchemy import Connection

from app.enrollment.audit import Record
from app.enrollment.ledger import Posting
from app.storage import audit_register, enrollment_register
from app.storage.ids import new_id
from app.storage.many import write_all
from app.storage.personal import Vault
from app.storage.tables import audit, entries, inbox, postings

_ABOUT = {"coverage_year": None, "enrollment_id": None, "event_id": None}


class Collided(Exception):  # noqa: N818 - the whole deed is done again
    """Another transaction has taken in one of the same events in the meantime."""


class Books:
    """`now` is the deed's time in microseconds since 1970."""

    def __init__(self, connection: Connection, vault: Vault, now: int) -> None:
        self.connection, self.now = connection, now
        self._vault = vault
        self._events: list[dict[str, Any]] = []
        self._postings: list[dict[str, Any]] = []
        self._entries: list[dict[str, Any]] = []
        self._covers: list[dict[str, Any]] = []
        self._records: list[Record] = []

    def take_in(self, row: dict[str, Any]) -> None:
        """A payment event, with what it did."""
        self._events.append(row)

    def post(self, region: str, posting: Posting, **about: Any) -> str | None:
        """Book a balanced posting and tell its id; one without entries (nothing was owed) leaves no trace."""
        if not posting.entries:
            return None
        id = new_id(region)
        self._postings.append(
            {"region": region, "id": id, "kind": posting.kind, "posted_at": self.now} | _ABOUT | about
        )
        self._entries += [
            {"region": region, "posting_id": id, "line": n, "account": account, "amount_fen": fen}
            for n, (account, fen) in enumerate(posting.entries)
        ]
        return id

    def cover(self, region: str, id: str, posting: str | None) -> None:
        """The enrollment is covered by this posting from now on, at the price it has."""
        self._covers.append({"region": region, "id": id, "posting": posting, "at": self.now})

    def covering(self, id: str) -> str | None:
        """The posting that covers the enrollment by this deed."""
        return next((cover["posting"] for cover in self._covers if cover["id"] == id), None)

    def audit(self, region: str, actor: str, deed: str, enrollment_id: str | None = None, **about: Any) -> None:
        self._records.append(Record(region, self.now, actor, deed, enrollment_id, about))

    def write(self) -> None:
        """Raises Collided; then nothing of this transaction may be committed."""
        # Sorted, so that two batches with events in common wait for each other in one direction only.
        events = sorted(self._events, key=lambda row: str(row["event_id"]))
        records, heads = audit_register.link(self.connection, self._vault, self._records)
        inserts = {inbox: events, postings: self._postings, entries: self._entries, audit: records}
        changes = {enrollment_register.COVER: self._covers, audit_register.ADVANCE: heads}
        if write_all(self.connection, inserts, changes).get(inbox.name, 0) != len(events):
            raise Collided
