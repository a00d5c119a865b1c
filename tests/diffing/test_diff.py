"""Two made-up packs whose difference is known by hand: values, people by classes, people of a file, money by fund."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.diffing.aligning import aligned
from app.diffing.everybody import Change, Comparison, by_effect, person_in_words
from app.diffing.sides import in_words
from app.diffing.values import rows
from app.packs.read_pack import Written, read_written
from app.packs.shelf import NOTICES, Shelf
from app.rules.compiling import compile_policy
from app.rules.quoting import quote
from tests.test_cli import canbao

GOOD = (Path(__file__).parent.parent / "packs" / "good" / "900001-2024.yaml").read_text()
# Next year: 400 instead of 380 and 660 instead of 640 yuan, half is 250 instead of 190, the window closes a month
# later, the wait is 60 days, newborns have a way in.
CHANGES = [
    ("coverage_year: 2024", "coverage_year: 2025"),
    ("starts: 2024-01-01, ends: 2024-12-31", "starts: 2025-01-01, ends: 2025-12-31"),
    ("opens: 2023-09-01, closes: 2023-12-31", "opens: 2024-09-01, closes: 2025-01-31"),
    ("personal: {yuan: 380, cite: 二}", "personal: {yuan: 400, cite: 二(一)}"),
    ("fiscal: {yuan: 640", "fiscal: {yuan: 660"),
    ("total_yuan: 1020", "total_yuan: 1060"),
    ("yuan: 190", "yuan: 250"),
    ("days: 90", "days: 60"),
    (
        "  - id: late\n",
        "  - {id: newborn, title: 新生儿, cite: 五, when: {paid: {after: main}, born: {within: 90 days}},\n"
        "     charge: {kind: personal, cite: 五}, subsidy: {is: none, cite: 五}, benefits: {from: birth, cite: 五}}\n"
        "  - id: late\n",
    ),
]


@pytest.fixture
def packs(tmp_path: Path) -> tuple[Written, Written]:
    text = GOOD
    for before, after in CHANGES:
        assert before in text
        text = text.replace(before, after)
    (tmp_path / "900001-2024.yaml").write_text(GOOD)
    (tmp_path / "900001-2025.yaml").write_text(text)
    return read_written(tmp_path / "900001-2024.yaml"), read_written(tmp_path / "900001-2025.yaml")


def comparison(packs: tuple[Written, Written]) -> Comparison:
    return Comparison(aligned(packs[0], packs[1].policy.coverage_year), compile_policy(packs[1].policy))


def test_values_stand_side_by_side_with_their_clauses(packs: tuple[Written, Written]) -> None:
    found = {(r.section, r.thing, r.key): (r.kind, r.old, r.old_clause, r.new, r.new_clause) for r in rows(*packs)}
    assert found == {
        ("standards", "personal", "yuan"): ("changed", "380", "二", "400", "二(一)"),
        ("standards", "fiscal", "yuan"): ("changed", "640", "national", "660", "national"),
        ("windows", "main", "opens"): ("moved", "2023-09-01", "三", "2024-09-01", "三"),
        ("windows", "main", "closes"): ("changed", "2023-12-31", "三", "2025-01-31", "三"),
        ("routes", "newborn", ""): (
            "added", None, None,
            "{id: newborn, title: 新生儿, when: {paid: {after: main}, born: {within: 90 days}}, "
            "charge: {kind: personal}, subsidy: {is: none}, benefits: {from: birth}}",
            "五",
        ),
        ("routes", "late", "charge"): (
            "changed", "{kind: full_standard, total_yuan: 1020}", "三", "{kind: full_standard, total_yuan: 1060}", "三",
        ),
        ("routes", "late", "wait"): ("changed", "[{days: 90}]", "三", "[{days: 60}]", "三"),
        ("subsidies", "half", "yuan"): ("changed", "190", "四", "250", "四"),
    }  # fmt: skip
    labels = {r.label for r in rows(*packs)}
    assert {
        "缴费期 main 截止日期",
        "筹资标准 personal 金额（元）",
        "缴费途径 newborn",
        "资助 half 金额（元）",
    } <= labels


def test_the_other_way_round_what_was_added_is_removed(packs: tuple[Written, Written]) -> None:
    assert ("removed", "newborn") in {(r.kind, r.thing) for r in rows(packs[1], packs[0])}


def told(changes: list[Change], compare: Comparison) -> set[tuple[str, int, str, str]]:
    return {
        (c.effect, c.difference, in_words(c.before, compare.old.policy), in_words(c.after, compare.new.policy))
        for c in changes
        if c.effect != "closed"
    }


LATE = "期外缴费：缴1020元（个人缴费380元，另缴640元），等待90天"
NOW_LATE = "期外缴费：缴1060元（个人缴费400元，另缴660元），等待60天"
PLAIN, NOW_PLAIN = "集中缴费期缴费：缴380元", "集中缴费期缴费：缴400元"
HALF, NOW_HALF = (
    "集中缴费期缴费：缴190元（个人缴费380元，资助190元（低保对象））",
    "集中缴费期缴费：缴150元（个人缴费400元，资助250元（低保对象））",
)
FULL, NOW_FULL = (
    "集中缴费期缴费：无须缴费（个人缴费380元，资助380元（孤儿））",
    "集中缴费期缴费：无须缴费（个人缴费400元，资助400元（孤儿））",
)


def test_everybody_is_in_the_group_that_can_be_worked_out_by_hand(packs: tuple[Written, Written]) -> None:
    compare = comparison(packs)
    changes = compare.changes()
    assert told(changes, compare) == {
        ("pays_more", 2000, PLAIN, NOW_PLAIN),  # in both windows
        ("pays_less", -4000, HALF, NOW_HALF),
        ("same", 0, FULL, NOW_FULL),
        ("pays_less", -62000, LATE, NOW_PLAIN),  # in January, which is in the window now
        ("pays_less", -87000, LATE, NOW_HALF),
        ("pays_less", -102000, LATE, NOW_FULL),
        ("pays_more", 4000, LATE, NOW_LATE),  # from February on
        ("pays_less", -62000, LATE, "新生儿：缴400元"),
    }
    assert sum(by_effect(changes).values()) == sum(c.classes for c in changes)


def test_days_and_benefits_of_a_group_are_those_of_its_people(packs: tuple[Written, Written]) -> None:
    compare = comparison(packs)
    found = {
        (c.effect, c.difference, c.timing): (c.days[0][0].isoformat(), c.days[-1][1].isoformat())
        for c in compare.changes()
        if "新生儿" not in in_words(c.after, compare.new.policy)
    }
    # 60 days from 1 November still end within the year; after it neither wait does.
    assert found["pays_more", 4000, -1] == ("2025-02-01", "2025-11-01")
    assert found["pays_more", 4000, 0] == ("2025-11-02", "2025-12-31")
    assert found["pays_less", -62000, -1] == ("2025-01-01", "2025-01-31")
    assert found["pays_more", 2000, 0] == ("2024-09-01", "2024-12-31")
    assert found["same", 0, 0] == ("2024-09-01", "2024-12-31")


def test_the_example_of_each_group_gets_these_answers_and_has_no_fact_too_many(packs: tuple[Written, Written]) -> None:
    compare = comparison(packs)
    for change in compare.changes():
        before = quote(compare.old, change.person, change.pay).answer()
        after = quote(compare.new, change.person, change.pay).answer()
        assert (before["payable_fen"], after["payable_fen"]) == (change.before.payable, change.after.payable)
        assert len(change.person.identities) <= 1
        assert "，".join(person_in_words(change.person, compare.new.policy)).startswith(str(change.person.birth_date))


@pytest.mark.parametrize("key", [("620724", 2024), ("141102", 2023), ("hunan-anon-town", 2020), ("421303", 2023)])
def test_nothing_changes_for_anybody_between_a_pack_and_itself_a_year_later(key: tuple[str, int]) -> None:
    written = Shelf((NOTICES,)).written(*key)
    later = aligned(written, key[1] + 1)
    assert set(by_effect(Comparison(later, aligned(written, key[1] + 1)).changes())) <= {"same", "closed", "not_known"}
    assert [r for r in rows(written, written) if r.kind != "same"] == []


def test_benefits_that_begin_later_at_the_same_price_are_told(packs: tuple[Written, Written], tmp_path: Path) -> None:
    path = tmp_path / "other" / "900001-2024.yaml"
    path.parent.mkdir()
    path.write_text(GOOD.replace("days: 90", "days: 120"))
    compare = Comparison(compile_policy(packs[0].policy), compile_policy(read_written(path).policy))
    assert set(by_effect(compare.changes())) == {"later", "same", "closed"}
    back = Comparison(compare.new, compare.old)
    assert set(by_effect(back.changes())) == {"earlier", "same", "closed"}


def test_a_way_in_that_is_gone_is_a_loss_and_a_price_that_is_not_known_is_not_compared(
    packs: tuple[Written, Written], tmp_path: Path
) -> None:
    path = tmp_path / "other" / "900001-2024.yaml"
    path.parent.mkdir()
    path.write_text(GOOD.replace("when: {paid: {after: main}}", "when: {paid: {after: main}, insured_last_year: yes}"))
    compare = Comparison(compile_policy(packs[0].policy), compile_policy(read_written(path).policy))
    assert set(by_effect(compare.changes())) == {"loses", "same", "closed"}
    assert set(by_effect(Comparison(compare.new, compare.old).changes())) == {"gains", "same", "closed"}
    path.write_text(GOOD.replace("fiscal: {yuan: 640", "fiscal: {yuan: not_known").replace(", total_yuan: 1020", ""))
    unknown = Comparison(compile_policy(packs[0].policy), compile_policy(read_written(path).policy))
    assert set(by_effect(unknown.changes())) == {"not_known", "same", "closed"}


PEOPLE = """id,birth_date,identities,pay_date
1,1985-06-15,,2024-10-01
2,1985-06-15,,2025-01-10
3,1985-06-15,subsistence_allowance,2024-10-01
4,2015-06-15,orphan,2024-10-01
5,1985-06-15,subsistence_allowance,2025-03-01
6,2025-04-01,,2025-05-01
7,1985-13-15,,2024-10-01
8,1985-06-15,subsistence_allowance,2024-11-01
"""


def report(folder: Path, *args: str) -> dict[str, Any]:
    done = canbao("packs", "diff", "900001-2024", "900001-2025", "--packs", str(folder), "--json", *args)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.usefixtures("packs")
def test_people_of_a_file_are_counted_and_the_money_by_fund(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE)
    people = report(tmp_path, "--people", str(tmp_path / "people.csv"))["people"]
    assert (people["rows"], people["refused"]) == (7, 1)
    assert people["effects"] == {"pays_more": 2, "pays_less": 4, "same": 1}
    # 380+1020+190+0+1020+1020+190 and 400+400+150+0+1060+400+150; 190+190 and 250+250; the orphan's 380 and 400
    money = {m["fund"]: (m["old_fen"], m["new_fen"]) for m in people["money"]}
    assert money == {"personal": (382000, 256000), "medical_assistance": (38000, 50000), "fiscal": (38000, 40000)}


@pytest.mark.usefixtures("packs")
def test_rows_without_a_day_pay_on_the_first_day_of_the_new_window_or_on_the_day_that_is_given(tmp_path: Path) -> None:
    (tmp_path / "people.ndjson").write_text('{"birth_date": "1985-06-15"}\n')
    first = report(tmp_path, "--people", str(tmp_path / "people.ndjson"))["people"]["groups"][0]
    assert (first["old"]["payable"], first["new"]["payable"]) == (38000, 40000)
    late = report(tmp_path, "--people", str(tmp_path / "people.ndjson"), "--pay-date", "2025-06-01")
    assert late["people"]["groups"][0]["old"]["payable"] == 102000


@pytest.mark.usefixtures("packs")
def test_the_json_has_every_group_with_an_example_that_can_be_asked(tmp_path: Path) -> None:
    found = report(tmp_path)
    assert (found["old"]["id"], found["new"]["id"]) == ("900001-2024", "900001-2025")
    assert sum(found["classes"].values()) == sum(c["classes"] for c in found["cohorts"])
    example = next(c for c in found["cohorts"] if c["difference_fen"] == 2000)
    question = {"region": "900001", "coverage_year": 2025, **example["example"]}
    del question["words"]
    done = canbao("quote", "--json", "-", "--packs", str(tmp_path), stdin=json.dumps(question))
    assert json.loads(done.stdout)["payable_fen"] == 40000


@pytest.mark.usefixtures("packs")
def test_the_terminal_shows_values_effects_people_and_money(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(PEOPLE)
    args = ("--packs", str(tmp_path), "--people", str(tmp_path / "people.csv"))
    done = canbao("packs", "diff", "900001-2024", "900001-2025", *args, COLUMNS="220")
    assert done.returncode == 0, done.stderr
    for words in (
        "改动",
        "顺延",
        "2025-01-31",
        "多缴",
        "少缴",
        "+20元",
        "-40元",
        "个人缴纳",
        "3820元",
        "2560元",
        "1 行不能读取",
    ):
        assert words in done.stdout, words
    files = [str(tmp_path / f"900001-{year}.yaml") for year in (2024, 2025)]
    assert "多缴" in canbao("packs", "diff", *files).stdout


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("430424-1999", "430424-2024"), "430424-1999: 没有这份规则文件"),
        (("nowhere.yaml", "430424-2024"), "nowhere.yaml: 没有这个文件"),
        (("421303-2023", "421303-2023", "--people", "nobody.csv"), "nobody.csv: 没有这个文件"),
        (("421303-2023", "421303-2023", "--people", "x.csv", "--pay-date", "soon"), "日期应为 YYYY-MM-DD"),
    ],
)
def test_what_is_not_there_is_named(args: tuple[str, ...], says: str) -> None:
    done = canbao("packs", "diff", *args)
    assert (done.returncode, says in done.stderr, "Traceback" in done.stderr) == (2, True, False)
