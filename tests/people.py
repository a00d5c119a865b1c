"""Hypothesis strategies for people and days that sit on both sides of everything a policy compares."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from app.rules.compiling import Compiled
from app.rules.person import Circumstance, EmployeeInsurance, Identity, Person, contradictions
from app.rules.vocabulary import CIRCUMSTANCES, CLASSES, IDENTITIES

MAYBE = st.sampled_from([None, True, False])


def pay_days(compiled: Compiled) -> st.SearchStrategy[date]:
    """Days of payment: any day around the season, and more often the days next to a window's edge."""
    policy = compiled.policy
    edges = [d for w in policy.windows for d in (w.opens, w.closes)] + [policy.first_day, policy.last_day]
    near = st.builds(lambda d, k: date.fromordinal(d + k), st.sampled_from(edges), st.integers(-2, 2))
    return near | st.integers(policy.opens - 3, policy.last_day + 3).map(date.fromordinal)


def event_days(compiled: Compiled) -> st.SearchStrategy[date]:
    """Days of events: the season and the two years around it, days that lie 90 days or 3 months before something."""
    policy = compiled.policy
    edges = [d for w in policy.windows for d in (w.opens, w.closes)] + [policy.first_day, policy.last_day]
    near = st.builds(
        lambda d, back, k: date.fromordinal(d - back + k),
        st.sampled_from(edges),
        st.sampled_from([0, 90, 91, 92]),
        st.integers(-2, 2),
    )
    return near | st.integers(policy.first_day - 500, policy.last_day + 40).map(date.fromordinal)


def births(compiled: Compiled) -> st.SearchStrategy[date]:
    hundred = st.integers(-3, 400).map(lambda k: date(compiled.policy.coverage_year - 101, 12, 30) + timedelta(days=k))
    return event_days(compiled) | hundred | st.just(date(1985, 6, 15))


def _identities(compiled: Compiled) -> st.SearchStrategy[tuple[Identity, ...]]:
    def one(code: str) -> st.SearchStrategy[Identity]:
        classes = st.sampled_from([None, *CLASSES[code]]) if code in CLASSES else st.none()
        return st.builds(Identity, st.just(code), classes, st.none() | event_days(compiled))

    named = [*IDENTITIES, *compiled.policy.local_names]
    codes = st.lists(st.sampled_from(named), max_size=3, unique=True)
    return codes.flatmap(lambda chosen: st.tuples(*map(one, chosen)))


def _circumstances(compiled: Compiled) -> st.SearchStrategy[tuple[Circumstance, ...]]:
    def one(code: str) -> st.SearchStrategy[Circumstance]:
        return st.builds(Circumstance, st.just(code), st.none() | event_days(compiled))

    codes = st.lists(st.sampled_from(list(CIRCUMSTANCES)), max_size=2, unique=True)
    return codes.flatmap(lambda chosen: st.tuples(*map(one, chosen)))


def _jobs(compiled: Compiled) -> st.SearchStrategy[EmployeeInsurance | None]:
    months = st.none() | st.sampled_from([0, 1, 2, 3, 12])
    ended = st.builds(
        EmployeeInsurance, st.just("ended"), st.none() | event_days(compiled), months, months, MAYBE, MAYBE
    )
    other = st.builds(EmployeeInsurance, st.sampled_from(["none", "active"]))
    return st.none() | ended | ended | other


def _numbers(compiled: Compiled) -> st.SearchStrategy[tuple[tuple[str, int], ...]]:
    """Some of the numbers that the rules ask for."""

    def one(name: str, low: int, high: int) -> st.SearchStrategy[tuple[str, int] | None]:
        return st.none() | st.tuples(st.just(name), st.integers(low, min(high, low + 8)))

    each = [one(name, low, high) for name, (low, high) in compiled.asked.items()]
    return st.tuples(*each).map(_given)


def _given(found: tuple[tuple[str, int] | None, ...]) -> tuple[tuple[str, int], ...]:
    given = dict(x for x in found if x)
    if "missed_years" in given and "repaid_years" in given:
        given["repaid_years"] = min(given["repaid_years"], given["missed_years"])
    return tuple(given.items())


def people(compiled: Compiled) -> st.SearchStrategy[Person]:
    """Anybody whose facts do not contradict each other, with any of the facts missing."""
    person: st.SearchStrategy[Any] = st.builds(
        Person,
        births(compiled) | births(compiled) | births(compiled) | st.none(),
        st.just(()) | _identities(compiled),
        st.just(()) | _circumstances(compiled),
        _jobs(compiled),
        MAYBE,
        st.booleans(),
        MAYBE,
        st.sampled_from([False, False, False, True]),
        _numbers(compiled),
    )
    return person.filter(lambda p: not contradictions(p, compiled.policy.coverage_year, compiled.known))
