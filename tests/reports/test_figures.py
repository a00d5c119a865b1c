"""Each report's figures against the county that was counted by hand, before and after what happened."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.storage.ledger_register import balances
from app.workflows.make_report import Asked, make_report
from tests.reports.village import DAYS, FIRST, REGION, SECOND, YEAR, County


def made(county: County, folder: Path, name: str, day: date | None = None, **more: Any) -> dict[str, Any]:
    asked = Asked(name, more.pop("region", REGION), YEAR, day, more.pop("whole", True))
    make_report(county.office, asked, folder / "report.json", "clerk-1")
    found: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return found


def rows(report: dict[str, Any], table: str) -> list[dict[str, Any]]:
    return next(t["rows"] for t in report["tables"] if t["name"] == table)


def of(report: dict[str, Any], village: str) -> dict[str, Any]:
    return next(row for row in rows(report, "分村") if row["village"] == village)


def nonzero(row: dict[str, Any], *prefixes: str) -> dict[str, int]:
    return {key: value for key, value in row.items() if key.startswith(prefixes) and value}


PROGRESS = [
    (DAYS[0], {"aided_extreme": 1}, {}),
    (DAYS[1], {"aided_extreme": 1, "aided_allowance": 3, "self_local": 2}, {}),
    (DAYS[2], {"aided_extreme": 1, "aided_allowance": 3, "self_local": 1}, {"self_unknown": 1}),
    (None, {"aided_extreme": 1, "aided_allowance": 3, "self_local": 1}, {"self_unknown": 1}),
]


@pytest.mark.parametrize(("day", "first", "second"), PROGRESS, ids=str)
def test_progress_counts_who_is_insured_on_the_day(
    county: County, tmp_path: Path, day: date | None, first: dict[str, int], second: dict[str, int]
) -> None:
    found = made(county, tmp_path, "progress", day)
    for village, wanted in ((FIRST, first), (SECOND, second)):
        row = of(found, village)
        assert nonzero(row, "self_", "aided_") == wanted
        assert row["insured"] == sum(wanted.values())
    assert of(found, FIRST)["should"] == 10
    assert of(found, FIRST)["rate"] == sum(first.values()) / 10
    (brief,) = [t for t in found["tables"] if t["name"] == "分乡镇"]
    assert [(r["township_name"], r["should"]) for r in brief["rows"]] == [("高湖镇", 14), ("白莲镇", 6)]
    assert brief["totals"]["insured"] == sum(first.values()) + sum(second.values())
    assert brief["totals"]["rate"] == round(brief["totals"]["insured"] / 20, 4)


def test_a_township_and_a_village_are_parts_of_the_county(county: County, tmp_path: Path) -> None:
    township = made(county, tmp_path, "progress", region="430424106")
    assert [row["village"] for row in rows(township, "分村")] == [FIRST, SECOND]
    village = made(county, tmp_path, "progress", region=SECOND)
    assert [(row["village"], row["insured"]) for row in rows(village, "分村")] == [(SECOND, 1)]


def test_survey_tells_insured_from_registered_by_hukou_and_group(county: County, tmp_path: Path) -> None:
    row = of(made(county, tmp_path, "survey"), FIRST)
    insured = {"insured_local": 1, "insured_unknown": 4, "insured_extreme": 1, "insured_allowance": 3}
    assert nonzero(row, "insured_") == insured | {"insured_none": 1}
    assert nonzero(row, "unpaid", "not_insured") == {"unpaid": 2, "unpaid_none": 2, "not_insured": 5}
    assert (row["should"], row["resident"], row["employee"]) == (10, 5, None)


def test_registration_goes_household_by_household_with_the_totals_of_its_pages(county: County, tmp_path: Path) -> None:
    (table,) = made(county, tmp_path, "registration")["tables"]
    lines = [(r["village"], r["number"], r["name"], r["attribute"], r["relation"]) for r in table["rows"]]
    assert lines == [
        ("高田村", 1, "测试p1", "一般户", "户主"),
        ("高田村", 2, "测试p2", "普通低保", "配偶"),
        ("高田村", 3, "测试p3", "五保", "户主"),
        ("高田村", 4, "测试p4", "普通低保", "户主"),
        ("高田村", 5, "测试p5", "普通低保", "子女"),
        ("高田村", 6, "测试p7", "一般户", "户主"),
        ("高田村", 7, "测试p6", "一般户", None),
        ("石湾村", 1, "测试p9", "一般户", "户主"),
    ]
    assert [(r["paid_fen"], r["subsidy_fen"]) for r in table["rows"][:6]] == [
        (38000, 0),
        (19000, 19000),
        (0, 38000),
        (19000, 19000),
        (19000, 19000),
        (None, None),
    ]
    assert [r["remark"] for r in table["rows"]] == [None] * 5 + ["未缴费"] * 2 + [None]
    first, second = table["pages"]
    assert (first["village"], first["page"], second["village"]) == ("高田村", 1, "石湾村")
    wanted = {"paid_fen": 95000, "subsidy_fen": 95000, "people": 7, "households": 5, "all_allowance": 1}
    assert first["totals"] == wanted | {"all_registered_poor": 0, "all_disabled": 0}
    assert table["rows"][0]["id_number"] == county.numbers["p1"]


def test_new_enrollments_carry_their_category(county: County, tmp_path: Path) -> None:
    (table,) = made(county, tmp_path, "new-enrollments")["tables"]
    found = {row["name"]: (row["category"], row["remark"]) for row in table["rows"]}
    assert found["测试p1"] == ("普通居民", None)
    assert found["测试p2"] == ("低保", None)
    assert found["测试p3"] == ("特困", None)
    assert found["测试p6"] == ("普通居民", "未缴费")
    assert len(found) == 8


def test_tasks_compare_with_what_was_imported_and_pay_nothing_where_the_notice_is_silent(
    county: County, tmp_path: Path
) -> None:
    row = of(made(county, tmp_path, "tasks"), FIRST)
    told = {"hukou_population": 20, "last_target": 8, "growth": 2, "target": 10, "registered": 7, "insured": 5}
    assert told.items() <= row.items()
    assert (row["remaining"], row["rate"]) == (5, 0.5)
    assert not [key for key in row if "fee" in key or "reward" in key]


def test_the_public_list_names_payers_masked_and_says_nothing_else_of_them(county: County, tmp_path: Path) -> None:
    (table,) = made(county, tmp_path, "payers", DAYS[1])["tables"]
    assert [(row["number"], row["name"]) for row in table["rows"]] == [
        (number, f"测**{who}") for number, who in enumerate("123547", 1)
    ]
    assert {key for row in table["rows"] for key in row} == {
        "township", "village", "number", "name", "paid_on", "remark", "people",
    }  # fmt: skip
    assert table["totals"] == {"people": 6}


def test_the_ledger_of_hardship_has_subsidy_and_payment_to_the_fen(county: County, tmp_path: Path) -> None:
    (table,) = made(county, tmp_path, "hardship")["tables"]
    found = {r["name"]: (r["identities"], r["since"], r["subsidy_fen"], r["paid_fen"]) for r in table["rows"]}
    allowance = ("低保对象", "2022-05-01", 19000, 19000)
    assert found == {
        "测试p2": allowance,
        "测试p3": ("特困人员", "2022-05-01", 38000, 0),
        "测试p4": allowance,
        "测试p5": allowance,
    }
    assert table["totals"] == {
        "contribution_fen": 152000,
        "subsidy_fen": 95000,
        "paid_fen": 57000,
        "paid_back_fen": None,
    }
    (before,) = made(county, tmp_path, "hardship", DAYS[0])["tables"]
    assert {r["name"]: (r["subsidy_fen"], r["state"]) for r in before["rows"]}["测试p2"] == (None, "未缴费")


def test_settlement_is_what_the_ledger_says_of_each_fund(county: County, tmp_path: Path) -> None:
    found = made(county, tmp_path, "settlement")
    by_amount = rows(found, "按标准")
    assert [(r["each_fen"], r["people"], r["total_fen"]) for r in by_amount] == [(38000, 1, 38000), (19000, 3, 57000)]
    (row,) = rows(found, "分乡镇")
    assert (row["unspecified_people"], row["unspecified_fen"], row["total_fen"]) == (4, 95000, 95000)
    with county.office.database.reading() as connection:
        booked = {b["account"]: int(b["balance_fen"]) for b in balances(connection, REGION, YEAR)}
    assert booked["subsidy:unspecified"] == 95000
    (first,) = rows(made(county, tmp_path, "settlement", DAYS[0]), "按标准")
    assert first["total_fen"] == 38000


def test_names_and_numbers_are_masked_for_whoever_may_not_see_them(county: County, tmp_path: Path) -> None:
    for name in ("registration", "new-enrollments", "hardship"):
        text = json.dumps(made(county, tmp_path, name, whole=False), ensure_ascii=False)
        assert "测**2" in text
        assert "100****5678" in text
        assert not [who for who, number in county.numbers.items() if number in text or f"测试{who}" in text]
