"""What can differ between people on a day of payment, and the values that the rules can tell apart.

A value stands for a stretch of days (or of numbers) that lie on the same side of everything that is asked: `low` and
`high` are its outermost days. Values that no test tells apart are one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

from app.proof.under import Under
from app.proof.values import ADULT, CIRCUMSTANCE, IDENTITY, OF_A_JOB, person_of
from app.rules import conditions as c
from app.rules import days
from app.rules.facts import read_facts
from app.rules.unknown import Undecided
from app.rules.vocabulary import CLASSES, NUMBERS

Truths = tuple[bool, ...]
_LONG_AGO = 3000  # days; anything before the first threshold is as good


@dataclass(frozen=True, slots=True)
class Value:
    """One value of an axis, by its outermost examples."""

    low: Any
    high: Any


@dataclass(frozen=True, slots=True)
class Axis:
    """Something that differs between people. `truths`: which of the asked tests hold, for each value."""

    name: str
    values: tuple[Value, ...]
    truths: tuple[Truths, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """A test as one pack asks it on one day (days as the pack meets them)."""

    under: Under
    day: int
    test: c.Condition

    def holds(self, values: dict[str, Any]) -> bool:
        compiled = self.under.compiled
        year = compiled.policy.coverage_year
        whole = {"ended": ADULT, **values} if values.keys() & OF_A_JOB else values
        person = self.under.person(person_of(whole, year - self.under.years, compiled.asked))
        try:
            return self.under.holds(self.test)(self.day, read_facts(person, year))
        except (KeyError, Undecided):
            return False  # a day of something that has not happened; the test before it fails

    def cut(self) -> int | None:
        """The first day of the event, as the people asked about have it, from which the test comes out differently."""
        match self.test:
            case c.PaidBy(c.After(_, count, unit, shift)):
                return self.under.back(_first_reaching(self.day - shift, count, unit))
            case c.EventBy(c.After(_, count, unit, shift), day):
                return self.under.back(_first_reaching(day - shift + 1, count, unit))
            case c.EventBy(_, day):
                return self.under.back(day + 1)
            case _:
                return None


def _first_reaching(day: int, count: int, unit: str) -> int:
    """The first day that, so much later, is `day` or after it."""
    if unit == "days":
        return day - count
    found = max(days.plus_months(day, -count) - 4, days.FIRST)
    while days.plus_months(found, count) < day:
        found += 1
    return found


def stretches(cuts: Iterable[int], first: int, last: int) -> list[Value]:
    """The stretches that the cuts divide the days from `first` to `last` into."""
    edges = [first, *sorted({cut for cut in cuts if first < cut <= last}), last + 1]
    return [Value(low, after - 1) for low, after in pairwise(edges)]


def merged(name: str, values: Iterable[Value], asks: Sequence[Ask], nothing: Any = None) -> Axis:
    """The values with what holds for each; neighbors for which the same holds are one value.

    `nothing`: the value that what is not told apart from it is left out for.
    """
    kept: list[Value] = []
    truths: list[Truths] = []
    for value in values:
        held = tuple(ask.holds({name: value.low}) for ask in asks)
        if held in truths:
            at = truths.index(held)
            if kept[at].low != nothing:
                kept[at] = Value(kept[at].low, value.high)
            continue
        kept.append(value)
        truths.append(held)
    return Axis(name, tuple(kept), tuple(truths))


def birth_axis(asks: Sequence[Ask], last: int) -> Axis:
    """Days of birth; one after the day of payment is an expected child."""
    cuts = [cut for ask in asks if (cut := ask.cut()) is not None]
    found = []
    for value in stretches(cuts, min([*cuts, ADULT + 1]) - _LONG_AGO, max([*cuts, last]) + 30):
        grown_up = value.low <= ADULT <= value.high
        found.append(Value(ADULT if grown_up else value.low, value.high))
    return merged("birth", found, asks)


def ended_axis(asks: Sequence[Ask], settled: Iterable[int], last: int) -> Axis:
    """Days on which employee insurance ended, and never having had it. `settled`: days between which an end says that
    it lapsed last year."""
    cuts = [*(cut for ask in asks if (cut := ask.cut()) is not None), *settled]
    found = [Value(None, None), *stretches(cuts, min([*cuts, last]) - _LONG_AGO, last)]
    truths = tuple(tuple(ask.holds({"ended": value.low}) for ask in asks) for value in found)
    return Axis("ended", tuple(found), truths)


def identity_axis(group: Sequence[str], asks: Sequence[Ask], last: int, *, classed: bool) -> Axis:
    """Not having any identity of a group of alike ones, having one, or several with different days or classes.

    `classed`: some rule asks for its class, be it on another day: the engine reads it, so it is known.
    """
    name, code = IDENTITY + group[0], group[0]
    cuts = [day for ask in asks for day in _recognition_cuts(ask)]
    known = list(CLASSES[code]) if classed else [None]
    classes = known if any(isinstance(ask.test, c.HasClass) for ask in asks) else known[:1]
    since = [Value(0 if n == 0 else v.low, v.high) for n, v in enumerate(stretches(cuts, 1, last))]
    options = [Value((code, k, v.low), (code, k, v.high)) for k in classes for v in since]
    return _several(name, group, options, asks, lambda other, held: (other, *held[1:]))


def circumstance_axis(group: Sequence[str], asks: Sequence[Ask], last: int) -> Axis:
    """Not having any circumstance of a group of alike ones, or one or several on different days."""
    name, code = CIRCUMSTANCE + group[0], group[0]
    cuts = [cut for ask in asks if (cut := ask.cut()) is not None]
    cuts += [ask.under.back(ask.day + 1) for ask in asks]  # without payments, what is asked of the day itself
    days_of = stretches(cuts, min([*cuts, last]) - _LONG_AGO, last)
    options = [Value((code, v.low), (code, v.high)) for v in days_of]
    return _several(name, group, options, asks, lambda other, held: (other, *held[1:]))


def _recognition_cuts(ask: Ask) -> Iterator[int]:
    match ask.test:
        case c.HasIdentity(_, first, last) | c.HasClass(_, _, first, last):
            yield ask.under.back(ask.day + 1)
            yield from (ask.under.back(day) for day in (first, last + 1 if last is not None else None) if day)
        case c.PaidBy(c.After(c.LastRecognition())):
            cut = ask.cut()
            yield from (ask.under.back(ask.day + 1), *([] if cut is None else [cut]))


def _several(
    name: str, group: Sequence[str], options: list[Value], asks: Sequence[Ask], renamed: Callable[[str, Any], Any]
) -> Axis:
    """Every set of options that as many people's codes as there are can have; what holds for one of them holds."""
    singles = merged(name, [Value((), ()), *(Value((o.low,), (o.high,)) for o in options)], asks, nothing=())
    found, truths = list(singles.values), list(singles.truths)
    apart = list(zip(singles.values, singles.truths, strict=True))[1:]
    for size in range(2, min(len(group), len(apart)) + 1):
        for chosen in combinations(apart, size):
            held = tuple(map(any, zip(*(truth for _, truth in chosen), strict=True)))
            if held not in truths:
                low = tuple(renamed(code, v.low[0]) for code, (v, _) in zip(group, chosen, strict=False))
                high = tuple(renamed(code, v.high[0]) for code, (v, _) in zip(group, chosen, strict=False))
                found.append(Value(low, high))
                truths.append(held)
    return Axis(name, tuple(found), tuple(truths))


def number_axis(name: str, asks: Sequence[Ask], bounds: tuple[int, int]) -> Axis:
    return merged(name, [Value(n, n) for n in range(bounds[0], bounds[1] + 1)], asks, nothing=bounds[0] - 1)


def years_axis(asks: Sequence[Ask]) -> Axis:
    """Missed years and, no more of them, those that are paid for."""
    most = NUMBERS["missed_years"]
    pairs = [(missed, repaid) for missed in range(most + 1) for repaid in range(missed + 1)]
    return merged("years", [Value(pair, pair) for pair in pairs], asks, nothing=(-1, -1))


def flag_axis(name: str, asks: Sequence[Ask]) -> Axis:
    return merged(name, [Value(True, True), Value(False, False)], asks)
