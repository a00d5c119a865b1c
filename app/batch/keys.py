"""Several columns of small numbers as one column of keys, and back."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import polars as pl

_BITS = 62  # of one key
_PARTIAL = 24  # of the number of a key's first part


class Numbers:
    """Whole numbers that occur over and over, and what `find` says of each, asked once."""

    def __init__(self, find: Callable[[int], int]) -> None:
        self._find = find
        self.known: dict[int, int] = {}

    def apply(self, keys: pl.Series) -> pl.Series:
        distinct = keys.unique()
        table = pl.DataFrame({"key": distinct, "found": pl.Series(map(self._number, distinct), dtype=pl.Int64)})
        return keys.to_frame("key").join(table, on="key", how="left", maintain_order="left")["found"]

    def _number(self, key: int) -> int:
        number = self.known.get(key)
        if number is None:
            number = self.known[key] = self._find(key)
        return number


class Partial(Numbers):
    """Keys made smaller: numbered as they come."""

    def __init__(self) -> None:
        self.met: list[int] = []
        super().__init__(self._next)

    def _next(self, key: int) -> int:
        self.met.append(key)
        return len(self.met) - 1


@dataclass(frozen=True, slots=True)
class Part:
    """A column's place in a key."""

    name: str
    shift: int
    bits: int


class Packing:
    """Columns with the bits they need -> keys of at most 62 bits; where they need more, in several rounds."""

    def __init__(self, bits: dict[str, int]) -> None:
        self.bits = bits
        self._rounds: list[list[Part]] = [[]]
        used = 0
        for name, width in bits.items():
            if used + width > _BITS:
                self._rounds.append([])
                used = _PARTIAL
            self._rounds[-1].append(Part(name, used, width))
            used += width
        self._partials = [Partial() for _ in self._rounds[1:]]

    def keys(self, columns: dict[str, pl.Series], height: int) -> pl.Series:
        """One key a row; a column that is not given counts as nought."""
        key = _packed(columns, self._rounds[0], None, height)
        for partial, parts in zip(self._partials, self._rounds[1:], strict=True):
            key = _packed(columns, parts, partial.apply(key), height)
        return key

    def unpack(self, key: int) -> dict[str, int]:
        """The numbers that a key was made of."""
        found: dict[str, int] = {}
        for turn in reversed(range(len(self._rounds))):
            found |= {p.name: (key >> p.shift) & ((1 << p.bits) - 1) for p in self._rounds[turn]}
            if turn:
                key = self._partials[turn - 1].met[key & ((1 << _PARTIAL) - 1)]
        return found


def _packed(columns: dict[str, pl.Series], parts: Iterable[Part], first: pl.Series | None, height: int) -> pl.Series:
    terms = [columns[p.name] * (1 << p.shift) for p in parts if p.name in columns]
    total = first
    for term in terms:
        total = term if total is None else total + term
    return pl.zeros(height, pl.Int64, eager=True) if total is None else total
