"""Payment events that have arrived. Each is written once, with what it did, and never changed."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select

from app.storage.many import by_list, listed
from app.storage.tables import inbox

_EVENT = select(inbox).where(inbox.c.event_id == bindparam("e"))
_KNOWN = by_list("SELECT event_id, content_hash FROM inbox WHERE event_id IN ({wanted})")
_UNDOING = select(inbox.c.event_id).where(inbox.c.reverses_event_id == bindparam("e"), inbox.c.effect != "suspended")


def known(connection: Connection, event_ids: Iterable[str]) -> dict[str, str]:
    """Which of these events are in the inbox: their content's hash by their id."""
    found = connection.execute(_KNOWN[connection.dialect.name], listed(connection, list(event_ids)))
    return {row.event_id: row.content_hash for row in found}


def event(connection: Connection, event_id: str) -> RowMapping | None:
    return connection.execute(_EVENT, {"e": event_id}).mappings().first()


def is_undone(connection: Connection, event_id: str) -> Any:
    """Whether a reversal has undone this payment."""
    return connection.execute(_UNDOING, {"e": event_id}).first() is not None
