"""The 2026 notice written out by hand as Polars expressions: the yardstick for whole files.

It covers what the people of `bench.batch` need on one day inside the window: newborns, the wait of those not insured
last year, full and half subsidies with the day of recognition. It reads a file and writes the columns that
`canbao quote-file` writes; `bench.batch` checks that both files say the same before it times them. It can't ask for a
missing fact, tell why a row can't be read, or serve another day or notice.
"""

from datetime import date, timedelta
from pathlib import Path

import polars as pl

FIRST, LAST, CLOSE = date(2026, 1, 1), date(2026, 12, 31), date(2026, 1, 31)
FULL = ["extreme_poverty", "orphan", "unattended_child", "disability_1", "disability_2"]
HALF = [
    "subsistence_allowance", "unstable_lifted", "at_risk_of_poverty", "sudden_hardship", "subsistence_marginal",
    "disability_3", "disability_4",
]  # fmt: skip
AMOUNTS = ["outcome", "personal_fen", "surcharge_fen", "subsidy_fen", "payable_fen"]


def quoted(people: pl.LazyFrame, pay: date, digest: str) -> pl.LazyFrame:
    """The people with the answer's columns."""
    own = people.collect_schema().names()
    facts = people.with_columns(*_facts(pay)).with_columns(*_figures(pay))
    return facts.select(*own, *_answer(digest))


def _facts(pay: date) -> list[pl.Expr]:
    born = pl.col("birth_date").str.to_date("%Y-%m-%d")
    identity = pl.col("identities").str.splitn("@", 2)
    since = identity.struct.field("field_1")
    counts = since.is_null() | (since <= min(pay, CLOSE).isoformat())
    code = identity.struct.field("field_0")
    last_quarter = born.is_between(date(2025, 10, 1), date(2025, 12, 31)) & (born + timedelta(days=90) >= pay)
    return [
        born.alias("_born"),
        pl.when(counts & code.is_in(FULL)).then(40000).when(counts & code.is_in(HALF)).then(20000).otherwise(0)
        .alias("_claim"),
        ((born >= FIRST) & (pl.col("parent_insured_in_province") == "true")).fill_null(False).alias("_free"),
        ((born >= FIRST) & (pl.col("parent_insured_in_province") == "false")).fill_null(False).alias("_no_parent"),
        ((pl.col("insured_last_year") == "false") & (born < FIRST) & ~last_quarter).alias("_waits"),
    ]  # fmt: skip


def _figures(pay: date) -> list[pl.Expr]:
    first = pl.when(pl.col("_waits")).then(pl.lit(max(FIRST, pay + timedelta(days=90)))).otherwise(pl.lit(FIRST))
    return [
        pl.when(pl.col("_free")).then(0).otherwise(40000).alias("_personal"),
        pl.when(pl.col("_free")).then(0).otherwise(pl.col("_claim")).alias("_off"),
        pl.max_horizontal("_born", first).alias("_start"),
    ]


def _answer(digest: str) -> list[pl.Expr]:
    free, off = pl.col("_free"), pl.col("_off")
    payable = pl.col("_personal") - off
    nothing = pl.lit(None, pl.String)
    return [
        pl.when(payable == 0).then(pl.lit("exempt")).otherwise(pl.lit("payable")).alias("outcome"),
        nothing.alias("reason"),
        pl.when(free).then(pl.lit("insured_newborn")).otherwise(pl.lit("window")).alias("route"),
        pl.col("_personal").cast(pl.Int64).alias("personal_fen"),
        pl.lit(0, pl.Int64).alias("surcharge_fen"),
        off.cast(pl.Int64).alias("subsidy_fen"),
        payable.cast(pl.Int64).alias("payable_fen"),
        pl.when(off == 40000)
        .then(pl.lit("unspecified:40000"))
        .when(off == 20000)
        .then(pl.lit("unspecified:20000"))
        .alias("subsidies"),
        pl.when(pl.col("_waits")).then(90).otherwise(0).cast(pl.Int64).alias("waiting_days"),
        pl.col("_start").alias("benefits_start"),
        pl.lit(LAST).alias("benefits_end"),
        pl.when(free).then(pl.lit(LAST)).otherwise(pl.lit(CLOSE)).alias("valid_through"),
        nothing.alias("missing"),
        _notes().alias("notes"),
        pl.lit(digest).alias("policy_digest"),
    ]


def _notes() -> pl.Expr:
    end = ["family_account_may_pay", "window_opening_not_stated"]
    found = pl.when(pl.col("_free")).then(pl.lit(None, pl.String))
    for waits in (True, False):
        for claim in (True, False):
            for alone in (True, False):
                codes = ["not_insured_last_year_waits"] * waits + ["subsidy_fund_not_named"] * claim
                text = ";".join([*codes, *["newborn_without_insured_parent"] * alone, *end])
                here = (pl.col("_waits") == waits) & ((pl.col("_off") > 0) == claim) & (pl.col("_no_parent") == alone)
                found = found.when(here).then(pl.lit(text))  # type: ignore[assignment]
    return found


def write(source: Path, target: Path, pay: date, digest: str, columns: list[str] | None = None) -> None:
    """File to file; `columns` are those of the answer that are wanted."""
    people = pl.scan_csv(source, infer_schema=False) if source.suffix == ".csv" else pl.scan_parquet(source)
    answers = quoted(people, pay, digest)
    if columns is not None:
        answers = answers.select(*people.collect_schema().names(), *columns)
    if target.suffix == ".csv":
        answers.sink_csv(target)
    else:
        answers.sink_parquet(target)
