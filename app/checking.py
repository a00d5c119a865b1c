"""`canbao packs check`: every pack loads, proves itself for everybody, and the cases beside it hold."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import rich.box
from rich.table import Column, Table

from app.packs.case_runs import run_case
from app.packs.cases import read_cases
from app.packs.mistakes import PackRefused
from app.packs.read_pack import Written
from app.packs.shelf import Shelf
from app.proof.edits import edits
from app.proof.prove import Proof, prove
from app.proof.telling import told
from app.proof.trial import Trials
from app.rules.compiling import Compiled


@dataclass(frozen=True, slots=True)
class Checked:
    """One pack's result; `complaints` are lines that name file, line and what is wrong, `remarks` what may be true.

    `classes`: of people and stretches of days; `days`: the days of payment that were looked at.
    """

    id: str
    title: str
    complaints: tuple[str, ...]
    routes: int = 0
    subsidies: int = 0
    silences: int = 0
    cases: int = 0
    remarks: tuple[str, ...] = ()
    accepted: int = 0
    classes: int = 0
    days: int = 0
    seconds: float = 0.0


def check_all(shelf: Shelf) -> list[Checked]:
    return [_check(shelf, region, year) for region, year in shelf]


def _check(shelf: Shelf, region: str, year: int) -> Checked:
    try:
        compiled, written = shelf.find(region, year), shelf.written(region, year)
    except PackRefused as refused:
        return Checked(f"{region}-{year}", "", tuple(str(refused).splitlines()))
    beside = shelf.path(region, year).with_suffix(".cases.yaml")
    if beside.exists():
        count, wrong = _run(lambda day: shelf.find(region, year, day), beside)
    else:
        count, wrong = 0, (f"{beside.name}: no cases beside the pack",)
    policy, proof, file = compiled.policy, prove(written, compiled), shelf.path(region, year).name
    texts = {f: told(f, compiled, file, written.line(f.place)) for f in proof.findings}
    return Checked(
        policy.id,
        policy.title,
        (*wrong, *_stale(written, proof, file), *(texts[f] for f in proof.errors)),
        routes=len(policy.routes),
        subsidies=len(policy.subsidies),
        silences=sum(note.kind == "silence" for note in policy.notes),
        cases=count,
        remarks=tuple(texts[f] for f in proof.findings if not f.is_error),
        accepted=len(proof.accepted),
        classes=proof.classes,
        days=proof.days,
        seconds=proof.seconds,
    )


def _stale(written: Written, proof: Proof, file: str) -> Iterator[str]:
    for i in proof.stale:
        accept = written.form.accepts[i]
        line = written.line(("accepts", i))
        yield f"{file}:{line}: accepts {accept.finding} of {', '.join(accept.of)}, which is not found (any more)"


def _run(known_on: Callable[[date | None], Compiled], beside: Path) -> tuple[int, tuple[str, ...]]:
    try:
        cases = read_cases(beside)
    except PackRefused as refused:
        return 0, tuple(str(refused).splitlines())
    wrong = ((case, run_case(known_on(case.as_of), case)) for case in cases)
    return len(cases), tuple(f"{beside.name}:{c.line}: {c.name}: {d}" for c, found in wrong for d in found)


def unnoticed(shelf: Shelf) -> Iterator[str]:
    """Every value of every pack that could change without a case, the loader or the proof noticing, one line each."""
    for region, year in shelf:
        path, written = shelf.path(region, year), shelf.written(region, year)
        beside = path.with_suffix(".cases.yaml")
        trials = Trials(path, written, shelf.find(region, year), read_cases(beside) if beside.exists() else [])
        for edit in edits(written.tree):
            outcome = trials.run(edit)
            if not outcome.caught and outcome.by != "equivalent":
                yield f"{path.name}:{written.line(edit.place)}: {edit}\n    {outcome.why}"


def complaints(results: list[Checked]) -> Iterator[str]:
    for result in results:
        yield from (*result.complaints, *result.remarks)


def table(results: list[Checked]) -> Table:
    headings = ("pack", "途径", "资助", "未载", "案例", "类别", "日", "秒", "结果")
    columns = [*(Column(name, no_wrap=True) for name in headings[:-1]), Column(headings[-1], overflow="fold")]
    shown = Table(*columns, box=rich.box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for r in results:
        verdict = f"[red]{len(r.complaints)} wrong[/]" if r.complaints else "[green]ok[/]"
        more = [(r.remarks, f"{len(r.remarks)} remarks"), (r.accepted, f"{r.accepted} known")]
        verdict += "".join(f", {text}" for there, text in more if there)
        classes = f"{r.classes:.1e}".replace("e+0", "e").replace("e+", "e") if r.classes >= 10**8 else r.classes
        counts = (r.routes, r.subsidies, r.silences, r.cases, classes, r.days, f"{r.seconds:.1f}")
        shown.add_row(r.id, *map(str, counts), verdict)
    return shown
