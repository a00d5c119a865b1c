"""Frames -> a file, as they come: CSV, NDJSON, Parquet or XLSX by the file's ending."""

import codecs
from collections.abc import Callable, Iterator
from io import RawIOBase
from pathlib import Path
from typing import IO, Any, cast

import polars as pl
import xlsxwriter
from polars.io.plugins import register_io_source

from app.batch.answer_row import Layout, csv_line
from app.batch.chunks import FileRefused
from app.batch.other_rows import RAW

MOST_XLSX = 1_048_575  # rows under the header
Frames = Iterator[pl.DataFrame]
Schema = dict[str, Any]


def write(path: Path, frames: Frames, schema: Schema, layout: Layout, encoding: str) -> None:
    """Writes the frames and gives the file its name only when it is complete."""
    part = path.with_name(f"{path.stem}.part{path.suffix}")
    try:
        _WRITERS[path.suffix.lower()](part, frames, schema, layout, encoding)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _lazy(frames: Frames, schema: Schema) -> pl.LazyFrame:
    def source(columns: Any, predicate: Any, n_rows: Any, batch_size: Any) -> Frames:  # noqa: ARG001
        return frames

    return register_io_source(source, schema=schema)


def _csv(path: Path, frames: Frames, schema: Schema, layout: Layout, encoding: str) -> None:
    """Cells come quoted where they must be (see `quoted`), and the answer as one piece of the line."""
    names = [name if name == layout.header else csv_line([name]) for name in schema]
    named = dict(zip(names, schema.values(), strict=True))
    rows = _lazy((frame.rename(dict(zip(schema, names, strict=True))) for frame in frames), named)
    if encoding == "utf-8":
        rows.sink_csv(path, quote_style="never", check_extension=False)
        return
    with path.open("wb") as file:
        rows.sink_csv(cast(IO[bytes], _Encoded(file.write, encoding)), quote_style="never")


def quoted(frame: pl.DataFrame) -> pl.DataFrame:
    """The cells as they stand in a CSV file."""
    cells = pl.col(pl.String)
    doubled = pl.lit('"') + cells.str.replace_all('"', '""', literal=True) + pl.lit('"')
    return frame.with_columns(pl.when(cells.str.contains('[",\r\n]')).then(doubled).otherwise(cells).name.keep())


def _ndjson(path: Path, frames: Frames, schema: Schema, layout: Layout, _: str) -> None:
    if RAW not in schema:
        _lazy(frames, schema).sink_ndjson(path)
        return
    lines = (frame.select(_joined(layout)) for frame in frames)
    _lazy(lines, {RAW: pl.String}).sink_csv(path, include_header=False, quote_style="never", check_extension=False)


def _joined(layout: Layout) -> pl.Expr:
    """The file's own object with the answer's fields behind its own."""
    own = pl.col(RAW).str.strip_suffix("}").str.strip_chars_end()
    comma = pl.when(own == "{").then(pl.lit("")).otherwise(pl.lit(","))
    return (own + comma + pl.struct(layout.columns).struct.json_encode().str.strip_prefix("{")).alias(RAW)


def _parquet(path: Path, frames: Frames, schema: Schema, _: Layout, __: str) -> None:
    _lazy(frames, schema).sink_parquet(path)


def _xlsx(path: Path, frames: Frames, schema: Schema, _: Layout, __: str) -> None:
    write_xlsx(path, frames, schema, MOST_XLSX)


def write_xlsx(path: Path, frames: Frames, schema: Schema, most: int) -> None:
    """A sheet with text as text, so that no digits get lost, and the answer's numbers as numbers."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    try:
        sheet, number = book.add_worksheet(), 0
        _write_row(sheet, 0, tuple(schema))
        for frame in frames:
            if number + len(frame) > most:
                raise FileRefused(f"XLSX 最多 {most} 行，请改用 CSV 或 Parquet (too many rows for XLSX)")
            for row in frame.iter_rows():
                number += 1
                _write_row(sheet, number, row)
    finally:
        book.close()


def _write_row(sheet: Any, number: int, row: tuple[Any, ...]) -> None:
    for column, value in enumerate(row):
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15:
            sheet.write_number(number, column, value)
        elif value is not None:
            sheet.write_string(number, column, str(value))


class _Encoded(RawIOBase):
    """Takes UTF-8 and hands on another encoding."""

    def __init__(self, write: Callable[[bytes], object], encoding: str) -> None:
        self._write, self._encoding = write, encoding
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._write(self._decoder.decode(bytes(data)).encode(self._encoding))
        return len(data)


_WRITERS: dict[str, Callable[[Path, Frames, Schema, Layout, str], None]] = {
    ".csv": _csv,
    ".ndjson": _ndjson,
    ".parquet": _parquet,
    ".xlsx": _xlsx,
}
KINDS = tuple(_WRITERS)
