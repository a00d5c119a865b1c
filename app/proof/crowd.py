"""Everybody who can be told apart on one day of payment, under one pack or under several at once."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from app.proof import axes as ax
from app.proof.alike import circumstances_of, identities_of
from app.proof.asked import NEVER, Rule, fold, rules_of, start_marks
from app.proof.axes import Ask, Axis
from app.proof.bits import Table, numbers
from app.proof.parts import Part, State, part_of
from app.proof.under import Under
from app.proof.values import CIRCUMSTANCE, IDENTITY, person_of
from app.rules import conditions as c
from app.rules import days
from app.rules.person import Person

_AT_PAYMENT = frozenset(
    {"note", "note_part", "expected"}
)  # asked of the day itself; ways in of the day on which payment resumes


class Plan:
    """What is the same on every day: the packs, their rules, and the codes that they treat alike."""

    def __init__(self, unders: Sequence[Under], more: Iterable[tuple[int, Rule]] = ()) -> None:
        self.unders = tuple(unders)
        self.rules = [(k, rule) for k, under in enumerate(unders) for rule in rules_of(under.policy)]
        self.rules += more
        policies = [under.policy for under in unders]
        groups = [(IDENTITY + g[0], g) for g in identities_of(policies)]
        groups += [(CIRCUMSTANCE + g[0], g) for g in circumstances_of(policies)]
        self.groups = dict(groups)

    @cached_property
    def group_of(self) -> dict[str, str]:
        """The axis of each code."""
        return {prefix + code: name for name, g in self.groups.items() for code in g for prefix in _prefix(name)}


def _prefix(name: str) -> tuple[str]:
    return (IDENTITY,) if name.startswith(IDENTITY) else (CIRCUMSTANCE,)


class Crowd:
    """The people of one day of payment; what is said of them is a whole number with a bit for each class."""

    def __init__(self, plan: Plan, pay: int) -> None:
        self.plan, self.pay = plan, pay
        self._asks = list(dict.fromkeys(self._all_asks()))
        self._said: dict[tuple[int, int, bool], tuple[c.Condition, int]] = {}
        self._atoms: dict[str, dict[Ask, int]] = {}
        for ask in self._asks:
            self._collect(ask)
        built = self._axes()
        self.states = {part: self._states(part, built.get(part, [])) for part in self._atoms}
        self._order = {part: n for n, part in enumerate(self.states)}
        self._table = Table([len(states) for states in self.states.values()])
        self.all = self._table.all

    def ask(self, k: int, when: c.Condition, *, of_the_day: bool = False) -> Ask:
        """A condition of the pack `k`, with the day of payment settled."""
        under = self.plan.unders[k]
        day = under.there(self.pay) if of_the_day else under.payment(self.pay)
        return Ask(under, day, fold(when, day))

    def _all_asks(self) -> Iterable[Ask]:
        for k, rule in self.plan.rules:
            yield self.ask(k, rule.when, of_the_day=rule.kind in _AT_PAYMENT)
        for k, under in enumerate(self.plan.unders):
            yield self.born(k)
            levels = sorted(self.levels(k))
            for route in under.policy.routes:
                yield from (self.ask(k, mark) for mark in start_marks(under.policy, route, levels))

    def born(self, k: int) -> Ask:
        """Whether somebody is born by the day of payment."""
        under = self.plan.unders[k]
        return Ask(under, under.there(self.pay), c.EventBy(c.Birth(), under.there(self.pay)))

    def levels(self, k: int) -> set[int]:
        """The days on which benefits of some way in start for everybody who pays on this day."""
        under = self.plan.unders[k]
        policy, pay = under.policy, under.payment(self.pay)
        found = set()
        for route in policy.routes:
            if route.start.anchor == "payment":
                found.add(days.next_month(pay) if route.start.next_month else pay + route.start.shift)
            if route.start.day is not None:
                found.add(route.start.day)
        return {day for day in found if policy.first_day < day <= policy.last_day}

    def _collect(self, ask: Ask) -> None:
        """Remembers the conditions about one part that a condition is made of."""
        for part, atom in self._pieces(ask):
            if part is not None:
                asked = self._atoms.setdefault(part, {})
                asked.setdefault(atom, len(asked))
            else:
                self._collect(atom)

    def _pieces(self, ask: Ask) -> list[tuple[str | None, Ask]]:
        """The condition itself where it is about one part; else its pieces, those about one part taken together."""
        parts = {part_of(axis) for leaf in c.leaves(ask.test) for axis in self._axes_of(leaf)}
        if not parts:
            return []
        if len(parts) == 1:
            return [(parts.pop(), ask)]
        if isinstance(ask.test, c.Not):
            return [(None, Ask(ask.under, ask.day, ask.test.part))]
        assert isinstance(ask.test, c.All | c.Any)
        found: dict[str | None, list[c.Condition]] = {}
        mixed: list[tuple[str | None, Ask]] = []
        for piece in ask.test.parts:
            told = {part_of(axis) for leaf in c.leaves(piece) for axis in self._axes_of(leaf)}
            if len(told) == 1:
                found.setdefault(told.pop(), []).append(piece)
            else:
                mixed.append((None, Ask(ask.under, ask.day, piece)))
        join = c.all_of if isinstance(ask.test, c.All) else c.any_of
        return [(part, Ask(ask.under, ask.day, join(pieces))) for part, pieces in found.items()] + mixed

    def _axes_of(self, leaf: c.Condition) -> set[str]:
        match leaf:
            case c.PaidBy(c.After(event)) | c.EventBy(c.After(event)) | c.EventBy(event):
                return {self._event_axis(event)}
            case c.HasIdentity(codes):
                return {self.plan.group_of[IDENTITY + code] for code in codes if IDENTITY + code in self.plan.group_of}
            case c.HasClass(code):
                return {self.plan.group_of[IDENTITY + code]}
            case c.HasCircumstance(code):
                return {self.plan.group_of[CIRCUMSTANCE + code]}
            case c.HadJob():
                return {"ended"}
            case c.IsTrue(fact):
                return {fact}
            case c.AtLeast(fact) | c.IsOneOf(fact):
                return {"years" if fact in ("missed_years", "repaid_years") else fact}
            case c.Owes():
                return {"years"}
            case _:
                return set()

    def _event_axis(self, event: Any) -> str:
        match event:
            case c.Birth():
                return "birth"
            case c.EmploymentEnd():
                return "ended"
            case c.After(inner):
                return self._event_axis(inner)
            case _:
                return self.plan.group_of[CIRCUMSTANCE + event.code]

    def _axes(self) -> dict[str, list[tuple[Axis, list[Ask]]]]:
        """Every axis that something asks about, by part."""
        asks: dict[str, list[Ask]] = {}
        for ask in self._asks:
            for leaf in c.leaves(ask.test):
                for name in self._axes_of(leaf):
                    told = asks.setdefault(name, [])
                    found = Ask(ask.under, ask.day, leaf)
                    if found not in told:
                        told.append(found)
        built: dict[str, list[tuple[Axis, list[Ask]]]] = {}
        for name, told in asks.items():
            built.setdefault(part_of(name), []).append((self._axis(name, told), told))
        return built

    def _axis(self, name: str, asks: list[Ask]) -> Axis:
        here = max(under.back(under.payment(self.pay)) for under in self.plan.unders)
        if name == "birth":
            return ax.birth_axis(asks, max(under.back(under.policy.last_day) for under in self.plan.unders))
        if name == "ended":
            settled = [d for u in self.plan.unders for d in self._year_before(u)]
            return ax.ended_axis(asks, settled, self.pay)
        if name in self.plan.groups:
            build = ax.identity_axis if name.startswith(IDENTITY) else ax.circumstance_axis
            return build(self.plan.groups[name], asks, here)
        if name == "years":
            return ax.years_axis(asks)
        if name in ("insured", "parent", "gap", "lapsed", "zero_claims"):
            return ax.flag_axis(name, asks)
        bounds = [u.compiled.asked.get(name, (0, 12)) for u in self.plan.unders]
        return ax.number_axis(name, asks, (min(low for low, _ in bounds), max(high for _, high in bounds)))

    def _year_before(self, under: Under) -> tuple[int, int]:
        first, last = days.year_bounds(under.policy.coverage_year - 1)
        return under.back(first), under.back(last + 1)

    def _states(self, part: str, built: list[tuple[Axis, list[Ask]]]) -> list[State]:
        base = self.plan.unders[0]
        made = Part([axis for axis, _ in built], [asks for _, asks in built], base.policy.coverage_year - base.years)
        return list(made.states(list(self._atoms[part])))

    def says(self, k: int, when: c.Condition, *, of_the_day: bool = False) -> int:
        """For whom a rule of the pack `k` holds."""
        key = k, id(when), of_the_day
        found = self._said.get(key)
        if found is None:
            bits = self.holds(self.ask(k, when, of_the_day=of_the_day))
            found = self._said[key] = when, bits  # kept with it, so that its id is not given to another
        return found[1]

    def holds(self, ask: Ask) -> int:
        """The classes for which a condition holds; it must be made of what the plan's rules ask."""
        if ask.test == c.ALWAYS:
            return self.all
        if ask.test == NEVER:
            return 0
        bits: int | None = None
        if isinstance(ask.test, c.Not) and len(self._pieces(ask)) == 1 and self._pieces(ask)[0][0] is None:
            return self.all & ~self.holds(Ask(ask.under, ask.day, ask.test.part))
        union = isinstance(ask.test, c.Any)
        for part, piece in self._pieces(ask):
            held = self._column(part, piece) if part is not None else self.holds(piece)
            bits = held if bits is None else bits | held if union else bits & held
        return self.all if bits is None else bits

    def _column(self, part: str, atom: Ask) -> int:
        at = self._atoms[part][atom]
        return self._table.column(self._order[part], (bool(s.truths[at]) for s in self.states[part]))

    def narrow(self, few: int) -> int:
        """The classes of which some day lies within a stretch of less than so many days."""
        bits = 0
        for part, states in self.states.items():
            bits |= self._table.column(self._order[part], (_is_narrow(state, few) for state in states))
        return bits

    def values(self, number: int, *, high: bool = False) -> dict[str, Any]:
        """The values of one class, by axis, at one of its two ends."""
        found: dict[str, Any] = {}
        for states, i in zip(self.states.values(), self._table.values(number), strict=True):
            found |= states[i].high if high else states[i].low
        return found

    def person(self, number: int, *, high: bool = False) -> Person:
        """An example of the class."""
        base = self.plan.unders[0]
        asked = {name: bounds for under in self.plan.unders for name, bounds in under.compiled.asked.items()}
        return person_of(self.values(number, high=high), base.policy.coverage_year - base.years, asked)

    def members(self, bits: int) -> Iterable[int]:
        """The numbers of the classes in a whole number."""
        return numbers(bits)


def _is_narrow(state: State, few: int) -> bool:
    pairs = ((low, state.high[name]) for name, low in state.low.items() if name in ("birth", "ended"))
    return any(low is not None and high is not None and high - low < few for low, high in pairs)
