"""CSV, block by block: Polars reads a block; one that it can't read as it stands is read record by record instead.

So a row with a stray quotation mark, too few or too many fields or bytes of another encoding is set aside alone, and
what there is of the file in memory is a block.
"""

import csv
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

import polars as pl

from app.batch.chunks import Broken, Chunk, FileRefused, checked
from app.batch.records import LOST, encoding_of, records

_BLOCK = 16 << 20
_LONGEST = 4 * _BLOCK  # of a block that quotation marks hold together


class CsvReader:
    """A CSV file with a header, in UTF-8 (with or without BOM) or GB18030."""

    def __init__(self, path: Path, block: int = _BLOCK) -> None:
        self._path, self._block = path, block
        self.total = path.stat().st_size
        with path.open("rb") as file:
            header, start = file.readline(), file.read(1 << 20)
        self._start = len(header)
        self._encoding = encoding_of(header + start)
        text = header.decode(self._encoding, "replace").removeprefix("\ufeff").rstrip("\r\n")
        names = next(csv.reader([text]), [])
        self.columns: dict[str, pl.DataType] = dict.fromkeys(checked(names), pl.String())

    def chunks(self) -> Iterator[Chunk]:
        line, done = 2, self._start
        for block in self._blocks():
            done += len(block)
            lines = block.count(b"\n")
            yield self._chunk(block, line, done)
            line += lines

    def _blocks(self) -> Iterator[bytes]:
        """Pieces of the file that end where a record ends."""
        with self._path.open("rb") as file:
            file.seek(self._start)
            rest = b""
            while more := file.read(self._block):
                piece = rest + more
                cut = _end_of_records(piece)
                if not cut and len(piece) > _LONGEST:
                    cut = piece.rfind(b"\n") + 1
                rest = piece[cut:]
                if cut:
                    yield piece[:cut]
            if rest:
                yield rest

    def _chunk(self, block: bytes, first: int, done: int) -> Chunk:
        raw = block
        if self._encoding == "gb18030":
            raw = block.decode("gb18030", "replace").encode()
        frame = None if self._encoding == "gb18030" and LOST.encode() in raw else self._frame(raw)
        if frame is None:
            return self._record_by_record(raw, first, done)
        lines = _lines(frame, first) if len(frame) != _line_count(raw) else None
        return Chunk(frame, first, done, lines, plain=b'"' not in raw)

    def _frame(self, raw: bytes) -> pl.DataFrame | None:
        """The block as Polars reads it, None where any row has not exactly as many fields as the header."""
        quoted = b'"' in raw
        quote = '"' if quoted else None
        try:
            frame = pl.read_csv(raw, has_header=False, schema=self.columns, quote_char=quote)
        except pl.exceptions.PolarsError:
            return None
        if len(self.columns) == 1 and frame.null_count().item():
            return None  # a blank line is no row, and here it looks like one
        commas = raw.count(b",")
        if quoted:
            inside = frame.select(pl.all().str.count_matches(",", literal=True).sum()).row(0)
            commas -= sum(n or 0 for n in inside)
        return frame if commas == len(frame) * (len(self.columns) - 1) else None

    def _record_by_record(self, raw: bytes, first: int, done: int) -> Chunk:
        rows: list[list[str | None]] = []
        lines: list[int] = []
        broken: list[Broken] = []
        for offset, record in records(raw.decode("utf-8", "replace").split("\n"), len(self.columns)):
            if isinstance(record, str):
                broken.append((first + offset, record))
            else:
                rows.append([cell or None for cell in record])
                lines.append(first + offset)
        frame = pl.DataFrame(rows, schema=self.columns, orient="row")
        return Chunk(frame, first, done, pl.Series(lines, dtype=pl.Int64), broken)


def _end_of_records(piece: bytes) -> int:
    """Behind the last line end that lies outside quotation marks, 0 where there is none."""
    cut = piece.rfind(b"\n") + 1
    quotes = piece.count(b'"', 0, cut)
    while cut and quotes % 2:
        before = piece.rfind(b"\n", 0, cut - 1) + 1
        quotes -= piece.count(b'"', before, cut)
        cut = before
    return cut


def _line_count(raw: bytes) -> int:
    return raw.count(b"\n") + (not raw.endswith(b"\n"))


def _lines(frame: pl.DataFrame, first: int) -> pl.Series:
    """The line on which each row begins, where cells hold line ends."""
    ends = frame.select(pl.sum_horizontal(pl.all().str.count_matches("\n", literal=True).fill_null(0))).to_series()
    return pl.Series([first, *accumulate((n + 1 for n in ends), initial=first)][1:-1], dtype=pl.Int64)


def read_csv(path: Path) -> CsvReader:
    """The reader for a CSV file."""
    if path.stat().st_size == 0:
        raise FileRefused("文件是空的 (the file is empty)")
    return CsvReader(path)
