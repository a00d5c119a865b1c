"""Every report of a county of 200,000 people, each in a process of its own: seconds and peak memory."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from app.reports.catalog import REPORTS
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
                seconds, busy, peak, size = _command(url, name, Path(folder) / f"{name}.{form}")
                spent = f"{seconds:.1f} s of {_MOST_SECONDS} ({busy:.1f} s of them at work)"
                label = f"report {name} {form}, {people:,} people, {kind}"
                yield f"| {label} | {peak:.0f} MiB | | {_MOST_MEMORY} MiB | {spent}, {size / 1e6:.1f} MB of file |"


def _command(url: str, name: str, target: Path) -> tuple[float, float, float, int]:
    """Seconds, those on the processor, peak MiB and the file's size of `canbao report`."""
    command = [sys.executable, "-m", "app.cli", "report", name, "--region", REGION, "--year", str(YEAR)]
    env = os.environ | {"DATABASE_URL": url, "CANBAO_TODAY": "2023-12-31"}
    start = perf_counter()
    with target.open("wb") as file:
        options = ["--json"] if target.suffix == ".json" else ["-o", str(target)]
        process = subprocess.Popen([*command, *options], stdout=file, env=env)
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"canbao report {name} failed: {status}")
    peak = usage.ru_maxrss / (1 << 10 if sys.platform == "linux" else 1 << 20)
    busy = usage.ru_utime + usage.ru_stime
    return perf_counter() - start, busy, peak, target.stat().st_size
