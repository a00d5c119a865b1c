"""The command line, run as a person runs it."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from app.checking import Checked, table

ROOT = Path(__file__).parent.parent
QUESTION = {
    "region": "430424",
    "coverage_year": 2024,
    "pay_date": "2023-11-02",
    "person": {"birth_date": "1985-06-15", "identities": [{"code": "subsistence_allowance"}]},
}


def canbao(*args: str, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app.cli", *args]
    environment = os.environ | {"COLUMNS": "160"} | env
    return subprocess.run(command, input=stdin, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=120)


def test_packs_check_counts_packs_and_cases_and_is_content() -> None:
    done = canbao("packs", "check")
    assert (done.returncode, done.stderr) == (0, "")
    assert "430424-2024" in done.stdout
    assert done.stdout.count("ok") >= 5


def test_packs_check_names_file_line_and_mistake(tmp_path: Path) -> None:
    good = (ROOT / "tests" / "packs" / "good" / "900001-2024.yaml").read_text()
    (tmp_path / "900001-2024.yaml").write_text(good)
    wrong = (
        "- {name: It costs too little here, pay_date: 2023-10-01, person: {birth_date: 1985-06-15}, "
        "expect: {payable_fen: 1}}\n"
    )
    (tmp_path / "900001-2024.cases.yaml").write_text(wrong)
    done = canbao("packs", "check", "--packs", str(tmp_path))
    assert done.returncode == 1
    assert "900001-2024.cases.yaml:1: It costs too little here: payable_fen: wanted 1, got 38000" in done.stderr


def test_packs_check_wants_cases_beside_a_pack(tmp_path: Path) -> None:
    (tmp_path / "900001-2024.yaml").write_text((ROOT / "tests" / "packs" / "good" / "900001-2024.yaml").read_text())
    done = canbao("packs", "check", "--packs", str(tmp_path))
    assert (done.returncode, "no cases beside the pack" in done.stderr) == (1, True)


def test_the_table_of_packs_check_can_be_read_on_eighty_columns() -> None:
    told = ("x",) * 12
    results = [
        Checked("hunan-anon-district-2026", "", (), 480, 157, 3, 218, told, 4, 20_313_023_166_283_776, 211, 51.6),
        Checked("430424-2024", "", told, 7, 2, 3, 157, told, 4, 419_040, 56, 0.9),
    ]
    console = Console(width=80, file=StringIO(), record=True)
    console.print(table(results))
    shown = console.export_text()
    assert "…" not in shown
    for words in ("hunan-anon-district-2026", "2.0e16", "419040", "51.6", "12 remarks", "12 wrong", "4 known"):
        assert all(word in shown for word in words.split())


def test_packs_show_tells_a_ladder_of_waits_by_its_ends() -> None:
    made_up = str(ROOT / "tests" / "packs" / "rich")
    shown = canbao("packs", "show", "991132", "2026", "--packs", made_up, COLUMNS="200").stdout
    assert "60天至150天，共4档" in shown
    assert "天、" not in shown


def test_packs_show_prints_rules_with_their_clauses() -> None:
    done = canbao("packs", "show", "430424106201", "2024")
    assert done.returncode == 0
    for word in ("高湖镇", "1020元", "四(三)3", "unspecified", "2023-12-31"):
        assert word in done.stdout


def test_packs_show_says_whose_price_it_is_and_how_each_subsidy_is_settled() -> None:
    made_up = str(ROOT / "tests" / "packs" / "made_up")
    done = canbao("packs", "show", "900105", "2027", "--packs", made_up)
    for words in ("集中缴费期（60周岁以上一档）", "免征代缴", "缴费时抵扣", "认定当日", "参保年度首日", "30天"):
        assert words in done.stdout
    assert "2个月" in canbao("packs", "show", "900102", "2026", "--packs", made_up).stdout


def test_packs_show_of_an_amount_or_a_day_that_the_notice_does_not_state_says_so() -> None:
    done = canbao("packs", "show", "341523", "2025").stdout
    assert [words in done for words in ("不详", "2024-09 ", "缴费次日", "0元", "2024-09-01")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert "未载明" in canbao("packs", "show", "421303", "2023").stdout


def test_packs_show_code_is_the_compiled_function() -> None:
    assert "def decide(pay, f):" in canbao("packs", "show", "430424", "2024", "--code").stdout


@pytest.mark.parametrize(("region", "year", "says"), [("430424", "1999", "2024"), ("999999", "2024", "没有该地区")])
def test_packs_show_of_a_notice_that_is_not_there(region: str, year: str, says: str) -> None:
    done = canbao("packs", "show", region, year)
    assert (done.returncode, says in done.stderr) == (2, True)


def test_quote_reads_a_question_and_answers_for_a_person() -> None:
    done = canbao("quote", "-", stdin=json.dumps(QUESTION))
    assert done.returncode == 0
    assert "应缴费：190元" in done.stdout
    assert "四(四)2" in done.stdout


def test_quote_json_is_the_answer_of_the_api() -> None:
    answer = json.loads(canbao("quote", "--json", "-", stdin=json.dumps(QUESTION)).stdout)
    assert (answer["payable_fen"], answer["valid_through"]) == (19000, "2023-12-31")


def test_quote_uses_the_business_day_that_is_set() -> None:
    question = {k: v for k, v in QUESTION.items() if k != "pay_date"}
    answer = json.loads(canbao("quote", "--json", "-", stdin=json.dumps(question), CANBAO_TODAY="2023-08-31").stdout)
    assert answer["reason"] == "not_yet_open"


@pytest.mark.parametrize(
    "text", ["{", "{}", json.dumps(QUESTION | {"region": "999999"}), json.dumps(QUESTION | {"person": {"x": 1}}),
             json.dumps(QUESTION | {"person": {"employee_insurance": {"status": "none", "ended_on": "2023-01-01"}}})],
)  # fmt: skip
def test_quote_refuses_a_wrong_question_without_a_traceback(text: str) -> None:
    done = canbao("quote", "-", stdin=text)
    assert done.returncode == 2
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_production_refuses_a_business_day_that_is_set() -> None:
    done = canbao("serve", CANBAO_ENV="production", CANBAO_TODAY="2023-11-02", PORT="0")
    assert (done.returncode, "CANBAO_TODAY" in done.stderr) == (2, True)


@pytest.mark.parametrize("env", [{"PORT": "http"}, {"CANBAO_TODAY": "soon"}, {"CANBAO_ENV": "prod"}])
def test_a_setting_that_cannot_be_read_is_named(env: dict[str, str]) -> None:
    done = canbao("serve", **env)
    assert done.returncode == 2
    assert next(iter(env)) in done.stderr
    assert "Traceback" not in done.stderr


WRONG_CASES = [
    ("{}", "cases are a list"),
    ("- {name: A b c, person: {}, expect: {outcome: payable}}", "pay_date"),
    ("- {name: A b c, pay_date: 2023-11-32, person: {}, expect: {outcome: payable}}", "pay_date"),
    ("- {name: A b c, pay_date: 2023-11-02, person: {age: 7}, expect: {outcome: payable}}", "person.age"),
    ("- {name: A b c, pay_date: 2023-11-02, person: {}, expect: {outcom: payable}}", "outcom"),
    ("- {name: A b c, pay_date: 2023-11-02, person: {}, expect: {}}", "expect"),
]


@pytest.mark.parametrize(("text", "says"), WRONG_CASES, ids=range(len(WRONG_CASES)))
def test_a_mistake_in_a_case_is_named_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "900001-2024.yaml").write_text((ROOT / "tests" / "packs" / "good" / "900001-2024.yaml").read_text())
    (tmp_path / "900001-2024.cases.yaml").write_text(text)
    done = canbao("packs", "check", "--packs", str(tmp_path), "--pack", "900001-2024")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "900001-2024.cases.yaml:1: " in done.stderr
    assert says in done.stderr


def test_a_folder_of_packs_that_is_not_there_is_named() -> None:
    done = canbao("packs", "check", "--packs", "/nowhere")
    assert (done.returncode, "/nowhere" in done.stderr) == (2, True)


def test_chinese_comes_out_in_any_locale_and_nothing_is_cut_off() -> None:
    question = json.dumps(QUESTION | {"region": "620724", "pay_date": "2023-10-01"})
    done = canbao("quote", "-", stdin=question, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", COLUMNS="60")
    assert done.returncode == 0
    assert "person.identities.class" in done.stdout
    assert "…" not in done.stdout
