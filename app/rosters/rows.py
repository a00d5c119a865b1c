"""Rows of a list: CSV (UTF-8 with or without BOM, GB18030) or XLSX, below the row with the Chinese headings."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from app.batch.records import records
from app.rosters.headings import REQUIRED, columns_of
from app.sheets.bounds import TooLarge, check_bounds

MOST_BYTES = 64 * 1024 * 1024
_TITLE_ROWS = 10  # above the headings at most
_SAMPLE = 1 << 20

Row = tuple[int, Sequence[Any] | str]  # line, and its cells or why it can't be read


class ListRefused(Exception):  # noqa: N818 - an answer, not a failure
    """A file that is no list; the text says why, in Chinese, and repeats nothing of it."""


@dataclass(frozen=True, slots=True)
class Table:
    """`columns`: where each known heading stands. `rows` can be taken once."""

    columns: dict[str, int]
    rows: Iterator[Row]


def table_of(raw: bytes) -> Table:
    """The list in these bytes; raises ListRefused."""
    if len(raw) > MOST_BYTES:
        raise ListRefused(f"文件超过{MOST_BYTES >> 20}MiB，请分批导入")
    if not raw.strip():
        raise ListRefused("文件是空的")
    return _workbook(raw) if raw.startswith(b"PK\x03\x04") else _text(raw)


def _text(raw: bytes) -> Table:
    if b"\0" in raw[:_SAMPLE]:
        raise ListRefused("不是可以读取的 CSV 或 XLSX 文件")
    # The encoding in which there are headings: one byte that does not belong must not turn the rest into nonsense.
    for encoding in ("utf-8", "gb18030"):
        found = _headed(raw[:_SAMPLE].decode(encoding, "replace").split("\n", _TITLE_ROWS)[:_TITLE_ROWS])
        if found is not None:
            columns, at, fields = found
            lines = raw.decode(encoding, "replace").split("\n")
            return Table(columns, _numbered(lines[at + 1 :], fields, at + 2))
    raise _without_headings()


def _headed(lines: list[str]) -> tuple[dict[str, int], int, int] | None:
    """The columns, on which line the headings stand, and how many cells there are."""
    for at, line in enumerate(lines):
        try:
            cells = next(csv.reader([line.removeprefix("\ufeff").rstrip("\r")]), [])
        except csv.Error:
            continue
        columns = columns_of(cells)
        if columns is not None:
            return columns, at, len(cells)
    return None


def _numbered(lines: list[str], fields: int, first: int) -> Iterator[Row]:
    for offset, found in records(lines, fields):
        yield first + offset, found


def _workbook(raw: bytes) -> Table:
    rows = _sheet(raw)
    for _, cells in islice(rows, _TITLE_ROWS):
        columns = columns_of([str(cell) for cell in cells])
        if columns is not None:
            return Table(columns, iter(rows))
    raise _without_headings()


def _sheet(raw: bytes) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows of the first sheet with their numbers."""
    import python_calamine  # here, because most of the program never needs it

    try:
        check_bounds(io.BytesIO(raw))
        sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_index(0)
    except TooLarge as why:
        raise ListRefused(str(why)) from None
    except (python_calamine.CalamineError, zipfile.BadZipFile, OSError, ValueError):
        raise ListRefused("不是可以读取的 CSV 或 XLSX 文件") from None
    return enumerate(sheet.iter_rows(), 1 + (sheet.start[0] if sheet.start else 0))


def _without_headings() -> ListRefused:
    return ListRefused(f"没有找到表头：须有“{'”“'.join(REQUIRED)}”各列")
