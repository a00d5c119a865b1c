"""A payment event from the tax bureau: inbox row and all its effects in one transaction, before anything is answered.

bytes in -> signature (api) -> inbox -> decision -> ledger -> enrollment -> commit -> answer
"""

import hashlib
import json
import time
from datetime import date
from typing import Any

from app.collector.signature import verify
from app.contract.callback import PaymentEvent
from app.enrollment import ledger
from app.enrollment.payments import Decision, Reason, Reversed, State, on_payment, on_reversal
from app.journal.telling import remember
from app.packs.mistakes import PackRefused
from app.packs.shelf import PolicyNotFound
from app.storage import enrollment_register as enrollments
from app.storage import payment_register as register
from app.storage.database import Connection
from app.storage.ids import new_id, region_of
from app.workflows.office import Office, Refused, business_day

Row = Any  # a row of the database, or one about to become one
UNKNOWN = "unknown"  # the region of orders that were not made here


def receive_callback(office: Office, headers: dict[str, str], raw: bytes) -> str:
    """The whole way of a callback, and what became of it.

    Raises BadSignature (nothing is stored), pydantic's ValidationError, or Refused.
    """
    verify(office.webhook_keys, headers, raw, time.time())
    event = PaymentEvent.model_validate_json(raw)
    remember(event_id=event.event_id)
    return record_payment(office, event, raw)


def record_payment(office: Office, event: PaymentEvent, raw: bytes) -> str:
    """Stored and booked when it returns; tells how. The same event again has no effect, `repeated`; raises Refused if
    its content differs."""
    with office.database.transaction() as connection:
        row = _inbox_row(office, event, raw)
        if not register.take_in(connection, row):
            known = register.event(connection, event.event_id)
            if known is None or known["content_hash"] != row["content_hash"]:
                raise Refused("event_conflict")
            return "repeated"
        book = _pay if event.type == "payment.succeeded" else _reverse
        effect = book(office, connection, row)
        register.set_effect(connection, event.event_id, effect)
    return effect


def _inbox_row(office: Office, event: PaymentEvent, raw: bytes) -> dict[str, Any]:
    """What identifies the content is all that the event says, not how its JSON is spaced or ordered."""
    said = json.dumps(json.loads(raw), sort_keys=True).encode()
    return {
        "event_id": event.event_id,
        "region": region_of(event.order_no) or UNKNOWN,
        "type": event.type,
        "order_no": event.order_no,
        "amount_fen": event.amount_fen,
        "paid_at": event.paid_microseconds(),
        "reverses_event_id": event.reverses_event_id if event.type == "payment.reversed" else None,
        "content_hash": hashlib.sha256(said).hexdigest(),
        "body": raw,
        "effect": "suspended",
        "received_at": office.now(),
    }


def _pay(office: Office, connection: Connection, row: dict[str, Any]) -> str:
    enrollment = enrollments.by_order(connection, row["order_no"])
    undone = register.undoing_before(connection, row)
    day = business_day(row["paid_at"])
    quoted = _price(office, enrollment, day) if enrollment else None
    price = quoted["payable_fen"] if quoted else None
    state = State(enrollment["state"]) if enrollment else None
    decision = on_payment(state, row["amount_fen"], price, already_reversed=undone is not None)
    if decision.deed == "cover" and enrollment and quoted:
        _cover(office, connection, row, enrollment, quoted)
        return "covered"
    if decision.deed == "settle" and undone:
        _settle(office, connection, undone, "payment_arrived")
        about = {"coverage_year": undone["coverage_year"], "event_id": row["event_id"]}
        register.post(connection, row["region"], ledger.suspend(row["amount_fen"]), office.now(), **about)
        return "settled"
    _suspend(office, connection, row, enrollment, decision, row["amount_fen"])
    return "suspended"


def _price(office: Office, enrollment: Row, day: date) -> dict[str, Any] | None:
    """The quote that counts on the day of payment: the frozen one while it holds, or a new one; None if none is."""
    if enrollment["priced_on"] <= day.isoformat() <= enrollment["due_through"]:
        frozen: dict[str, Any] = json.loads(enrollment["quote"])
        return frozen
    facts = office.vault.open(bytes(enrollment["personal"]), enrollment["id"])["facts"]
    try:
        quoted = office.quote_for(facts, enrollment["region"], enrollment["coverage_year"], day)
    except (PolicyNotFound, PackRefused):
        return None
    return quoted if quoted["outcome"] == "payable" else None


