"""Cases: what they hold, and how one that does not hold or is not written right is told."""

from pathlib import Path

import pytest

from app.packs.case_runs import run_case
from app.packs.cases import read_cases
from app.packs.mistakes import PackRefused
from app.packs.shelf import Shelf

SHELF = Shelf()
GAOTAI, TOWN, DISTRICT = ("620724", 2024), ("hunan-anon-town", 2020), ("hunan-anon-district", 2026)
PERSON = "  pay_date: 2023-11-10\n  person: {birth_date: 1985-06-15}\n"


def told(tmp_path: Path, key: tuple[str, int], text: str) -> list[str]:
    path = tmp_path / "x.cases.yaml"
    path.write_text(f"- name: A b c\n{text}")
    (case,) = read_cases(path)
    return run_case(SHELF.find(*key), case)


REMEDIES = [
    ("remedy: nothing", "remedy: wanted nothing, got pays_back"),
    ("remedy_month: 2024-01", "remedy_month: wanted 2024-01, got 2023-12"),
    ("remedy_to: payer", "remedy_to: wanted payer, got one_card"),
    ("remedy_funds: {fiscal: 38000}", "remedy_funds: wanted {'fiscal': '38000'}, got {'medical_assistance': '38000'}"),
]


@pytest.mark.parametrize(("expect", "sentence"), REMEDIES, ids=[expect for expect, _ in REMEDIES])
def test_what_follows_from_a_change_is_compared_field_by_field(tmp_path: Path, expect: str, sentence: str) -> None:
    then = "  then: {on: 2023-11-20, identities: [{code: orphan}]}\n"
    assert told(tmp_path, GAOTAI, f"{PERSON}{then}  expect: {{{expect}}}\n") == [sentence]


def test_a_change_before_payment_is_paid_back_in_the_month_after_payment(tmp_path: Path) -> None:
    then = "  then: {on: 2023-10-02, identities: [{code: orphan}]}\n  expect: {remedy_month: 2023-12}\n"
    assert told(tmp_path, GAOTAI, PERSON + then) == []


def test_a_village_is_compared_field_by_field(tmp_path: Path) -> None:
    village = "  village: {task: 100, paid: {2019-12-10: 94}, covered: 95}\n"
    expect = "  expect: {fee_fen: 1880, reward_fen: 9400, docked: [六]}\n"
    assert told(tmp_path, TOWN, village + expect) == [
        "fee_fen: wanted 1880, got 1900",
        "reward_fen: wanted 9400, got 0",
        "docked: wanted ['六'], got []",
    ]


def test_a_village_under_a_pack_that_pays_nothing_for_collecting_is_told(tmp_path: Path) -> None:
    assert told(tmp_path, DISTRICT, "  village: {paid: {2025-12-10: 94}}\n  expect: {fee_fen: 0}\n") == [
        "the pack has no collection"
    ]


def test_people_listed_for_an_identity_that_no_clause_names_are_told(tmp_path: Path) -> None:
    listed = "  village: {paid: {2019-12-10: 94}, listed: {orphan: {registered: 1, covered: 0}}}\n"
    assert told(tmp_path, TOWN, listed + "  expect: {docked: []}\n") == [
        "listed: no clause of the pack's collection names orphan"
    ]


REFUSED = [
    (PERSON + "  then: {on: 2023-11-20}\n  expect: {payable_fen: 38000}\n", "then goes with remedy"),
    (PERSON + "  expect: {remedy: nothing}\n", "then goes with remedy"),
    (PERSON + "  then: {identities: []}\n  expect: {remedy: nothing}\n", "on: "),
    ("  village: {paid: {2019-12-10: 94}}\n  expect: {}\n", "expect says fee_fen, reward_fen or docked"),
    ("  village: {paid: {2019-12-10: -1}}\n  expect: {fee_fen: 0}\n", "a number not smaller than 0"),
    ("  village: {paid: {2019-12-40: 1}}\n  expect: {fee_fen: 0}\n", "2019-12-40"),
    ("  village: {paid: {}, listed: {rich: {registered: 1, covered: 0}}}\n  expect: {fee_fen: 0}\n", "rich"),
    ("  village: {paid: {}}\n  person: {}\n  expect: {fee_fen: 0}\n", "person: "),
]


@pytest.mark.parametrize(("text", "why"), REFUSED, ids=range(len(REFUSED)))
def test_a_case_that_is_not_written_right_is_refused_with_its_line(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(PackRefused, match=r"x\.cases\.yaml:[1-4]: ") as refused:
        told(tmp_path, TOWN, text)
    assert why in str(refused.value)
