"""A file of people in, the same file with answers out, and beside it the rows that could not be read."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TextIO

import polars as pl

from app.batch.answer_row import USUAL, Layout
from app.batch.cells import FACTS, PAY_DAY, Explain
from app.batch.chunks import Chunk, FileRefused, Reader
from app.batch.classes import Classes
from app.batch.csv_rows import read_csv
from app.batch.other_rows import NdjsonReader, ParquetReader, XlsxReader
from app.batch.writing import KINDS, quoted, write
from app.rules.compiling import Compiled

Progress = Callable[[int, int, int], None]  # (done, total, rows)


@dataclass
class Job:
    """Which file, under which notice, for which day of payment, and where everything goes."""

    source: Path
    target: Path
    errors: Path
    compiled: Compiled
    pay: date
    explain: Explain
    encoding: str = "utf-8"
    columns: tuple[str, ...] = USUAL

    @property
    def layout(self) -> Layout:
        return Layout(self.columns, as_text=self.target.suffix.lower() == ".csv")


@dataclass
class Report:
    """What became of a file. `facts`: the columns that were read as facts."""

    facts: list[str]
    rows: int = 0
    refused: int = 0


def quote_people(job: Job, progress: Progress) -> Report:
    """Quotes every row; memory does not grow with the file."""
    _check(job)
    reader = reader_of(job.source, job.columns, keep_raw=job.target.suffix.lower() == ".ndjson")
    taken = sorted(set(reader.columns) & set(job.columns))
    if taken:
        raise FileRefused(f"列名与结果列重名 (columns named like the answer's): {', '.join(taken)}")
    nested = [name for name, type_ in reader.columns.items() if type_.is_nested() and name in FACTS]
    if nested:
        raise FileRefused(f"这些列应为文本 (columns that must be text): {', '.join(nested)}")
    report = Report([name for name in reader.columns if name in FACTS or name == PAY_DAY.name])
    classes = Classes(job.compiled, job.pay, report.facts, job.explain, job.layout)
    schema = reader.columns | dict(job.layout.table([]).schema)
    try:
        with Refused(job.errors) as refused:
            write(job.target, _quoted(reader, classes, report, refused, progress), schema, job.layout, job.encoding)
            report.refused = refused.rows
    except (pl.exceptions.PolarsError, OSError) as why:
        # Not the error's own text: it may hold a cell.
        raise FileRefused(f"读写文件失败 (reading or writing failed): {type(why).__name__}") from None
    return report


def _check(job: Job) -> None:
    for path in (job.source, job.target):
        if path.suffix.lower() not in KINDS:
            raise FileRefused(f"{path.name}: 只支持 {', '.join(KINDS)} (unknown kind of file)")
    if not job.source.is_file():
        raise FileRefused(f"{job.source.name}: 没有这个文件 (no such file)")
    if len({path.resolve() for path in (job.source, job.target, job.errors)}) < 3:
        raise FileRefused("输入、输出和错误文件不能是同一个 (input, output and errors must be different files)")


def reader_of(source: Path, columns: tuple[str, ...] = (), *, keep_raw: bool = False) -> Reader:
    """The reader for a file's kind; `columns` are those that an NDJSON file with `keep_raw` gets behind its own."""
    match source.suffix.lower():
        case ".csv":
            return read_csv(source)
        case ".ndjson":
            return NdjsonReader(source, columns, keep_raw=keep_raw)
        case ".parquet":
            return ParquetReader(source)
        case _:
            return XlsxReader(source)


def _quoted(
    reader: Reader, classes: Classes, report: Report, refused: "Refused", progress: Progress
) -> Iterator[pl.DataFrame]:
    for chunk in reader.chunks():
        facts = chunk.frame.select(pl.col(report.facts).cast(pl.String))
        answers, refusals = classes.answers(facts)
        own = chunk.frame if chunk.plain or len(answers.columns) > 1 else quoted(chunk.frame)
        frame = pl.concat([own, answers], how="horizontal")
        refused.note(chunk, refusals, classes)
        if refusals.null_count() < len(refusals):
            frame = frame.filter(refusals.is_null())
        report.rows += len(frame)
        progress(chunk.done, reader.total, report.rows)
        yield frame


class Refused:
    """The file of rows that could not be read: line, field and reason. There is none where all could be."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIO | None = None
        self.rows = 0

    def __enter__(self) -> "Refused":
        self._path.unlink(missing_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def note(self, chunk: Chunk, refusals: pl.Series, classes: Classes) -> None:
        """Writes down a chunk's broken lines and refused rows, in the order of their lines."""
        found = [(line, "", reason) for line, reason in chunk.broken]
        self.rows += len(found)
        for row, number in refusals.to_frame("number").with_row_index().drop_nulls().iter_rows():
            self.rows += 1
            line = chunk.line(row)
            found += [(line, field, reason) for field, reason in classes.refusals[number]]
        if found:
            found.sort(key=lambda entry: entry[0])
            csv.writer(self._open()).writerows(found)

    def _open(self) -> TextIO:
        if self._file is None:
            self._file = self._path.open("w", encoding="utf-8", newline="")
            csv.writer(self._file).writerow(("line", "field", "reason"))
        return self._file
