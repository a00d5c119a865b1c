"""Every report of a county of 200,000 people, each in a process of its own: seconds and peak memory."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from app.reports.catalog import REPORTS
from bench.commands import Spent, canbao
from bench.county import REGION, YEAR
from tests.postgres import running_postgres

PEOPLE = 200_000
_MOST_SECONDS, _MOST_MEMORY = 30, 500


def of_a_county(people: int = PEOPLE) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="canbao-bench-") as folder:
        yield from _measured(f"sqlite:///{folder}/county.db", "SQLite", people)
    with running_postgres() as url:
        yield from _measured(url, "PostgreSQL", people)


def _measured(url: str, kind: str, people: int) -> Iterator[str]:
    # In a process of its own: what this one has ever held would count for its children.
    subprocess.run([sys.executable, "-m", "bench.county", url, str(people)], check=True)
    with tempfile.TemporaryDirectory(prefix="canbao-bench-") as folder:
        for name in REPORTS:
            for form in ("xlsx", "json"):
                target = Path(folder) / f"{name}.{form}"
                spent = made(url, name, target, "2023-12-31")
                took = f"{spent.seconds:.1f} s of {_MOST_SECONDS} ({spent.busy:.1f} s of them at work)"
                label = f"report {name} {form}, {people:,} people, {kind}"
                size = target.stat().st_size / 1e6
                yield f"| {label} | {spent.peak:.0f} MiB | | {_MOST_MEMORY} MiB | {took}, {size:.1f} MB of file |"


def made(url: str, name: str, target: Path, today: str) -> Spent:
    """A report, written to `target` as its ending says."""
    asked = ["report", name, "--region", REGION, "--year", str(YEAR)]
    env = {"DATABASE_URL": url, "CANBAO_TODAY": today}
    if target.suffix == ".json":
        return canbao(*asked, "--json", output=target, **env)
    return canbao(*asked, "-o", str(target), **env)
