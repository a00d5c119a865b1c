"""The people of a day by parts that have nothing to do with each other: birth, identities, circumstances, employment, …

Within a part every combination is looked at; those for which the same holds of everything that is asked about this part
alone become one state. Then only states have to be combined across parts.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from app.proof.axes import Ask, Axis
from app.proof.bits import Table, split
from app.proof.values import CIRCUMSTANCE, IDENTITY, possible
from app.rules import conditions as c

JOB = frozenset({"ended", "months_this", "months_last", "gap", "lapsed", "insured"})


def part_of(axis: str) -> str:
    """The part that an axis belongs to."""
    if axis.startswith(IDENTITY):
        return "identities"
    return "circumstances" if axis.startswith(CIRCUMSTANCE) else "job" if axis in JOB else axis


class State(NamedTuple):
    """Some combinations of a part, from the first to the last; `truths` says what holds of all of them."""

    part: "Part"
    first: int
    last: int
    truths: tuple[int, ...]

    @property
    def low(self) -> dict[str, Any]:
        """One of its two outermost examples."""
        return self.part.values(self.first, high=False)

    @property
    def high(self) -> dict[str, Any]:
        """The other one."""
        return self.part.values(self.last, high=True)


class Part:
    """Axes that are asked about together, their states, and what of it all holds for each state."""

    def __init__(self, axes: Sequence[Axis], asks: Sequence[Sequence[Ask]], year: int) -> None:
        self._axes, self._table = axes, Table([len(axis.values) for axis in axes])
        self._leaves: dict[Ask, int] = {}
        for n, (axis, asked) in enumerate(zip(axes, asks, strict=True)):
            for i, ask in enumerate(asked):
                held = self._table.column(n, (truth[i] for truth in axis.truths))
                self._leaves[ask] = self._leaves.get(ask, 0) | held
        self._possible = self._possible_ones(year)

    def _possible_ones(self, year: int) -> int:
        if not any(axis.name == "ended" or axis.name == "insured" for axis in self._axes):
            return self._table.all
        numbers = range(self._table.count)
        return sum(1 << n for n in numbers if possible(self.values(n, high=False), year))

    def values(self, number: int, *, high: bool) -> dict[str, Any]:
        """What a combination is made of, at one of its two ends."""
        chosen = zip(self._axes, self._table.values(number), strict=True)
        return {axis.name: axis.values[i].high if high else axis.values[i].low for axis, i in chosen}

    def holds(self, ask: Ask) -> int:
        """Where a condition about this part alone holds."""
        match ask.test:
            case c.All(parts):
                bits = self._table.all
                for part in parts:
                    bits &= self.holds(Ask(ask.under, ask.day, part))
                return bits
            case c.Any(parts):
                bits = 0
                for part in parts:
                    bits |= self.holds(Ask(ask.under, ask.day, part))
                return bits
            case c.Not(part):
                return self._table.all & ~self.holds(Ask(ask.under, ask.day, part))
            case _:
                return self._leaves.get(ask, 0)

    def states(self, asks: Sequence[Ask]) -> Iterator[State]:
        """The combinations that these conditions tell apart."""
        for first, last, truths in _told_apart(self._table.sizes, self._possible, tuple(map(self.holds, asks))):
            yield State(self, first, last, truths)


@lru_cache(maxsize=16)  # on many days the same is asked of the same people
def _told_apart(sizes: tuple[int, ...], possible: int, held: tuple[int, ...]) -> list[tuple[int, int, tuple[int, ...]]]:
    """The combinations that truth tables tell apart: the first and the last, and what holds of them."""
    table = Table(sizes)
    marks = {bits: n for n, bits in enumerate(dict.fromkeys(held))}  # many conditions say the same of these people
    at = [marks[bits] for bits in held]
    found = split({(): possible}, list(marks)).items()
    return [(table.first(bits), table.last(bits), tuple(told[n] for n in at)) for told, bits in found]
