"""A worksheet that takes whole lines at a time. Cell by cell XlsxWriter needs 8 µs for each, which for the registration
form of a county is half a minute; what a line is made of is known here, and costs a fraction of that.

This is the one place that knows how XlsxWriter keeps rows in its constant-memory mode; tests read back what it writes.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from app.reports.tables import Cell

LAST_ROW = 1_048_575
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # in XML
_SPECIAL = re.compile("[&<>]")
_NONE: Mapping[int, str] = {}


class TooManyRows(Exception):  # noqa: N818 - told to whoever asked
    """More rows than a sheet can hold."""


class LineSheet(Worksheet):  # type: ignore[misc]
    """Every row is written by `line`, from the top to the bottom."""

    def line(
        self,
        row: int,
        cells: Sequence[Cell],
        looks: Sequence[int | None],
        formulas: Mapping[int, str] = _NONE,
        height: float | None = None,
    ) -> None:
        """`looks` are the numbers of the cells' formats; a cell without one is left out. `formulas` stand by column,
        the cell's value is then their result."""
        if row > LAST_ROW:
            raise TooManyRows
        self._check_dimensions(row, len(cells) - 1)
        if row > self.previous_row:
            self._write_single_row(row)
        number = row + 1
        parts = [f'<row r="{number}" ht="{height}" customHeight="1">' if height else f'<row r="{number}">']
        for col, look in enumerate(looks):
            if look is not None:
                place = f'<c r="{_NAMES[col]}{number}" s="{look}"'
                formula = formulas.get(col) if formulas else None
                parts.append(_cell(place, cells[col]) if formula is None else _calculated(place, cells[col], formula))
        parts.append("</row>")
        self.fh.write("".join(parts))

    def span(self, first_row: int, first_col: int, last_row: int, last_col: int) -> None:
        """Cells that are shown as one. They are written as lines like any other: XlsxWriter's own way would go back to
        rows that are written already."""
        if (first_row, first_col) != (last_row, last_col):
            self.merge.append([first_row, first_col, last_row, last_col])


_NAMES = [xl_col_to_name(col) for col in range(500)]


def look_of(cell_format: Any) -> int:
    """The number of a format."""
    return int(cell_format._get_xf_index())


def column_name(col: int) -> str:
    return str(_NAMES[col])


def _cell(place: str, value: Cell) -> str:
    if value is None:
        return f"{place}/>"
    if isinstance(value, str):
        return f'{place} t="inlineStr"><is><t xml:space="preserve">{_escaped(value)}</t></is></c>'
    return f"{place}><v>{value}</v></c>"


def _calculated(place: str, value: Cell, formula: str) -> str:
    if isinstance(value, int | float):
        return f"{place}><f>{_escaped(formula)}</f><v>{value}</v></c>"
    return f'{place} t="str"><f>{_escaped(formula)}</f><v>{_escaped(value or "")}</v></c>'


def _escaped(text: str) -> str:
    if _ILLEGAL.search(text):
        text = _ILLEGAL.sub("", text)
    if _SPECIAL.search(text):
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text
