"""What the database holds of the lines of a statement, asked for many at a time, and of a day's events."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from app.storage.asking import Question, Row, ask, ask_all, by_list, listed
from app.storage.ids import region_of

_EVENTS = by_list(
    "SELECT i.event_id, i.region, i.type, i.order_no, i.amount_fen, i.paid_at, i.reverses_event_id, i.effect, s.reason,"
    " s.state AS suspense_state,"
    " EXISTS (SELECT 1 FROM inbox r WHERE r.reverses_event_id = i.event_id AND r.effect <> 'suspended') AS undone"
    " FROM inbox i LEFT JOIN suspense s ON s.region = i.region AND s.event_id = i.event_id WHERE i.event_id IN {wanted}"
)
# The event whose money covers, and how much of it is booked.
_ORDERS = """
SELECT e.order_no, e.id, e.coverage_year, e.state, e.payable_fen, p.event_id AS covered_by,
  (SELECT CAST(sum(n.amount_fen) AS bigint) FROM entries n WHERE n.region = p.region AND n.posting_id = p.id
    AND n.account IN ('collector', 'suspense')) AS booked_fen
FROM enrollments e LEFT JOIN postings p ON p.region = e.region AND p.id = e.covering_posting
WHERE (e.region, e.order_no) IN """
_BY_ORDERS = Question(
    _ORDERS + "(SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:wanted))",
    _ORDERS + "(SELECT value->>0, value->>1 FROM json_array_elements(CAST(:wanted AS json)))",
)
# In an order that no index has: else a page could be found by walking through all events there ever were.
_DAY = """
SELECT event_id, type, order_no, amount_fen, paid_at, reverses_event_id, region FROM inbox
WHERE paid_at >= :since AND paid_at < :until AND {id} > :after ORDER BY {id} LIMIT :most"""
_OF_DAY = Question(_DAY.format(id="+event_id"), _DAY.format(id='event_id COLLATE "C"'))
_PAGE = 5000
_STRETCH = 3600 * 1_000_000  # microseconds


def events(connection: Connection, event_ids: Sequence[str]) -> dict[str, Row]:
    """By event id, those that have arrived."""
    return {row["event_id"]: row for row in ask(connection, _EVENTS, listed(event_ids))}


def orders(connection: Connection, order_nos: Sequence[str]) -> dict[str, Row]:
    """By order, those that are known here."""
    wanted = [(region_of(order_no), order_no) for order_no in set(order_nos) if region_of(order_no)]
    return {row["order_no"]: row for row in ask(connection, _BY_ORDERS, listed(wanted))} if wanted else {}


def both(
    connection: Connection, event_ids: Sequence[str], order_nos: Sequence[str]
) -> tuple[dict[str, Row], dict[str, Row]]:
    """Events and orders, asked at once."""
    wanted = [(region_of(order_no), order_no) for order_no in set(order_nos) if region_of(order_no)]
    found, known = ask_all(connection, (_EVENTS, listed(event_ids)), (_BY_ORDERS, listed(wanted)))
    return {row["event_id"]: row for row in found}, {row["order_no"]: row for row in known}


def events_between(connection: Connection, since: int, until: int) -> Iterator[Sequence[Row]]:
    """The events of a stretch of time, an hour after the other and a page at a time."""
    for start in range(since, until, _STRETCH):
        asked: dict[str, Any] = {"since": start, "until": min(start + _STRETCH, until), "after": "", "most": _PAGE}
        while rows := ask(connection, _OF_DAY, asked):
            yield rows
            asked["after"] = rows[-1]["event_id"]
            if len(rows) < _PAGE:
                break
