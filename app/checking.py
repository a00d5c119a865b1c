"""`canbao packs check`: every pack loads, and the cases beside it hold."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.table import Column, Table

from app.packs.cases import read_cases, run_case
from app.packs.mistakes import PackRefused
from app.packs.shelf import Shelf
from app.rules.compiling import Compiled


@dataclass(frozen=True, slots=True)
class Checked:
    """One pack's result; `complaints` are lines that name file, line and what is wrong."""

    id: str
    title: str
    routes: int
    subsidies: int
    silences: int
    cases: int
    complaints: tuple[str, ...]


def check_all(shelf: Shelf) -> list[Checked]:
    return [_check(shelf, region, year) for region, year in shelf]


def _check(shelf: Shelf, region: str, year: int) -> Checked:
    try:
        compiled = shelf.find(region, year)
    except PackRefused as refused:
        return Checked(f"{region}-{year}", "", 0, 0, 0, 0, tuple(str(refused).splitlines()))
    beside = shelf.path(region, year).with_suffix(".cases.yaml")
    if beside.exists():
        count, complaints = _run(lambda day: shelf.find(region, year, day), beside)
    else:
        count, complaints = 0, (f"{beside.name}: no cases beside the pack",)
    policy = compiled.policy
    silences = sum(note.kind == "silence" for note in policy.notes)
    return Checked(
        policy.id, policy.title, len(policy.routes), len(policy.subsidies), silences, count, tuple(complaints)
    )


def _run(known_on: Callable[[date | None], Compiled], beside: Path) -> tuple[int, tuple[str, ...]]:
    try:
        cases = read_cases(beside)
    except PackRefused as refused:
        return 0, tuple(str(refused).splitlines())
    wrong = ((case, run_case(known_on(case.as_of), case)) for case in cases)
    return len(cases), tuple(f"{beside.name}:{c.line}: {c.name}: {d}" for c, found in wrong for d in found)


def complaints(results: list[Checked]) -> Iterator[str]:
    for result in results:
        yield from result.complaints


def table(results: list[Checked]) -> Table:
    headings = ("pack", "公告", "途径", "资助", "未载明", "案例", "结果")
    shown = Table(*[Column(heading, overflow="fold") for heading in headings])
    for r in results:
        verdict = f"[red]{len(r.complaints)} wrong[/]" if r.complaints else "[green]ok[/]"
        shown.add_row(r.id, r.title, str(r.routes), str(r.subsidies), str(r.silences), str(r.cases), verdict)
    return shown
