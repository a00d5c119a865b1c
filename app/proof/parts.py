"""The people of a day by parts that have nothing to do with each other: birth, identities, circumstances, employment, …

Within a part every combination is looked at; those for which the same holds of everything that is asked about this part
alone become one state. Then only states have to be combined across parts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True, slots=True)
class State:
    """Some combinations of a part, by their outermost examples; `truths` says what holds of all of them."""

    low: dict[str, Any]
    high: dict[str, Any]
    truths: tuple[int, ...]
    count: int


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
        self._ends = (self._table.first, False), (self._table.last, True)

    def _possible_ones(self, year: int) -> int:
        if not any(axis.name == "ended" or axis.name == "insured" for axis in self._axes):
            return self._table.all
        numbers = range(self._table.count)
        return sum(1 << n for n in numbers if possible(self._values(n, high=False), year))

    def _values(self, number: int, *, high: bool) -> dict[str, Any]:
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
        for truths, bits in split({(): self._possible}, [self.holds(ask) for ask in asks]).items():
            low, high = (self._values(end(bits), high=high) for end, high in self._ends)
            yield State(low, high, truths, bits.bit_count())
