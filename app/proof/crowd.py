"""Everybody who can be told apart on one day of payment, under one pack or under several at once."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import product
from math import prod
from typing import Any

from app.proof import axes as ax
from app.proof.asked import NEVER, expected, marks_of
from app.proof.axes import Ask, Axis
from app.proof.begins import from_payment
from app.proof.bits import Bits, Table
from app.proof.deciding import Deciding
from app.proof.diagram import Diagram
from app.proof.parts import Part, State, part_of
from app.proof.plan import Plan
from app.proof.under import Under
from app.proof.values import CIRCUMSTANCE, IDENTITY, person_of
from app.rules import conditions as c
from app.rules import days
from app.rules.earliest import earliest_of_all
from app.rules.facts import read_facts
from app.rules.person import Circumstance, Identity, Person
from app.rules.unknown import Undecided

MOST_BITS = 1 << 17  # beyond it whole numbers take more time and memory than diagrams
_WITH_DAYS = frozenset({"birth", "job"})  # parts whose days can lie within a few days
_DATED = ("birth", "job", "identities", "circumstances")


class Crowd:
    """The people of one day of payment; what is said of them is a set of classes: a whole number with a bit for each,
    or a diagram where they are more than `most_bits`."""

    def __init__(self, plan: Plan, pay: int, most_bits: int = MOST_BITS, like: "Crowd | None" = None) -> None:
        """`like`: another day's crowd, whose diagrams are taken over where there are as many of each part: most of what
        has to be worked out is known there."""
        self.plan, self.pay = plan, pay
        self._ruled = list(self._rules())
        self._asks = dict.fromkeys([*self._ruled, *self._marks()])
        self._said: dict[tuple[int, int, bool], Bits] = {}
        self._atoms: dict[str, dict[Ask, int]] = {}
        for ask in self._asks:
            self._collect(ask)
        built = self._axes()
        self._built = {axis.name: (axis, asks) for part in built.values() for axis, asks in part}
        self.states = {part: self._states(part, built.get(part, [])) for part in self._atoms}
        self._said_of: dict[tuple[str, int, bool], dict[str, Any]] = {}
        self._held: dict[str, list[tuple[int, ...]]] = {}  # by part, for each condition where it holds
        self._columns: dict[tuple[str, int], Bits] = {}
        self._order = {part: n for n, part in enumerate(self.states)}
        sizes = [len(states) for states in self.states.values()]
        if like is not None and like.table.sizes == tuple(sizes):
            self.table: Table | Diagram = like.table
        else:
            self.table = Table(sizes) if prod(sizes) <= most_bits else Diagram(sizes)
        self.all: Bits = self.table.all
        self.none: Bits = self.table.none

    def ask(self, k: int, when: c.Condition, *, of_the_day: bool = False) -> Ask:
        """A condition of the pack `k`, with the day of payment settled."""
        under = self.plan.unders[k]
        day = under.there(self.pay) if of_the_day else under.payment(self.pay)
        return Ask(under, day, self.plan.folded(when, day))

    def _rules(self) -> Iterator[Ask]:
        for k, when, of_the_day in self.plan.asks:
            yield self.ask(k, when, of_the_day=of_the_day)
        for k, under in enumerate(self.plan.unders):
            yield self.born(k)
            if under.policy.eligibility.expected_child is not None and under.paused(self.pay):
                yield self.born(k, of_the_day=False)
                yield self.ask(k, expected(under.policy))

    def _marks(self) -> Iterator[Ask]:
        for k, under in enumerate(self.plan.unders):
            levels = sorted(self.levels(k))
            for start, first in under.starts:
                yield from (self.ask(k, mark) for mark in marks_of(under.policy, start, first, levels))

    def born(self, k: int, *, of_the_day: bool = True) -> Ask:
        """Whether somebody is born by the day of payment, or, without payments on it, by that on which they resume."""
        under = self.plan.unders[k]
        day = under.there(self.pay) if of_the_day else under.payment(self.pay)
        return Ask(under, day, c.EventBy(c.Birth(), day))

    def levels(self, k: int) -> set[int]:
        """The days on which benefits of some way in start for everybody who pays on this day."""
        under = self.plan.unders[k]
        policy, pay = under.policy, under.payment(self.pay)
        found = set()
        for start, _ in under.starts:
            if start.anchor == "payment":
                found.add(from_payment(start, pay))
            if start.day is not None:
                found.add(start.day)
        return {day for day in found if earliest_of_all(policy) < day <= policy.last_day}

    def _collect(self, ask: Ask) -> None:
        """Remembers the conditions about one part that a condition is made of."""
        for part, test in self.plan.pieces(ask.test):
            piece = Ask(ask.under, ask.day, test)
            if part is not None:
                asked = self._atoms.setdefault(part, {})
                asked.setdefault(piece, len(asked))
            else:
                self._collect(piece)

    def _axes(self) -> dict[str, list[tuple[Axis, list[Ask]]]]:
        """Every axis that something asks about, by part."""
        asks: dict[str, list[Ask]] = {}
        seen = set[tuple[int, int, int]]()
        for ask in self._asks:
            for leaf, names in self.plan.asked_of(ask.test):
                if (key := (id(ask.under), ask.day, id(leaf))) not in seen:
                    seen.add(key)
                    for name in names:
                        asks.setdefault(name, []).append(Ask(ask.under, ask.day, leaf))
        built: dict[str, list[tuple[Axis, list[Ask]]]] = {}
        for name, told in asks.items():
            built.setdefault(self.plan.part_of(name), []).append((self._axis(name, told), told))
        return built

    def _axis(self, name: str, asks: list[Ask]) -> Axis:
        here = max(under.back(under.payment(self.pay)) for under in self.plan.unders)
        if name == "birth":
            return ax.birth_axis(asks, max(under.back(under.policy.last_day) for under in self.plan.unders))
        if name == "ended":
            settled = [d for u in self.plan.unders for d in self._year_before(u)]
            return ax.ended_axis(asks, settled, self.pay)
        if name in self.plan.groups:
            group = self.plan.groups[name]
            if name.startswith(IDENTITY):
                return ax.identity_axis(group, asks, here, classed=group[0] in self.plan.classed)
            return ax.circumstance_axis(group, asks, here)
        return self.plan.undated_axis(name, asks)

    def _year_before(self, under: Under) -> tuple[int, int]:
        first, last = days.year_bounds(under.policy.coverage_year - 1)
        return under.back(first), under.back(last + 1)

    def _states(self, part: str, built: list[tuple[Axis, list[Ask]]]) -> list[State]:
        base = self.plan.unders[0]
        made = Part([axis for axis, _ in built], [asks for _, asks in built], base.policy.coverage_year - base.years)
        return list(made.states(list(self._atoms[part])))

    def says(self, k: int, when: c.Condition, *, of_the_day: bool = False) -> Bits:
        """For whom a rule of the pack `k` holds."""
        when = self.plan.same(when)
        key = k, id(when), of_the_day
        if key not in self._said:
            self._said[key] = self.holds(self.ask(k, when, of_the_day=of_the_day))
        return self._said[key]

    def told(self, k: int, when: c.Condition) -> Bits | None:
        """For whom a condition of the pack `k` holds; None where nothing asks it."""
        ask = self.ask(k, when)
        return self.holds(ask) if ask in self._asks else None

    def held(self) -> tuple[Any, ...]:
        """How many of each part there are, and for whom each rule holds, in the order of the plan: who is offered what
        hangs on nothing else."""
        return (self.table.sizes, *map(self.holds, self._ruled))

    def holds(self, ask: Ask) -> Bits:
        """The classes for which a condition holds; it must be made of what the plan's rules ask."""
        if ask.test == c.ALWAYS:
            return self.all
        if ask.test == NEVER:
            return self.none
        pieces = self.plan.pieces(ask.test)
        if isinstance(ask.test, c.Not) and len(pieces) == 1 and pieces[0][0] is None:
            return self.all & ~self.holds(Ask(ask.under, ask.day, ask.test.part))
        bits: Bits | None = None
        union = isinstance(ask.test, c.Any)
        for part, test in pieces:
            piece = Ask(ask.under, ask.day, test)
            held = self._column(part, piece) if part is not None else self.holds(piece)
            bits = held if bits is None else bits | held if union else bits & held
        return self.all if bits is None else bits

    def _column(self, part: str, atom: Ask) -> Bits:
        key = part, self._atoms[part][atom]
        if key not in self._columns:
            if part not in self._held:
                self._held[part] = list(zip(*(state.truths for state in self.states[part]), strict=True))
            self._columns[key] = self.table.column(self._order[part], self._held[part][key[1]])
        return self._columns[key]

    def narrow(self, few: int) -> Bits:
        """The classes of which some day lies within a stretch of less than so many days."""
        bits = self.none
        for part in self.states.keys() & _WITH_DAYS:
            bits |= self.table.column(self._order[part], (_is_narrow(state, few) for state in self.states[part]))
        return bits

    def examples(self, bits: Bits, few: int, deciding: Deciding) -> Iterator[tuple[Person, Bits]]:
        """One of all those in `bits` for whom the same decides, and all of them; of those within a stretch of less than
        `few` days and of the others one each."""
        kinds = [columns for part in self.states if len(columns := self._kinds(part, few, deciding)) > 1]
        left = [(bits, 0)]
        while left:
            some, n = left.pop()
            if n == len(kinds):
                yield self.person(self.table.first(some)), some
            else:
                left += ((both, n + 1) for column in reversed(kinds[n]) if (both := some & column))

    def _kinds(self, part: str, few: int, deciding: Deciding) -> list[Bits]:
        dated = part in _WITH_DAYS
        keys = [(deciding.told(state.low), dated and _is_narrow(state, few)) for state in self.states[part]]
        return [self.table.column(self._order[part], (key == kind for key in keys)) for kind in dict.fromkeys(keys)]

    def values(self, number: int, *, high: bool = False) -> dict[str, Any]:
        """The values of one class, by axis, at one of its two ends."""
        found: dict[str, Any] = {}
        for states, i in zip(self.states.values(), self.table.values(number), strict=True):
            found |= states[i].high if high else states[i].low
        return found

    def person(self, number: int, *, high: bool = False) -> Person:
        """An example of the class."""
        said: dict[str, Any] = {}
        for part, i in zip(self.states, self.table.values(number), strict=True):
            said |= self._said_at(part, i, high=high)
        return self._person(said)

    def people(self, number: int) -> Iterator[Person]:
        """Examples of the class: the days of each part early or late, whatever those of the others are."""
        parts = [(part, part_of(part), i) for part, i in zip(self.states, self.table.values(number), strict=True)]
        moving = [kind for kind in _DATED if any(of == kind and self._lasts(part, i) for part, of, i in parts)]
        for late in (dict(zip(moving, chosen, strict=True)) for chosen in product((False, True), repeat=len(moving))):
            said: dict[str, Any] = {}
            for part, kind, i in parts:
                said |= self._said_at(part, i, high=late.get(kind, False))
            yield self._person(said)

    def _lasts(self, part: str, i: int) -> bool:
        return self._said_at(part, i, high=False) != self._said_at(part, i, high=True)

    def _said_at(self, part: str, i: int, *, high: bool) -> dict[str, Any]:
        key = part, i, high
        if key not in self._said_of:
            values = self.states[part][i].high if high else self.states[part][i].low
            self._said_of[key] = {axis: value for axis, value in values.items() if value != ()}
        return self._said_of[key]

    def _person(self, said: dict[str, Any]) -> Person:
        base = self.plan.unders[0]
        return person_of(said, base.policy.coverage_year - base.years, self.plan.asked)

    def born_last(self, count: int) -> list[Bits]:
        """Those of each of the last stretches of days of birth."""
        states = self.states.get("birth", [])
        last = sorted(range(len(states)), key=lambda i: -states[i].high["birth"])[:count]
        return [self.table.column(self._order["birth"], (n == i for n in range(len(states)))) for i in last]

    def _renamed(self, person: Person) -> Person:
        """The person with the codes that stand for alike ones, where they say the same together."""
        kept: list[Identity] = []
        events: list[Circumstance] = []
        for name, (axis, asks) in self._built.items():
            if name not in self.plan.groups:
                continue
            group = self.plan.groups[name]
            ids = [
                (group[0], i.class_, i.since.toordinal() if i.since else 0)
                for i in person.identities
                if i.code in group
            ]
            on = [(group[0], x.on.toordinal()) for x in person.circumstances if x.code in group and x.on]
            held: list[Any] = list(ids if name.startswith(IDENTITY) else on)
            truths = tuple(any(ask.holds({name: (one,)}) for one in held) for ask in asks)
            if truths not in axis.truths:
                return person
            value = axis.values[axis.truths.index(truths)].low
            kept += _identities(value) if name.startswith(IDENTITY) else ()
            events += _circumstances(value) if name.startswith(CIRCUMSTANCE) else ()
        return replace(person, identities=tuple(kept), circumstances=tuple(events))

    def number_of(self, person: Person) -> int | None:
        """The class that somebody of whom everything is known belongs to; None would be a class that was missed."""
        number, example = 0, self._renamed(person)
        for (part, states), stride in zip(self.states.items(), self.table.strides, strict=True):
            truths = tuple(int(_told(ask, example)) for ask in self._atoms[part])
            at = next((i for i, state in enumerate(states) if state.truths == truths), None)
            if at is None:
                return None
            number += at * stride
        return number


def _identities(held: Iterable[tuple[str, str | None, int]]) -> tuple[Identity, ...]:
    return tuple(Identity(code, k, date.fromordinal(day) if day else None) for code, k, day in held)


def _circumstances(held: Iterable[tuple[str, int]]) -> tuple[Circumstance, ...]:
    return tuple(Circumstance(code, date.fromordinal(day)) for code, day in held)


def _told(ask: Ask, person: Person) -> bool:
    facts = read_facts(ask.under.person(person), ask.under.policy.coverage_year)
    try:
        return ask.under.holds(ask.test)(ask.day, facts)
    except (KeyError, Undecided):
        return False  # the day of something that has not happened


def _is_narrow(state: State, few: int) -> bool:
    lows, highs = state.low, state.high
    pairs = ((lows[name], highs[name]) for name in ("birth", "ended") if name in lows)
    return any(low is not None and high is not None and high - low < few for low, high in pairs)
