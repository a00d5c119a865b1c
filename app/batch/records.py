"""CSV record by record, so that one with a stray quotation mark or bytes of another encoding spoils no other."""

import codecs
import csv
from collections.abc import Iterator

_MOST_LINES = 50  # of one record
LOST = "\ufffd"  # in the place of bytes that are no characters


def encoding_of(start: bytes) -> str:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def records(lines: list[str], fields: int) -> Iterator[tuple[int, list[str] | str]]:
    """(offset of the line, the record's cells or why it can't be read); blank lines are passed over."""
    at = 0
    while at < len(lines):
        cells, used = _record(lines, at)
        if cells is None:
            yield at, "引号不成对"
        elif any(LOST in cell for cell in cells):
            yield at, "含有无法识别编码的字符"
        elif len(cells) == fields:
            yield at, cells
        elif cells and used == 1:
            yield at, f"应有{fields}列，实有{len(cells)}列"
        elif cells:
            yield at, "引号不成对"
            used = 1
        at += used


def _record(lines: list[str], at: int) -> tuple[list[str] | None, int]:
    """The cells of the record that begins here and how many lines it takes."""
    text = lines[at].removesuffix("\r")
    for used in range(1, _MOST_LINES + 1):
        try:
            return next(csv.reader([text], strict=True), []), used
        except csv.Error:
            if at + used >= len(lines):
                break
            text += "\n" + lines[at + used].removesuffix("\r")
    return None, 1
