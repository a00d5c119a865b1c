"""The days on which an answer for a person with unknown days can change at all.

With known facts a verdict says itself how long it holds. Unknown days are cut by thresholds of two kinds: fixed days,
and days that lie a span before the day of payment. The order of two such thresholds, and so the set of possible
answers, changes only where a fixed or known day plus a span meets the day of payment, and on the days right behind it
(a range that opens holds one day first, then several). These are all the days that have to be looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from app.rules import conditions as c
from app.rules import days
from app.rules.earliest import earliest_of_all
from app.rules.facts import Facts
from app.rules.policy import Policy

Span = tuple[int, str]
_CENTURY = days.FIRST + 366 * 101


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a policy compares days with: its spans, and every day on which its own fixed days can make a difference."""

    spans: frozenset[Span]
    fixed: frozenset[int]


def next_change(policy: Policy, thresholds: Thresholds, facts: Facts, day: int) -> int:
    """The first day after `day` on which something may change; the day after the coverage year at the latest."""
    known = (near for d in _known_days(facts) for near in _behind(d, thresholds.spans))
    return min([policy.last_day + 1, *(d for d in chain(thresholds.fixed, known) if d > day)])


def _known_days(facts: Facts) -> Iterator[int]:
    candidates = [facts.birth, facts.ended, *facts.circumstances.values(), *facts.identities.values()]
    return (d for d in candidates if type(d) is int and d > 0)


def thresholds_of(policy: Policy) -> Thresholds:
    spans = frozenset({(0, "days"), *_spans(policy)})
    near = {n for d in _fixed_days(policy) for n in _behind(d, spans)} | set(_month_firsts(policy))
    return Thresholds(spans, frozenset(d for d in near if policy.opens <= d <= policy.last_day))


def _spans(policy: Policy) -> Iterator[Span]:
    for route in policy.routes:
        # A start that moves with payment, or lies days behind an event, meets a day that does not on these days.
        yield from ((-route.start.shift, "days"), (route.start.shift, "days"))
        for wait in route.waits:
            lead = wait.days + wait.shift + route.start.shift
            yield from (((-wait.months, "months"),) if wait.months else ((-lead, "days"), (-lead - 1, "days")))
    for test in tests_of(policy):
        match test:
            case c.PaidBy(c.After(_, count, unit, _)) | c.EventBy(c.After(_, count, unit, _), _):
                yield count, unit
            case _:
                pass


def _fixed_days(policy: Policy) -> Iterator[int]:
    yield from (
        policy.first_day,
        earliest_of_all(policy),
        policy.last_day + 1,
        *days.year_bounds(policy.coverage_year - 1),
    )
    yield from (d for w in policy.windows for d in (w.opens, w.closes))
    yield from (d for span in (policy.pause.spans if policy.pause else ()) for d in span)
    yield from (r.start.day for r in policy.routes if r.start.day is not None)
    for test in tests_of(policy):
        match test:
            case c.PaidBy(c.On(day)) | c.EventBy(_, day):
                yield day
            case c.HasIdentity(_, first, last) | c.HasClass(_, _, first, last):
                yield from (d for d in (first, last) if d is not None)
            case _:
                pass


def tests_of(policy: Policy) -> Iterator[c.Condition]:
    """Every single test in the policy that can decide an answer."""
    for route in policy.routes:
        yield from c.leaves(route.when)
        for wait in route.waits:
            yield from c.leaves(wait.when)
    for row in policy.subsidies:
        for when in (row.when, *(s.when for s in row.selectors)):
            yield from c.leaves(when)
    for incentive in policy.incentives:
        yield from c.leaves(incentive.when)
    if policy.eligibility.expected_child:
        yield from c.leaves(policy.eligibility.expected_child)


def _behind(day: int, spans: frozenset[Span]) -> Iterator[int]:
    """The day on which `day` plus each span meets the day of payment, and the three after it."""
    for count, unit in spans:
        # Spans reach back a century at most; days before that can't meet a day of payment in any coverage year.
        meet = day + count if unit == "days" else days.plus_months(max(day, _CENTURY), count)
        yield from range(meet - (unit == "months" and count < 0), meet + 4)


def _month_firsts(policy: Policy) -> Iterator[int]:
    day = policy.opens
    while day <= policy.last_day:
        day = days.next_month(day)
        yield day
