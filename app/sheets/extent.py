"""How far a workbook's cells lie apart. Its reader makes room for every place up to the last cell, so that a single one
in the far corner of an otherwise empty sheet would take all the memory that there is, and more."""

import re
import zipfile
from collections.abc import Iterator
from typing import IO

_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]*)([0-9]+)["']""")  # of a cell, or of a row (without letters)
_AT_A_TIME, _OVERLAP = 1 << 18, 64  # bytes
_FREE, _PLACES_A_CELL = 1_000_000, 4  # room that any file may ask for, and that each of its cells may


def lies_far_apart(file: IO[bytes]) -> bool:
    """Whether the sheets of this XLSX file need far more room than they have cells. Raises BadZipFile.

    Whatever is no XLSX file counts as such: its reader would open other kinds of workbooks too.
    """
    with zipfile.ZipFile(file) as archive:
        names = {entry.filename for entry in archive.infolist()}
        if "xl/workbook.xml" not in names or names & {"xl/workbook.bin", "content.xml"}:
            return True
        return any(_is_sparse(_places(archive.open(entry))) for entry in archive.infolist())


def _is_sparse(places: Iterator[tuple[int, int]]) -> bool:
    last_column, last_row, cells = 0, 0, 0
    for column, row in places:
        last_column, last_row, cells = max(last_column, column), max(last_row, row), cells + 1
    return last_column * last_row > _FREE + _PLACES_A_CELL * cells


def _places(part: IO[bytes]) -> Iterator[tuple[int, int]]:
    """Where cells stand, counted from one; column 1 for a row."""
    with part:
        kept = b""
        while more := part.read(_AT_A_TIME):
            kept += more
            end = 0
            for found in _PLACE.finditer(kept):
                end = found.end()
                yield _column(found[1]), int(found[2][:12])
            kept = kept[max(end, len(kept) - _OVERLAP) :]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters[:6].upper():
        number = number * 26 + letter - 64
    return max(number, 1)