def _cover(
    office: Office,
    connection: Connection,
    row: Row,
    enrollment: Row,
    quoted: dict[str, Any],
    source: str = ledger.COLLECTOR,
) -> None:
    subsidies = [(s["fund"], s["amount_fen"]) for s in quoted["subsidies"]]
    posting = ledger.cover(quoted["personal_fen"], quoted["surcharge_fen"], subsidies, source)
    now, year = office.now(), enrollment["coverage_year"]
    about = {"coverage_year": year, "enrollment_id": enrollment["id"], "event_id": row["event_id"]}
    booked = register.post(connection, enrollment["region"], posting, now, **about)
    changes: dict[str, Any] = {"state": State.COVERED, "updated_at": now, "covering_posting": booked}
    if json.loads(enrollment["quote"]) != quoted:
        changes |= {"quote": json.dumps(quoted, ensure_ascii=False), "payable_fen": quoted["payable_fen"]}
        changes |= {"due_through": quoted["valid_through"], "priced_on": business_day(row["paid_at"]).isoformat()}
    enrollments.change(connection, enrollment["id"], **changes)


def _suspend(
    office: Office,
    connection: Connection,
    row: Row,
    enrollment: Row | None,
    decision: Decision,
    amount: int,
) -> None:
    """`amount` is below zero for money that went out."""
    assert decision.reason is not None
    now, year = office.now(), enrollment["coverage_year"] if enrollment else None
    item = {"region": row["region"], "id": new_id(row["region"]), "event_id": row["event_id"]}
    item |= {"order_no": row["order_no"], "coverage_year": year, "type": row["type"], "reason": decision.reason}
    item |= {"amount_fen": row["amount_fen"], "paid_at": row["paid_at"], "state": "open", "opened_at": now}
    register.suspend(connection, item)
    register.post(connection, row["region"], ledger.suspend(amount), now, coverage_year=year, event_id=row["event_id"])


def _settle(office: Office, connection: Connection, item: Row, how: str) -> None:
    """A later event settles an open item."""
    register.settle(connection, item["id"], settlement=how, settled_by="system", settled_at=office.now())


def _reverse(office: Office, connection: Connection, row: dict[str, Any]) -> str:
    enrollment = enrollments.by_order(connection, row["order_no"])
    named = row["reverses_event_id"]
    original = register.event(connection, named) if named else None
    cover = register.covering(connection, enrollment) if enrollment else None
    waiting = register.item_of(connection, original["region"], named) if original else None
    decision = on_reversal(_reversed(connection, row, original, cover, waiting), row["amount_fen"])
    if decision.deed == "take_back" and enrollment and cover:
        _take_back(office, connection, row, enrollment, cover[1])
        return "reversed"
    if decision.deed == "acknowledge":
        return "settled"  # the record of what a clerk has booked already
    if decision.deed == "settle" and waiting:
        _settle(office, connection, waiting, "reversed")
        about = {"coverage_year": waiting["coverage_year"], "event_id": row["event_id"]}
        register.post(connection, row["region"], ledger.settle(row["amount_fen"]), office.now(), **about)
        return "settled"
    _suspend(office, connection, row, enrollment, decision, -row["amount_fen"])
    return "suspended"


def _reversed(
    connection: Connection,
    row: Row,
    original: Row | None,
    cover: tuple[str | None, ledger.Posting] | None,
    waiting: Row | None,
) -> Reversed | None:
    """The payment that the reversal names, as the decision needs it."""
    if original is None or original["type"] != "payment.succeeded" or original["order_no"] != row["order_no"]:
        return None
    covers = cover is not None and cover[0] == original["event_id"]
    undone = register.undoing(connection, original["event_id"]) is not None
    suspended = waiting is not None and waiting["state"] == "open"
    paid_back = waiting is not None and waiting["settlement"] == "paid_back"
    return Reversed(original["amount_fen"], covers, suspended, undone, paid_back)


def _take_back(
    office: Office,
    connection: Connection,
    row: Row,
    enrollment: Row,
    cover: ledger.Posting,
) -> None:
    """The cover goes; money that waited as a second payment of the same price takes its place."""
    now = office.now()
    about = {"coverage_year": enrollment["coverage_year"], "enrollment_id": enrollment["id"]}
    back = cover.reversed("take_back").through(ledger.SUSPENSE, ledger.COLLECTOR)  # the money has left for good
    register.post(connection, enrollment["region"], back, now, event_id=row["event_id"], **about)
    enrollments.change(connection, enrollment["id"], state=State.REVERSED, covering_posting=None, updated_at=now)
    for item in register.open_items_of_order(connection, row["region"], row["order_no"]):
        quoted = _price(office, enrollment, business_day(item["paid_at"]))
        fits = quoted is not None and quoted["payable_fen"] == item["amount_fen"]
        if item["reason"] == Reason.SECOND_PAYMENT and fits and quoted:
            _settle(office, connection, item, "covers_after_reversal")
            _cover(office, connection, item, enrollment, quoted, ledger.SUSPENSE)
            return
