"""Forms that are printed page by page, each page with its totals: a sheet for each township, and one that sums up."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.reports.paging import Page, cut
from app.reports.tables import Cell, Column, Row, Table, Totals
from app.sheets.fitting import Fitting
from app.sheets.lines import column_name
from app.sheets.tables import Formulas, in_yuan, is_sought, sum_where, write_table
from app.sheets.workbook import Book, scale_to_width, set_widths, write_top

_HEIGHT = 19  # points of a row: as high as a page of 20 lines lying and one of 34 standing allow, for signing
_MOST_PAGES = 1000  # Excel knows 1,023 page breaks of a sheet
_NAMED = re.compile(r"\{(\w+)\}")
_PART = Column("part", (), hidden=True)


class _Form:
    """A sheet under way. Columns that are not seen but summed stand behind those that are, and behind them one that
    names the part beside each page's sums, so that 汇总 finds them."""

    def __init__(self, book: Book, table: Table, name: str) -> None:
        assert table.pages is not None
        self.book, self.table, self.pages = book, table, table.pages
        seen = [column for column in table.columns if not column.hidden]
        self.columns = [*seen, *(c for c in table.columns if c.hidden and c.summed)]
        self.places = [table.index(column.key) for column in self.columns]
        self.seen = len(seen)
        self.money = [col for col, column in enumerate(self.columns) if column.kind == "fen"]
        self.formulas, self.looks = Formulas(self.columns), book.looks(self.columns)
        self.fitting = Fitting(book, self.columns, _HEIGHT)
        self.sheet = book.sheet(name, table)
        self.sheet.set_default_row(_HEIGHT)
        set_widths(self.sheet, [*self.columns, _PART])
        scale_to_width(self.sheet, table)
        self.row = write_top(book, self.sheet, table, seen)
        self.sheet.repeat_rows(0, self.row - 1)
        self.sheet.freeze_panes(self.row, 0)
        self.ends: list[int] = []  # the row behind each page

    @property
    def is_full(self) -> bool:
        return len(self.ends) >= _MOST_PAGES

    def write(self, page: Page) -> None:
        left = [self.book.look("left")]
        self.sheet.line(self.row, [page.caption(self.pages)], left)
        first = self.row + 1
        for row, cells in enumerate(page.rows, first):
            line = in_yuan([cells[place] for place in self.places], self.money)
            looks, height = self.fitting.of(line)
            self.sheet.line(row, line, looks, height=height)
        self.row = first + len(page.rows)
        part = page.names[self.pages.part]
        self._write_sums(part, page.sums(), self.formulas.of_totals(first, self.row - 1))
        self.sheet.line(self.row, [self.pages.signatures], left, height=24)
        self.row += 1
        self.ends.append(self.row)

    def _write_sums(self, part: Cell, sums: dict[str, Cell], formulas: dict[int, str]) -> None:
        """What is seen stands under its column, what is not is said in a sentence."""
        values = [*in_yuan([sums.get(c.key) for c in self.columns], self.money), part]
        unseen: list[int | None] = [None] * (len(self.columns) - self.seen)
        helper = self.book.look("helper")
        if self.pages.totals:
            labels = next(col for col, column in enumerate(self.columns) if column.summed)
            looks: list[int | None] = [self.book.look("total_label")] * labels
            looks += [*self.book.looks(self.columns[labels : self.seen], "total_"), *unseen, helper]
            cells = [self.pages.totals, *values[1:]]
            self.sheet.line(self.row, cells, looks, {col: f for col, f in formulas.items() if col < self.seen})
            self.sheet.span(self.row, 0, self.row, labels - 1)
            self.row += 1
        hidden = {col: f for col, f in formulas.items() if col >= self.seen}
        said, sentence = self._said(sums)
        looks_of_sums = [self.book.look("left"), *[None] * (self.seen - 1), *self.looks[self.seen :], helper]
        self.sheet.line(self.row, [sentence, *values[1:]], looks_of_sums, {0: said, **hidden})
        self.row += 1

    def _said(self, sums: dict[str, Cell]) -> tuple[str, str]:
        """The formula that puts the sums into words, and what it comes to."""
        words = _NAMED.sub(lambda m: str(sums[m[1]]), self.pages.said)
        parts = [f'"{text}"' if n % 2 == 0 else f"{{{text}}}" for n, text in enumerate(_NAMED.split(self.pages.said))]
        return self.formulas.filled("&".join(part for part in parts if part != '""'), self.row) or "", words

    def sum_of(self, part: str, key: str) -> str:
        """The formula of what the pages of a part come to in a column; `part` is the cell with its name."""
        there = next(col for col, column in enumerate(self.columns) if column.key == key)
        return sum_where(self.sheet.get_name(), column_name(len(self.columns)), part, column_name(there))

    def end(self) -> None:
        for note in self.table.footnotes:
            self.sheet.line(self.row, [f"注：{note}"], [self.book.look("left")])
            self.row += 1
        self.sheet.print_area(0, 0, self.row - 1, self.seen - 1)
        self.sheet.set_h_pagebreaks(self.ends[:-1])


Key = tuple[Cell, ...]  # what a page's sheet and part are called


@dataclass
class _Sums:
    """What the pages of a part come to, and the sheets that they stand on."""

    totals: Totals
    forms: list[_Form] = field(default_factory=list)

    def add(self, page: Page, form: _Form) -> None:
        self.totals.take_over(page.totals)
        if form not in self.forms:
            self.forms.append(form)


def write_form(book: Book, table: Table) -> None:
    """The sum of it first in what is looked at, though it is known last."""
    assert table.pages is not None
    open_forms: dict[str, _Form] = {}
    sums: dict[Key, _Sums] = {}
    forms: list[_Form] = []
    for page in cut(table):
        name = str(page.names[table.pages.sheet])
        form = open_forms.get(name)
        if form is None or form.is_full:
            form = open_forms[name] = _Form(book, table, name)
            forms.append(form)
        form.write(page)
        sums.setdefault(tuple(page.names.values()), _Sums(Totals(table.columns))).add(page, form)
    for form in forms:
        form.end()
    summary = _summary(table, sums)
    write_table(book, summary, _OfPages(summary.columns, sums))


def _summary(table: Table, sums: Mapping[Key, _Sums]) -> Table:
    """A row for each village."""
    assert table.pages is not None
    counted = [column for column in table.columns if column.summed]
    names = [
        replace(table.columns[table.index(key)], hidden=False, width=18)
        for key in (table.pages.sheet, table.pages.part)
    ]
    columns = [*names, *(replace(column, hidden=False, width=14, heading=column.heading[-1:]) for column in counted)]
    rows: list[Row] = []
    for key, found in sums.items():
        values = found.totals.values()
        rows.append((*key, *(values.get(column.key) or 0 for column in counted)))
    return Table("汇总", f"{table.title}（汇总）", columns, rows, table.subtitle, table.footnotes)


class _OfPages(Formulas):
    """The sums of a part's pages, wherever they stand."""

    def __init__(self, columns: Sequence[Column], sums: Mapping[Key, _Sums]) -> None:
        super().__init__(columns)
        self._sums, self.has_any = sums, True

    def of_row(self, row: int, cells: Row) -> dict[int, str]:
        if not is_sought(cells[1]):
            return {}
        forms = self._sums[tuple(cells[:2])].forms
        return {
            col: "+".join(form.sum_of(f"$B{row + 1}", column.key) for form in forms)
            for col, column in enumerate(self._columns)
            if column.summed
        }
