"""What of an answer stands in a file: one row of plain values."""

from typing import Any

import polars as pl

# Column -> (type, type of a short text that repeats).
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


def table_of(rows: list[Row], *, typed: bool) -> pl.DataFrame:
    """The rows as columns: numbers and days as such, or everything as text as a CSV file has it."""
    table = pl.DataFrame(rows, schema=_TYPES, orient="row")
    if not typed:
        return table.select(pl.all().cast(pl.String))
    days = ("benefits_start", "benefits_end", "valid_through")
    return table.with_columns(pl.col(days).str.to_date("%Y-%m-%d"))
