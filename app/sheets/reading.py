"""The first table of a file, as text: CSV (UTF-8 with or without a mark, GB18030) or XLSX."""

import csv
import io
import zipfile
from pathlib import Path

import python_calamine

from app.sheets.bounds import TooLarge, check_bounds


class Unreadable(Exception):  # noqa: N818 - told to whoever brought the file
    """A file that is no table."""


def read_rows(path: Path) -> list[list[str]]:
    """Every row, the first one first; raises Unreadable."""
    raw = path.read_bytes()
    if raw.startswith(b"PK"):
        try:
            check_bounds(io.BytesIO(raw))
            sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_index(0)
        except TooLarge as why:
            raise Unreadable(str(why)) from None
        except (python_calamine.CalamineError, IndexError, zipfile.BadZipFile):
            raise Unreadable("不是可以读取的 XLSX 文件 (not a workbook)") from None
        return [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(raw.decode(encoding)))]
        except UnicodeDecodeError:
            continue
        except csv.Error:
            break
    raise Unreadable("不是 UTF-8 或 GB18030 编码的 CSV (not a CSV file)")


def _text(cell: object) -> str:
    """A number as it is written: codes of twelve digits come as floats, which hold them exactly."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()
