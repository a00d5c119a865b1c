"""Changes of the lists that a payment did not know of, read from the timelines as they are kept."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from app.enrollment.rosters import Stretch
from app.storage import roster_register
from app.storage.database import Connection
from app.workflows.listed_identities import Lists, stretch_of
from app.workflows.office import business_day
from app.workflows.weigh_change import Cause, Step

Row = Any  # of the database
Event = tuple[str, int, Row]  # the day, the order on one day, and the line of the timeline
_ENDS, _BEGINS, _ENDS_AT_ONCE = range(3)  # as lists are read: who leaves comes first


def later_than(day: str, listings: Sequence[Row]) -> list[Row]:
    """Lines about somebody that came on this day or later, or that speak of a later one."""
    return [row for row in listings if _is_later(row, day)]


def _is_later(row: Row, day: str) -> bool:
    return row["since"] > day or (row["until"] or "") > day or business_day(row["updated_at"]).isoformat() >= day


def retraced(
    connection: Connection, covered: frozenset[str], listings: Sequence[Row], later: Sequence[Row], by: str | None
) -> tuple[Lists, list[Step]]:
    """What the lists say without the later lines, and after each of them in the order of their days. `by` is whoever
    brought them about, where that is not who brought the list."""
    ids = {row["id"] for row in later}
    now = {row["id"]: stretch_of(row) for row in listings if row["id"] not in ids}
    before, steps = Lists(covered, list(now.values())), []
    for day, order, row in sorted(_events(later), key=lambda event: (event[0], event[1], event[2]["id"])):
        now[row["id"]] = _begun(row) if order == _BEGINS else stretch_of(row)
        steps.append((Lists(covered, list(now.values())), _cause(connection, row, day, order == _BEGINS, by)))
    return before, steps


def _events(later: Sequence[Row]) -> Iterator[Event]:
    for row in later:
        yield row["since"], _BEGINS, row
        if row["until"] is not None:
            yield row["until"], _ENDS if row["since"] < row["until"] else _ENDS_AT_ONCE, row


def _begun(row: Row) -> Stretch:
    return replace(stretch_of(row), until=None)


def _cause(connection: Connection, row: Row, day: str, begins: bool, by: str | None) -> Cause:
    import_id = row["added_by"] if begins else row["removed_by"] or row["added_by"]
    found = roster_register.by_id(connection, import_id)
    brought, action = "" if found is None else found["imported_by"], "added" if begins else "removed"
    return Cause(row["identity"], row["class"], row["source"], action, day, 0, import_id, brought, by or brought)


def latest_change(connection: Connection, listings: Sequence[Row]) -> Cause | None:
    """The change that came last; None of who is on no list."""
    if not listings:
        return None
    row = max(listings, key=lambda row: (row["updated_at"], row["id"]))
    begins = row["until"] is None
    return _cause(connection, row, row["since"] if begins else row["until"], begins, None)
