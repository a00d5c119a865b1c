"""Cell texts as small numbers: each distinct text is read once, and texts that mean the same get the same number."""

from collections.abc import Callable
from datetime import date
from itertools import count
from typing import Any

import polars as pl

from app.batch.cells import Column, Explain, Problems, day_of

StandIn = Callable[[int], int]
_UNREAD = -1
_serial = count()


class Words:
    """One column's texts. Number 0 is the empty cell; `meanings[number]` is a value that stands for all with it."""

    def __init__(self, column: Column, explain: Explain, stand_in: StandIn) -> None:
        self.column, self._explain, self._stand_in = column, explain, stand_in
        # Polars numbers the texts; a numbering of its own, so that it is forgotten with this object.
        categories = pl.Categories(f"canbao-{next(_serial)}", "canbao", pl.UInt32)
        self._type = pl.Categorical(categories)
        self._kept = pl.Series([""]).cast(self._type)  # Polars forgets a numbering that no series uses
        self._numbers = pl.Series([], dtype=pl.Int64)
        self._known: dict[Any, int] = {None: 0}
        self.meanings: list[tuple[Any, Problems]] = [(None, ())]

    def __len__(self) -> int:
        return len(self.meanings)

    @property
    def texts(self) -> int:
        """How many distinct texts have been met."""
        return len(self._numbers)

    def numbers(self, cells: pl.Series) -> pl.Series:
        """The number of each cell."""
        marks = cells.cast(self._type).to_physical()
        top = marks.max()
        if top is None:
            return pl.zeros(len(cells), pl.Int64, eager=True)
        self._grow(int(str(top)) + 1)
        found = self._numbers.gather(marks)
        if found.min() == _UNREAD:
            self._read(cells.filter(found == _UNREAD).unique())
            found = self._numbers.gather(marks)
        return found.fill_null(0)

    def _grow(self, size: int) -> None:
        if size > len(self._numbers):
            more = pl.repeat(_UNREAD, size - len(self._numbers), dtype=pl.Int64, eager=True)
            self._numbers = pl.concat([self._numbers, more], rechunk=True)

    def _read(self, texts: pl.Series) -> None:
        numbers = [self._number(text) for text in texts]
        self._numbers = self._numbers.scatter(texts.cast(self._type).to_physical(), numbers)

    def _number(self, text: str) -> int:
        value, problems = self.column.read(text, self._explain)
        meaning = ("unreadable", problems) if problems else self._meaning(value)
        number = self._known.setdefault(meaning, len(self.meanings))
        if number == len(self.meanings):
            self.meanings.append((value, problems))
        return number

    def _meaning(self, value: Any) -> Any:
        """What two values that are quoted alike share: the value, with stand-ins in the place of days."""
        if value is None:
            return None
        if self.column.item is not None:
            day = day_of(self.column.item)
            return (
                tuple((e["code"], e.get("class"), self._standing(e[day]) if e.get(day) else None) for e in value)
                or None
            )
        return self._standing(value) if self.column.is_day else value

    def _standing(self, text: str) -> int:
        return self._stand_in(_ordinal(text))


def _ordinal(text: str) -> int:
    return date.fromisoformat(text).toordinal()
