"""What of an answer stands in a file: one row of plain values."""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
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
_MORE: dict[str, Any] = {
    "waiting_months": pl.Int64,
    "refund_fen": pl.Int64,
    "refunds": pl.String,
    "net_cost_fen": pl.Int64,
    "add_ons": pl.String,
    "incentives": pl.String,
    "order_years": pl.String,
    "benefits_tier": pl.Int64,
}
USUAL = tuple(_TYPES)
COLUMNS = (*USUAL, *_MORE)
_DAYS = frozenset(("benefits_start", "benefits_end", "valid_through"))
Row = tuple[Any, ...]


def _amounts(key: str) -> Callable[[dict[str, Any]], str]:
    return lambda item: f"{item[key]}:{item['amount_fen']}"


# How the items of a list are written; the pieces are joined by semicolons.
_ITEMS: dict[str, Callable[[Any], str]] = {
    "subsidies": _amounts("fund"),
    "refunds": _amounts("fund"),
    "add_ons": _amounts("code"),
    "incentives": _amounts("code"),
    "order_years": lambda year: f"{year['coverage_year'] or year['kind']}:{year['amount_fen']}",
    "missing": str,
    "notes": lambda note: str(note["code"]),
}


@dataclass(frozen=True)
class Layout:
    """Which columns of COLUMNS a file has, in their order, and whether each row is one ready piece of a CSV line."""

    columns: tuple[str, ...] = USUAL
    as_text: bool = False

    @cached_property
    def header(self) -> str:
        """The name of the column of ready pieces: it is called as its header reads."""
        return ",".join(self.columns)

    def row(self, answer: dict[str, Any]) -> Row:
        """The answer's values; lists as `a;b`, empty ones as nothing."""
        return tuple(_cell(name, answer) for name in self.columns)

    def table(self, rows: list[Row]) -> pl.DataFrame:
        """The rows as columns with types, or as pieces of CSV lines: those are written fastest."""
        if self.as_text:
            lines = {self.header: [csv_line(row) for row in rows]}
            return pl.DataFrame(lines, schema={self.header: pl.String})
        types = {name: (_TYPES | _MORE)[name] for name in self.columns}
        table = pl.DataFrame(rows, schema=types, orient="row")
        days = [name for name in self.columns if name in _DAYS]
        # Texts that repeat: written as numbers into a dictionary, where the format has one.
        words = [name for name, type_ in types.items() if type_ == pl.String and name not in _DAYS]
        return table.with_columns(pl.col(days).str.to_date("%Y-%m-%d"), pl.col(words).cast(pl.Categorical))


def _cell(name: str, answer: dict[str, Any]) -> Any:
    if name == "policy_digest":
        return answer["policy"]["digest"]
    write = _ITEMS.get(name)
    return (";".join(map(write, answer[name])) or None) if write else answer[name]


def csv_line(cells: Iterable[Any]) -> str:
    """The cells as CSV, quoted where they must be."""
    line = StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()
