"""A form cut into pages: so many lines each, a new one where the village changes."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.reports.tables import Cell, Pages, Row, Table, Totals


@dataclass(slots=True)
class Page:
    """`number` counts the pages of the village; `names` are the values of the columns that a caption may name."""

    number: int
    names: dict[str, Cell]
    rows: list[Row]
    totals: Totals = field(repr=False)

    def sums(self) -> dict[str, Cell]:
        """The totals; where no line had a value there is nothing to be paid or counted."""
        return {key: value or 0 for key, value in self.totals.values().items()}

    def caption(self, pages: Pages) -> str:
        return pages.caption.format(**self.names, page=self.number)


def cut(table: Table) -> Iterator[Page]:
    """The table's rows, page by page."""
    pages = table.pages
    assert pages is not None
    sheet, part = table.index(pages.sheet), table.index(pages.part)
    page: Page | None = None
    for row in table.rows:
        names = {pages.sheet: row[sheet], pages.part: row[part]}
        if page is None or page.names != names or len(page.rows) == pages.lines:
            if page:
                yield page
            number = page.number + 1 if page and page.names == names else 1
            page = Page(number, names, [], Totals(table.columns))
        page.rows.append(row)
        page.totals.add(row)
    if page:
        yield page
