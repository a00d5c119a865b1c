"""What is the same on every day of payment: the packs, their rules, and which codes they treat alike."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from app.proof import axes as ax
from app.proof.alike import circumstances_of, identities_of
from app.proof.asked import Rule, fold, rules_of
from app.proof.axes import Ask, Axis
from app.proof.parts import part_of
from app.proof.under import Under
from app.proof.values import CIRCUMSTANCE, IDENTITY
from app.rules import conditions as c
from app.rules.policy import Start

# So many identities or circumstances are looked at in all combinations; of more each is looked at alone.
MOST_TOGETHER = 7
# Asked of the day itself; ways in of the day on which payment resumes.
_AT_PAYMENT = frozenset({"note", "note_part", "expected"})


class Plan:
    """What is the same on every day: the packs, their rules, and the codes that they treat alike.

    Advantages are not among the rules: no way in or price hangs on them, and each number of years that brings another
    reward would multiply everybody. Who looks at them hands in what is to be asked of them as `more`.
    """

    def __init__(self, unders: Sequence[Under], more: Iterable[tuple[int, Rule]] = ()) -> None:
        self.unders = tuple(unders)
        rules = ((k, rule) for k, under in enumerate(unders) for rule in rules_of(under.policy))
        self.rules = [(k, rule) for k, rule in rules if rule.kind != "incentive"]
        self.rules += more
        policies = [under.policy for under in unders]
        groups = [(IDENTITY + g[0], g) for g in identities_of(policies)]
        groups += [(CIRCUMSTANCE + g[0], g) for g in circumstances_of(policies)]
        self.groups = dict(groups)
        # By id, with what it is the id of, so that it is not given to another.
        self._same: dict[int, tuple[c.Condition, c.Condition]] = {}
        self._first: dict[c.Condition, c.Condition] = {}
        self._fixed: dict[int, tuple[c.Condition, list[int]]] = {}
        self._folded: dict[tuple[int, int], c.Condition] = {}
        self._undated: dict[tuple[str, tuple[tuple[Under, c.Condition], ...]], Axis] = {}
        self._leaves: dict[int, tuple[c.Condition, Sequence[tuple[c.Condition, Sequence[str]]]]] = {}
        self._cut: dict[int, tuple[c.Condition, Sequence[tuple[str | None, c.Condition]]]] = {}

    @cached_property
    def classed(self) -> set[str]:
        """The identities whose class some rule asks for."""
        leaves = (leaf for _, when, _ in self.asks for leaf in c.leaves(when))
        return {leaf.code for leaf in leaves if isinstance(leaf, c.HasClass)}

    @cached_property
    def asked(self) -> dict[str, tuple[int, int]]:
        """The numbers that some pack asks for, with their bounds."""
        return {name: bounds for under in self.unders for name, bounds in under.compiled.asked.items()}

    @cached_property
    def group_of(self) -> dict[str, str]:
        """The axis of each code."""
        return {prefix + code: name for name, g in self.groups.items() for code in g for prefix in _prefix(name)}

    def undated_axis(self, name: str, asks: Sequence[Ask]) -> Axis:
        """What has nothing to do with days: the same on all days on which the same is asked."""
        key = name, tuple((ask.under, ask.test) for ask in asks)
        if key not in self._undated:
            self._undated[key] = self._undated_axis(name, asks)
        return self._undated[key]

    def _undated_axis(self, name: str, asks: Sequence[Ask]) -> Axis:
        if name == "years":
            return ax.years_axis(asks)
        if name in ("insured", "parent", "gap", "lapsed", "zero_claims"):
            return ax.flag_axis(name, asks)
        bounds = [under.compiled.asked.get(name, (0, 12)) for under in self.unders]
        return ax.number_axis(name, asks, (min(low for low, _ in bounds), max(high for _, high in bounds)))

    def same(self, when: c.Condition) -> c.Condition:
        """The first of all conditions that say the same: each variant of a way in repeats its waits and subsidies."""
        if id(when) not in self._same:
            self._same[id(when)] = when, self._first.setdefault(when, when)
        return self._same[id(when)][1]

    @cached_property
    def asks(self) -> list[tuple[int, c.Condition, bool]]:
        """What is asked, each once: of which pack, and whether of the day itself."""
        return list(dict.fromkeys((k, self.same(rule.when), rule.kind in _AT_PAYMENT) for k, rule in self.rules))

    def folded(self, when: c.Condition, day: int) -> c.Condition:
        """What is left of a condition on a day of payment; one object on all days between which it stays the same."""
        if not isinstance(when, c.All | c.Any | c.Not | c.PaidBy):
            return self.spread(when) if "identities" in self.apart else when
        if id(when) not in self._fixed:
            fixed = (leaf.limit for leaf in c.leaves(when) if isinstance(leaf, c.PaidBy))
            self._fixed[id(when)] = when, sorted({limit.day for limit in fixed if isinstance(limit, c.On)})
        key = id(when), bisect_left(self._fixed[id(when)][1], day)
        if key not in self._folded:
            folded = fold(when, day)
            self._folded[key] = self.spread(folded) if "identities" in self.apart else folded
        return self._folded[key]

    def pieces(self, test: c.Condition) -> Sequence[tuple[str | None, c.Condition]]:
        """The condition itself where it is about one part of a person; else its pieces, those about one part taken
        together, and without a part those that are about several."""
        if not isinstance(test, c.All | c.Any | c.Not):
            return self._pieces(test)
        if id(test) not in self._cut:
            self._cut[id(test)] = test, self._pieces(test)
        return self._cut[id(test)][1]

    def _pieces(self, test: c.Condition) -> Sequence[tuple[str | None, c.Condition]]:
        parts = self._parts(test)
        if len(parts) < 2:
            return [(part, test) for part in parts]
        if isinstance(test, c.Not):
            return [(None, test.part)]
        assert isinstance(test, c.All | c.Any)
        found: dict[str, list[c.Condition]] = {}
        mixed: list[tuple[str | None, c.Condition]] = []
        for piece in test.parts:
            told = self._parts(piece)
            if len(told) == 1:
                found.setdefault(told.pop(), []).append(piece)
            else:
                mixed.append((None, piece))
        join = c.all_of if isinstance(test, c.All) else c.any_of
        return [(part, join(pieces)) for part, pieces in found.items()] + mixed

    def _parts(self, test: c.Condition) -> set[str]:
        return {self.part_of(axis) for _, axes in self.asked_of(test) for axis in axes}

    def part_of(self, axis: str) -> str:
        """The part of an axis: where there are many identities or circumstances, each is one of its own."""
        part = part_of(axis)
        return axis if part in self.apart else part

    @cached_property
    def apart(self) -> set[str]:
        count = Counter(map(part_of, self.groups))
        return {part for part, n in count.items() if n > MOST_TOGETHER}

    def spread(self, test: c.Condition) -> c.Condition:
        """The condition with a test of several identities as one of each, where each is a part of its own."""
        match test:
            case c.All(parts):
                return c.All(tuple(map(self.spread, parts)))
            case c.Any(parts):
                return c.any_of(map(self.spread, parts))
            case c.Not(part):
                return c.Not(self.spread(part))
            case c.HasIdentity(codes):
                return c.any_of(replace(test, codes=some) for some in self._by_axis(codes))
            case c.PaidBy(c.After(c.LastRecognition(codes)) as limit):
                spread = (c.LastRecognition(some) for some in self._by_axis(codes))
                return c.any_of(replace(test, limit=replace(limit, event=last)) for last in spread)
            case _:
                return test

    def _by_axis(self, codes: frozenset[str]) -> Iterator[frozenset[str]]:
        for axis in self.axes_of(c.HasIdentity(codes)):
            yield codes & frozenset(self.groups[axis])

    def asked_of(self, test: c.Condition) -> Sequence[tuple[c.Condition, Sequence[str]]]:
        """The tests in a condition, each one object wherever it stands, with what it asks about."""
        if id(test) not in self._leaves:
            leaves = (self._first.setdefault(leaf, leaf) for leaf in c.leaves(test))
            self._leaves[id(test)] = test, [(leaf, self.axes_of(leaf)) for leaf in dict.fromkeys(leaves)]
        return self._leaves[id(test)][1]

    def axes_of(self, leaf: c.Condition) -> Sequence[str]:
        """What a test asks about, in an order that does not change from run to run."""
        match leaf:
            case c.HasIdentity(codes) | c.PaidBy(c.After(c.LastRecognition(codes))):
                return sorted({self.group_of[IDENTITY + code] for code in codes if IDENTITY + code in self.group_of})
            case c.PaidBy(c.After(event)) | c.EventBy(c.After(event)) | c.EventBy(event):
                return [self._event_axis(event)]
            case c.HasClass(code):
                return [self.group_of[IDENTITY + code]]
            case c.HasCircumstance(code):
                return [self.group_of[CIRCUMSTANCE + code]]
            case c.HadJob():
                return ["ended"]
            case c.IsTrue(fact):
                return [fact]
            case c.AtLeast(fact) | c.IsOneOf(fact):
                return ["years" if fact in ("missed_years", "repaid_years") else fact]
            case c.Owes():
                return ["years"]
            case _:
                return []

    def moves_with(self, start: Start) -> Iterator[str]:
        """The kinds of parts whose days a start moves with."""
        if start.recognition is not None:
            yield "identities"
        if start.event is not None:
            yield part_of(self._event_axis(start.event))

    def _event_axis(self, event: Any) -> str:
        match event:
            case c.Birth():
                return "birth"
            case c.EmploymentEnd():
                return "ended"
            case c.After(inner):
                return self._event_axis(inner)
            case _:
                return self.group_of[CIRCUMSTANCE + event.code]


def _prefix(name: str) -> tuple[str]:
    return (IDENTITY,) if name.startswith(IDENTITY) else (CIRCUMSTANCE,)
