"""A quote: who, when, under which notice -> what it costs, why, and from when it covers."""

from datetime import date
from typing import Any

from app.rules import vocabulary as v
from app.rules.compiling import Compiled, Verdict
from app.rules.conditions import Birth, CircumstanceDay, Event
from app.rules.days import iso
from app.rules.facts import Facts, read_facts
from app.rules.finding import Finding, Question, find, holds_through
from app.rules.person import Person
from app.rules.shape import question_shape, shape
from app.rules.skeleton import Skeleton
from app.rules.standing import NONE_LEFT, STATED, UNSTATED, Class, belongs, taken_subsidy
from app.rules.unknown import Undecided

_MOST_KEPT = 128  # answers a pack keeps: real traffic meets a few dozen, hostile traffic must not fill the memory


class Quote:
    """An answer: the skeleton of its class and the days to fill in (pay, start, event, until)."""

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
    facts, day = read_facts(person, compiled.policy.coverage_year), pay_date.toordinal()
    finding = find(compiled, facts, day)
    if isinstance(finding, Question):
        return Quote(Skeleton(question_shape(compiled.policy, finding)), _NO_DAYS)
    until = holds_through(compiled, facts, finding) if finding[0] in _LASTING else 0
    return _filled(compiled, facts, finding, day, until)


_NO_DAYS = ("", "", "", "")
# The answers that name the last day they hold for.
_LASTING = frozenset({v.OPEN, v.NOT_YET_OPEN, v.WINDOW_CLOSED, v.PAUSED, v.NOT_YET_MAIN})


class Kind:
    """Everything that is the same for all verdicts of one kind, and the answers written for its classes so far."""

    __slots__ = ("asides", "event", "skeletons", "verdict")

    def __init__(self, compiled: Compiled, verdict: tuple[Any, ...]) -> None:
        policy, (code, _, _, _, number, _, subsidy, _, _) = compiled.policy, verdict
        route = policy.routes[number] if number >= 0 else None
        row = taken_subsidy(policy, route, subsidy)
        self.verdict, self.skeletons = verdict, dict[Any, Skeleton]()
        self.event = route.event if route else None
        self.asides = [(i, t) for i, t in compiled.asides.items() if belongs(policy.notes[i], code, route, row)]


def _filled(compiled: Compiled, facts: Facts, verdict: Verdict, day: int, until: int) -> Quote:
    policy, start = compiled.policy, verdict[9]
    kind = compiled.kinds.get(verdict[:9]) or _new_kind(compiled, verdict[:9])
    event = _event_day(facts, kind.event) if kind.event is not None else 0
    state = UNSTATED if start is None else NONE_LEFT if start > policy.last_day else STATED
    held = _held(facts, day) if facts.identities else ()
    notes = _notes(kind, facts, day) if kind.asides else ()
    key = (state, held, day > policy.main_closes, event > 0, notes)
    skeleton = kind.skeletons.get(key) or _new_skeleton(compiled, kind, key)
    return Quote(
        skeleton,
        (iso(day), iso(start) if state == STATED else "", iso(event) if event else "", iso(until) if until else ""),
    )


def _new_kind(compiled: Compiled, verdict: tuple[Any, ...]) -> Kind:
    _make_room(compiled)
    kind = compiled.kinds[verdict] = Kind(compiled, verdict)
    return kind


def _make_room(compiled: Compiled) -> None:
    if sum(1 + len(kind.skeletons) for kind in compiled.kinds.values()) >= _MOST_KEPT:
        compiled.kinds.clear()


def _new_skeleton(compiled: Compiled, kind: Kind, key: tuple[Any, ...]) -> Skeleton:
    _make_room(compiled)
    code, _, _, incentives, number, wait, subsidy, who, opened = kind.verdict
    state, held, late, dated, notes = key
    group = Class(code, number, wait, state, subsidy, who, opened, incentives, held, late, dated, notes)
    skeleton = kind.skeletons[key] = Skeleton(shape(compiled.policy, group))
    return skeleton


def _held(facts: Facts, day: int) -> tuple[str, ...]:
    """The identities that count on the day, in an order that does not depend on the request's."""
    held = [code for code, since in facts.identities.items() if since <= day]
    if len(held) > 1:
        held.sort()
    return tuple(held)


def _notes(kind: Kind, facts: Facts, day: int) -> tuple[int, ...]:
    """The conditional notes that hold. One that rests on an unknown fact does not: it would claim what nobody said."""
    shown = []
    for i, holds in kind.asides:
        try:
            if holds(day, facts):
                shown.append(i)
        except Undecided:
            continue
    return tuple(shown)


def _event_day(facts: Facts, event: Event) -> int:
    """The day of the event, 0 where it is not known."""
    if isinstance(event, CircumstanceDay):
        day = facts.circumstances.get(event.code)
    else:
        day = facts.birth if isinstance(event, Birth) else facts.ended
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
        return Skeleton(question_shape(compiled.policy, finding)).answer(_NO_DAYS)
    return _filled(compiled, facts, finding, day, until if finding[0] in _LASTING else 0).answer()
