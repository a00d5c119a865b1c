"""What decides whether somebody's way in closes just before a day and opens again just after it."""

from collections.abc import Iterable, Iterator

from app.proof.asked import Rule
from app.proof.axes import Ask
from app.proof.deciding import Deciding
from app.proof.plan import Plan
from app.rules import conditions as c

_DATED = c.PaidBy | c.HasIdentity | c.HasClass | c.HasCircumstance  # tests that can come out otherwise on another day


def near(plan: Plan, pay: int, few: int) -> tuple[Deciding, Deciding, Deciding] | None:
    """What decides whether a way in opens within less than so many days after a day, what whether one closes within
    as many before it besides, and what at which price; None where that can't be."""
    rules = [(k, rule) for k, rule in plan.rules if rule.kind == "route"]
    closing = [(k, rule) for k, rule in rules if _changes(plan, k, rule.when, pay, -few)]
    opening = [(k, rule) for k, rule in rules if _changes(plan, k, rule.when, pay, few)]
    if not closing or not opening:
        return None
    opening += [(k, rule) for k, rule in plan.rules if rule.kind == "expected"]
    subsidies = [(k, rule) for k, rule in plan.rules if rule.kind == "subsidy"]
    days = range(pay - few + 1, pay + few)
    found = opening, [*opening, *closing], [*opening, *closing, *subsidies]
    return _deciding(plan, found[0], days), _deciding(plan, found[1], days), _deciding(plan, found[2], days)


def _changes(plan: Plan, k: int, when: c.Condition, pay: int, few: int) -> bool:
    """Whether a condition can begin to hold within so many days, or, where they are negative, have ceased to."""
    there = plan.unders[k].there(pay)
    days = range(there, there + few) if few > 0 else range(there + few + 1, there + 1)
    left = {id(test): test for day in days for test in [plan.folded(when, day)]}
    return len(left) > 1 or any((few > 0) in set(_until(test)) for test in left.values())


def _until(test: c.Condition, *, negated: bool = False) -> Iterator[bool]:
    """Of each test of the day of payment in a condition, whether it is one that must not hold."""
    match test:
        case c.All(parts) | c.Any(parts):
            for part in parts:
                yield from _until(part, negated=negated)
        case c.Not(part):
            yield from _until(part, negated=not negated)
        case c.PaidBy():
            yield negated


def _deciding(plan: Plan, rules: Iterable[tuple[int, Rule]], days: range) -> Deciding:
    """What decides on these days; what has nothing to do with days is asked on the first."""
    leaves = dict.fromkeys((plan.unders[k], leaf) for k, rule in rules for leaf in c.leaves(rule.when))
    asked = (
        Ask(under, under.there(day), leaf)
        for under, leaf in leaves
        for day in (days if isinstance(leaf, _DATED) else days[:1])
    )
    born = (
        Ask(under, under.there(day), c.EventBy(c.Birth(), under.there(day))) for under in plan.unders for day in days
    )
    return Deciding([*asked, *born], lambda ask: plan.axes_of(ask.test))
