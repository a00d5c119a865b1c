"""What a change of the lists does, written down: new prices and their messages, proposals, items of the work list."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from app.enrollment.rosters import Conflict
from app.storage import conflict_register, outbox_register, price_register, proposal_register, roster_register
from app.storage.books import Books
from app.storage.ids import new_id
from app.workflows.book_money import cover_exempt, shares_of
from app.workflows.office import Office
from app.workflows.tell_collector import message_about
from app.workflows.weigh_change import Cause, Effect, Proposed, Repriced, Row, Unsettled


def do_effects(office: Office, books: Books, effects: Sequence[Effect]) -> tuple[int, int, int]:
    """How many were priced anew, how many proposals were made, how many items wait for a clerk."""
    repriced = [effect for effect in effects if isinstance(effect, Repriced)]
    proposed = [effect for effect in effects if isinstance(effect, Proposed)]
    unsettled = [effect for effect in effects if isinstance(effect, Unsettled)]
    _reprice(office, books, repriced)
    waiting = _wait(office, books, unsettled)
    return len(repriced), _propose(books, proposed), waiting


def _reprice(office: Office, books: Books, effects: Sequence[Repriced]) -> None:
    today = office.today()
    rows, messages, former = [], [], []
    for effect in effects:
        changed = _priced(effect, books.now, today)
        quoted, payable = effect.quoted, effect.quoted["payable_fen"]
        if quoted["outcome"] == "exempt":
            message = message_about(changed, "receivable.withdrawn", None)
        else:
            message = message_about(changed, "receivable.changed", payable)
        rows.append({**changed, "revision": message["revision"]})
        messages.append(message)
        former += _former(effect, books.now, today)
        about = {"from_fen": effect.row["payable_fen"], "payable_fen": payable, "outcome": quoted["outcome"]}
        books.audit(changed["region"], effect.cause.by, "repriced", changed["id"], **about, **_because(effect.cause))
        if quoted["outcome"] == "exempt":
            cover_exempt(books, changed, quoted)
    outbox_register.send_all_later(books.connection, messages)
    names = ("region", "id", "payable_fen", "due_through", "priced_on", "quote", "shares", "revision", "updated_at")
    price_register.reprice(books.connection, [{name: row[name] for name in names} for row in rows], former)


def _priced(effect: Repriced, now: int, today: date) -> dict[str, Any]:
    """The enrollment with its new price. Where there is none any more the old one has ended yesterday."""
    quoted = effect.quoted
    changed = {**effect.row, "quote": json.dumps(quoted, ensure_ascii=False), "shares": shares_of(quoted)}
    changed |= {"priced_on": today.isoformat(), "updated_at": now}
    if quoted["payable_fen"] is not None:
        return changed | {"payable_fen": quoted["payable_fen"], "due_through": quoted["valid_through"]}
    yesterday = date.fromordinal(today.toordinal() - 1).isoformat()
    return changed | {"due_through": min(yesterday, effect.row["due_through"])}


def _former(effect: Repriced, now: int, today: date) -> list[dict[str, Any]]:
    """The price that was told until today. A payment at it may be on its way."""
    row = effect.row
    if json.loads(row["quote"])["payable_fen"] is None or not row["due_through"]:
        return []
    told = {name: row[name] for name in ("region", "priced_on", "payable_fen", "quote")}
    about = {"id": new_id(row["region"]), "enrollment_id": row["id"], "ended_at": now}
    cause = {name: getattr(effect.cause, name) for name in Cause.__slots__}
    return [told | about | {"due_through": min(row["due_through"], today.isoformat()), "cause": json.dumps(cause)}]


def _because(cause: Cause) -> dict[str, str]:
    return {"import_id": cause.import_id, "identity": cause.identity, "change": cause.action, "changed_on": cause.day}


def _propose(books: Books, effects: Sequence[Proposed]) -> int:
    rows, gone = [], []
    for effect in effects:
        row, cause = effect.row, effect.cause
        gone += [{"region": row["region"], "id": id, "at": books.now} for id in effect.instead_of]
        if effect.fields is not None:
            made = _proposal(effect, effect.fields, books.now)
            rows.append(made)
            about = {"proposal_id": made["id"], "kind": made["kind"], "amount_fen": made["amount_fen"]}
            books.audit(row["region"], cause.by, "proposed", row["id"], **about, **_because(cause))
    proposal_register.propose(books.connection, rows, gone)
    return len(rows)


def _proposal(effect: Proposed, fields: dict[str, Any], now: int) -> dict[str, Any]:
    row, cause = effect.row, effect.cause
    about = {name: row[name] for name in ("region", "coverage_year", "covering_posting")}
    made = {"id": new_id(row["region"]), "enrollment_id": row["id"], "identity": cause.identity}
    made |= {"changed_on": cause.day, "import_id": cause.import_id, "imported_by": cause.imported_by}
    made |= {"proposed_by": cause.by, "state": "open", "decided_by": None, "remark": None, "posting_id": None}
    return about | made | fields | {"proposed_at": now, "decided_at": None}


def _wait(office: Office, books: Books, effects: Sequence[Unsettled]) -> int:
    found = [
        _item(office, effect.row, effect.cause, books.now)
        for effect in effects
        if conflict_register.open_of(books.connection, effect.row["region"], effect.row["id"]) is None
    ]
    roster_register.write(books.connection, [], [], found)
    return len(found)


def _item(office: Office, row: Row, cause: Cause, now: int) -> dict[str, Any]:
    id = new_id(row["region"])
    applicant = office.vault.open(bytes(row["personal"]), row["id"])["applicant"]
    told = {name: applicant.get(name) or "" for name in ("name", "id_number", "phone")}
    return {
        "region": row["region"],
        "id": id,
        "kind": Conflict.PRICE_NOT_SETTLED,
        "import_id": cause.import_id,
        "line": cause.line,
        "action": cause.action,
        "person_key": row["person_key"],
        "identity": cause.identity,
        "class": cause.class_,
        "source": cause.source,
        "day": cause.day,
        "standing": "[]",
        "township": "",
        "village": "",
        "personal": office.vault.seal(told, id),
        "enrollment_id": row["id"],
        "state": "open",
        "decision": None,
        "settled_by": None,
        "remark": None,
        "opened_at": now,
        "settled_at": None,
    }
