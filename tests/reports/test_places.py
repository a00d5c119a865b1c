"""Townships and villages: their names, the titles, and tasks that are not told apart by village."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.packs.shelf import Shelf
from app.reports.people import Person, Scope, Share, Target, Village
from app.reports.places import Places
from app.reports.progress import progress
from app.reports.survey import survey
from app.reports.tables import Table
from app.reports.target_rows import targets_in
from app.reports.tasks import tasks
from app.sheets.writing import write_workbook
from tests.reports.workbooks import opened

COUNTY, DAY = "141102", date(2022, 12, 25)
FIRST, SECOND, OTHER = "141102001001", "141102001002", "141102002001"
WHO = {"name": "测试", "id_type": "resident_id", "id_number": "999000198506150016"}
PERSON = Person("id", "", True, 35000, 0, DAY, DAY, (), WHO, None, {})


@dataclass
class Counted:
    """So many people in each village, all insured."""

    people: Mapping[str, int]
    owed: Sequence[Share] = ()

    def villages(self, *, earlier: bool = False) -> Iterator[Village]:  # noqa: ARG002
        for village, number in self.people.items():
            yield village, [replace(PERSON, village=village)] * number

    def shares(self) -> Iterator[Share]:
        yield from self.owed


def scope(*targets: Target) -> Scope:
    return Scope(COUNTY, COUNTY, "离石区", 2023, DAY, False, {t.village: t for t in targets})


def rows(table: Table) -> list[dict[str, Any]]:
    return [{c.key: cell for c, cell in zip(table.columns, row, strict=True)} for row in table.rows]


TOWNSHIPS = (
    Target("141102001", 100, township_name="滨河", should_local=110, employee_insured=20),
    Target("141102002", 50, township_name="凤山", should_local=60, employee_insured=0),
)
PEOPLE = Counted({FIRST: 30, SECOND: 10, OTHER: 55})


def test_what_a_township_lacks_is_its_task_less_what_its_villages_have() -> None:
    brief, wide = tasks(scope(*TOWNSHIPS), PEOPLE)
    assert [(r["target"], r["insured"], r["remaining"]) for r in rows(brief)] == [(100, 40, 60), (50, 55, -5)]
    assert [r["rate"] for r in rows(brief)] == [0.4, 1.1]
    whole = [r for r in rows(wide) if r["target"]]
    assert [(r["village_name"], r["remaining"], r["rate"]) for r in whole] == [("（未分村、社区）", None, None)] * 2


def test_who_is_not_insured_is_counted_for_a_township_whose_villages_have_no_figure_of_their_own() -> None:
    brief, _ = survey(scope(*TOWNSHIPS), PEOPLE)
    assert [(r["should"], r["insured"], r["not_insured"]) for r in rows(brief)] == [(110, 60, 50), (60, 55, 5)]


def test_a_workbook_works_out_no_rate_beside_the_task_of_a_whole_township(tmp_path: Path) -> None:
    write_workbook(tmp_path / "tasks.xlsx", tasks(scope(*TOWNSHIPS), PEOPLE))
    sheets = opened(tmp_path / "tasks.xlsx")
    wide, brief = sheets["分村"], sheets["分乡镇"]
    row = next(place[1:] for place, value in wide.cells.items() if value == "（未分村、社区）")
    assert not {f"K{row}", f"L{row}"} & wide.formulas.keys()
    assert brief.formulas["I4"] == 'IF(COUNT(F4)=0,"",F4-H4)'
    assert brief.cells["I6"] == 55


def test_the_reward_and_the_fee_of_a_village_do_not_go_by_the_task_of_its_township() -> None:
    collection = Shelf().find("hunan-anon-town", 2020).policy.collection
    _, wide = tasks(replace(scope(*TOWNSHIPS), collection=collection), PEOPLE)
    assert [r["remark"] for r in rows(wide)] == [None] * 5


def test_what_nobody_has_said_has_no_sum(tmp_path: Path) -> None:
    write_workbook(tmp_path / "progress.xlsx", progress(scope(), Counted({FIRST: 2})))
    sheet = opened(tmp_path / "progress.xlsx")["分乡镇"]
    assert (sheet.cells["C7"], sheet.cells["F7"]) == ("", 2)
    assert sheet.formulas["C7"] == 'IF(COUNT(C6:C6)=0,"",SUM(C6:C6))'
    assert sheet.formulas["F7"] == "SUM(F6:F6)"


HEAD = ["村代码", "乡镇", "村", "任务数"]
MERGED = [HEAD, [FIRST, "滨河", "甲村", "1"], [SECOND, "", "乙村", "1"], [OTHER, "", "丙村", "1"]]


def test_a_township_that_is_named_once_is_that_of_all_its_villages() -> None:
    found = targets_in(MERGED, COUNTY)
    assert [t.township_name for t in found] == ["滨河", "滨河", None]
    places = Places({t.village: t for t in found}, COUNTY, "离石区", COUNTY)
    assert [places.township_name(code) for code in ("141102001", "141102002")] == ["滨河", "141102002"]


def test_a_village_without_a_code_belongs_to_the_township_that_the_file_names() -> None:
    targets = {"二中": Target("二中", 1, township_name="滨河"), FIRST: Target(FIRST, 1, township_name="滨河")}
    assert Places(targets, COUNTY, "离石区", COUNTY).township("二中") == "141102001"


TITLES = [
    (COUNTY, "离石区"),
    ("141102001", "离石区滨河"),
    (FIRST, "离石区滨河甲村"),
    ("141102002", "离石区141102002"),
    (OTHER, "离石区丙村"),
]


@pytest.mark.parametrize(("region", "title"), TITLES)
def test_a_report_is_headed_by_the_place_that_it_is_about(region: str, title: str) -> None:
    targets = {t.village: t for t in targets_in(MERGED, COUNTY) if t.village.startswith(region)}
    assert Places(targets, COUNTY, "离石区", region).title() == title


def test_a_town_with_a_notice_of_its_own_is_named_by_it() -> None:
    assert Places({}, "141102001", "滨河街道", "141102001").township_name("141102001") == "滨河街道"
