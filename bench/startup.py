"""From `canbao serve` to the first answer, and the memory then: with the packs as they are, and with 30,000."""

import json
import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter

from app.packs.shelf import NOTICES
from bench.engine import ROOT
from bench.http import CANBAO, free_port

BODY = {"region": "430424", "coverage_year": 2024, "pay_date": "2023-11-02", "person": {"birth_date": "1985-06-15"}}
MANY = 30_000


@contextmanager
def many_packs() -> Iterator[Path]:
    """A folder of generated packs: one real notice under made-up region codes, ten years each."""
    text = (NOTICES / "620724-2024.yaml").read_text().replace('"620724"', '"{region}"')
    text = text.replace("coverage_year: 2024", "coverage_year: {year}")
    with tempfile.TemporaryDirectory(prefix="canbao-packs-") as name:
        for n in range(MANY):
            region, year = 900_000 + n // 10, 2024 + n % 10
            pack = text.replace("{region}", str(region)).replace("{year}", str(year))
            (Path(name) / f"{region}-{year}.yaml").write_text(pack)
        yield Path(name)


def first_answer(**env: str) -> tuple[float, float]:
    """Seconds to the first quote, and MiB of resident memory after it."""
    port = free_port()
    start = perf_counter()
    environment = os.environ | {"PORT": str(port)} | env
    process = subprocess.Popen(CANBAO, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        _ask_until_answered(port)
        seconds = perf_counter() - start
        status = Path(f"/proc/{process.pid}/status").read_text()
        kib = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
        return seconds, kib / 1024
    finally:
        process.terminate()
        process.wait(20)


def _ask_until_answered(port: int) -> None:
    headers = {"content-type": "application/json"}
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/v1/quotes", json.dumps(BODY).encode(), headers)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(asked, timeout=10).read()
            return
        except urllib.error.URLError:
            time.sleep(0.005)
    raise SystemExit("the service did not answer")


def report(rounds: int) -> Iterator[str]:
    """Table rows; these are absolute figures and move with the machine."""
    with many_packs() as folder:
        few, many = [], []
        for _ in range(rounds):
            few.append(first_answer())
            many.append(first_answer(CANBAO_PACKS=str(folder)))
    for name, found, goal in (
        (f"start, {len(list(NOTICES.glob('*[0-9].yaml')))} packs", few, "1 s, 120 MiB"),
        (f"start, {MANY:,} more packs", many, "2 s, 200 MiB"),
    ):
        seconds, memory = [s for s, _ in found], [m for _, m in found]
        spread = f"{min(seconds):.2f} - {max(seconds):.2f} s"
        typical = f"{median(seconds):.2f} s, {median(memory):.0f} MiB"
        yield f"| {name} | {typical} | {spread} | {goal} | to the first answer |"
