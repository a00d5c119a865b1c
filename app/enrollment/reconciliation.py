"""A line of the tax bureau's statement beside what arrived here and what is covered: in what do they differ?

Three sides: the statement (what moved), the inbox and the ledger (what was told and booked), the cover (what a person
has of it). A line can differ in several ways. What has been put right since (suspended money that was settled) is no
difference any more.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.enrollment.payments import Reason, State

Row = Mapping[str, Any]
TYPES = {
    "callback_missed": "对账单上有，没有收到通知",
    "not_on_statement": "收到过通知，对账单上没有",
    "amount_differs": "金额不一致",
    "content_differs": "通知与对账单的订单、类型或时间不一致",
    "reversed": "只有一方有退费",
    "paid_twice": "同一订单缴费两次",
    "not_booked": "已收到通知，没有入账或没有参保",
    "wrong_region": "订单属于其他地区",
    "wrong_year": "订单属于其他年度，或年度已结束",
    "unknown_order": "没有这个订单",
}
# What a clerk can take over from the statement: events that never arrived.
TAKEN_OVER = frozenset({("callback_missed", None), ("reversed", "not_arrived")})


@dataclass(frozen=True, slots=True)
class Scope:
    """Which orders the statement is about: below a division code (all where empty), of a year (all where 0)."""

    region: str = ""
    year: int = 0

    def leaves_out(self, region: str) -> bool:
        """Whether the order is another region's. One that was not made here (no region) is nobody's."""
        return bool(region) and not region.startswith(self.region)


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the statement; `paid_at` in microseconds since 1970, `region` empty for an order not made here."""

    line: int
    event_id: str
    type: str
    order_no: str
    amount_fen: int
    paid_at: int
    paid_year: int
    reverses_event_id: str | None
    region: str

    @property
    def came_in(self) -> bool:
        return self.type == "payment.succeeded"


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference; `booked_fen` is what this side says, where it says anything."""

    type: str
    reason: str | None = None
    booked_fen: int | None = None

    @property
    def can_be_taken_over(self) -> bool:
        return (self.type, self.reason) in TAKEN_OVER


@dataclass(slots=True)
class Comparison:
    """Lines are compared one by one; what they have to do with each other is remembered here."""

    scope: Scope
    _missed: dict[str, str] = field(default_factory=dict)  # order -> its first payment that never arrived
    _undone: set[str] = field(default_factory=set)  # payments that the statement takes back, unknown to us

    def of_line(self, said: Said, known: Row | None, order: Row | None) -> list[Finding]:
        """`known` is the event as it arrived here, `order` the enrollment."""
        if self.scope.leaves_out(said.region):
            return [Finding("wrong_region")]
        if known is None:
            return [*self._order(said, order), *self._missing(said, order)]
        differs = list(_content(said, known, None if self.scope.leaves_out(known["region"]) else known["amount_fen"]))
        if differs:
            return differs
        waits = known["suspense_state"] == "open"
        if waits or known["effect"] != "suspended":  # else somebody has settled it
            return [*self._order(said, order), *_booked(said, known, order, waits)]
        return []

    def _order(self, said: Said, order: Row | None) -> Iterator[Finding]:
        if order is None:
            yield Finding("unknown_order")
        elif self.scope.year not in (0, order["coverage_year"]):
            yield Finding("wrong_year", "other_year")
        elif said.came_in and said.paid_year > order["coverage_year"]:
            yield Finding("wrong_year", "year_over")

    def _missing(self, said: Said, order: Row | None) -> Iterator[Finding]:
        """It never arrived."""
        if not said.came_in:
            self._undone.add(str(said.reverses_event_id))
            yield Finding("reversed", "not_arrived")
            return
        yield Finding("callback_missed")
        others = [self._missed.get(said.order_no), order["covered_by"] if order is not None else None]
        if any(other is not None and other not in self._undone for other in others):
            yield Finding("paid_twice", "not_arrived")
        else:
            self._missed[said.order_no] = said.event_id


def _content(said: Said, known: Row, booked_fen: int | None) -> Iterator[Finding]:
    """What the callback told and what the statement says of it; `booked_fen` is what may be told of the amount."""
    if said.amount_fen != known["amount_fen"]:
        yield Finding("amount_differs", "callback", booked_fen)
    if (said.type, said.order_no) != (known["type"], known["order_no"]):
        yield Finding("content_differs", "order" if said.order_no != known["order_no"] else "type", booked_fen)
    elif not said.came_in and said.reverses_event_id != known["reverses_event_id"]:
        yield Finding("content_differs", "reverses_event_id", booked_fen)
    elif said.paid_at // 1_000_000 != known["paid_at"] // 1_000_000:
        yield Finding("content_differs", "paid_at", booked_fen)


def _booked(said: Said, known: Row, order: Row | None, waits: bool) -> Iterator[Finding]:
    """The callback told the same; was it booked, and is the person covered by it?"""
    if waits and known["reason"] == Reason.UNKNOWN_ORDER:
        return  # told of the order
    if waits and known["reason"] == Reason.SECOND_PAYMENT:
        yield Finding("paid_twice", "suspended", known["amount_fen"])
    elif waits and known["reason"] == Reason.AMOUNT_MISMATCH and said.came_in and order is not None:
        yield Finding("amount_differs", "receivable", order["payable_fen"])
    elif waits:
        yield Finding("not_booked", known["reason"])
    elif known["effect"] == "covered" and not known["undone"]:
        if order is None or order["state"] != State.COVERED or order["covered_by"] != said.event_id:
            yield Finding("not_booked", "not_covered")
        elif order["booked_fen"] != said.amount_fen:
            yield Finding("amount_differs", "ledger", order["booked_fen"])


def not_on_statement(known: Row) -> Finding:
    """An event of the day that arrived here, and that the statement has not."""
    if known["type"] == "payment.succeeded":
        return Finding("not_on_statement", None, known["amount_fen"])
    return Finding("reversed", "not_on_statement", known["amount_fen"])
