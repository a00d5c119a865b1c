"""What of an answer stands in a file: one row of plain values."""

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Any

import polars as pl

_TYPES: dict[str, Any] = {
    "outcome": pl.String,
    "reason": pl.String,
    "route": pl.String,
    "personal_fen": pl.Int64,
    "surcharge_fen": pl.Int64,
    "subsidy_fen": pl.Int64,
    "payable_fen": pl.Int64,
    "subsidies": pl.String,
    "waiting_days": pl.Int64,
    "benefits_start": pl.String,
    "benefits_end": pl.String,
    "valid_through": pl.String,
    "missing": pl.String,
    "notes": pl.String,
    "policy_digest": pl.String,
}
COLUMNS = tuple(_TYPES)
AS_TEXT = ",".join(COLUMNS)  # the column of ready pieces of lines, called as its header reads
Row = tuple[Any, ...]


def row_of(answer: dict[str, Any]) -> Row:
    """The answer in the order of COLUMNS; lists as `a;b`, empty ones as nothing."""
    shares = ";".join(f"{s['fund']}:{s['amount_fen']}" for s in answer["subsidies"])
    lists = {
        "subsidies": shares or None,
        "missing": ";".join(answer["missing"]) or None,
        "notes": ";".join(note["code"] for note in answer["notes"]) or None,
        "policy_digest": answer["policy"]["digest"],
    }
    return tuple(lists[name] if name in lists else answer[name] for name in COLUMNS)


def table_of(rows: list[Row], *, as_text: bool) -> pl.DataFrame:
    """The rows as columns with types, or each row as one ready piece of a CSV line: that is written fastest."""
    if as_text:
        return pl.DataFrame({AS_TEXT: [csv_line(row) for row in rows]}, schema={AS_TEXT: pl.String})
    table = pl.DataFrame(rows, schema=_TYPES, orient="row")
    days = ("benefits_start", "benefits_end", "valid_through")
    # Texts that repeat: written as numbers into a dictionary, where the format has one.
    words = [name for name, type_ in _TYPES.items() if type_ == pl.String and name not in days]
    return table.with_columns(pl.col(days).str.to_date("%Y-%m-%d"), pl.col(words).cast(pl.Categorical))


def csv_line(cells: Iterable[Any]) -> str:
    """The cells as CSV, quoted where they must be."""
    line = StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()
