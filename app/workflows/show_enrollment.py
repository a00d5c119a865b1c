"""How an enrollment is shown, and the questions that change nothing."""

import json
from typing import Any

from app.enrollment.id_numbers import normalized
from app.storage import enrollment_register as register
from app.workflows.office import Office, Refused, moment


def shown(row: Any) -> dict[str, Any]:
    """The contract's enrollment."""
    return {
        "id": row["id"],
        "order_no": row["order_no"],
        "state": str(row["state"]),
        "region": row["region"],
        "coverage_year": row["coverage_year"],
        "village": row["village"],
        "receivable": {"payable_fen": row["payable_fen"], "due_through": row["due_through"]},
        "quote": json.loads(row["quote"]),
        "created_at": moment(row["created_at"]),
        "updated_at": moment(row["updated_at"]),
    }


def find_enrollment(office: Office, id: str) -> dict[str, Any]:
    """Raises Refused where there is none."""
    with office.database.reading() as connection:
        row = register.by_id(connection, id)
    if row is None:
        raise Refused("enrollment_not_found")
    return shown(row)


def list_enrollments(office: Office, wanted: dict[str, Any], after: str | None, limit: int) -> dict[str, Any]:
    with office.database.reading() as connection:
        rows = register.page(connection, wanted, after, limit + 1)
    items = [shown(row) for row in rows[:limit]]
    return {"enrollments": items, "next_cursor": items[-1]["id"] if len(rows) > limit else None}


def look_up(office: Office, id_type: str, id_number: str, year: int) -> dict[str, Any]:
    """Whether somebody is covered; asked by document, found by its keyed hash."""
    key = office.vault.index("person", id_type, normalized(id_type, id_number))
    with office.database.reading() as connection:
        live = register.live_of(connection, key, year)
        row = register.by_id(connection, live["enrollment_id"]) if live else None
    if row is None:
        return {"covered": False, "enrollment": None}
    return {"covered": row["state"] == "covered", "enrollment": shown(row)}
