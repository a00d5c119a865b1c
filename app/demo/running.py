"""Running the demo in a folder of its own, and saying whether everything came out as planned."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.demo.acting import Outcome, act
from app.demo.checking import Check
from app.demo.checks import check, wanted
from app.demo.deeds import Deed
from app.demo.plan import assign, declare
from app.demo.processes import DAYS, DidNotStart, town
from app.demo.report import show
from app.demo.village import village
from app.demo.visiting import Surprise

FOLDERS = ("rosters", "reconciliation", "reports")
_RHYTHM = 0.0005  # an hour of the tax bureau's is 1.8 seconds


def run(count: int, seed: int, keep: Path | None) -> bool:
    """Whether every number is the planned one."""
    console, began = Console(), time.monotonic()
    console.print(f"[bold]canbao 演示 demo[/]  {count} 名虚构村民 made-up people, {' '.join(DAYS)}", highlight=False)
    try:
        with tempfile.TemporaryDirectory(prefix="canbao-demo-") as temporary:
            deeds, outcome, checks = _run(console, keep or Path(temporary), count, seed)
    except (Surprise, DidNotStart) as why:
        print(f"{why}\n用 --keep DIR 保留日志 (--keep DIR keeps the logs)", file=sys.stderr)
        return False
    show(console, deeds, outcome, checks, time.monotonic() - began)
    if keep:
        console.print("名单、对账、报表 lists, statements and their differences, reports are in", highlight=False)
        console.print(*(f"{keep}/{name}" for name in FOLDERS), sep="\n", soft_wrap=True, highlight=False)
    else:
        console.print("用 --keep DIR 保留名单、对账单、报表 (--keep DIR keeps lists, statements, reports)")
    return all(one.holds for one in checks)


def _run(console: Console, folder: Path, count: int, seed: int) -> tuple[list[Deed], Outcome, list[Check]]:
    folder.mkdir(parents=True, exist_ok=True)
    people = village(count, seed)
    planned = assign(people, seed)
    declare(people, planned)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console) as progress:
        starting = progress.add_task("启动 starting", total=1)
        with town(folder, seed, _RHYTHM) as place:
            progress.advance(starting)
            outcome = asyncio.run(act(place, people, planned, progress))
    return list(planned.values()), outcome, check(people, planned, wanted(people, planned), outcome)
