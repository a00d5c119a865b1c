"""What happens when a rule reads a fact that nobody gave.

Compiled rules compare plain integers. In place of a missing fact stands either UNKNOWN, which refuses every comparison
(so a quote that never needs the fact costs nothing extra), or, while the answer is being explored, a Hole: it knows the
range that the fact may lie in, and a comparison that the range does not settle splits it: one part is followed, the
other waits its turn. So the same compiled code that prices a known person finds every answer an unknown one could get.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from app.rules import days

Ranges = dict[str, tuple[int, int]]
Pairs = frozenset[frozenset[str]]


class Undecided(Exception):  # noqa: N818 - a state of the quote, not a failure
    """A rule read a fact that is not known."""


class Unknown:
    """Stands where a fact is missing; any use of it raises Undecided."""

    def _refuse(self, *_: object) -> NoReturn:
        raise Undecided

    __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __add__ = through = _refuse
    __eq__ = __ne__ = _refuse
    __hash__ = None  # type: ignore[assignment]  # it must not end up as a dictionary key


UNKNOWN: Any = Unknown()


@dataclass(frozen=True, slots=True)
class Leaf:
    """One class of possible people: the range of each unknown fact, and what the rules say of all of them."""

    ranges: Ranges
    result: Any


class World:
    """The part of the possible that is being followed, and the parts that still wait.

    `met` are the pairs of unknown days that have been told apart already, as far as they will be.
    """

    def __init__(self, ranges: Ranges, met: Pairs, waiting: "list[tuple[Ranges, Pairs]]") -> None:
        self.ranges, self.met, self.waiting = ranges, met, waiting

    def split(self, fact: str, first_above: int) -> None:
        """Follow the part of `fact` below `first_above`; let the rest wait."""
        low, high = self.ranges[fact]
        self.waiting.append(({**self.ranges, fact: (first_above, high)}, self.met))
        self.ranges[fact] = (low, first_above - 1)

    def meet(self, fact: str, other: str) -> bool:
        """Whether these two are compared for the first time."""
        pair = frozenset({fact, other})
        first = len(pair) > 1 and pair not in self.met
        self.met |= {pair}
        return first


class Hole:
    """An unknown fact, or a never-falling function of one (`step`), that can be compared like an integer."""

    __slots__ = ("fact", "step", "world")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, world: World, fact: str, step: Callable[[int], int] | None = None) -> None:
        self.world, self.fact, self.step = world, fact, step

    def value(self, x: int) -> int:
        return self.step(x) if self.step else x

    def bounds(self) -> tuple[int, int]:
        low, high = self.world.ranges[self.fact]
        return self.value(low), self.value(high)

    def reaches(self, threshold: int) -> bool:
        """Is it at least `threshold`? Splits the range where both are possible."""
        low, high = self.bounds()
        if low >= threshold or high < threshold:
            return low >= threshold
        self.world.split(self.fact, self._first_reaching(threshold))
        return False

    def _first_reaching(self, threshold: int) -> int:
        low, high = self.world.ranges[self.fact]
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self.value(middle) >= threshold else (middle + 1, high)
        return low

    def __ge__(self, other: Any) -> bool:
        return self._either(other) if isinstance(other, Hole) else self.reaches(other)

    def __gt__(self, other: Any) -> bool:
        return self._either(other) if isinstance(other, Hole) else self.reaches(other + 1)

    def __lt__(self, other: Any) -> bool:
        return not self.__ge__(other)

    def __le__(self, other: Any) -> bool:
        return not self.__gt__(other)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Hole):
            return self.fact == other.fact and self.bounds() == other.bounds()
        if not isinstance(other, int):
            return False
        return self.reaches(other) and not self.reaches(other + 1)

    def __bool__(self) -> bool:
        return self.reaches(1)

    def __add__(self, n: int) -> "Hole":
        return self.through(lambda x: x + n)

    __radd__ = __add__

    def through(self, function: Callable[[int], int]) -> "Hole":
        before = self.step
        return Hole(self.world, self.fact, (lambda x: function(before(x))) if before else function)

    def _either(self, other: "Hole") -> bool:
        """Not below another unknown day? Where both orders are possible, split both ranges once in their overlap.

        That shows each order in two of the four parts; in the other two the order is taken to be that of the facts'
        names. Whichever day decides shows in the answer, so both are asked for in any case; and a third fact is not
        held responsible for which of the two it is (finding.py).
        """
        (low, high), (low2, high2) = self.bounds(), other.bounds()
        if low < high2 and high >= low2 and self.world.meet(self.fact, other.fact):
            middle = (max(low, low2) + min(high, high2) + 1) // 2
            self.reaches(middle)
            other.reaches(middle)
            (low, high), (low2, high2) = self.bounds(), other.bounds()
        return low >= high2 or (high >= low2 and self.fact < other.fact)


class SettledBy:
    """A yes-or-no fact that another fact can settle as true (`insured_last_year` by months paid in that year).

    Either fact can decide, so both are asked for where the answer hangs on them.
    """

    __slots__ = ("fact", "settled", "world")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, world: World, fact: str, settled: Callable[[], bool]) -> None:
        self.world, self.fact, self.settled = world, fact, settled

    def __bool__(self) -> bool:
        return self.settled() or bool(Hole(self.world, self.fact))


def explore(run: Callable[[World], Any], ranges: Ranges) -> Iterator[Leaf]:
    """Every class of possible people, with what `run` says of it. The classes do not overlap."""
    waiting: list[tuple[Ranges, Pairs]] = [(ranges, frozenset())]
    while waiting:
        world = World(*waiting.pop(), waiting)
        result = run(world)
        yield Leaf(world.ranges, result)


def owes(missed: Any, repaid: Any, count: int) -> bool:
    """Whether `missed - repaid` is at least `count`, also where one of them is a Hole."""
    if type(missed) is int and type(repaid) is int:
        return missed - repaid >= count
    if missed < count:  # also where nothing is known of the repaired years: they can only take away
        return False
    paid = 0
    while repaid > paid:
        paid += 1
    return bool(missed >= count + paid)


def plus_months(day: Any, months: int) -> Any:
    """`days.plus_months` that also takes a Hole."""
    return days.plus_months(day, months) if type(day) is int else day.through(lambda x: days.plus_months(x, months))


def next_month(day: Any) -> Any:
    """`days.next_month` that also takes a Hole."""
    return days.next_month(day) if type(day) is int else day.through(days.next_month)
