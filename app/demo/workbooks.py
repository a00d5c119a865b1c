"""Workbooks as clerks have them: written, read, and filled in and saved again."""

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import python_calamine
import xlsxwriter

Rows = Sequence[Sequence[Any]]


def workbook(sheets: Mapping[str, Rows]) -> bytes:
    """Text stays text, so that no digit of a number is lost."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    text = book.add_format({"num_format": "@"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, int | float):
                    sheet.write_number(at, column, value)
                elif value not in (None, ""):
                    sheet.write_string(at, column, str(value), text)
    book.close()
    return file.getvalue()


def sheets_of(content: bytes | Path) -> dict[str, list[list[Any]]]:
    """Every sheet's cells; empty ones are ''."""
    raw = content.read_bytes() if isinstance(content, Path) else content
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def filled_in(content: bytes | Path, sheet: str, fill: Callable[[dict[str, Any]], Mapping[str, str]]) -> bytes:
    """The workbook with cells of each row filled in by their headings, which stand in the first row."""
    sheets = sheets_of(content)
    headings, *rows = sheets[sheet]
    for row in rows:
        for heading, value in fill(dict(zip(headings, row, strict=True))).items():
            row[headings.index(heading)] = value
    return workbook(sheets)
