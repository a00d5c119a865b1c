"""What a payment event does to an enrollment: decided here, done in the workflow.

Money that has arrived is never refused: what can't be booked goes into suspense, with a reason.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class State(StrEnum):
    AWAITING_PAYMENT = "awaiting_payment"
    COVERED = "covered"
    REVERSED = "reversed"
    CANCELLED = "cancelled"


class Reason(StrEnum):
    """Why money is in suspense."""

    UNKNOWN_ORDER = "unknown_order"
    AMOUNT_MISMATCH = "amount_mismatch"
    SECOND_PAYMENT = "second_payment"
    ORDER_CANCELLED = "order_cancelled"
    NO_PRICE_ON_PAYMENT_DAY = "no_price_on_payment_day"
    REVERSAL_WITHOUT_PAYMENT = "reversal_without_payment"
    ALREADY_REVERSED = "already_reversed"


@dataclass(frozen=True, slots=True)
class Decision:
    """`cover`: the order is paid. `take_back`: a booked payment is undone. `settle`: it meets an open suspense item.
    `acknowledge`: it records what is booked already. `suspend`: it waits, for `reason`."""

    deed: Literal["cover", "take_back", "settle", "acknowledge", "suspend"]
    reason: Reason | None = None


def on_payment(state: State | None, amount: int, price: int | None, *, already_reversed: bool) -> Decision:
    """`state` is None for an unknown order; `price` is what the order costs on the day of payment, None if nothing."""
    if already_reversed:
        return Decision("settle")
    if state is None:
        return Decision("suspend", Reason.UNKNOWN_ORDER)
    if state is State.CANCELLED:
        return Decision("suspend", Reason.ORDER_CANCELLED)
    if state is State.COVERED:
        return Decision("suspend", Reason.SECOND_PAYMENT)
    if price is None:
        return Decision("suspend", Reason.NO_PRICE_ON_PAYMENT_DAY)
    return Decision("cover") if amount == price else Decision("suspend", Reason.AMOUNT_MISMATCH)


@dataclass(frozen=True, slots=True)
class Reversed:
    """The payment that a reversal names: its amount, what was done with it, whether it has been undone before, and
    whether a clerk has paid it back."""

    amount: int
    covers: bool
    suspended: bool
    undone: bool
    paid_back: bool = False


def on_reversal(original: Reversed | None, amount: int) -> Decision:
    if original is None:
        return Decision("suspend", Reason.REVERSAL_WITHOUT_PAYMENT)
    if original.undone:
        return Decision("suspend", Reason.ALREADY_REVERSED)
    if amount != original.amount:
        return Decision("suspend", Reason.AMOUNT_MISMATCH)
    if original.covers:
        return Decision("take_back")
    if original.paid_back:
        return Decision("acknowledge")
    return Decision("settle") if original.suspended else Decision("suspend", Reason.REVERSAL_WITHOUT_PAYMENT)
