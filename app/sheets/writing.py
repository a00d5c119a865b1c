"""A report as a workbook."""

from collections.abc import Sequence
from pathlib import Path

from app.reports.tables import Table
from app.sheets.forms import write_form
from app.sheets.tables import Formulas, write_table
from app.sheets.workbook import Book


def write_workbook(path: Path, tables: Sequence[Table]) -> None:
    by_name = {table.name: table for table in tables}
    with Book(path) as book:
        for table in tables:
            if table.pages is not None:
                write_form(book, table)
            else:
                other = by_name[table.adds_up] if table.adds_up else None
                write_table(book, table, Formulas(table.columns, other))
