"""Reconciliation as clerks and their programs use it: over HTTP and on the command line, on both databases."""

import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import python_calamine

from app.packs.shelf import Shelf
from app.sheets.difference_sheet import ABOUT, SHEET
from app.storage.schema import migrate
from app.wiring import office_of
from app.workflows.manage_clients import add_client
from tests.conftest import Running, settings_for
from tests.reconcile.statements import HEADER, statement_of
from tests.reconcile.test_sheet import column, workbook
from tests.state.made_up import enrolled, payment, send, state

ROOT = Path(__file__).parent.parent.parent
CSV = {"content-type": "text/csv"}
JSON = {"content-type": "application/json"}
PATH = "/v1/reconciliations"


class Clerks:
    """A service of its own, and clients of it by their keys."""

    def __init__(self, url: str, base: str, keys: dict[str, str]) -> None:
        self.url, self.base, self.keys = url, base, keys

    @contextmanager
    def client(self, name: str) -> Iterator[httpx.Client]:
        with httpx.Client(base_url=self.base, timeout=30, headers={"authorization": f"Bearer {self.keys[name]}"}) as c:
            yield c


@pytest.fixture
def clerks(fresh_url: str) -> Iterator[Clerks]:
    office = office_of(settings_for(fresh_url), Shelf())
    migrate(office.database)
    rights = {"first": (["clerk"], [""]), "second": (["clerk"], [""]), "county": (["clerk"], ["430424"])}
    rights |= {"other": (["clerk"], ["620724"]), "reader": (["read"], [""])}
    keys = {name: add_client(office, name, *right)[1] for name, right in rights.items()}
    office.database.close()
    with Running(settings_for(fresh_url)) as base:
        yield Clerks(fresh_url, base, keys | {"all": "dev-key"})


def missed(clerks: Clerks) -> tuple[dict[str, Any], dict[str, Any]]:
    """An enrollment, and its payment that nobody told us of."""
    with clerks.client("all") as office:
        made = enrolled(office)
    return made, payment(made["order_no"])


def test_a_missed_payment_from_the_statement_to_the_cover(clerks: Clerks) -> None:
    made, event = missed(clerks)
    content = statement_of(event, encoding="gb18030")
    with clerks.client("first") as first, clerks.client("second") as second, clerks.client("all") as office:
        answer = first.post(PATH, content=content, headers=CSV)
        found = answer.json()
        assert (answer.status_code, found["day"], found["summary"]["matched"]) == (201, "2023-11-02", 0)
        assert found["differences"] == [{"type": "callback_missed", "state": "open", "lines": 1}]
        again = second.post(PATH, content=content, headers=CSV)
        assert (again.status_code, again.json()) == (200, found)
        path = f"{PATH}/{found['id']}"
        assert first.get(path).json() == found
        assert first.get(PATH, params={"day": "2023-11-02"}).json()["reconciliations"][0]["id"] == found["id"]
        listed = first.get(f"{path}/differences", params={"type": "callback_missed"}).json()["differences"]
        assert [d["event_id"] for d in listed] == [event["event_id"]]
        asked = {"decision": "approve", "remark": "税务已核实"}
        refused = first.post(f"{path}/differences/1/decide", json=asked)
        assert (refused.status_code, refused.json()["code"]) == (403, "second_clerk_needed")
        done = second.post(f"{path}/differences/1/decide", json=asked)
        assert (done.status_code, done.json()["result"]) == (200, "covered")
        assert state(office, made) == "covered"
        assert send(office, event).json() == {"code": "SUCCESS"}
        conflict = send(office, event | {"amount_fen": 1})
        assert (conflict.status_code, conflict.json()["code"]) == (409, "event_conflict")
        assert first.get(f"{path}/differences", params={"state": "open"}).json()["differences"] == []


def test_a_workbook_goes_out_and_comes_back(clerks: Clerks) -> None:
    made, event = missed(clerks)
    with clerks.client("first") as first, clerks.client("second") as second, clerks.client("all") as office:
        found = first.post(PATH, content=statement_of(event), headers=CSV).json()
        given = second.get(f"{PATH}/{found['id']}.xlsx")
        assert given.headers["content-disposition"] == f'attachment; filename="{found["id"]}.xlsx"'
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(given.content))
        sheets = {name: book.get_sheet_by_name(name).to_python() for name in (SHEET, ABOUT)}
        sheets[SHEET][1][column("处理")] = "同意"
        path = f"{PATH}/{found['id']}/decisions"
        kind = {"content-type": given.headers["content-type"]}
        assert first.post(path, content=workbook(sheets).read(), headers=kind).status_code == 403
        done = second.post(path, content=workbook(sheets).read(), headers=kind)
        assert (done.status_code, done.json()["approved"]) == (200, 1)
        assert state(office, made) == "covered"
        sheets[SHEET][1][column("订单号")] = "x"
        wrong = second.post(path, content=workbook(sheets).read(), headers=kind)
        assert (wrong.status_code, wrong.json()["code"]) == (422, "decisions_refused")


