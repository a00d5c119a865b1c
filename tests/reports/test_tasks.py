"""The fee and the reward of a village (2020 五(三)), and files of tasks."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from app.packs.shelf import Shelf
from app.reports.people import Held, Person, Scope, Share, Target, Village
from app.reports.target_rows import WrongTargets, targets_in
from app.reports.tasks import tasks
from app.sheets.reading import Unreadable, read_rows
from app.storage.target_register import targets_of
from app.workflows.import_targets import import_targets
from app.workflows.office import Office

TOWN, POLICY = "hunan-anon-town", Shelf().find("hunan-anon-town", 2020).policy
NOBODY = Person("id", "v", True, 25000, 0, None, date(2019, 11, 1), (), {}, None, {})
TEN, TWENTY, LAST = date(2019, 12, 10), date(2019, 12, 20), date(2019, 12, 31)


@dataclass
class Hand:
    """People counted by hand."""

    people: list[Person]

    def villages(self, *, earlier: bool = False) -> Iterator[Village]:  # noqa: ARG002
        yield "v", self.people

    def shares(self) -> Iterator[Share]:
        yield from ()


def paid(*by: tuple[date, int], poor: bool = False) -> list[Person]:
    held = (Held("registered_poor"),) if poor else ()
    return [replace(NOBODY, paid_on=day, identities=held) for day, number in by for _ in range(number)]


def row(people: list[Person], target: int | None = 100) -> dict[str, Any]:
    targets = {} if target is None else {"v": Target("v", target)}
    scope = Scope(TOWN, TOWN, "某镇", 2020, LAST, False, targets, POLICY.collection)
    table = tasks(scope, Hand(people))[1]
    return {column.key: value for column, value in zip(table.columns, next(iter(table.rows)), strict=True)}


STEPS = [
    (paid((TEN, 100)), 120, "2019-12-10前达100%"),
    (paid((TEN, 95)), 100, "2019-12-10前达95%"),
    (paid((TEN, 94), (date(2019, 12, 11), 6)), 100, "2019-12-20前达100%"),
    (paid((TWENTY, 95)), 80, "2019-12-20前达95%"),
    (paid((LAST, 100)), 80, "2019-12-31前达100%"),
    (paid((TWENTY, 94), (LAST, 1)), 60, "2019-12-31前达95%"),
    (paid((LAST, 94), (date(2020, 1, 1), 6)), 0, None),
]


@pytest.mark.parametrize(("people", "fen", "reached"), STEPS, ids=str)
def test_the_reward_goes_by_the_day_on_which_the_task_was_reached(
    people: list[Person], fen: int, reached: str | None
) -> None:
    found = row(people)
    assert (found["reward_rate_fen"], found.get("reached")) == (fen, reached)
    assert found["reward_fen"] == fen * len(people)
    assert (found["fee_rate_fen"], found["fee_fen"]) == (20, 20 * len(people))


def test_a_village_short_of_its_task_is_marked_with_the_clause() -> None:
    assert row(paid((TEN, 95)))["remark"] is None
    assert row(paid((TEN, 94)))["remark"] == "参保率不足95%，手续费应扣减（六）"


def test_one_of_the_registered_poor_who_has_not_paid_is_enough_to_be_marked() -> None:
    people = [*paid((TEN, 97)), *paid((TEN, 2), poor=True)]
    assert row(people)["remark"] is None
    people.append(replace(NOBODY, covered=False, identities=(Held("registered_poor"),)))
    assert row(people)["remark"] == "建档立卡贫困人口参保率不足100%，手续费应扣减（六）"


def test_without_a_task_there_is_a_fee_and_no_reward() -> None:
    found = row(paid((TEN, 10)), None)
    assert (found["target"], found["rate"], found["fee_fen"], found["reward_fen"]) == (None, None, 200, 0)


def test_other_notices_have_no_fee_and_no_reward() -> None:
    shelf = Shelf()
    assert [key for key in shelf if shelf.find(*key).policy.collection] == [(TOWN, 2020)]


HEAD = ["村代码", "村", "任务数", "应参保(本地户籍)"]


def test_titles_blank_rows_and_sums_are_passed_over() -> None:
    rows = [["附件1"], [], HEAD, ["430424106201", "高田村", "10", "9"], [""], ["", "合计", "10", "9"]]
    assert targets_in(rows, "430424") == [Target("430424106201", 10, "高田村", should_local=9)]
    assert targets_in([*rows, ["合　 计", "", "10", "9"]], "430424") == targets_in(rows, "430424")


WRONG = [
    ([HEAD, ["430424106201", "甲", "10", "九"]], "第2行：“应参保本地户籍”应为整数"),
    ([HEAD, ["430424106201", "甲", "", "9"]], "第2行：缺任务数"),
    ([HEAD, ["", "甲", "10", "9"]], "第2行：缺村代码，或太长"),
    ([HEAD, ["620724102203", "甲", "10", "9"]], "第2行：村代码不在430424之内"),
    ([HEAD, ["4.30424E+11", "甲", "10", "9"]], "第2行：村代码成了数字格式，请以文本填写"),
    ([HEAD, ["430424106201.0", "甲", "10", "9"]], "第2行：村代码成了数字格式，请以文本填写"),
    ([HEAD, ["'430424106201", "甲", "10", "9"]], "第2行：村代码成了数字格式，请以文本填写"),
    ([HEAD, ["430424106201", "甲" * 65, "10", "9"]], "第2行：名称太长"),
    ([HEAD, ["430424106201", "甲", "10"], ["430424106201", "甲", "10"]], "第3行：村代码重复"),
    ([HEAD], "没有任务行 (no rows)"),
    ([["乡镇", "任务数"]], "前10行中没有“村代码”和“任务数”两列 (no headings)"),
]


@pytest.mark.parametrize(("rows", "complaint"), WRONG, ids=lambda value: value if isinstance(value, str) else "")
def test_a_file_with_a_mistake_is_refused_and_the_line_told(rows: list[list[str]], complaint: str) -> None:
    with pytest.raises(WrongTargets) as refused:
        targets_in(rows, "430424")
    assert refused.value.complaints == [complaint]


def _workbook(path: Path, target: int) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["村代码", "任务数"])
        sheet.write_row(1, 0, [430424106201, target])  # a code as a number, as spreadsheets like to have it


def test_the_same_file_again_has_no_effect_and_a_changed_one_is_kept_beside_the_first(
    own_office: Office, tmp_path: Path
) -> None:
    file = tmp_path / "tasks.xlsx"
    _workbook(file, 10)
    assert import_targets(own_office, file, "430424", 2024) == (1, 1)
    assert import_targets(own_office, file, "430424", 2024) == (1, 0)
    between = own_office.now()
    _workbook(file, 12)
    assert import_targets(own_office, file, "430424", 2024) == (1, 1)
    with own_office.database.reading() as connection:
        known = [targets_of(connection, "430424", 2024, until) for until in (1, between, None)]
    assert [found["430424106201"]["target"] for found in known] == [10, 10, 12]


# Names of their own: pytest puts a test's name into the environment, and with 200,000 letters there no program starts.
@pytest.mark.parametrize(
    "raw",
    [b"PK\x03\x04 no workbook", b"\xff\xff\xff", b'"open,1\n' + b"x" * 200_000],
    ids=["half a workbook", "no letters", "a quotation mark left open"],
)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "tasks.csv"
    path.write_bytes(raw)
    with pytest.raises(Unreadable):
        read_rows(path)
