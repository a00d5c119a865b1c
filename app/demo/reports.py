"""What the counties owe the offices above them: every report, as a workbook and as JSON, held against the plan."""

import asyncio
import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.demo.checking import Check
from app.demo.deeds import Deed
from app.demo.desks import Desk, typed
from app.demo.plan import Course, Expected, Plan, course
from app.demo.processes import Town
from app.demo.village import COUNTIES, HENGDONG, PERSONAL_FEN, VILLAGES, YEAR, Person
from app.demo.workbooks import sheets_of

REPORTS = {
    "progress": "进度",
    "survey": "摸底",
    "registration": "登记表",
    "new-enrollments": "新增参保",
    "tasks": "任务",
    "payers": "公示",
    "hardship": "困难人员",
    "settlement": "资助结算",
}
_BESIDE = 12  # as many as the village's task is more than its people
_AT_ONCE = 2
_LEDGER = ("subsidy_fen", "paid_fen", "paid_back_fen")  # of the hardship ledger
_NAME = re.compile(r"(村民|新生儿).\d+")
Figures = dict[str, int]
Key = tuple[str, str]  # county, report


@dataclass
class Made:
    """The figures of each report, and what its workbook shows of them: names, or a row of totals that has them all."""

    figures: dict[Key, Figures] = field(default_factory=dict)
    workbooks: dict[Key, Any] = field(default_factory=dict)


async def make(place: Town, clerks: dict[str, tuple[Desk, Desk]], wanted: Made) -> Made:
    """Targets first. 衡东's workbooks with `canbao report`, 高台's over HTTP; the files stay in the demo's folder."""
    folder, turn, found = place.folder / "reports", asyncio.Semaphore(_AT_ONCE), Made()
    folder.mkdir(parents=True, exist_ok=True)
    await asyncio.gather(*(_bring_targets(place, folder, region, wanted) for region in clerks))

    async def one(region: str, name: str) -> None:
        async with turn:
            file, desk = folder / f"{region}-{name}.xlsx", clerks[region][1]
            if region == HENGDONG:
                await typed(place, "report", name, "--region", region, "--year", str(YEAR), "-o", str(file))
            else:
                file.write_bytes(await desk.report(name, "xlsx"))
            content = await desk.report(name, "json")
            file.with_suffix(".json").write_bytes(content)
            found.figures[region, name] = figures(json.loads(content))
            found.workbooks[region, name] = shown(file, name, wanted.figures[region, name])

    await asyncio.gather(*(one(region, name) for region in clerks for name in REPORTS))
    return found


async def _bring_targets(place: Town, folder: Path, region: str, wanted: Made) -> None:
    target, text = wanted.figures[region, "tasks"]["target"], io.StringIO()
    rows = [
        ("村代码", "村", "乡镇", "任务数", "应参保本地户籍"),
        (VILLAGES[region], "演示村", "演示镇", target, target),
    ]
    csv.writer(text).writerows(rows)
    file = folder / f"{region}-targets.csv"
    file.write_bytes(text.getvalue().encode("gb18030"))
    await typed(place, "targets", "import", str(file), "--region", region, "--year", str(YEAR))


def figures(report: dict[str, Any]) -> Figures:
    """What the plan knows of, from a report's JSON."""
    table = report["tables"][0]
    total: dict[str, Any] = table["totals"]
    match report["report"]:
        case "progress":
            aided = sum(total[key] for key in total if key.startswith("aided_"))
            return {"should": total["should"], "insured": total["insured"], "aided": aided}
        case "survey":
            return {name: total[name] for name in ("resident", "unpaid")}
        case "registration":
            return {name: total[name] for name in ("people", "paid_fen", "subsidy_fen")}
        case "tasks":
            return {name: total[name] for name in ("target", "registered", "insured", "remaining")}
        case "payers":
            return {"people": total["people"]}
        case "hardship":
            return {"people": len(table["rows"])} | {name: total[name] for name in _LEDGER}
        case "settlement":
            return {"total_fen": total["total_fen"]}
        case _:
            return {"people": len(table["rows"])}


