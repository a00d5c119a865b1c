"""A quote: who, when, under which notice -> what it costs, why, and from when it covers."""

from datetime import date
from typing import Any

from app.rules import vocabulary as v
from app.rules.compiling import Compiled, Verdict
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
    number, start = verdict[1], verdict[3]
    event = _event_day(facts, compiled.policy.routes[number].event) if number >= 0 else None
    key = _class_of(compiled, facts, verdict, day, dated=event is not None)
    skeleton = compiled.skeletons.get(key)
    if skeleton is None:
        if len(compiled.skeletons) >= _MOST_CLASSES:
            compiled.skeletons.clear()
        skeleton = compiled.skeletons[key] = Skeleton(shape(compiled.policy, key))
    stated = key.start == STATED and number >= 0
    return Quote(
        skeleton, (iso(day), iso(start) if stated else "", iso(event) if event else "", iso(until) if until else "")
    )


def _class_of(compiled: Compiled, facts: Facts, verdict: Verdict, day: int, *, dated: bool) -> Class:
    code, number, wait, start, subsidy, who, opened, incentives, _ = verdict
    policy = compiled.policy
    state = UNSTATED if start is None else NONE_LEFT if start > policy.last_day else STATED
    held = tuple(sorted(c for c, since in facts.identities.items() if since <= day)) if facts.identities else ()
    return Class(
        code, number, wait, state, subsidy, who, opened if len(opened) > 1 else (), incentives, held,
        day > policy.windows[0].closes, dated, _conditional_notes(compiled, facts, verdict, day),
    )  # fmt: skip


def _conditional_notes(compiled: Compiled, facts: Facts, verdict: Verdict, day: int) -> tuple[int, ...]:
    if not compiled.asides:
        return ()
    policy, (code, number, _, _, subsidy, *_) = compiled.policy, verdict
    route = policy.routes[number] if number >= 0 else None
    row = policy.subsidies[subsidy].id if subsidy >= 0 else None
    return tuple(
        i for i in compiled.asides if belongs(policy.notes[i], code, route, row) and _holds(compiled, i, facts, day)
    )


def _holds(compiled: Compiled, note: int, facts: Facts, day: int) -> bool:
    """A note whose condition rests on an unknown fact is not shown: it would claim what nobody said."""
    try:
        return compiled.asides[note](day, facts)
    except Undecided:
        return False


def _event_day(facts: Facts, event: Event | None) -> int | None:
    match event:
        case Birth():
            day = facts.birth
        case EmploymentEnd():
            day = facts.ended
        case CircumstanceDay(code):
            day = facts.circumstances.get(code, UNKNOWN)
        case None:
            return None
    return None if day is UNKNOWN else int(day)


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
