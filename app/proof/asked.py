"""What a pack's rules ask: every condition with the rule it belongs to, and what is left of it on a day of payment."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from app.rules import conditions as c
from app.rules.earliest import earliest
from app.rules.policy import Policy, Route, Selector, Start, Subsidy

NEVER: c.Condition = c.Any(())


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition of the pack and what it decides: the rule's kind and its place in the policy."""

    kind: str
    index: tuple[int, ...]
    when: c.Condition


def rules_of(policy: Policy) -> Iterator[Rule]:
    """Everything that a person is asked under this pack, conditions of notes included."""
    for i, route in enumerate(policy.routes):
        yield Rule("route", (i,), route.when)
        yield from (Rule("wait", (i, n), wait.when) for n, wait in enumerate(route.waits))
        yield from (Rule("start", (i, n), mark) for n, mark in enumerate(start_marks(policy, route, ())))
    for i, row in enumerate(policy.subsidies):
        yield from (Rule("subsidy", (i, n), claim(row, s)) for n, s in enumerate(row.selectors))
    yield from (Rule("incentive", (i,), incentive.when) for i, incentive in enumerate(policy.incentives))
    yield from (Rule("note", (i,), note.when) for i, note in enumerate(policy.notes))
    yield Rule("expected", (), expected(policy))
    yield Rule("start", (-1,), c.EventBy(c.Birth(), policy.last_day))


def claim(row: Subsidy, selector: Selector) -> c.Condition:
    """Whether somebody has a claim to a subsidy for this identity."""
    return c.all_of([row.when, selector.when])


def expected(policy: Policy) -> c.Condition:
    """Who may be enrolled before birth."""
    return policy.eligibility.expected_child or NEVER


def start_marks(policy: Policy, route: Route, levels: Iterable[int]) -> Iterator[c.Condition]:
    """The tests of where the first day with benefits of a way in lies, where it moves with a day of the person."""
    return marks_of(policy, route.start, earliest(policy, route), levels)


def marks_of(policy: Policy, start: Start, first: int, levels: Iterable[int]) -> Iterator[c.Condition]:
    """Whether a start that moves lies within the year, whether behind the `first` day there can be benefits, and on
    which side of the starts of other ways in (`levels`)."""
    if start.anchor not in ("event", "recognition"):
        return
    limits = (policy.last_day, policy.first_day, first, *(near for day in levels for near in (day - 1, day)))
    for limit in dict.fromkeys(limits):
        mark = starts_by(start, limit)
        if mark is not None:
            yield mark


def starts_by(start: Start, limit: int) -> c.Condition | None:
    """Whether what a start moves with has begun by a day; None where it moves with nothing of the person's."""
    by = _month_before(limit) if start.next_month else limit - start.shift
    if start.anchor == "event" and start.event is not None:
        return c.EventBy(start.event, by)
    if start.anchor == "recognition" and start.recognition is not None:
        known = start.recognition
        return c.HasIdentity(known.codes, known.first, by if known.last is None else min(by, known.last))
    return None


def _month_before(limit: int) -> int:
    """The last day whose next month has begun by `limit`."""
    return date.fromordinal(limit).replace(day=1).toordinal() - 1


def fold(condition: c.Condition, pay: int) -> c.Condition:
    """What is left of a condition on this day of payment: `ALWAYS`, `NEVER`, or tests of the person alone."""
    match condition:
        case c.PaidBy(c.On(day)):
            return c.ALWAYS if pay <= day else NEVER
        case c.All(parts):
            found = [p for p in (fold(part, pay) for part in parts) if p != c.ALWAYS]
            return NEVER if NEVER in found else c.all_of(found)
        case c.Any(parts):
            found = [p for p in (fold(part, pay) for part in parts) if p != NEVER]
            return c.ALWAYS if c.ALWAYS in found else c.any_of(found)
        case c.Not(part):
            inner = fold(part, pay)
            return NEVER if inner == c.ALWAYS else c.ALWAYS if inner == NEVER else c.Not(inner)
        case _:
            return condition
