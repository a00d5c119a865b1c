"""The people of a file under two notices: how many get which pair of answers."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from app.batch.answer_row import Layout
from app.batch.cells import FACTS, PAY_DAY, Explain
from app.batch.chunks import FileRefused
from app.batch.classes import Classes
from app.batch.people_file import Progress, reader_of
from app.batch.writing import KINDS
from app.rules.compiling import Compiled

_COMPARED = (
    "outcome", "reason", "route", "personal_fen", "surcharge_fen", "subsidy_fen", "payable_fen", "refund_fen",
    "net_cost_fen", "waiting_days", "waiting_months", "subsidies", "refunds", "benefits_start",
)  # fmt: skip
_START, _LATER, _PEOPLE = "benefits_start", "later", "people"


@dataclass
class Pairs:
    """`pairs`: what the old notice says, what the new one says, 1 where benefits start later (-1 earlier, 0 neither),
    and how many people. `refused`: rows that could not be read or that a notice refuses."""

    facts: list[str]
    pairs: list[tuple[dict[str, Any], dict[str, Any], int, int]] = field(default_factory=list)
    refused: int = 0


def compare_people(
    source: Path, old: Compiled, new: Compiled, pay: date, explain: Explain, progress: Progress
) -> Pairs:
    """Everybody in the file, asked under both notices; `pay` is for rows without a day of their own."""
    if source.suffix.lower() not in KINDS:
        raise FileRefused(f"{source.name}: 只支持 {', '.join(KINDS)} (unknown kind of file)")
    if not source.is_file():
        raise FileRefused(f"{source.name}: 没有这个文件 (no such file)")
    reader = reader_of(source)
    facts = [name for name in reader.columns if name in FACTS or name == PAY_DAY.name]
    found, rows = Pairs(facts), 0
    sides = [Classes(pack, pay, facts, explain, Layout(_COMPARED)) for pack in (old, new)]
    counts: list[pl.DataFrame] = []
    try:
        for chunk in reader.chunks():
            found.refused += len(chunk.broken)
            frame, refused = _both(chunk.frame.select(pl.col(facts).cast(pl.String)), sides)
            found.refused += refused
            counts = [_counted(pl.concat([*counts, _counted(frame.with_columns(pl.lit(1).alias(_PEOPLE)))]))]
            rows += len(frame)
            progress(chunk.done, reader.total, rows)
    except (pl.exceptions.PolarsError, OSError) as why:
        raise FileRefused(f"读写文件失败 (reading or writing failed): {type(why).__name__}") from None
    found.pairs = [pair for table in counts for pair in _pairs(table)]
    return found


def _both(facts: pl.DataFrame, sides: list[Classes]) -> tuple[pl.DataFrame, int]:
    """Both answers beside each other for rows that both notices can answer, and how many they can't."""
    (one, wrong), (other, refused) = (classes.answers(facts) for classes in sides)
    frame = pl.concat([_named(one, "old"), _named(other, "new")], how="horizontal")
    answered = wrong.is_null() & refused.is_null()
    frame = frame.filter(answered)
    start, began = _begins("new"), _begins("old")
    later = pl.when(start > began).then(1).when(start < began).then(-1).otherwise(0).cast(pl.Int8)
    frame = frame.with_columns(later.alias(_LATER)).drop(f"new {_START}", f"old {_START}")
    return frame, len(answered) - int(answered.sum())


def _begins(side: str) -> pl.Expr:
    """The first day with benefits; one behind all others where a wait outlasts the year."""
    waits = pl.col(f"{side} waiting_days").is_not_null() | pl.col(f"{side} waiting_months").is_not_null()
    return pl.col(f"{side} {_START}").fill_null(pl.when(waits).then(pl.lit(date(9999, 12, 31))))


def _named(answers: pl.DataFrame, side: str) -> pl.DataFrame:
    words = answers.with_columns(pl.col(pl.Categorical).cast(pl.String))
    return words.rename({name: f"{side} {name}" for name in words.columns})


def _counted(frame: pl.DataFrame) -> pl.DataFrame:
    keys = [name for name in frame.columns if name != _PEOPLE]
    return frame.group_by(keys, maintain_order=True).agg(pl.col(_PEOPLE).sum())


def _pairs(table: pl.DataFrame) -> Iterator[tuple[dict[str, Any], dict[str, Any], int, int]]:
    for row in table.iter_rows(named=True):
        sides = [{n: row[f"{side} {n}"] for n in _COMPARED if n != _START} for side in ("old", "new")]
        yield sides[0], sides[1], row[_LATER], row[_PEOPLE]
