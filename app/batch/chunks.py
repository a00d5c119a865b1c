"""What every reader of people files gives: frames of rows, where each row stood, and what could not be read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

Broken = tuple[int, str]  # (line, reason in Chinese)


class FileRefused(Exception):  # noqa: N818 - an answer, not a failure
    """A file that can't be read or written as a whole; the text says why, in Chinese."""


@dataclass
class Chunk:
    """Rows in the file's order. `first` is the line of the first row; `lines` says it for each where that is not
    simply the next one. `done` counts what of the file has been read, in the unit of the reader's `total`. `plain`: no
    cell holds anything that has to be quoted in a CSV file."""

    frame: pl.DataFrame
    first: int
    done: int
    lines: pl.Series | None = None
    broken: list[Broken] = field(default_factory=list)
    plain: bool = False

    def line(self, row: int) -> int:
        """Where a row stood in the file."""
        return self.first + row if self.lines is None else int(self.lines[row])


class Reader(Protocol):
    """A people file. `columns` are the file's own, in order; `total` is what there is to be done."""

    columns: dict[str, pl.DataType]
    total: int

    def chunks(self) -> Iterator[Chunk]: ...


def checked(names: list[str]) -> list[str]:
    """The names of a file's columns, each once and none empty."""
    names = [name.strip() for name in names]
    if not names or not all(names):
        raise FileRefused("表头有空的列名 (a column without a name)")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise FileRefused(f"表头有重复的列名 (columns named twice): {', '.join(twice)}")
    return names
