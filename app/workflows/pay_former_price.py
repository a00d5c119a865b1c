"""Payments that a change of the lists has overtaken.

The tax bureau hears of a new price a moment later, and a callback may come days later. Money at the price that was told
covers; what is too much of it or too little, now that the lists are known, is proposed like for anybody who had paid
before the change.
"""

import json
from collections.abc import Sequence
from typing import Any

from app.enrollment.rosters import covered_by
from app.packs.mistakes import PackRefused
from app.packs.shelf import PolicyNotFound
from app.storage import enrollment_register as enrollments
from app.storage import price_register, roster_register
from app.storage.books import Books
from app.workflows.book_money import Price, Row
from app.workflows.do_effects import do_effects
from app.workflows.later_changes import later_than, retraced
from app.workflows.office import Office, business_day
from app.workflows.weigh_change import Cause, Weighing


def former_price(books: Books, enrollment: Row, row: Row) -> tuple[Price, Cause] | None:
    """The price that the payment was told, and the change that ended it."""
    day = business_day(row["paid_at"]).isoformat()
    found = price_register.former_price(books.connection, enrollment, day, row["amount_fen"])
    if found is None:
        return None
    return Price(json.loads(found["quote"]), frozen=False), Cause(**json.loads(found["cause"]))


def weigh_payment(
    office: Office,
    books: Books,
    enrollment: Row,
    row: Row,
    listings: Sequence[Row],
    by: str | None = None,
) -> None:
    """Called when the payment has been booked. `listings` is the person's timeline, `by` whoever brought about the
    change that ended its price. Who is on no list keeps what they have: nothing has changed for them."""
    day = business_day(row["paid_at"]).isoformat()
    later = later_than(day, listings)
    if not later:
        return
    connection, region, id = books.connection, enrollment["region"], enrollment["id"]
    found = enrollments.by_id(connection, id)
    assert found is not None
    paid: dict[str, Any] = {**found, "state": "covered", "covering_posting": books.covering(id), "priced_on": day}
    covered = covered_by(roster_register.sources(connection, region))
    before, steps = retraced(connection, covered, listings, later, by)
    try:
        effect = Weighing(office, connection, region, [paid]).effect(paid, before, steps)
    except (PolicyNotFound, PackRefused):
        return
    if effect is not None:
        do_effects(office, books, [effect])
