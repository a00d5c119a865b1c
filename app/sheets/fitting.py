"""Text that is too long for its cell is written smaller, and over more lines where it has to be; the row gets the
height for them. No spreadsheet does that by itself in a sheet whose rows have a height of their own."""

from collections.abc import Sequence

from app.reports.tables import Column, Row
from app.sheets.workbook import SMALL, Book

_SMALLER = 1.2  # more of the small characters fit into a line
_LINE, _AROUND = 10, 2  # points


class Fitting:
    """The rows of a sheet. `height` is the one that they have by themselves."""

    def __init__(self, book: Book, columns: Sequence[Column], height: float) -> None:
        self.looks, self._height = book.looks(columns), height
        self._texts = [
            (col, column.width, book.look(f"{SMALL}{column.kind}"))
            for col, column in enumerate(columns)
            if column.kind in ("text", "id") and not column.hidden
        ]

    def of(self, cells: Row) -> tuple[Sequence[int], float | None]:
        """The formats of a row's cells, and its height where it is another."""
        looks, lines = self.looks, 1
        for col, width, small in self._texts:
            text = cells[col]
            if text and 2 * len(str(text)) > width and (units := units_of(str(text))) > width:
                looks = [*looks[:col], small, *looks[col + 1 :]]
                lines = max(lines, -int(-units // (width * _SMALLER)))
        height = _AROUND + _LINE * lines
        return looks, height if height > self._height else None


def units_of(text: str) -> int:
    """The width of a text as columns count it: a Chinese character takes two."""
    return len(text) + sum(char > "\x7f" for char in text)
