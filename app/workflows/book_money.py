"""What payments and reversals have in common: the price of a day, a cover booked, money suspended, an item settled."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from app.enrollment import ledger
from app.enrollment.payments import Decision
from app.packs.mistakes import PackRefused
from app.packs.shelf import PolicyNotFound
from app.storage import enrollment_register as enrollments
from app.storage import suspense_register
from app.storage.books import Books
from app.storage.ids import new_id
from app.workflows.listed_identities import lists_of, quote_by_lists
from app.workflows.office import COLLECTOR, Office, business_day

Effect = Literal["covered", "reversed", "suspended", "settled"]  # what an event did, as the inbox keeps it
Row = Any  # a row of the database, or one about to become one


@dataclass(frozen=True, slots=True)
class Price:
    """The quote that counts on a day of payment. Of the one that the enrollment carries, which is frozen, only what is
    booked."""

    quoted: dict[str, Any]
    frozen: bool

    @property
    def fen(self) -> int:
        return int(self.quoted["payable_fen"])


def shares_of(quoted: dict[str, Any]) -> str:
    """Who pays how much: what is booked of a quote, as JSON of the same form."""
    subsidies = [{"fund": s["fund"], "amount_fen": s["amount_fen"]} for s in quoted["subsidies"]]
    booked = {name: quoted[name] for name in ("payable_fen", "personal_fen", "surcharge_fen")}
    return json.dumps(booked | {"subsidies": subsidies})


def price_on(office: Office, books: Books, enrollment: Row, day: date) -> Price | None:
    """The frozen price while it holds, or a new one, which may be nothing; None where no way in is open."""
    if enrollment["priced_on"] <= day.isoformat() <= enrollment["due_through"]:
        return Price(json.loads(enrollment["shares"]), frozen=True)
    sealed, person_key = enrollments.personal_of(books.connection, enrollment["id"])
    personal = office.vault.open(sealed, enrollment["id"])
    lists = lists_of(books.connection, enrollment["region"], person_key)
    try:
        quoted = quote_by_lists(office, lists, personal, enrollment["region"], enrollment["coverage_year"], day)
    except (PolicyNotFound, PackRefused):
        return None
    return Price(quoted, frozen=False) if quoted["payable_fen"] is not None else None


def cover(books: Books, row: Row, enrollment: Row, price: Price, source: str = ledger.COLLECTOR) -> None:
    """The money of `row` (an event, or a suspense item) covers the enrollment."""
    quoted, region, id = price.quoted, enrollment["region"], enrollment["id"]
    subsidies = [(s["fund"], s["amount_fen"]) for s in quoted["subsidies"]]
    posting = ledger.cover(quoted["personal_fen"], quoted["surcharge_fen"], subsidies, source)
    about = {"coverage_year": enrollment["coverage_year"], "enrollment_id": id, "event_id": row["event_id"]}
    if not price.frozen:
        day = business_day(row["paid_at"]).isoformat()
        changes = {"payable_fen": price.fen, "due_through": quoted["valid_through"], "priced_on": day}
        changes |= {"quote": json.dumps(quoted, ensure_ascii=False), "shares": shares_of(quoted)}
        enrollments.change(books.connection, id, **changes)
    books.cover(region, id, books.post(region, posting, **about))
    books.audit(region, COLLECTOR, "covered", id, event_id=row["event_id"], amount_fen=price.fen)


def cover_exempt(books: Books, enrollment: Row, quoted: dict[str, Any]) -> None:
    """Nothing is to be paid: the contribution is waived, or the subsidies pay all of it."""
    subsidies = [(s["fund"], s["amount_fen"]) for s in quoted["subsidies"]]
    posting = ledger.cover(quoted["personal_fen"], quoted["surcharge_fen"], subsidies)
    about = {"coverage_year": enrollment["coverage_year"], "enrollment_id": enrollment["id"]}
    books.cover(enrollment["region"], enrollment["id"], books.post(enrollment["region"], posting, **about))


def suspend(books: Books, row: Row, enrollment: Row | None, decision: Decision) -> None:
    """The money waits, for a later event or a clerk."""
    assert decision.reason is not None
    came_in, region = row["type"] == "payment.succeeded", row["region"]
    amount, year = row["amount_fen"] if came_in else -row["amount_fen"], None
    if enrollment is not None:
        year = enrollment["coverage_year"]
    item = {"region": region, "id": new_id(region), "event_id": row["event_id"], "order_no": row["order_no"]}
    item |= {"coverage_year": year, "type": row["type"], "reason": decision.reason, "amount_fen": row["amount_fen"]}
    item |= {"paid_at": row["paid_at"], "state": "open", "opened_at": books.now}
    suspense_register.suspend(books.connection, item)
    books.post(region, ledger.suspend(amount), coverage_year=year, event_id=row["event_id"])
    about = {"event_id": row["event_id"], "amount_fen": amount, "reason": decision.reason, "suspense_id": item["id"]}
    books.audit(region, COLLECTOR, "suspended", enrollment["id"] if enrollment is not None else None, **about)


def settle(books: Books, item: Row, event_id: str, how: str, enrollment: Row | None) -> None:
    """A later event settles an open item."""
    done = {"settlement": how, "settled_by": "system", "settled_at": books.now}
    suspense_register.settle(books.connection, item["id"], **done)
    about = {"event_id": event_id, "suspense_id": item["id"], "settlement": how}
    id = enrollment["id"] if enrollment is not None else None
    books.audit(item["region"], COLLECTOR, "settled", id, **about)
