"""NDJSON, Parquet and XLSX files of people."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl
import python_calamine

from app.batch.cells import FACTS, PAY_DAY
from app.batch.chunks import Broken, Chunk, FileRefused, checked

RAW = "\x00raw"  # an NDJSON file's own lines, to be written again as they were
_LINES = 50_000
_SAMPLE = 1000


class NdjsonReader:
    """One JSON object a line with flat fields. The columns are those of the first thousand lines; `answers` are the
    answer's, which no line may have."""

    def __init__(self, path: Path, answers: tuple[str, ...], *, keep_raw: bool) -> None:
        self._path, self._answers, self._keep_raw = path, answers, keep_raw
        self.total = path.stat().st_size
        with path.open("rb") as file:
            found = [_object(line) for line in islice(file, _SAMPLE)]
        names = dict.fromkeys(key for item in found if isinstance(item, dict) for key in item)
        self._names = checked(list(names) or ["birth_date"])
        read = [n for n in self._names if n in FACTS or n == PAY_DAY.name] + [RAW] if keep_raw else self._names
        self.columns: dict[str, pl.DataType] = dict.fromkeys(read, pl.String())

    def chunks(self) -> Iterator[Chunk]:
        first, done = 1, 0
        with self._path.open("rb") as file:
            while lines := list(islice(file, _LINES)):
                done += sum(map(len, lines))
                yield self._chunk(lines, first, done)
                first += len(lines)

    def _chunk(self, lines: list[bytes], first: int, done: int) -> Chunk:
        rows: list[list[str | None]] = []
        numbers: list[int] = []
        broken: list[Broken] = []
        for number, line in enumerate(lines, first):
            if not line.strip():
                continue
            item = _object(line)
            wrong = item if isinstance(item, str) else self._unknown(item)
            if wrong:
                broken.append((number, wrong))
                continue
            assert isinstance(item, dict)
            raw = {RAW: line.decode().removeprefix("\ufeff").strip()} if self._keep_raw else {}
            rows.append([_text(value) for value in (raw.get(n, item.get(n)) for n in self.columns)])
            numbers.append(number)
        frame = pl.DataFrame(rows, schema=self.columns, orient="row")
        return Chunk(frame, first, done, pl.Series(numbers, dtype=pl.Int64), broken)

    def _unknown(self, item: dict[str, Any]) -> str | None:
        if self._keep_raw:
            return "字段名与结果列重名" if not item.keys().isdisjoint(self._answers) else None
        return None if item.keys() <= set(self._names) else f"有前{_SAMPLE}行没有的字段"


def _object(line: bytes) -> dict[str, Any] | str:
    try:
        # Numbers stay the text that they are: an ID of 18 digits must not become another one.
        found = json.loads(line.removeprefix(b"\xef\xbb\xbf"), parse_int=str, parse_float=str)
    except UnicodeDecodeError:
        return "不是 UTF-8 编码"
    except (ValueError, RecursionError):
        return "不是有效的 JSON"
    return found if isinstance(found, dict) else "应为 JSON 对象"


def _text(value: Any) -> str | None:
    """A cell as text; what is neither text nor number keeps its JSON."""
    match value:
        case None | str():
            return value or None
        case bool():
            return str(value).lower()
        case date():
            day = isinstance(value, datetime) and value.time() == datetime.min.time()
            return (value.date() if day and isinstance(value, datetime) else value).isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case dict() | list():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return str(value)


class ParquetReader:
    """A Parquet file. Its columns keep their types; a line is a row, counted from 1."""

    def __init__(self, path: Path) -> None:
        try:
            self._rows = pl.scan_parquet(path, glob=False)
            self.columns: dict[str, pl.DataType] = dict(self._rows.collect_schema())
            self.total = int(self._rows.select(pl.len()).collect().item())
        except pl.exceptions.PolarsError:
            raise FileRefused("不是可以读取的 Parquet 文件 (not a readable Parquet file)") from None
        checked(list(self.columns))

    def chunks(self) -> Iterator[Chunk]:
        done = 0
        for frame in self._rows.collect_batches(maintain_order=True, engine="streaming"):
            yield Chunk(frame, done + 1, done + len(frame))
            done += len(frame)


class XlsxReader:
    """The first sheet of a workbook, with a header; every cell as text."""

    def __init__(self, path: Path) -> None:
        try:
            sheet = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
        except (python_calamine.CalamineError, OSError):
            raise FileRefused("不是可以读取的 XLSX 文件 (not a readable XLSX file)") from None
        self._rows = sheet.iter_rows()
        self.total = max(sheet.height - 1, 0)
        names = [str(cell) for cell in next(self._rows, [])]
        self.columns: dict[str, pl.DataType] = dict.fromkeys(checked(names), pl.String())

    def chunks(self) -> Iterator[Chunk]:
        first = 2
        while rows := list(islice(self._rows, _LINES)):
            frame = pl.DataFrame([[_text(c) for c in row] for row in rows], schema=self.columns, orient="row")
            yield Chunk(frame, first, first + len(rows) - 2)
            first += len(rows)
