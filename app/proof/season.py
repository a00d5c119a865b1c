"""The stretches of days of payment on which the same people can be told apart in the same way.

Every day from the one before the first opening to the one after the year's end is looked at: which fixed days it has
passed, and in which order everything lies that a person's days are compared with. Days with the same order belong
together; so the first and the last day of each stretch are one day on each side of every date that there is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.proof.asked import marks_of
from app.proof.axes import Ask
from app.proof.begins import from_payment, starts_on
from app.proof.plan import Plan
from app.proof.under import Under
from app.rules import conditions as c


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of payment, both included."""

    first: int
    last: int

    @property
    def ends(self) -> tuple[int, ...]:
        return (self.first,) if self.first == self.last else (self.first, self.last)


def stretches(plan: Plan) -> list[Stretch]:
    """All days of the season in stretches."""
    first = min(under.back(under.policy.opens) for under in plan.unders) - 1
    last = max(under.back(under.policy.last_day + 1) for under in plan.unders)
    leaves = [list(dict.fromkeys(_leaves(plan, k))) for k in range(len(plan.unders))]
    found: list[Stretch] = []
    before: Any = None
    for day in range(first, last + 1):
        order = [_order(under, leaves[k], day) for k, under in enumerate(plan.unders)]
        if order == before:
            found[-1] = Stretch(found[-1].first, day)
        else:
            found.append(Stretch(day, day))
        before = order
    return found


def _leaves(plan: Plan, k: int) -> Iterator[c.Condition]:
    for of, when, _ in plan.asks:
        if of == k:
            yield from c.leaves(when)


def _order(under: Under, leaves: Sequence[c.Condition], day: int) -> Any:
    """How everything lies on this day of payment, whatever the days themselves are."""
    policy, there, pay = under.policy, under.there(day), under.payment(day)
    fixed = tuple(
        pay <= leaf.limit.day for leaf in leaves if isinstance(leaf, c.PaidBy) and isinstance(leaf.limit, c.On)
    )
    edges = (
        there < policy.opens,
        there < policy.main_opens,
        there <= policy.last_day,
        there <= policy.main_closes,
        pay == there,
    )
    own = [day, under.back(pay), *starts_on(under, pay)]
    asked = [*leaves, *_marks(under, pay)]
    own += [_cut(Ask(under, pay, leaf)) for leaf in asked]
    own += [bound for leaf in asked for bound in _bounds(under, leaf)]
    ranks = {value: n for n, value in enumerate(sorted(set(own)))}
    return fixed, edges, tuple(ranks[value] for value in own)


def _cut(ask: Ask) -> int:
    found = ask.cut()
    return 0 if found is None else found


def _bounds(under: Under, leaf: c.Condition) -> Iterator[int]:
    """The days that a recognition is compared with, and those of the year."""
    match leaf:
        case c.HasIdentity(_, first, last) | c.HasClass(_, _, first, last):
            yield from (under.back(day) for day in (first, last) if day)
        case _:
            pass


def _marks(under: Under, pay: int) -> Iterator[c.Condition]:
    levels = [from_payment(start, pay) for start, _ in under.starts if start.anchor == "payment"]
    for start, first in under.starts:
        yield from marks_of(under.policy, start, first, levels)