def shown(file: Path, name: str, wanted: Figures) -> Any:
    """Whose names a workbook has; of a table without names whether its totals have the wanted figures."""
    rows = [row for rows in sheets_of(file).values() for row in rows]
    cells = [str(cell) for row in rows for cell in row]
    match name:
        case "registration" | "new-enrollments" | "hardship":
            return sorted(cell for cell in cells if _NAME.fullmatch(cell))
        case "payers":
            return sum(cell.startswith(("村*", "新*")) for cell in cells)
        case _:
            totals = {round(100 * cell) for row in rows if row[0] == "合计" for cell in row if isinstance(cell, float)}
            yuan = {key: fen if key.endswith("_fen") else 100 * fen for key, fen in wanted.items()}
            return {key for key, fen in yuan.items() if fen in totals or (key == "aided")}


def expect(people: Sequence[Person], planned: Plan, money: Expected) -> Made:
    found = Made()
    for region in COUNTIES:
        mine = [(person, planned[n]) for n, person in enumerate(people) if person.kind.region == region]
        for name, wanted in _wanted(mine).items():
            found.figures[region, name] = wanted
        funds = sum(fen for (of, account), fen in money.accounts.items() if (of, account[:8]) == (region, "subsidy:"))
        found.figures[region, "settlement"] = {"total_fen": funds}
        for name in REPORTS:
            found.workbooks[region, name] = _wanted_names(name, mine, found.figures[region, name])
    return found


def _wanted(mine: list[tuple[Person, Deed]]) -> dict[str, Figures]:
    there = [(person, deed) for person, deed in mine if deed.ends != "cancelled"]
    covered = [course(person, deed) for person, deed in there if deed.ends == "covered"]
    subsidies = sum(one.covers_fen for one in covered)
    target = len(there) + _BESIDE
    listed = [one for one in covered if _is_hardship(one)]
    counted = {"people": len(there)}
    return {
        "progress": {"should": target, "insured": len(covered), "aided": sum(map(_is_aided, covered))},
        "survey": {"resident": len(covered), "unpaid": len(there) - len(covered)},
        "registration": counted | {"paid_fen": len(covered) * PERSONAL_FEN - subsidies, "subsidy_fen": subsidies},
        "new-enrollments": counted,
        "tasks": {
            "target": target,
            "registered": len(there),
            "insured": len(covered),
            "remaining": target - len(covered),
        },
        "payers": {"people": len(covered)},
        "hardship": {
            "people": len(list(_hardship(there))),
            "subsidy_fen": sum(one.covers_fen for one in listed),
            "paid_fen": sum(PERSONAL_FEN - one.covers_fen for one in listed),
            "paid_back_fen": sum(one.afterwards_fen for one in listed),
        },
    }


def _is_aided(one: Course) -> bool:
    return one.covers_fen + one.afterwards_fen > 0


def _is_hardship(one: Course) -> bool:
    """Also who has dropped off the list and keeps what a fund has given."""
    return one.identity is not None or _is_aided(one)


def _hardship(there: list[tuple[Person, Deed]]) -> Iterator[str]:
    for person, deed in there:
        one = course(person, deed)
        if _is_hardship(one) if deed.ends == "covered" else one.identity:
            yield person.name


def _wanted_names(name: str, mine: list[tuple[Person, Deed]], wanted: Figures) -> Any:
    there = [(person, deed) for person, deed in mine if deed.ends != "cancelled"]
    match name:
        case "registration" | "new-enrollments":
            return sorted(person.name for person, _ in there)
        case "hardship":
            return sorted(_hardship(there))
        case "payers":
            return wanted["people"]
        case _:
            return set(wanted)


def check(wanted: Made, found: Made) -> list[Check]:
    """A line for each report, of both counties."""
    return [
        Check(f"报表 {title} report {name}", _told(wanted, name), _told(found, name)) for name, title in REPORTS.items()
    ]


def _told(made: Made, name: str) -> dict[Key, Any]:
    told: dict[Key, Any] = {(region, "xlsx"): made.workbooks.get((region, name)) for region in COUNTIES}
    for region in COUNTIES:
        told |= {(region, figure): number for figure, number in made.figures.get((region, name), {}).items()}
    return told
