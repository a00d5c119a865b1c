"""Tables as sheets: headings above, rows, a row of totals that are sums, footnotes below."""

import re
from collections.abc import Collection, Sequence

from app.reports.tables import Cell, Column, Row, Table, Totals
from app.sheets.fitting import Fitting
from app.sheets.lines import LineSheet, column_name
from app.sheets.workbook import Book, set_widths, write_top

_HEIGHT = 18  # points of a row
_NAMED = re.compile(r"\{(\w+)\}")
_SIGNS = re.compile(r"^[<>=]|[*?~]")  # in what SUMIF is to look for


class Formulas:
    """The formulas of a sheet's rows, by column. `other` is the table whose rows are added up by the first column."""

    def __init__(self, columns: Sequence[Column], other: Table | None = None) -> None:
        self._places = {column.key: column_name(col) for col, column in enumerate(columns)}
        self._cols = {column.key: col for col, column in enumerate(columns)}
        self._columns = columns
        self._other = other
        self.has_any = other is not None or any(column.written() for column in columns)

    def of_row(self, row: int, cells: Row) -> dict[int, str]:
        """What is not known is not added up either."""
        formulas = ((col, self._of(column, row, cells[col], cells)) for col, column in enumerate(self._columns))
        return {col: formula for col, formula in formulas if formula}

    def _of(self, column: Column, row: int, value: Cell, cells: Row) -> str | None:
        if value is None and column.is_compared and cells[self._cols[column.compared_with]]:
            return None  # left out, though it could be worked out
        if self._other is not None and column.summed:
            if value is None:
                return None
            there = column_name(self._other.index(column.key))
            return sum_where(self._other.name, "A", f"$A{row + 1}", there) if is_sought(cells[0]) else None
        return self.filled(column.written(), row)

    def filled(self, formula: str | None, row: int) -> str | None:
        return _NAMED.sub(lambda m: f"{self._places[m[1]]}{row + 1}", formula) if formula else None

    def of_totals(self, first: int, last: int, unknown: Collection[str] = ()) -> dict[int, str]:
        """Of the row below these rows. Of `unknown` columns, in which nothing stands yet, there is no sum."""
        found = {}
        for col, column in enumerate(self._columns):
            place = f"{column_name(col)}{first + 1}:{column_name(col)}{last + 1}"
            if column.summed:
                found[col] = f'IF(COUNT({place})=0,"",SUM({place}))' if column.key in unknown else f"SUM({place})"
            elif column.is_compared:
                found[col] = self.filled(column.written(), last + 1) or ""
        return found


def is_sought(name: Cell) -> bool:
    """Whether a spreadsheet looks for this very name: some signs mean something else to it."""
    return not _SIGNS.search(str(name))


def sum_where(sheet: str, names: str, name: str, column: str) -> str:
    """The sum of a column of a sheet, of the rows that have this name in the column `names`."""
    return f"SUMIF('{sheet}'!${names}:${names},{name},'{sheet}'!{column}:{column})"


def write_table(book: Book, table: Table, formulas: Formulas | None = None) -> None:
    columns = table.columns
    sheet = book.sheet(table.name, table)
    sheet.set_default_row(_HEIGHT)
    set_widths(sheet, columns)
    first = row = write_top(book, sheet, table, columns)
    sheet.repeat_rows(0, first - 1)
    sheet.freeze_panes(first, 0)
    formulas, totals = formulas or Formulas(columns), Totals(columns)
    fitting = Fitting(book, columns, _HEIGHT)
    money = [col for col, column in enumerate(columns) if column.kind == "fen"]
    for cells in table.rows:
        totals.add(cells)
        looks, height = fitting.of(cells)
        written = formulas.of_row(row, cells) if formulas.has_any else {}
        sheet.line(row, in_yuan(cells, money), looks, written, height)
        row += 1
    if row > first and any(column.summed for column in columns):
        _write_totals(book, sheet, columns, totals, formulas, first, row)
        row += 1
    for note in table.footnotes:
        sheet.line(row, [f"注：{note}"], [book.look("left")])
        row += 1
    sheet.print_area(0, 0, row - 1, len(columns) - 1)
    sheet.fit_to_pages(1, 0)


def _write_totals(
    book: Book, sheet: LineSheet, columns: Sequence[Column], totals: Totals, formulas: Formulas, first: int, row: int
) -> None:
    sums = totals.values()
    labels = next(i for i, column in enumerate(columns) if column.summed)
    cells: list[Cell] = [sums.get(column.key) for column in columns]
    unknown = {key for key, value in sums.items() if value is None}
    cells[0] = "合计"
    money = [col for col, column in enumerate(columns) if column.kind == "fen"]
    looks = [book.look("total_label")] * labels + book.looks(columns[labels:], "total_")
    sheet.line(row, in_yuan(cells, money), looks, formulas.of_totals(first, row - 1, unknown))
    sheet.span(row, 0, row, labels - 1)


def in_yuan(cells: Row, money: Sequence[int]) -> Row:
    """Fen as yuan: two decimals are exact enough for a spreadsheet's own numbers."""
    if not money:
        return cells
    found = list(cells)
    for col in money:
        fen = found[col]
        if fen is not None:
            found[col] = int(fen) / 100
    return found
