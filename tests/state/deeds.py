"""What can happen to an enrollment, as values that Hypothesis draws, prints and makes smaller."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.state.price_table import MOMENTS

Odd = tuple[tuple[str, Any], ...]  # what differs from what one would expect
NO_ORDER = "no-such-order"


@dataclass(frozen=True)
class Pay:
    """`due` is the price of the day of payment, `recorded` the one that the enrollment shows."""

    when: str
    amount: str = "due"
    odd: Odd = ()
    held_up: bool = False  # made, but it doesn't arrive until it is sent again


@dataclass(frozen=True)
class Reverse:
    """The latest payment for the order, or the one before it, or (which nobody can) a reversal."""

    before: int = 0
    of: str = "payments"
    odd: Odd = ()


@dataclass(frozen=True)
class Early:
    """A reversal, and then the payment that it names; what is odd about the reversal keeps them apart."""

    when: str
    odd: Odd = ()


@dataclass(frozen=True)
class Again:
    """An event a second time, or for the first time where it was held up; or something else under its id."""

    before: int = 0
    of: str = "payments"
    odd: Odd = ()
    spaced: bool = False


@dataclass(frozen=True)
class Read:
    """Somebody asks for the enrollment, and whether the person is covered."""


@dataclass(frozen=True)
class Cancel:
    """Somebody cancels."""


@dataclass(frozen=True)
class Settle:
    """A clerk settles the latest item of the whole list, or one before it."""

    before: int = 0


@dataclass(frozen=True)
class Wait:
    """The clock goes on, by days that matter; then mostly somebody reads."""

    days: int = 1
    read: bool = True


Deed = Pay | Reverse | Early | Again | Read | Cancel | Settle | Wait


def _odd(*changes: tuple[str, Any], usual: int = 4) -> st.SearchStrategy[Odd]:
    return st.sampled_from([()] * usual + [(change,) for change in changes])


# What stands in a list more than once is tried more often.
_BEFORE = st.sampled_from([0, 0, 0, 1, 1, 2])
_OF = st.sampled_from(["payments"] * 8 + ["reversals"])
_WHEN = st.sampled_from(["in the window"] * 3 + ["in its last second", "a second later"] * 2 + list(MOMENTS[2024]))
_AMOUNT = st.sampled_from(["due"] * 6 + ["recorded", "a fen more"])
_HELD_UP = st.sampled_from([False] * 6 + [True])
_ORDER, _FEN = ("order_no", NO_ORDER), ("amount_fen", 1)
# A payment that names another event is still a payment.
_PAY = st.builds(Pay, _WHEN, _AMOUNT, _odd(("reverses_event_id", "event-1"), _ORDER, usual=10), _HELD_UP)
_REVERSE = st.builds(Reverse, _BEFORE, _OF, _odd(_FEN, _FEN, _ORDER, usual=7))
_EARLY = st.builds(Early, _WHEN, _odd(_FEN, _ORDER, usual=2))
_AGAIN = st.builds(Again, _BEFORE, _OF, _odd(_FEN, _ORDER, ("more", 1), usual=6), st.booleans())
_SETTLE = st.builds(Settle, _BEFORE)
_AT_THE_COUNTER = st.sampled_from([Read(), Read(), Cancel()])
_WAIT = st.sampled_from([Wait(1), Wait(1, read=False), Wait(2), Wait(3), Wait(3, read=False)])
_WEIGHTS = {_PAY: 5, _REVERSE: 5, _EARLY: 1, _AGAIN: 2, _SETTLE: 2, _AT_THE_COUNTER: 3, _WAIT: 2}
# Not one_of: it takes each of them once.
DEEDS: st.SearchStrategy[Any] = st.sampled_from([s for s, n in _WEIGHTS.items() for _ in range(n)]).flatmap(lambda s: s)
