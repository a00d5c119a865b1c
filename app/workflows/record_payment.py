"""Payment events from the tax bureau: inbox rows and all their effects in one transaction, before anything is answered.

bytes in -> signature -> known already? -> enrollment locked -> decision -> inbox, ledger, enrollment, audit -> commit

Events come in batches (group_commit.py), of one or many. Those of a batch have nothing to do with each other, so each
is decided by what the database held before, and all that they write is written together.
"""

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.collector.signature import verify
from app.contract.callback import PaymentEvent
from app.enrollment import ledger
from app.enrollment.payments import Decision, Reason, State, on_payment
from app.storage import enrollment_register as enrollments
from app.storage import inbox_register, ledger_register, roster_register, suspense_register
from app.storage.asking import ask_all
from app.storage.books import Books
from app.storage.ids import region_of
from app.workflows import book_money
from app.workflows.book_money import Effect, Row
from app.workflows.decide_proposal import take_back_paid
from app.workflows.office import Office, business_day
from app.workflows.pay_former_price import former_price, weigh_payment
from app.workflows.record_reversal import reverse
from app.workflows.weigh_change import Cause

_SORTED = json.JSONEncoder(sort_keys=True).encode
_NOT_THE_PRICE = (Reason.AMOUNT_MISMATCH, Reason.NO_PRICE_ON_PAYMENT_DAY)
UNKNOWN = "unknown"  # the region of orders that were not made here
Result = Effect | Literal["repeated", "conflict"]


TAKEN_OVER = "statement:"  # begins the content hash of an event that was taken over from a statement


@dataclass(frozen=True, slots=True)
class Arrived:
    """An event whose signature was good. What identifies its content is all that it says, not how it is spaced; of one
    that was taken over from a statement (see `of_statement`) what the statement says."""

    event: PaymentEvent
    raw: bytes
    content_hash: str


def read_callback(office: Office, headers: dict[str, str], raw: bytes) -> Arrived:
    """Raises BadSignature, or pydantic's ValidationError for a body that can't be read."""
    verify(office.webhook_keys, headers, raw, time.time())
    event = PaymentEvent.model_validate_json(raw)
    said = _SORTED(json.loads(raw)).encode()
    return Arrived(event, raw, hashlib.sha256(said).hexdigest())


def of_statement(event: PaymentEvent, more: Mapping[str, Any]) -> Arrived:
    """An event that was missed, as the bureau's statement tells it. `more` says where it was taken from."""
    raw = event.model_dump_json(exclude_none=True)
    return Arrived(event, _SORTED(json.loads(raw) | more).encode(), _essence(event))


def _essence(event: PaymentEvent) -> str:
    """What the statement and the callback of one event must agree on. They never agree on every byte."""
    undoes = event.reverses_event_id if event.type == "payment.reversed" else None
    said = _SORTED([event.event_id, event.type, event.order_no, event.amount_fen, undoes])
    return TAKEN_OVER + hashlib.sha256(said.encode()).hexdigest()[: 64 - len(TAKEN_OVER)]


def _is_same(one: Arrived, known_hash: str) -> bool:
    """Whether the event is what is known already, be it from its callback or from a statement."""
    return known_hash == (_essence(one.event) if known_hash.startswith(TAKEN_OVER) else one.content_hash)


def names(arrived: Arrived) -> set[str]:
    """What no two events that are booked at a time may have in common."""
    return {f"order {arrived.event.order_no}", f"event {arrived.event.event_id}"}


def record_payments(office: Office, arrived: Sequence[Arrived]) -> list[Result]:
    """All stored and booked when it returns; no two have a name in common.

    Raises Collided where another transaction took in one of them in the meantime: nothing is stored then.
    """
    with office.deed() as books:
        return record_in(office, books, arrived)


def record_in(office: Office, books: Books, arrived: Sequence[Arrived]) -> list[Result]:
    """The same in a deed that does more; it is stored when that deed is."""
    orders, known, timelines = _read(books, arrived)
    named = [event_id for event_id, found in known.items() if found.named and found.content_hash is None]
    early = suspense_register.early_reversals(books.connection, named) if named else {}
    place = _Place(orders, early, timelines)
    return [_record(office, books, one, known[one.event.event_id].content_hash, place) for one in arrived]


@dataclass(frozen=True, slots=True)
class _Place:
    """What the database held before: enrollments by order, reversals that came early by event, and what lists say of
    the people whose orders they are."""

    orders: Mapping[str, Row]
    early: Mapping[str, list[Row]]
    timelines: Mapping[str, list[Row]]


