"""An order whose price has run out is priced anew when it is next read, and says so."""

import json
from typing import Any

from app.enrollment.payments import State
from app.journal.telling import tell
from app.packs.mistakes import PackRefused
from app.packs.shelf import PolicyNotFound
from app.storage import enrollment_register as register
from app.storage.books import Books
from app.workflows import book_money
from app.workflows.listed_identities import lists_of, quote_by_lists
from app.workflows.office import SYSTEM, Office, Refused
from app.workflows.show_enrollment import shown
from app.workflows.tell_collector import tell_collector


def current_enrollment(office: Office, id: str) -> dict[str, Any]:
    """The enrollment with a price that holds today; raises Refused where there is none."""
    with office.database.reading() as connection:
        row = register.by_id(connection, id)
    if row is None:
        raise Refused("enrollment_not_found")
    return _repriced(office, id) if _has_run_out(office, row) else shown(row)


def _has_run_out(office: Office, row: Any) -> bool:
    """Of whoever still has to pay: not yet, or again after a reversal."""
    owes, today = row["state"] in (State.AWAITING_PAYMENT, State.REVERSED), office.today().isoformat()
    return bool(owes and row["due_through"] < today and row["priced_on"] < today)


def _repriced(office: Office, id: str) -> dict[str, Any]:
    with office.deed() as books:
        row = register.by_id(books.connection, id, lock=True)
        if row is None or not _has_run_out(office, row):
            return shown(row)
        personal = office.vault.open(bytes(row["personal"]), id)
        lists = lists_of(books.connection, row["region"], row["person_key"])
        try:
            quoted = quote_by_lists(office, lists, personal, row["region"], row["coverage_year"], office.today())
        except (PolicyNotFound, PackRefused):
            return shown(row)
        now = {**row, **_changes(office, books, row, quoted)}
    tell("enrollment_repriced", enrollment_id=id, result=quoted["outcome"])
    return shown(now) | {"repriced": {"from_fen": row["payable_fen"], "on": office.today().isoformat()}}


def _changes(office: Office, books: Books, row: Any, quoted: dict[str, Any]) -> dict[str, Any]:
    """The new price written into the enrollment, and told to the collector where it is another."""
    changes: dict[str, Any] = {"quote": json.dumps(quoted, ensure_ascii=False), "updated_at": books.now}
    changes["shares"] = book_money.shares_of(quoted)
    changes["priced_on"] = office.today().isoformat()
    if quoted["payable_fen"] is not None:
        changes |= {"payable_fen": quoted["payable_fen"], "due_through": quoted["valid_through"]}
    was = json.loads(row["quote"])
    if _price(was) != _price(quoted):
        changes["revision"] = _told(books, {**row, **changes}, quoted)
        about = {"from_fen": was["payable_fen"], "payable_fen": quoted["payable_fen"], "outcome": quoted["outcome"]}
        books.audit(row["region"], SYSTEM, "repriced", row["id"], **about)
    register.change(books.connection, row["id"], **changes)
    if quoted["outcome"] == "exempt":  # by now nothing is to be paid, so nothing is waited for
        book_money.cover_exempt(books, row, quoted)
        changes["state"] = State.COVERED
    return changes


def _price(quoted: dict[str, Any]) -> tuple[Any, ...]:
    return quoted["outcome"], quoted["payable_fen"], quoted["valid_through"] if quoted["payable_fen"] else None


def _told(books: Books, row: dict[str, Any], quoted: dict[str, Any]) -> int:
    if quoted["outcome"] == "exempt":
        return tell_collector(books.connection, row, "receivable.withdrawn", None)
    return tell_collector(books.connection, row, "receivable.changed", quoted["payable_fen"])
