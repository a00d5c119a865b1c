"""The tax bureau: its orders, the money that moved, and the callbacks that this leads to."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta

from app.simulator.callbacks import Callback
from app.simulator.faults import LATE, OF_PAYMENTS, OF_REVERSALS, Fault, Faults, Plan, plan_of
from app.simulator.forms import Payment, Reversal
from app.simulator.money import SHANGHAI, Movement, Numbers
from app.simulator.orders import Order, Orders
from app.simulator.postman import Postman
from app.simulator.refusals import Refused

_SLIP = 100  # fen: a yuan more or less
_LATE_BY = timedelta(days=1)


def _generator(seed: int | None, purpose: str) -> random.Random:
    """One for each purpose: an event more does not change which faults come, or who is chosen."""
    return random.Random() if seed is None else random.Random(f"{seed} {purpose}")


class Bureau:
    """Of the money it is sure: a withheld callback's money moved, an attack's did not."""

    def __init__(self, postman: Postman, now: Callable[[], datetime], seed: int | None = None) -> None:
        self.orders, self.postman, self._clock = Orders(), postman, now
        self.day: date | None = None  # the business day that it was told, instead of the clock's
        self.faults, self.chance = Faults(_generator(seed, "faults")), _generator(seed, "chance")
        self._numbers = Numbers(_generator(seed, "numbers"))
        self._moved: dict[str, Movement] = {}
        self._reversed: set[str] = set()

    def now(self) -> datetime:
        at = self._clock().astimezone(SHANGHAI)
        return at if self.day is None else datetime.combine(self.day, at.time(), SHANGHAI)

    def today(self) -> date:
        return self.now().astimezone(SHANGHAI).date()

    def money_of(self, day: date) -> list[Movement]:
        """What moved on that day, in the order of its times."""
        return sorted((m for m in self._moved.values() if m.day == day), key=lambda m: m.paid_at)

    def days(self) -> list[date]:
        return sorted({m.day for m in self._moved.values()})

    def pay(self, asked: Payment) -> list[Callback]:
        """The callbacks that are on their way; raises Refused."""
        order, at = self.orders.find(asked.order_no), asked.paid_at or self.now()
        if not asked.regardless:
            _refuse_closed(order, asked)
        amount = _amount(order, asked, at)
        fault = asked.fault or self.faults.draw(OF_PAYMENTS)
        number = self._numbers.strange_order(order.told.region) if fault is Fault.UNKNOWN_ORDER else asked.order_no
        times = 2 if fault is Fault.SECOND_PAYMENT and order.state != "paid" else 1
        plan, amount = plan_of(fault, then_honest=self._honest(asked)), _slipped(amount, fault)
        sent = [self._paid(order, number, amount, at, asked.channel, fault, plan) for _ in range(times)]
        if fault is Fault.LATE_REVERSAL:
            sent.append(self._late_reversal(sent[0]))
        self.postman.send(sent)
        return sent

    def reverse(self, asked: Reversal) -> list[Callback]:
        """The callback that is on its way; raises Refused."""
        payment = self._payment(asked)
        at = asked.paid_at or max(self.now(), payment.paid_at)
        if at < payment.paid_at:
            raise Refused("invalid_request", "a reversal is not before its payment")
        fault, first = asked.fault or self.faults.draw(OF_REVERSALS), self.postman.find(payment.event_id)
        if fault is Fault.REORDER and not first.is_held:
            if asked.fault:
                raise Refused("nothing_to_overtake", "the payment's callback is neither withheld nor held back")
            fault = None
        sent = self._taken_back(payment, at, fault, self._way_back(fault, asked))
        if fault is Fault.REORDER:
            sent.then.append(first)
        self.postman.send([sent])
        return [sent]

    def _way_back(self, fault: Fault | None, asked: Reversal) -> Plan:
        """A reversal that overtakes its payment is not itself held back; a late one is."""
        match fault:
            case Fault.REORDER:
                return Plan()
            case Fault.LATE_REVERSAL:
                return Plan(leaves_after=LATE)
            case _:
                return plan_of(fault, then_honest=self._honest(asked))

    def _late_reversal(self, first: Callback) -> Callback:
        """Of the next day; its time begins to run when the payment's callback is through."""
        payment = first.movement
        late = self._taken_back(payment, payment.paid_at + _LATE_BY, first.fault, Plan(leaves_after=LATE))
        late.behind = True
        first.then.append(late)
        return late

    def _honest(self, asked: Payment | Reversal) -> bool:
        return asked.then_honest if asked.fault else self.faults.then_honest

    def _paid(
        self, order: Order, number: str, amount: int, at: datetime, channel: str, fault: Fault | None, plan: Plan
    ) -> Callback:
        id, voucher = self._numbers.event_id(), self._numbers.voucher_no()
        movement = Movement(id, "payment.succeeded", number, amount, at, voucher, channel)
        if plan.honest:
            self._moved[id] = movement
            if number == order.told.order_no:
                order.paid(id, amount)
        return Callback(movement, fault, plan)

    def _taken_back(self, payment: Movement, at: datetime, fault: Fault | None, plan: Plan) -> Callback:
        id, voucher = self._numbers.event_id(), self._numbers.voucher_no()
        amount = _slipped(payment.amount_fen, fault)
        number, channel = payment.order_no, payment.channel
        movement = Movement(id, "payment.reversed", number, amount, at, voucher, channel, payment.event_id)
        if plan.honest:
            self._moved[id] = movement
            self._reversed.add(payment.event_id)
            if number in self.orders:
                self.orders.find(number).unpaid(payment.event_id)
        return Callback(movement, fault, plan)

    def _payment(self, asked: Reversal) -> Movement:
        """The payment that goes back; raises Refused."""
        payments = [asked.event_id] if asked.event_id else self.orders.find(str(asked.order_no)).payments
        payment = self._moved.get(payments[-1] or "") if payments else None
        if payment is None or payment.kind != "payment.succeeded":
            raise Refused("event_not_found", "there is no such payment")
        if payment.event_id in self._reversed:
            raise Refused("already_reversed", "this payment has gone back before")
        return payment


def _refuse_closed(order: Order, asked: Payment) -> None:
    if order.state == "withdrawn":
        raise Refused("order_withdrawn", "canbao has withdrawn this order")
    if order.state == "paid" and asked.fault is not Fault.SECOND_PAYMENT:
        raise Refused("already_paid", "this order has been paid")


def _amount(order: Order, asked: Payment, at: datetime) -> int:
    """What is paid: what is asked for, else what is due; raises Refused where that is nothing, or no longer."""
    if asked.amount_fen is not None:
        return asked.amount_fen
    amount = order.told.payable_fen
    if not amount:
        raise Refused("nothing_due", "nothing can be paid for this order at present")
    last = order.told.due_through
    if last is not None and at.astimezone(SHANGHAI).date() > last and not asked.regardless:
        raise Refused("price_has_run_out", f"this price held through {last}; say paid_at, amount_fen or regardless")
    return amount


def _slipped(amount: int, fault: Fault | None) -> int:
    if fault is not Fault.WRONG_AMOUNT:
        return amount
    return amount - _SLIP if amount > _SLIP else amount + _SLIP
