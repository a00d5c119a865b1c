"""How a reconciliation and its differences are shown."""

import json
from collections.abc import Iterator
from typing import Any

from app.enrollment.advice import advice
from app.enrollment.reconciliation import TAKEN_OVER, TYPES
from app.storage import reconciliation_register as register
from app.workflows.office import Office, Refused, moment

_PAGE = 5000
# Stands for all regions, where a region is part of a key; no region's code ends like that.
ALL = "all-"
NO_REGION = "-"  # the chain of records that belong to no region


def chain_of(region: str) -> str:
    """Whose audit record a reconciliation's belongs to."""
    return NO_REGION if region == ALL else region


def reconciliation(office: Office, id: str) -> dict[str, Any]:
    """What was compared and what came of it, counted; raises Refused where there is none."""
    with office.database.reading() as connection:
        row = register.by_id(connection, id)
        if row is None:
            raise Refused("reconciliation_not_found")
        counts = register.counts(connection, id) if row["state"] == "done" else []
    return shown(row) | {"differences": [dict(one) for one in counts]}


def shown(row: Any) -> dict[str, Any]:
    """Without its differences."""
    plain = ("id", "day", "state", "reason", "line", "file_hash", "created_by", "superseded_by")
    told = {name: row[name] for name in plain}
    scope = {"region": None if row["region"] == ALL else row["region"], "coverage_year": row["coverage_year"] or None}
    finished = row["finished_at"]
    times = {"created_at": moment(row["created_at"]), "finished_at": moment(finished) if finished else None}
    return told | scope | {"day": row["day"] or None, "summary": json.loads(row["summary"]) or None} | times


def list_reconciliations(
    office: Office, region: str | None, day: str | None, after: str | None, limit: int
) -> dict[str, Any]:
    with office.database.reading() as connection:
        rows = register.listed(connection, region, day, after, limit + 1)
    items = [shown(row) for row in rows[:limit]]
    return {"reconciliations": items, "next_cursor": items[-1]["id"] if len(rows) > limit else None}


def differences_page(office: Office, id: str, wanted: dict[str, Any], after: int, limit: int) -> dict[str, Any]:
    """Raises Refused where there is no such reconciliation, or it is not finished."""
    finished(office, id)
    with office.database.reading() as connection:
        rows = register.page(connection, id, wanted, after, limit + 1)
    items = [difference(row) for row in rows[:limit]]
    return {"differences": items, "next_cursor": str(items[-1]["number"]) if len(rows) > limit else None}


def finished(office: Office, id: str) -> Any:
    """The reconciliation, where there are differences to be shown; raises Refused."""
    with office.database.reading() as connection:
        row = register.by_id(connection, id)
    if row is None or row["state"] == "refused":
        raise Refused("reconciliation_not_found")
    if row["state"] == "running":
        raise Refused("reconciliation_in_progress")
    return row


def all_differences(office: Office, id: str) -> Iterator[dict[str, Any]]:
    """From the first to the last, a page at a time."""
    after = 0
    while True:
        with office.database.reading() as connection:
            rows = register.page(connection, id, {}, after, _PAGE)
        yield from map(difference, rows)
        if len(rows) < _PAGE:
            return
        after = rows[-1]["number"]


def difference(row: Any) -> dict[str, Any]:
    """`state` is open, approved or rejected; resolved where what was missed has come after all."""
    plain = ("number", "type", "reason", "line", "event_id", "event_type", "order_no", "statement_fen", "booked_fen")
    more = ("paid_at", "reverses_event_id", "voucher_no", "channel", "enrollment_id", "coverage_year")
    said = {"text": TYPES[row["type"]], "advice": advice(row["type"], row["reason"])}
    told = {name: row[name] for name in plain} | said | {name: row[name] for name in more}
    missed = (row["type"], row["reason"]) in TAKEN_OVER
    state = "resolved" if row["state"] == "open" and missed and row["arrived"] else row["state"]
    decided = row["decided_at"]
    told |= {"state": state, "can_be_taken_over": missed and state == "open", "result": row["result"]}
    told |= {"remark": row["remark"], "decided_by": row["decided_by"]}
    return told | {"decided_at": moment(decided) if decided else None}
