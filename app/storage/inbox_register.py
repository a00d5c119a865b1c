"""Payment events that have arrived. Each is written once, with what it did, and never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, exists, or_, select

from app.storage.asking import Asked, Rows, by_list, listed
from app.storage.tables import inbox, suspense

_EVENT = select(inbox).where(inbox.c.event_id == bindparam("e"))
_KNOWN = by_list(
    "SELECT w.value AS event_id, (SELECT i.content_hash FROM inbox i WHERE i.event_id = w.value) AS content_hash,"
    " (SELECT 1 FROM inbox r WHERE r.reverses_event_id = w.value AND r.effect = 'suspended' LIMIT 1) AS named"
    " FROM {wanted} AS w"
)
_MET_ITS_PAYMENT = exists().where(
    suspense.c.region == inbox.c.region,
    suspense.c.event_id == inbox.c.event_id,
    suspense.c.settlement == "payment_arrived",
)
_UNDOING = select(inbox.c.event_id).where(
    inbox.c.reverses_event_id == bindparam("e"), or_(inbox.c.effect != "suspended", _MET_ITS_PAYMENT)
)


@dataclass(frozen=True, slots=True)
class Known:
    """What the inbox says of an event: the hash of its content if it is there, and whether a reversal that waits
    names it."""

    content_hash: str | None
    named: bool


def which_known(event_ids: Sequence[str]) -> Asked:
    """What the inbox says of these events; for `known`."""
    return _KNOWN, listed(event_ids)


def known(rows: Rows) -> dict[str, Known]:
    """By event id, for each that was asked for."""
    return {row["event_id"]: Known(row["content_hash"], bool(row["named"])) for row in rows}


def event(connection: Connection, event_id: str) -> RowMapping | None:
    return connection.execute(_EVENT, {"e": event_id}).mappings().first()


def is_undone(connection: Connection, event_id: str) -> Any:
    """Whether a reversal has undone this payment, be it that it came first and waited."""
    return connection.execute(_UNDOING, {"e": event_id}).first() is not None
