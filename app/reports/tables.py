"""A table as data: columns with the headings they share, rows, and what their totals are. Drawn as a sheet or as JSON.

A column with a formula has its value worked out twice: here, for JSON and for whoever does not calculate, and by the
spreadsheet, so that whoever corrects a figure sees the others follow.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["ordinal", "text", "id", "count", "fen", "rate", "date"]
Cell = str | int | float | None
Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Column:
    """`heading` runs from the outermost to the column's own; `key` is its name in JSON.

    `formula` names other columns in braces; `ratio` are the columns of a rate, part and whole, `lacking` those of what
    there should be and what there is: both are worked out anew in each sum. `summed`: the total is the column's sum.
    `hidden` columns are there for the formulas of a page only.
    """

    key: str
    heading: tuple[str, ...]
    width: float = 9
    kind: Kind = "count"
    summed: bool = False
    formula: str | None = None
    ratio: tuple[str, str] | None = None
    lacking: tuple[str, str] | None = None
    hidden: bool = False

    def written(self) -> str | None:
        """The formula of a cell, None for a plain value."""
        if self.ratio:
            part, whole = self.ratio
            return f'IF(N({{{whole}}})=0,"",{{{part}}}/{{{whole}}})'
        if self.lacking:
            whole, part = self.lacking
            return f'IF(COUNT({{{whole}}})=0,"",{{{whole}}}-{{{part}}})'
        return self.formula

    @property
    def is_compared(self) -> bool:
        """Whether it compares two other columns of its row."""
        return bool(self.ratio or self.lacking)

    @property
    def compared_with(self) -> str:
        """The key of the column that says what there should be."""
        return self.ratio[1] if self.ratio else (self.lacking or ("",))[0]

    def compared(self, row: Mapping[str, Cell]) -> Cell:
        if self.ratio:
            return rate(row.get(self.ratio[0]), row.get(self.ratio[1]))
        whole, part = self.lacking or ("", "")
        should, there = row.get(whole), row.get(part)
        return None if should is None else int(should) - int(there or 0)


@dataclass(frozen=True, slots=True)
class Pages:
    """A form that is printed, signed and posted page by page.

    A sheet holds the rows with one value in the column `sheet`; a page begins after so many `lines`, and where the
    column `part` changes. `caption` stands above each page and `signatures` below it. The totals of a page are the sums
    of its columns; `said` words some of them, each named in braces.
    """

    lines: int
    sheet: str
    part: str
    caption: str
    signatures: str
    said: str = ""
    totals: str = ""


@dataclass(slots=True)
class Table:
    """`rows` are read once. `adds_up`: the table whose rows this one adds up, by the first column of both."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Iterable[Row]
    subtitle: tuple[str, str] = ("", "")
    footnotes: Sequence[str] = ()
    adds_up: str | None = None
    pages: Pages | None = None
    landscape: bool = True

    def index(self, key: str) -> int:
        return next(i for i, column in enumerate(self.columns) if column.key == key)


class Totals:
    """The sums of a table's columns while its rows go by."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = columns
        self._summed = [i for i, column in enumerate(columns) if column.summed]
        self._sums: dict[int, int] = {}

    def add(self, row: Row) -> None:
        for i in self._summed:
            value = row[i]
            if value is not None:
                self._sums[i] = self._sums.get(i, 0) + int(value)

    def take_over(self, other: "Totals") -> None:
        """The sums of further rows."""
        for i, value in other._sums.items():
            self._sums[i] = self._sums.get(i, 0) + value

    def values(self) -> dict[str, Cell]:
        """By key; None where no row had a value."""
        found: dict[str, Cell] = {self.columns[i].key: self._sums.get(i) for i in self._summed}
        return found | {c.key: c.compared(found) for c in self.columns if c.is_compared}


def rate(part: Cell, whole: Cell) -> float | None:
    """To four decimals; None where there is nothing to compare with."""
    return None if part is None or not whole else round(int(part) / int(whole), 4)
