"""A report's workbook: its formats, its sheets, and how it is printed."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from app.reports.tables import Column, Kind, Table
from app.sheets.lines import LineSheet, look_of

_FONT = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
_BOX = _FONT | {"border": 1}
_KINDS: dict[Kind, dict[str, Any]] = {
    "ordinal": {"align": "center", "num_format": "0"},
    "text": {"align": "left", "text_wrap": True, "num_format": "@"},
    "id": {"align": "center", "num_format": "@"},
    "count": {"align": "right", "num_format": "0"},
    "fen": {"align": "right", "num_format": "#,##0.00"},
    "rate": {"align": "right", "num_format": "0.00%"},
    "date": {"align": "center", "num_format": "@"},
}
_OTHERS: dict[str, dict[str, Any]] = {
    **{
        f"title_{size}": _FONT | {"font_size": size, "bold": True, "align": "center", "text_wrap": True}
        for size in (16, 14, 12)
    },
    "left": _FONT | {"align": "left"},
    "right": _FONT | {"align": "right"},
    "heading": _BOX | {"bold": True, "align": "center", "text_wrap": True, "bg_color": "#F2F2F2"},
    "total_label": _BOX | {"bold": True, "align": "center"},
    "helper": {"num_format": "0"},
}
SMALL = "small_"  # before the name of a format: for text that is too long for its cell
_A4, _A3 = 9, 8
_INCHES = {True: 10.8, False: 7.4}  # of A4 between the margins, lying and standing
_INCHES_A_CHARACTER = 0.103  # of a column's width, with the widest of the usual fonts
_WIDEST = 190  # characters that fit on A4, made smaller


class Book:
    """Sheets are added one after the other; the file is written when the block ends."""

    def __init__(self, path: Path) -> None:
        self.book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
        self.book.set_calc_mode("auto")
        self.book.set_properties({"title": "", "author": "canbao"})
        self._names: set[str] = set()
        self._looks = {name: look_of(self.book.add_format(f)) for name, f in _OTHERS.items()}
        for kind, more in _KINDS.items():
            self._looks[kind] = look_of(self.book.add_format(_BOX | more))
            small = {"font_size": 8, "text_wrap": True}
            self._looks[f"{SMALL}{kind}"] = look_of(self.book.add_format(_BOX | more | small))
            self._looks[f"total_{kind}"] = look_of(self.book.add_format(_BOX | more | {"bold": True}))

    def look(self, name: str) -> int:
        return self._looks[name]

    def looks(self, columns: Iterable[Column], prefix: str = "") -> list[int]:
        """The formats of a row's cells."""
        return [self._looks["helper" if c.hidden else prefix + c.kind] for c in columns]

    def sheet(self, name: str, table: Table) -> LineSheet:
        sheet: LineSheet = self.book.add_worksheet(self._free(name), LineSheet)
        seen = sum(column.width for column in table.columns if not column.hidden)
        sheet.set_paper(_A3 if seen > _WIDEST else _A4)
        if table.landscape:
            sheet.set_landscape()
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.center_horizontally()
        sheet.set_footer('&C&"宋体"&9第 &P 页，共 &N 页')
        return sheet

    def _free(self, name: str) -> str:
        """A name that a sheet may have and that none has yet."""
        plain = re.sub(r"[\[\]:*?/\\']", " ", name).strip()[:26] or "表"
        found, n = plain, 2
        while found.lower() in self._names:
            found, n = f"{plain}（{n}）", n + 1
        self._names.add(found.lower())
        return found

    def __enter__(self) -> "Book":
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        """Writes the file; where something failed the sheets' files are only closed."""
        if not failed:
            self.book.close()
            return
        for sheet in self.book.worksheets():
            sheet.fh.close()


def scale_to_width(sheet: LineSheet, table: Table) -> None:
    """Fits a form on its paper. The spreadsheet's own fitting would pass over the page breaks."""
    seen = sum(column.width for column in table.columns if not column.hidden)
    sheet.set_print_scale(min(100, int(100 * _INCHES[table.landscape] / (_INCHES_A_CHARACTER * seen))))


def set_widths(sheet: LineSheet, columns: Sequence[Column]) -> None:
    for col, column in enumerate(columns):
        sheet.set_column(col, col, column.width, None, {"hidden": True} if column.hidden else {})


def write_top(book: Book, sheet: LineSheet, table: Table, columns: Sequence[Column]) -> int:
    """Title, subtitle and headings; the next row. `columns` are those that are seen."""
    last = len(columns) - 1
    look, height = _title(table.title, sum(column.width for column in columns))
    sheet.line(0, [table.title, *[None] * last], [book.look(look)] * (last + 1), height=height)
    sheet.span(0, 0, 0, last)
    left, right = table.subtitle
    sheet.line(
        1, [left, *[None] * (last - 1), right], [book.look("left"), *[None] * (last - 1), book.look("right")], height=18
    )
    depth = max(len(column.heading) for column in columns)
    looks = [book.look("heading")] * (last + 1)
    for level in range(depth):
        cells = [_heading(columns, col, level) for col in range(last + 1)]
        sheet.line(2 + level, cells, looks, height=_height(columns, level, depth))
    for first_row, first_col, last_row, last_col in _spans(columns, depth):
        sheet.span(2 + first_row, first_col, 2 + last_row, last_col)
    return 2 + depth


def _title(title: str, room: float) -> tuple[str, float]:
    """Format and height: made smaller to stand in one line, on two lines where that is not enough."""
    for size in (16, 14, 12):
        if len(title) * size / 5 <= room:  # 10 points are about two columns a character
            return f"title_{size}", 30
    return "title_14", 42


def _heading(columns: Sequence[Column], col: int, level: int) -> str | None:
    """What stands in this cell: of headings that are shared, only the first."""
    heading = columns[col].heading
    if level >= len(heading) or (col and _shares(columns[col - 1], columns[col], level)):
        return None
    return heading[level]


def _shares(left: Column, right: Column, level: int) -> bool:
    """Whether two neighbors stand under one heading at this level."""
    inner = level + 1
    return len(left.heading) > inner < len(right.heading) and left.heading[:inner] == right.heading[:inner]


def _height(columns: Sequence[Column], level: int, depth: int) -> float:
    """Room for the longest of the headings that have to be broken: 10 points are about two columns a character."""
    if level < depth - 1:
        return 18
    lines = 1
    for column in columns:
        room = column.width * (1 + 0.35 * (depth - len(column.heading)))
        lines = max(lines, -(-2 * len(column.heading[-1]) // max(int(room - 1), 2)))
    return 6 + 13 * min(lines, 6)


def _spans(columns: Sequence[Column], depth: int) -> Iterable[tuple[int, int, int, int]]:
    for level in range(depth):
        start = 0
        for col in range(1, len(columns) + 1):
            if col < len(columns) and _shares(columns[col - 1], columns[col], level):
                continue
            if col - start > 1:
                yield level, start, level, col - 1
            start = col
    for col, column in enumerate(columns):
        yield len(column.heading) - 1, col, depth - 1, col
