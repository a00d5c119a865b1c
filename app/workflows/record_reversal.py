"""A reversal: the cover goes, or the money that waited, or the reversal waits for the payment that it names."""

from typing import Any

from app.enrollment import ledger
from app.enrollment.payments import Reason, Reversed, State, on_reversal
from app.storage import enrollment_register as enrollments
from app.storage import inbox_register, ledger_register, roster_register, suspense_register
from app.storage.books import Books
from app.workflows import book_money
from app.workflows.book_money import Effect, Row
from app.workflows.decide_proposal import take_back_paid
from app.workflows.office import COLLECTOR, Office, business_day
from app.workflows.pay_former_price import weigh_payment
from app.workflows.price_after_reversal import price_after_reversal


def reverse(office: Office, books: Books, row: Row, enrollment: Row | None) -> Effect:
    connection, named = books.connection, row["reverses_event_id"]
    original = inbox_register.event(connection, named) if named else None
    cover = ledger_register.covering(connection, enrollment) if enrollment is not None else None
    waiting = suspense_register.item_of(connection, original["region"], named) if original else None
    decision = on_reversal(_reversed(connection, row, original, cover, waiting), row["amount_fen"])
    if decision.deed == "take_back" and enrollment is not None and cover:
        _take_back(office, books, row, enrollment, cover[1])
        return "reversed"
    if decision.deed == "acknowledge":  # the record of what a clerk has booked already
        id = enrollment["id"] if enrollment is not None else None
        books.audit(row["region"], COLLECTOR, "acknowledged", id, event_id=row["event_id"])
        return "settled"
    if decision.deed == "settle" and waiting:
        book_money.settle(books, waiting, row["event_id"], "reversed", enrollment)
        about = {"coverage_year": waiting["coverage_year"], "event_id": row["event_id"]}
        books.post(row["region"], ledger.settle(row["amount_fen"]), **about)
        return "settled"
    book_money.suspend(books, row, enrollment, decision)
    return "suspended"


def _reversed(
    connection: Any,
    row: Row,
    original: Row | None,
    cover: tuple[str | None, ledger.Posting] | None,
    waiting: Row | None,
) -> Reversed | None:
    """The payment that the reversal names, as the decision needs it."""
    if original is None or original["type"] != "payment.succeeded" or original["order_no"] != row["order_no"]:
        return None
    covers = cover is not None and cover[0] == original["event_id"]
    undone = inbox_register.is_undone(connection, original["event_id"])
    suspended = waiting is not None and waiting["state"] == "open"
    paid_back = waiting is not None and waiting["settlement"] == "paid_back"
    return Reversed(original["amount_fen"], covers, suspended, undone, paid_back)


def _take_back(office: Office, books: Books, row: Row, enrollment: Row, cover: ledger.Posting) -> None:
    """The cover goes; money that waited as a second payment of the same price takes its place."""
    region, id = enrollment["region"], enrollment["id"]
    about = {"coverage_year": enrollment["coverage_year"], "enrollment_id": id, "event_id": row["event_id"]}
    # The money has left for good, wherever it was while it covered.
    books.post(region, cover.reversed("take_back").through(ledger.SUSPENSE, ledger.COLLECTOR), **about)
    take_back_paid(books, enrollment)
    changes = {"state": State.REVERSED, "covering_posting": None, "updated_at": books.now}
    enrollments.change(books.connection, id, **changes)
    books.audit(region, COLLECTOR, "reversed", id, event_id=row["event_id"], amount_fen=row["amount_fen"])
    listings = roster_register.of_person(books.connection, region, enrollments.personal_of(books.connection, id)[1])
    for item in suspense_register.open_items_of_order(books.connection, row["region"], row["order_no"]):
        price = book_money.price_on(office, books, enrollment, business_day(item["paid_at"]))
        if item["reason"] == Reason.SECOND_PAYMENT and price and price.fen == item["amount_fen"]:
            book_money.settle(books, item, row["event_id"], "covers_after_reversal", enrollment)
            book_money.cover(books, item, enrollment, price, ledger.SUSPENSE)
            weigh_payment(office, books, enrollment, item, listings)
            return
    price_after_reversal(office, books, id, listings)