def test_a_statement_that_does_not_hold_is_refused_with_its_reason(clerks: Clerks) -> None:
    content = statement_of(missed(clerks)[1]).replace(b",38000,", b",38001,", 1)
    with clerks.client("first") as client:
        answer = client.post(PATH, content=content, headers=CSV)
        problem = answer.json()
        assert (answer.status_code, problem["code"], problem["reason"]) == (422, "statement_refused", "digest_differs")
        assert "SHA-256" in problem["detail"]
        kept = client.get(f"{PATH}/{problem['reconciliation']}").json()
        assert (kept["state"], kept["differences"]) == ("refused", [])
        assert client.get(f"{PATH}/{problem['reconciliation']}/differences").status_code == 404


def test_only_clerks_and_only_within_their_regions(clerks: Clerks) -> None:
    _, event = missed(clerks)
    content = statement_of(event)
    with clerks.client("reader") as reader:
        assert reader.post(PATH, content=content, headers=CSV).status_code == 403
        assert httpx.post(f"{clerks.base}{PATH}", content=content, headers=CSV).status_code == 401
    with clerks.client("county") as county, clerks.client("other") as other:
        assert county.post(PATH, content=content, headers=CSV).status_code == 403  # without a region: of all of them
        found = county.post(PATH, content=content, headers=CSV, params={"region": "430424"}).json()
        assert found["region"] == "430424"
        id = found["id"]
        for path in (id, f"{id}.xlsx", f"{id}/differences"):
            assert other.get(f"{PATH}/{path}").status_code == 403
            assert county.get(f"{PATH}/{path}").status_code == 200
        assert other.post(f"{PATH}/{id}/differences/1/decide", json={"decision": "approve"}).status_code == 403
        assert other.post(f"{PATH}/{id}/decisions", content=b"x").status_code == 403
        mine = other.post(PATH, content=content, headers=CSV, params={"region": "620724"}).json()
        assert [d["type"] for d in mine["differences"]] == ["wrong_region"]
        nobody = other.get(f"{PATH}/620724-{'0' * 32}")
        assert (nobody.status_code, nobody.json()["code"]) == (404, "reconciliation_not_found")


@pytest.mark.parametrize(
    "params", [{"region": "43_"}, {"region": "-"}, {"region": "all-"}, {"day": "2023-13-01"}, {"coverage_year": "x"}]
)
def test_questions_that_make_no_sense(clerks: Clerks, params: dict[str, str]) -> None:
    with clerks.client("first") as client:
        assert client.post(PATH, content=b"", headers=CSV, params=params).status_code == 422


def test_a_large_statement_is_taken_where_a_json_body_of_that_size_is_not(clerks: Clerks) -> None:
    line = "evt-{n},430424-{n:032x},payment.succeeded,100,2023-11-02T10:15:00+08:00,,1,counter\n"
    body = f"{HEADER}\n".encode() + b"".join(line.format(n=n).encode() for n in range(15_000))
    content = body + f"#TRAILER,15000,1500000,{hashlib.sha256(body).hexdigest()}\n".encode()
    assert len(content) > 1024 * 1024
    with clerks.client("first") as client:
        found = client.post(PATH, content=content, headers=CSV).json()
        assert found["summary"]["differences"] == 30_000  # each unknown, and each missed
        page = client.get(f"{PATH}/{found['id']}/differences", params={"limit": 500}).json()
        assert (len(page["differences"]), page["next_cursor"]) == (500, "500")
        assert client.post("/v1/coverage/lookup", content=content, headers=JSON).status_code == 413


def canbao(clerks: Clerks, *args: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"DATABASE_URL": clerks.url, "CANBAO_TODAY": "2023-11-02", "COLUMNS": "160"}
    command = [sys.executable, "-m", "app.cli", *args]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=env, timeout=60)


def test_the_command_compares_shows_and_writes_a_workbook(clerks: Clerks, tmp_path: Path) -> None:
    made, event = missed(clerks)
    file, out = tmp_path / "2023-11-02.csv", tmp_path / "out.xlsx"
    file.write_bytes(statement_of(event))
    done = canbao(clerks, "reconcile", "day", str(file), "--day", "2023-11-02", "--out", str(out))
    assert (done.returncode, done.stderr) == (1, "")
    assert "callback_missed" in done.stdout
    id = done.stdout.split()[0]
    assert canbao(clerks, "reconcile", "show", id).returncode == 1
    own = canbao(clerks, "reconcile", "decide", str(out))
    assert (own.returncode, "second_clerk_needed" in own.stderr) == (2, True)
    with clerks.client("second") as second, clerks.client("all") as office:
        answer = second.post(f"{PATH}/{id}/differences/1/decide", json={"decision": "approve"})
        assert answer.json()["result"] == "covered"
        assert state(office, made) == "covered"
    wrong = canbao(clerks, "reconcile", "day", str(file), "--day", "2023-11-03")
    assert (wrong.returncode, "other_day" in wrong.stderr or "不是同一天" in wrong.stderr) == (2, True)


def test_the_command_is_content_where_all_agree(clerks: Clerks, tmp_path: Path) -> None:
    _, event = missed(clerks)
    with clerks.client("all") as office:
        send(office, event)
    file = tmp_path / "x.csv"
    file.write_bytes(statement_of(event))
    done = canbao(clerks, "reconcile", "day", str(file), "--region", "430424", "--year", "2024")
    assert (done.returncode, done.stderr) == (0, "")
