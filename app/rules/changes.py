"""The days on which an answer for a person with unknown facts can change at all.

With known facts a verdict says itself how long it holds. With unknown ones the thresholds are of two kinds: fixed days,
and days that lie a span before the day of payment. The order of two such thresholds, and so the set of possible
answers, changes only where a fixed or known day plus a span meets the day of payment. These days, and their neighbors
(a range of days that opens holds one day first, then several), are all that has to be looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from app.rules import conditions as c
from app.rules import days
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
    known = (near for d in _known_days(facts) for near in _around(d, thresholds.spans))
    return min([policy.last_day + 1, *(d for d in chain(thresholds.fixed, known) if d > day)])


def _known_days(facts: Facts) -> Iterator[int]:
    candidates = [facts.birth, facts.ended, *facts.circumstances.values(), *facts.identities.values()]
    return (d for d in candidates if type(d) is int and d > 0)


def thresholds_of(policy: Policy) -> Thresholds:
    fixed = {policy.first_day, policy.last_day + 1, *days.year_bounds(policy.coverage_year - 1)}
    spans: set[Span] = {(w.days, "days") for route in policy.routes for w in route.waits}
    fixed |= {d for w in policy.windows for d in (w.opens, w.closes)}
    fixed |= {r.start.day for r in policy.routes if r.start.day is not None}
    for test in _tests(policy):
        fixed |= set(_days_in(test))
        match test:
            case c.PaidBy(c.After(_, count, unit, _)) | c.EventBy(c.After(_, count, unit, _), _):
                spans.add((count, unit))
            case _:
                pass
    near = {n for d in fixed for n in _around(d, frozenset(spans))} | set(_month_firsts(policy))
    return Thresholds(frozenset(spans), frozenset(d for d in near if policy.opens <= d <= policy.last_day))


def _tests(policy: Policy) -> Iterator[c.Condition]:
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


def _days_in(test: c.Condition) -> Iterator[int]:
    match test:
        case c.PaidBy(c.On(day)) | c.EventBy(_, day):
            yield day
        case c.HasIdentity(_, first, last) | c.HasClass(_, _, first, last):
            yield from (d for d in (first, last) if d is not None)
        case _:
            pass


def _around(day: int, spans: frozenset[Span]) -> Iterator[int]:
    """The day itself and the day with each span added or taken away, each with its neighbors."""
    meets = [day]
    for count, unit in spans:
        meets += [day + count, day - count] if unit == "days" else [_months(day, count), _months(day, -count)]
    for meet in meets:
        yield from range(meet - 2, meet + 4)


def _months(day: int, count: int) -> int:
    # Spans reach back a century at most; days before that can't meet a day of payment in any coverage year.
    return days.plus_months(max(day, _CENTURY), count)


def _month_firsts(policy: Policy) -> Iterator[int]:
    day = policy.opens
    while day <= policy.last_day:
        day = days.next_month(day)
        yield day
