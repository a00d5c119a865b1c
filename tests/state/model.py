"""The small model that the service is held against: written from the contract, without the service's code.

It keeps what the world outside could know: who is registered, which events came, what waits in suspense. The ledger is
not kept at all: at every moment it must be what is covered now plus what is in suspense now.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.state.price_table import MOMENTS, Kind, Price

Event = dict[str, Any]
Account = tuple[str | None, int | None, str]  # region, coverage year, name; an unknown order has neither of the first
DAY_OF = {text: day for moments in MOMENTS.values() for text, day in moments.values()}
PAID_BACK, DISMISSED, BY_AN_EVENT = "paid_back", "dismissed", "by an event"


@dataclass(eq=False)
class Enrolled:
    """`price` is the one that was made last, None where nothing can be paid; `cover` the event that covers, None where
    nothing had to be paid."""

    kind: Kind
    person: str
    id: str
    order_no: str | None
    state: str
    price: Price | None
    cover: str | None = None


@dataclass(eq=False)
class Item:
    """Money in suspense; `settled` says how it left."""

    event: Event
    reason: str
    settled: str | None = None

    @property
    def money(self) -> int:
        """Above zero: came in. Below: went out."""
        return int(self.event["amount_fen"]) * (1 if _is_payment(self.event) else -1)


def _is_payment(event: Event) -> bool:
    return bool(event["type"] == "payment.succeeded")


class Model:
    """Every method is one deed: it tells the expected answer and remembers the effect."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.enrolled: dict[str, Enrolled] = {}
        self.events: dict[str, Event] = {}
        self.items: dict[str, Item] = {}
        self.undone: set[str] = set()  # payments whose reversal has been booked

    # --- people

    def refusal(self, kind: Kind, person: str) -> str | None:
        """Why this registration is refused today, None where it isn't."""
        if kind.on(self.today) is None:
            return "not_enrollable"
        return "already_enrolled" if self.live(person, kind.year) else None

    def register(self, kind: Kind, person: str, id: str, order_no: str | None) -> Enrolled:
        price = kind.on(self.today)
        state = "covered" if price and not price.payable else "awaiting_payment"
        self.enrolled[id] = Enrolled(kind, person, id, order_no, state, price)
        return self.enrolled[id]

    def live(self, person: str, year: int) -> Enrolled | None:
        """The person's one enrollment of the year that is not cancelled."""
        mine = [e for e in self.enrolled.values() if (e.person, e.kind.year) == (person, year)]
        live = [e for e in mine if e.state != "cancelled"]
        assert len(live) <= 1
        return live[0] if live else None

    def cancel(self, one: Enrolled) -> bool:
        """What is paid for is not cancelled; the money has to go back first."""
        if one.cover is not None:
            return False
        one.state = "cancelled"
        return True

    def read(self, one: Enrolled) -> bool:
        """Whoever still has to pay is priced anew once the price has run out, and covered if nothing is due any more.
        Whether that made another price."""
        before = one.price
        owes = one.state in ("awaiting_payment", "reversed")
        if owes and (before is None or self.today > before.last):
            one.price = one.kind.on(self.today)
            one.state = "covered" if one.price and not one.price.payable else one.state
        return one.price != before

    # --- money

    def deliver(self, event: Event) -> int:
        """The status that the callback is answered with."""
        known = self.events.get(event["event_id"])
        if known is not None:
            return 200 if known == event else 409
        self.events[event["event_id"]] = event
        (self._pay if _is_payment(event) else self._reverse)(event)
        return 200

    def settle(self, item: Item) -> bool:
        """By a clerk, once."""
        if item.settled:
            return False
        item.settled = PAID_BACK if item.money > 0 else DISMISSED
        return True

    def of_order(self, order_no: str) -> Enrolled | None:
        return next((e for e in self.enrolled.values() if e.order_no == order_no), None)

    def open_items(self) -> Iterator[Item]:
        return (item for item in self.items.values() if not item.settled)

    def _pay(self, paid: Event) -> None:
        early = next((item for item in self.open_items() if self._meets(item, paid)), None)
        if early:
            early.settled = BY_AN_EVENT
            self.undone.add(paid["event_id"])
        elif reason := self._why_not(paid):
            self.items[paid["event_id"]] = Item(paid, reason)
        else:
            self._cover(paid)

    def _meets(self, item: Item, paid: Event) -> bool:
        """A reversal that came before the payment it names, of the same order and amount."""
        undo = item.event
        same = all(undo[key] == paid[key] for key in ("order_no", "amount_fen"))
        return item.money < 0 and undo["reverses_event_id"] == paid["event_id"] and same

    def _why_not(self, paid: Event) -> str | None:
        """Why the money cannot be booked: first the order, then its state, then the price of the day of payment."""
        one = self.of_order(paid["order_no"])
        if one is None:
            return "unknown_order"
        if one.state == "cancelled" or one.cover is not None:
            return "second_payment" if one.cover else "order_cancelled"
        price = one.kind.on(DAY_OF[paid["paid_at"]])
        if price is None:
            return "no_price_on_payment_day"
        return None if price.payable == paid["amount_fen"] else "amount_mismatch"

    def _cover(self, paid: Event) -> None:
        one = self.of_order(paid["order_no"])
        assert one is not None
        assert one.cover is None
        one.state, one.cover, one.price = "covered", paid["event_id"], one.kind.on(DAY_OF[paid["paid_at"]])

    def _reverse(self, undo: Event) -> None:
        named, one = undo["reverses_event_id"], self.of_order(undo["order_no"])
        if reason := self._why_kept(undo, self.events.get(named)):
            self.items[undo["event_id"]] = Item(undo, reason)
            return
        self.undone.add(named)
        if named in self.items and not self.items[named].settled:
            self.items[named].settled = BY_AN_EVENT
        if one and one.cover == named:
            one.state, one.cover = "reversed", None
            self._next_in_line(one)

    def _why_kept(self, undo: Event, payment: Event | None) -> str | None:
        if payment is None or not _is_payment(payment) or payment["order_no"] != undo["order_no"]:
            return "reversal_without_payment"
        if payment["event_id"] in self.undone:
            return "already_reversed"
        return None if payment["amount_fen"] == undo["amount_fen"] else "amount_mismatch"

    def _next_in_line(self, one: Enrolled) -> None:
        """A second payment that waited takes the place of the one that was reversed, if it pays its own day's price."""
        for item in self.open_items():
            price = one.kind.on(DAY_OF[item.event["paid_at"]]) if item.reason == "second_payment" else None
            if price and item.event["order_no"] == one.order_no and price.payable == item.event["amount_fen"]:
                item.settled = BY_AN_EVENT
                self._cover(item.event)
                return

    def books(self) -> dict[Account, int]:
        """Debits above zero: what is covered now, and what is in suspense now."""
        found: Counter[Account] = Counter()
        for one in self.enrolled.values():
            if one.state == "covered" and one.price:
                found.update(_covered(one.kind, one.price))
        for item in self.open_items():
            order = self.of_order(item.event["order_no"])
            where = (order.kind.region, order.kind.year) if order else (None, None)
            found[*where, "collector"] += item.money
            found[*where, "suspense"] -= item.money
        return {account: fen for account, fen in found.items() if fen}


def _covered(kind: Kind, price: Price) -> dict[Account, int]:
    moved = {"collector": price.payable, f"subsidy:{price.fund}": price.subsidy}
    moved |= {"personal": -price.personal, "surcharge": -price.surcharge}
    return {(kind.region, kind.year, account): fen for account, fen in moved.items()}
