"""How an enrollment is shown, and the questions that change nothing."""

import json
from collections.abc import Sequence
from typing import Any

from app.enrollment.id_numbers import WrongNumber, birth_date_of, normalized
from app.storage import enrollment_register as register
from app.workflows.office import Office, Refused, moment

_LARGEST_HOUSEHOLD = 200


def shown(row: Any) -> dict[str, Any]:
    """The contract's enrollment; no receivable where the quote says that nothing can be paid."""
    quoted = json.loads(row["quote"])
    due = {"payable_fen": row["payable_fen"], "due_through": row["due_through"]}
    return {
        "id": row["id"],
        "order_no": row["order_no"],
        "state": str(row["state"]),
        "region": row["region"],
        "coverage_year": row["coverage_year"],
        "village": row["village"],
        "receivable": due if quoted["outcome"] in ("payable", "exempt") else None,
        "quote": quoted,
        "created_at": moment(row["created_at"]),
        "updated_at": moment(row["updated_at"]),
    }


def find_enrollment(office: Office, id: str) -> dict[str, Any]:
    """As it is stored; raises Refused where there is none."""
    with office.database.reading() as connection:
        row = register.by_id(connection, id)
    if row is None:
        raise Refused("enrollment_not_found")
    return shown(row)


def household(office: Office, household_no: str, year: int | None) -> list[dict[str, Any]]:
    """The enrollments of a household, found by the keyed hash of its number."""
    wanted = {"household_key": office.vault.index("household", household_no), "coverage_year": year}
    with office.database.reading() as connection:
        return [shown(row) for row in register.page(connection, wanted, None, _LARGEST_HOUSEHOLD)]


def list_enrollments(office: Office, wanted: dict[str, Any], after: str | None, limit: int) -> dict[str, Any]:
    with office.database.reading() as connection:
        rows = register.page(connection, wanted, after, limit + 1)
    items = [shown(row) for row in rows[:limit]]
    return {"enrollments": items, "next_cursor": items[-1]["id"] if len(rows) > limit else None}


def document_key(office: Office, id_type: str, number: str) -> str:
    """The keyed hash of a document. An 18-digit number is one person's, whatever document it is said to be."""
    try:
        birth_date_of(number)
    except WrongNumber:
        return office.vault.index("person", id_type, number)
    return office.vault.index("person", number)


def look_up(office: Office, id_type: str, id_number: str, year: int) -> dict[str, Any]:
    """Whether somebody is covered; asked by document, found by its keyed hash."""
    try:
        key = document_key(office, id_type, normalized(id_type, id_number))
    except WrongNumber as wrong:
        raise Refused("invalid_request", errors=[("id_number", str(wrong))]) from None
    with office.database.reading() as connection:
        live = register.live_of(connection, key, year)
        row = register.by_id(connection, live["enrollment_id"]) if live else None
    return covered(row)


def covered(row: Any) -> dict[str, Any]:
    """Whether somebody with this live enrollment, or with none, is covered."""
    if row is None:
        return {"covered": False, "enrollment": None}
    return {"covered": row["state"] == "covered", "enrollment": shown(row)}


def look_up_many(office: Office, documents: Sequence[tuple[str, str]], year: int) -> list[dict[str, Any] | None]:
    """The same for many documents at once, in their order; None where the number can't be right."""
    keys = [_key_or_none(office, *document) for document in documents]
    with office.database.reading() as connection:
        found = register.live_of_many(connection, [key for key in keys if key], year)
    return [covered(found.get(key)) if key else None for key in keys]


def _key_or_none(office: Office, id_type: str, id_number: str) -> str | None:
    try:
        return document_key(office, id_type, normalized(id_type, id_number))
    except WrongNumber:
        return None
