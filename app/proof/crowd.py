"""Everybody who can be told apart on one day of payment, under one pack or under several at once."""

from collections.abc import Iterable, Iterator
from math import prod
from typing import Any

from app.proof import axes as ax
from app.proof.asked import NEVER, expected, marks_of
from app.proof.axes import Ask, Axis
from app.proof.begins import from_payment
from app.proof.bits import Bits, Table
from app.proof.diagram import Diagram
from app.proof.parts import Part, State
from app.proof.plan import Plan
from app.proof.under import Under
from app.proof.values import IDENTITY, person_of
from app.rules import conditions as c
from app.rules import days
from app.rules.person import Person

MOST_BITS = 1 << 17  # beyond it whole numbers take more time and memory than diagrams


class Crowd:
    """The people of one day of payment; what is said of them is a set of classes: a whole number with a bit for each,
    or a diagram where they are more than `most_bits`."""

    def __init__(self, plan: Plan, pay: int, most_bits: int = MOST_BITS, like: "Crowd | None" = None) -> None:
        """`like`: another day's crowd, whose diagrams are taken over where there are as many of each part: most of what
        has to be worked out is known there."""
        self.plan, self.pay = plan, pay
        self._days = {(k, True): under.there(pay) for k, under in enumerate(plan.unders)}
        self._days |= {(k, False): under.payment(pay) for k, under in enumerate(plan.unders)}
        self._ruled = list(self._rules())
        self._asks = dict.fromkeys([*self._ruled, *self._marks()])
        self._said: dict[tuple[int, int, bool], Bits] = {}
        self.atoms: dict[str, dict[Ask, int]] = {}
        for ask in self._asks:
            self._collect(ask)
        built = self._axes()
        self.built = {axis.name: (axis, asks) for part in built.values() for axis, asks in part}
        self.states = {part: self._states(part, built.get(part, [])) for part in self.atoms}
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
        day = self._days[k, of_the_day]
        return Ask(self.plan.unders[k], day, self.plan.folded(when, day))

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
        day = self._days[k, of_the_day]
        return Ask(self.plan.unders[k], day, c.EventBy(c.Birth(), day))

    def levels(self, k: int) -> set[int]:
        """The days on which benefits of some way in start for everybody who pays on this day."""
        under, pay = self.plan.unders[k], self._days[k, False]
        found = set()
        for start, _ in under.starts:
            if start.anchor == "payment":
                found.add(from_payment(start, pay))
            if start.day is not None:
                found.add(start.day)
        return {day for day in found if under.earliest < day <= under.policy.last_day}

    def _collect(self, ask: Ask) -> None:
        """Remembers the conditions about one part that a condition is made of."""
        for part, test in self.plan.pieces(ask.test):
            piece = Ask(ask.under, ask.day, test)
            if part is not None:
                asked = self.atoms.setdefault(part, {})
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
        return list(made.states(list(self.atoms[part])))

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

    def column(self, part: str, held: Iterable[int]) -> Bits:
        """Where the state of a part is one for which something holds."""
        return self.table.column(self._order[part], held)

    def _column(self, part: str, atom: Ask) -> Bits:
        key = part, self.atoms[part][atom]
        if key not in self._columns:
            if part not in self._held:
                self._held[part] = list(zip(*(state.truths for state in self.states[part]), strict=True))
            self._columns[key] = self.column(part, self._held[part][key[1]])
        return self._columns[key]

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
            said |= self.said_at(part, i, high=high)
        return self.person_of(said)

    def said_at(self, part: str, i: int, *, high: bool) -> dict[str, Any]:
        """What one end of a state of a part says, by axis."""
        key = part, i, high
        if key not in self._said_of:
            values = self.states[part][i].high if high else self.states[part][i].low
            self._said_of[key] = {axis: value for axis, value in values.items() if value != ()}
        return self._said_of[key]

    def person_of(self, said: dict[str, Any]) -> Person:
        """Somebody of whom this is said, by axis."""
        base = self.plan.unders[0]
        return person_of(said, base.policy.coverage_year - base.years, self.plan.asked)