def _read(
    books: Books, arrived: Sequence[Arrived]
) -> tuple[Mapping[str, Row], Mapping[str, inbox_register.Known], Mapping[str, list[Row]]]:
    """The enrollments by order, locked, and then what is known of the events and of the people. Orders that were not
    made here are locked too, by name."""
    order_nos = [one.event.order_no for one in arrived]
    which = inbox_register.which_known([one.event.event_id for one in arrived])
    paid = [one.event.order_no for one in arrived if one.event.type == "payment.succeeded"]
    asked = enrollments.with_orders(order_nos), which, roster_register.of_orders(paid)
    found, known, listings = ask_all(books.connection, *asked)
    orders = {row["order_no"]: row for row in found}
    if strange := sorted(set(order_nos) - set(orders)):
        enrollments.lock_names(books.connection, strange)
        known = ask_all(books.connection, which)[0]
    timelines: dict[str, list[Row]] = {}
    for row in listings:
        timelines.setdefault(row["order_no"], []).append(row)
    return orders, inbox_register.known(known), timelines


def _record(
    office: Office,
    books: Books,
    one: Arrived,
    known_hash: str | None,
    place: _Place,
) -> Result:
    if known_hash is not None:
        return "repeated" if _is_same(one, known_hash) else "conflict"
    row = _inbox_row(one, books.now)
    effect = _effect(office, books, row, place)
    books.take_in(row | {"effect": effect})
    return effect


def _inbox_row(one: Arrived, now: int) -> dict[str, Any]:
    event = one.event
    return {
        "event_id": event.event_id,
        "region": region_of(event.order_no) or UNKNOWN,
        "type": event.type,
        "order_no": event.order_no,
        "amount_fen": event.amount_fen,
        "paid_at": event.paid_microseconds(),
        "reverses_event_id": event.reverses_event_id if event.type == "payment.reversed" else None,
        "content_hash": one.content_hash,
        "body": one.raw,
        "received_at": now,
    }


def _effect(office: Office, books: Books, row: Row, place: _Place) -> Effect:
    enrollment, early = place.orders.get(row["order_no"]), place.early.get(row["event_id"], [])
    if row["type"] == "payment.reversed":
        return reverse(office, books, row, enrollment)
    same = [i for i in early if (i["order_no"], i["amount_fen"]) == (row["order_no"], row["amount_fen"])]
    return _pay(office, books, row, enrollment, same[0] if same else None, place.timelines.get(row["order_no"], []))


def _cover_without_payment(books: Books, enrollment: Row | None) -> ledger.Posting | None:
    """What was booked when an enrollment that had a price became exempt; None where it didn't, or somebody has paid."""
    if enrollment is None or enrollment["state"] != State.COVERED:
        return None
    event_id, posting = ledger_register.covering(books.connection, enrollment) or (None, ledger.Posting("cover", ()))
    return posting if event_id is None else None


def _pay(
    office: Office, books: Books, row: Row, enrollment: Row | None, undone: Row | None, timeline: list[Row]
) -> Effect:
    """`undone` is the open item of a reversal that came before this payment, of the same order and amount."""
    price = (
        book_money.price_on(office, books, enrollment, business_day(row["paid_at"])) if enrollment is not None else None
    )
    exempt = _cover_without_payment(books, enrollment)
    state = State(enrollment["state"]) if enrollment is not None else None
    # Where nobody has paid yet no payment is the second: it may be of a day on which there was still something to pay.
    asked = State.AWAITING_PAYMENT if exempt else state
    decision = on_payment(asked, row["amount_fen"], price.fen if price else None, already_reversed=undone is not None)
    told: Cause | None = None
    if enrollment is not None and decision.reason in _NOT_THE_PRICE:
        former = former_price(books, enrollment, row)
        if former is not None:
            decision, (price, told) = Decision("cover"), former
    if decision.deed == "cover" and enrollment is not None and price:
        if exempt:
            about = {"coverage_year": enrollment["coverage_year"], "enrollment_id": enrollment["id"]}
            books.post(row["region"], exempt.reversed("take_back"), event_id=row["event_id"], **about)
            take_back_paid(books, enrollment)
        book_money.cover(books, row, enrollment, price)
        if timeline:
            weigh_payment(office, books, enrollment, row, timeline, told.by if told else None)
        return "covered"
    if decision.deed == "settle" and undone is not None:
        book_money.settle(books, undone, row["event_id"], "payment_arrived", enrollment)
        about = {"coverage_year": undone["coverage_year"], "event_id": row["event_id"]}
        books.post(row["region"], ledger.suspend(row["amount_fen"]), **about)
        return "settled"
    book_money.suspend(books, row, enrollment, decision)
    return "suspended"
