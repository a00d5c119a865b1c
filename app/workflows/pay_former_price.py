"""A payment at a price that a change of the lists has ended, made while the old price was told: it was due then.

The tax bureau hears of a new price a moment later, and a callback may come days later. Such money covers; what
is too much of it, now that the lists are known, is proposed like for anybody who had paid before the change.
"""

import json
from typing import Any

from app.packs.mistakes import PackRefused
from app.packs.shelf import PolicyNotFound
from app.storage import enrollment_register as enrollments
from app.storage import price_register
from app.storage.books import Books
from app.workflows.book_money import Price, Row
from app.workflows.do_effects import do_effects
from app.workflows.listed_identities import lists_of
from app.workflows.office import Office, business_day
from app.workflows.weigh_change import Cause, Weighing


def former_price(books: Books, enrollment: Row, row: Row) -> tuple[Price, Cause] | None:
    """The price that the payment was told, and the change that ended it."""
    day = business_day(row["paid_at"]).isoformat()
    found = price_register.former_price(books.connection, enrollment, day, row["amount_fen"])
    if found is None:
        return None
    return Price(json.loads(found["quote"]), frozen=False), Cause(**json.loads(found["cause"]))


def weigh_again(office: Office, books: Books, enrollment: Row, price: Price, row: Row, cause: Cause) -> None:
    """Called when the payment has been booked: the change came before it, but it was paid as if it had not."""
    quoted = price.quoted
    sealed, person_key = enrollments.personal_of(books.connection, enrollment["id"])
    covered: dict[str, Any] = {**enrollment, "state": "covered", "quote": json.dumps(quoted), "personal": sealed}
    covered |= {"covering_posting": books.covering(enrollment["id"]), "person_key": person_key}
    covered["priced_on"] = business_day(row["paid_at"]).isoformat()
    lists = lists_of(books.connection, enrollment["region"], person_key)
    if lists is None:
        return
    weighing = Weighing(office, books.connection, enrollment["region"], [covered])
    try:
        effect = weighing.effect(covered, None, lists, cause, known_before=True)
    except (PolicyNotFound, PackRefused):
        return
    if effect is not None:
        do_effects(office, books, [effect])
