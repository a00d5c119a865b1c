"""Whole files: `canbao quote-file` against the notice written out by hand in Polars, file to file, and its memory."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from time import perf_counter

import polars as pl

from app.api.problems import from_validation
from app.batch.answer_row import USUAL
from app.batch.people_file import Job, quote_people
from app.packs.shelf import Shelf
from bench import handwritten_columns
from bench.commands import Spent, canbao
from bench.timing import Ratio, interleave, ratios

PAY = date(2026, 1, 15)
ROWS = 2_000_000
_BLOCK = 500_000
_CODES = [*handwritten_columns.FULL, *handwritten_columns.HALF, "lifted_from_poverty"]


def people(count: int, seed: int) -> pl.DataFrame:
    """Made-up people: nine in ten without an identity, one in a hundred newborn, all of whose facts are known."""
    row = pl.int_range(count)

    def draw(n: int) -> pl.Expr:
        return (row.hash(seed * 100 + n) % 1_000_000) / 1_000_000

    def day(first: date, days: int, chance: pl.Expr) -> pl.Expr:
        return (pl.lit(first) + pl.duration(days=(chance * days).cast(pl.Int64))).dt.to_string("%Y-%m-%d")

    code = pl.lit(pl.Series(_CODES)).gather((draw(1) * len(_CODES)).cast(pl.UInt32))
    held = pl.when(draw(2) < 0.2).then(pl.concat_str(code, pl.lit("@"), day(date(2021, 1, 1), 1700, draw(3))))
    newborn = draw(4) < 0.01
    return pl.select(
        id=pl.lit("999999") + (row + seed * _BLOCK).cast(pl.String).str.zfill(12),
        birth_date=pl.when(newborn)
        .then(day(date(2025, 10, 1), 100, draw(5)))
        .otherwise(day(date(1930, 1, 1), 34_900, draw(5))),
        identities=pl.when(draw(6) < 0.1).then(held.otherwise(code)),
        insured_last_year=pl.when(draw(7) < 0.92).then(pl.lit("true")).otherwise(pl.lit("false")),
        parent_insured_in_province=pl.when(newborn)
        .then(pl.when(draw(8) < 0.9).then(pl.lit("true")).otherwise(pl.lit("false"))),
    )  # fmt: skip


def make(path: Path, count: int) -> None:
    """A CSV file of people, and the same as Parquet beside it."""
    with path.open("wb") as file:
        for start in range(0, count, _BLOCK):
            block = people(min(_BLOCK, count - start), start // _BLOCK)
            block.write_csv(file, include_header=start == 0)
    pl.scan_csv(path, infer_schema=False).sink_parquet(path.with_suffix(".parquet"))


def ours(source: Path, target: Path, columns: Sequence[str] = USUAL) -> None:
    """What `canbao quote-file` does, in this process."""
    job = Job(
        source, target, target.with_name("errors.csv"), Shelf().find("hunan-anon-district", 2026), PAY,
        lambda why: from_validation(why).errors or [], columns=tuple(columns),
    )  # fmt: skip
    quote_people(job, lambda *_: None)


def against_polars(rounds: int) -> Iterator[Ratio]:
    """Both files must be alike in every column before anything is timed."""
    digest = Shelf().find("hunan-anon-district", 2026).policy.digest
    with tempfile.TemporaryDirectory(prefix="canbao-batch-") as name:
        make(Path(name) / "people.csv", ROWS)
        for kind in (".csv", ".parquet"):
            source, mine, hand = (Path(name) / f"{stem}{kind}" for stem in ("people", "mine", "hand"))
            by_hand = partial(handwritten_columns.write, source, hand, PAY, digest)
            _same(source, mine, hand, by_hand)
            amounts = handwritten_columns.AMOUNTS
            deeds = (
                partial(ours, source, mine),
                by_hand,
                partial(ours, source, mine, amounts),
                partial(by_hand, amounts),
            )
            own, all_columns, own_few, few = interleave([partial(_timed, deed) for deed in deeds], rounds)
            label = kind[1:].upper() if kind == ".csv" else "Parquet"
            speed = f"{ROWS / min(own) / 1e6:.1f} M rows/s, by hand {ROWS / min(all_columns) / 1e6:.1f}"
            yield Ratio(f"quote-file {label} : by hand, the same columns", "0.5", ratios(all_columns, own), speed)
            speed = f"{ROWS / min(own_few) / 1e6:.1f} M rows/s, by hand {ROWS / min(few) / 1e6:.1f}"
            yield Ratio(f"quote-file {label} : by hand, outcome and amounts only", "0.5", ratios(few, own_few), speed)


def _same(source: Path, mine: Path, hand: Path, by_hand: Callable[[], None]) -> None:
    ours(source, mine)
    by_hand()
    read = pl.read_parquet if mine.suffix == ".parquet" else partial(pl.read_csv, infer_schema=False)
    left, right = (read(path).with_columns(pl.col(pl.Categorical).cast(pl.String)) for path in (mine, hand))
    for column in left.columns:
        if not left[column].equals(right[column], null_equal=True):
            where = (left[column].ne_missing(right[column])).arg_true()[0]
            raise SystemExit(f"{column} differs:\n{left[where].to_dicts()}\n{right[where].to_dicts()}")


def _timed(deed: Callable[[], None]) -> float:
    start = perf_counter()
    deed()
    return perf_counter() - start


def memory(counts: tuple[int, ...]) -> Iterator[str]:
    """Peak resident memory of the command for files of these lengths: it must not grow with the file."""
    with tempfile.TemporaryDirectory(prefix="canbao-batch-") as name:
        for count in counts:
            source = Path(name) / "people.csv"
            make(source, count)
            for kind in (".csv", ".parquet"):
                spent = _command(source.with_suffix(kind), Path(name) / f"out{kind}")
                speed, rows = f"{count / spent.seconds / 1e6:.1f} M rows/s with start", f"{count // 10**6} M rows"
                yield f"| quote-file, {rows}, {kind[1:]} | {spent.peak:.0f} MiB | | 2,048 MiB | {speed} |"


def _command(source: Path, target: Path) -> Spent:
    asked = ["quote-file", str(source), "-o", str(target), "--region", "hunan-anon-district", "--year", "2026"]
    spent = canbao(*asked, "--pay-date", PAY.isoformat())
    target.unlink()
    return spent
