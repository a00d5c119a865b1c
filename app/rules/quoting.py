"""A quote: who, when, under which notice -> what it costs, why, and from when it covers."""

from datetime import date
from typing import Any

from app.rules import vocabulary as v
from app.rules.compiling import Aside, Compiled, Verdict
from app.rules.conditions import Birth, CircumstanceDay, EmploymentEnd, Event
from app.rules.days import iso
from app.rules.facts import Facts, read_facts
from app.rules.finding import Finding, Question, find, holds_through
from app.rules.person import Person
from app.rules.shape import NONE_LEFT, STATED, UNSTATED, Class, belongs, question_shape, shape
from app.rules.skeleton import Skeleton
from app.rules.unknown import UNKNOWN, Undecided

_MOST_CLASSES = 4096  # per pack; real traffic meets a few dozen, and a hostile client must not fill the memory


class Quote:
    """An answer: the skeleton of its class and the days to fill in."""

    __slots__ = ("_days", "_skeleton")

    def __init__(self, skeleton: Skeleton, days: tuple[str, str, str, str]) -> None:
        self._skeleton, self._days = skeleton, days

    def answer(self) -> dict[str, Any]:
        """The contract's answer as plain data."""
        return self._skeleton.answer(self._days)

    def json(self) -> bytes:
        """The contract's answer as UTF-8 JSON."""
        pay, start, event, until = self._days
        return self._skeleton.json((pay.encode(), start.encode(), event.encode(), until.encode()))


def quote(compiled: Compiled, person: Person, pay_date: date) -> Quote:
    """What `person` pays on `pay_date` under the policy. The person's facts must not contradict each other."""
    facts = read_facts(person, compiled.policy.coverage_year)
    return quote_facts(compiled, facts, pay_date.toordinal())


def quote_facts(compiled: Compiled, facts: Facts, day: int) -> Quote:
    finding = find(compiled, facts, day)
    if isinstance(finding, Question):
        return Quote(Skeleton(question_shape(compiled.policy, finding)), ("", "", "", ""))
    until = holds_through(compiled, facts, finding) if finding[0] in _LASTING else 0
    return _filled(compiled, facts, finding, day, until)


# The answers that name the last day they hold for.
_LASTING = frozenset({v.OPEN, v.NOT_YET_OPEN, v.WINDOW_CLOSED})


def _filled(compiled: Compiled, facts: Facts, verdict: Verdict, day: int, until: int) -> Quote:
    code, _, _, incentives, number, wait, start, subsidy, who, opened, _ = verdict
    policy = compiled.policy
    route = policy.routes[number] if number >= 0 else None
    event = _event_day(facts, route.event) if route and route.event else 0
    state = UNSTATED if start is None else NONE_LEFT if start > policy.last_day else STATED
    # The fields of Class, as a plain tuple: it is looked up at every quote and built once per class.
    key = (
        code, number, wait, state, subsidy, who, opened if len(opened) > 1 else (), incentives,
        _held(facts, day) if facts.identities else (), day > policy.windows[0].closes, event > 0,
        _conditional_notes(compiled, facts, verdict, day),
    )  # fmt: skip
    skeleton = compiled.skeletons.get(key) or _new_skeleton(compiled, Class(*key))
    stated = iso(start) if state == STATED else ""
    return Quote(skeleton, (iso(day), stated, iso(event) if event else "", iso(until) if until else ""))


def _new_skeleton(compiled: Compiled, key: Class) -> Skeleton:
    if len(compiled.skeletons) >= _MOST_CLASSES:
        compiled.skeletons.clear()
    skeleton = compiled.skeletons[key] = Skeleton(shape(compiled.policy, key))
    return skeleton


def _held(facts: Facts, day: int) -> tuple[str, ...]:
    return tuple(sorted(code for code, since in facts.identities.items() if since <= day))


def _conditional_notes(compiled: Compiled, facts: Facts, verdict: Verdict, day: int) -> tuple[int, ...]:
    place = (verdict[0], verdict[4], verdict[7])
    asides = compiled.asides_for.get(place)
    if asides is None:
        asides = compiled.asides_for[place] = _asides_for(compiled, *place)
    return tuple([note for note, aside in asides if _holds(aside, facts, day)]) if asides else ()


def _asides_for(compiled: Compiled, code: int, number: int, subsidy: int) -> tuple[tuple[int, Aside], ...]:
    policy = compiled.policy
    route = policy.routes[number] if number >= 0 else None
    row = policy.subsidies[subsidy].id if subsidy >= 0 else None
    return tuple((i, test) for i, test in compiled.asides.items() if belongs(policy.notes[i], code, route, row))


def _holds(aside: Aside, facts: Facts, day: int) -> bool:
    """A note whose condition rests on an unknown fact is not shown: it would claim what nobody said."""
    try:
        return aside(day, facts)
    except Undecided:
        return False


def _event_day(facts: Facts, event: Event) -> int:
    """The day of the event, 0 where it is not known."""
    match event:
        case Birth():
            day = facts.birth
        case EmploymentEnd():
            day = facts.ended
        case CircumstanceDay(code):
            day = facts.circumstances.get(code, UNKNOWN)
    return day if type(day) is int else 0


def calendar(compiled: Compiled, person: Person) -> list[dict[str, Any]]:
    """How the answer changes with the day of payment, from the day before the window opens to the year's last day."""
    facts = read_facts(person, compiled.policy.coverage_year)
    segments, day = [], compiled.policy.opens - 1
    while day <= compiled.policy.last_day:
        finding = find(compiled, facts, day)
        until = holds_through(compiled, facts, finding)
        segments.append({"from": iso(day), "to": iso(until), "quote": _answer_on(compiled, facts, finding, day, until)})
        day = until + 1
    return segments


def _answer_on(compiled: Compiled, facts: Facts, finding: Finding, day: int, until: int) -> dict[str, Any]:
    if isinstance(finding, Question):
        return Skeleton(question_shape(compiled.policy, finding)).answer(("", "", "", ""))
    return _filled(compiled, facts, finding, day, until if finding[0] in _LASTING else 0).answer()
