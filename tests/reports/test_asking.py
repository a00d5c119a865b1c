"""Who may ask for which report, over HTTP and on the command line; and what is written down of it."""

import json
import os
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import httpx
import pytest

from app.packs.shelf import PolicyNotFound
from app.reports.catalog import REPORTS
from app.reports.masking import masked_name, masked_number
from app.storage.audit_register import heads
from app.workflows.make_report import Asked, is_covered, make_report
from app.workflows.manage_clients import add_client
from tests.conftest import Running, settings_for
from tests.reports.village import FIRST, REGION, SECOND, TASKS, YEAR, County
from tests.reports.workbooks import opened

WANTED = {"region": REGION, "coverage_year": str(YEAR)}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def url_of(county: County) -> str:
    return county.office.database.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")


@pytest.fixture(scope="module")
def counter(county: County) -> Iterator[str]:
    with Running(settings_for(url_of(county))) as url:
        yield url


def ask(counter: str, key: str, name: str, **params: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {key}"}
    return httpx.get(f"{counter}/v1/reports/{name}", params=WANTED | params, headers=headers, timeout=30)


def test_a_reader_gets_sums_and_masked_names_and_a_clerk_whole_ones(counter: str, county: County) -> None:
    reader = add_client(county.office, "看", ["read"], ["43"])[1]
    clerk = add_client(county.office, "办", ["read", "clerk"], ["43"])[1]
    for name, report in REPORTS.items():
        assert ask(counter, reader, name).status_code == (403 if report.names else 200)
        masked = ask(counter, reader, name, names="masked")
        whole = ask(counter, clerk, name)
        assert (masked.status_code, whole.status_code) == (200, 200)
        assert not any(number in masked.text for number in county.numbers.values())
        assert any(number in whole.text for number in county.numbers.values()) is report.names
        assert whole.json()["masked"] is not report.names


def test_a_client_reaches_its_own_villages_only(counter: str, county: County) -> None:
    key = add_client(county.office, "村", ["read", "clerk"], [SECOND])[1]
    assert ask(counter, key, "registration").status_code == 403
    assert ask(counter, key, "registration", region=FIRST).status_code == 403
    own = ask(counter, key, "registration", region=SECOND)
    assert [row["name"] for row in own.json()["tables"][0]["rows"]] == ["测试p9"]
    assert ask(counter, "no key of anybody", "progress").status_code == 401


def test_a_workbook_comes_as_a_file_and_nothing_stays_behind(counter: str, tmp_path: Path) -> None:
    answer = ask(counter, "dev-key", "payers", format="xlsx", as_of="2023-11-02")
    assert answer.headers["content-type"] == XLSX
    assert answer.headers["content-disposition"] == 'attachment; filename="payers-2024.xlsx"'
    (tmp_path / "payers.xlsx").write_bytes(answer.content)
    assert list(opened(tmp_path / "payers.xlsx")) == ["高湖镇", "汇总"]
    assert ask(counter, "dev-key", "progress", region="999999").status_code == 404
    deadline = time.monotonic() + 10
    while list(Path(tempfile.gettempdir()).glob(f"canbao-report-{os.getpid()}-*")):  # removed behind the answer
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_what_cannot_be_asked_is_refused(counter: str) -> None:
    for params in ({"as_of": "20231102"}, {"as_of": "1700000000"}, {"format": "pdf"}, {"coverage_year": "0"}):
        assert ask(counter, "dev-key", "progress", **params).status_code == 422
    assert ask(counter, "dev-key", "everything").status_code == 422
    assert ask(counter, "dev-key", "progress", as_of="9999-12-31").json()["tables"][0]["totals"]["insured"] == 6
    assert ask(counter, "dev-key", "progress", as_of="0001-01-01").json()["tables"][0]["totals"]["insured"] == 0
    listed = httpx.get(f"{counter}/v1/reports", headers={"authorization": "Bearer dev-key"}).json()["reports"]
    assert [report["name"] for report in listed] == list(REPORTS)


def test_whole_names_leave_on_record_and_others_without(county: County, tmp_path: Path) -> None:
    def recorded() -> int:
        with county.office.database.reading() as connection:
            return sum(head["number"] for head in heads(connection) if head["region"] == REGION)

    before = recorded()
    for name, whole in (("hardship", False), ("progress", True), ("payers", True)):
        make_report(county.office, Asked(name, REGION, YEAR, None, whole), tmp_path / "out", "clerk-1")
    assert recorded() == before
    make_report(county.office, Asked("hardship", REGION, YEAR, None, True), tmp_path / "out", "clerk-1")
    assert recorded() == before + 1
    with pytest.raises(PolicyNotFound):
        make_report(county.office, Asked("hardship", REGION, 1999, None, True), tmp_path / "out", "clerk-1")


def test_a_name_is_masked_but_for_its_ends() -> None:
    names = {"张三": "张*", "张小三": "张*三", "欧阳小三": "欧**三", "张": "*", "古丽·买买提明·某某": "古****某"}
    assert {name: masked_name(name) for name in names} == names
    numbers = {"430424198506150016": "430***********0016", "E12345": "E****5", "A1": "A*", "10012345678": "100****5678"}
    assert {number: masked_number(number) for number in numbers} == numbers


@pytest.mark.parametrize(
    ("deed", "about", "covered"),
    [
        ("registered", {"outcome": "exempt"}, True),
        ("registered", {"outcome": "payable"}, False),
        ("repriced", {"outcome": "exempt"}, True),
        ("repriced", {"outcome": "closed"}, False),
        ("covered", {"event_id": "e"}, True),
        ("reversed", {"event_id": "e"}, False),
    ],
)
def test_the_last_deed_says_whether_somebody_is_covered(deed: str, about: dict[str, str], covered: bool) -> None:
    assert is_covered(deed, json.dumps(about)) is covered


def run(county: County, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {"DATABASE_URL": url_of(county), "CANBAO_TODAY": "2023-11-03", "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "app.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=env, timeout=120)


def test_the_command_line_writes_both_kinds(county: County, tmp_path: Path) -> None:
    where = ("--region", REGION, "--year", str(YEAR))
    printed = run(county, "report", "progress", *where, "--json")
    assert json.loads(printed.stdout)["as_of"] == "2023-11-03", printed.stderr
    book = tmp_path / "form.xlsx"
    assert run(county, "report", "registration", *where, "--as-of", "2023-11-02", "-o", str(book)).returncode == 0
    assert list(opened(book)) == ["高湖镇", "汇总"]
    assert stat.S_IMODE(book.stat().st_mode) & 0o077 == 0
    tasks = tmp_path / "tasks.csv"
    tasks.write_text(TASKS)
    again = run(county, "targets", "import", str(tasks), *where)
    assert "新增或变更 0 个" in again.stdout, again.stderr
    for wrong in (
        ("report", "everything", *where, "--json"),
        ("report", "progress", *where),
        ("report", "progress", *where, "--json", "--as-of", "today"),
        ("report", "progress", *where, "--json", "--as-of", "20231102"),
        ("report", "progress", *where, "-o", str(tmp_path / "nowhere" / "form.xlsx")),
        ("targets", "import", str(tmp_path), *where),
        ("report", "progress", "--region", "999999", "--year", "2024", "--json"),
        ("targets", "import", str(book), *where),
    ):
        refused = run(county, *wrong)
        assert (refused.returncode, refused.stdout) == (2, ""), wrong
        assert "Traceback" not in refused.stderr


def test_a_report_of_one_moment_does_not_see_what_is_written_beside_it(county: County, tmp_path: Path) -> None:
    with county.office.database.snapshot() as connection:
        before = {head["region"]: head["number"] for head in heads(connection)}
        make_report(county.office, Asked("hardship", REGION, YEAR, None, True), tmp_path / "out", "clerk-1")
        assert {head["region"]: head["number"] for head in heads(connection)} == before


def test_the_day_of_a_report_is_the_business_day_where_none_is_asked_for(county: County, tmp_path: Path) -> None:
    office = replace(county.office, today=lambda: date(2023, 12, 8))
    make_report(office, Asked("progress", REGION, YEAR), tmp_path / "out", "clerk-1")
    assert json.loads((tmp_path / "out").read_text())["as_of"] == "2023-12-08"
