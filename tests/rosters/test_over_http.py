"""The routes: who may, what comes in how, and what is shown."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.packs.shelf import Shelf
from app.wiring import office_of
from app.workflows.manage_clients import add_client
from tests.conftest import service, settings_for
from tests.rosters.made_up_lists import csv_of, post, row, taken, xlsx_of
from tests.state.made_up import enrolled, id_number, payment, registration, send

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def county(fresh_url: str) -> Iterator[httpx.Client]:
    """A service of one test's own: lists change how a whole region is priced."""
    headers = {"authorization": "Bearer dev-key"}
    with service(fresh_url) as url, httpx.Client(base_url=url, timeout=30, headers=headers) as session:
        yield session


@contextmanager
def clerk(county: httpx.Client, url: str, scopes: str = "clerk", regions: str = "") -> Iterator[httpx.Client]:
    """A client with a key of its own."""
    office = office_of(settings_for(url), Shelf())
    _, key = add_client(office, "经办", scopes.split(","), [regions])
    office.database.close()
    headers = {"authorization": f"Bearer {key}"}
    with httpx.Client(base_url=county.base_url, timeout=30, headers=headers) as session:
        yield session


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def test_from_a_list_to_a_payment_onto_the_one_card_account(county: httpx.Client, fresh_url: str) -> None:
    number = id_number()
    applicant = registration()["applicant"] | {"id_number": number}
    made = enrolled(county, applicant=applicant, region="620724", village=None)
    assert send(county, payment(made["order_no"])).status_code == 200
    line = row(number, "新增", "农村低保一类", "2023-11-05")
    result = taken(county, line, region="620724")
    assert (result["added"], result["proposals"], result["changes"][0]["effects"][0]["amount_fen"]) == (1, 1, 31000)
    (proposal,) = county.get("/v1/proposals", params={"region": "620724"}).json()["proposals"]
    assert (proposal["due_month"], proposal["pays_to"], proposal["identity_name"]) == (
        "2023-12",
        "one_card",
        "低保对象",
    )
    where = f"/v1/proposals/{proposal['id']}"
    assert code(county.post(f"{where}/approve")) == (403, "second_clerk_required")
    with clerk(county, fresh_url, regions="620724") as second:
        assert code(second.post(f"{where}/reject", json={})) == (422, "invalid_request")
        done = second.post(f"{where}/approve")
        assert (done.status_code, done.json()["state"]) == (200, "approved")
        assert code(second.post(f"{where}/approve")) == (409, "proposal_decided")
    balances = county.get("/v1/ledger/balances", params={"region": "620724"}).json()["balances"]
    assert {b["account"]: b["balance_fen"] for b in balances}["payout:one_card"] == -31000
    assert county.get("/v1/proposals").json()["proposals"] == []


@pytest.mark.parametrize("kind", ["csv", "xlsx", "form"])
def test_a_list_comes_as_csv_as_a_workbook_or_in_a_form(county: httpx.Client, kind: str) -> None:
    number = id_number()
    if kind == "csv":
        response = post(county, csv_of(row(number)))
    elif kind == "xlsx":
        response = post(county, xlsx_of(row(number)))
    else:
        values = {"region": "430424106", "source": "民政", "dry_run": "false"}
        response = county.post("/v1/rosters", data=values, files={"file": ("名单.xlsx", xlsx_of(row(number)))})
    assert (response.status_code, response.json()["added"], response.json()["source"]) == (200, 1, "civil_affairs")
    asked = {"region": "430424106201", "id_number": number}
    (found,) = county.post("/v1/rosters/lookup", json=asked).json()["listings"]
    assert (found["since"], found["until"], found["township"]) == ("2023-10-10", None, "高湖镇")
    (shown,) = county.get("/v1/rosters", params={"region": "430424"}).json()["imports"]
    assert (shown["state"], shown["lines"]) == ("done", 1)


def test_a_dry_run_and_the_same_file_again_are_told_as_such(county: httpx.Client) -> None:
    raw = csv_of(row(id_number()), row("1234567890"))
    tried, first, again = (post(county, raw, dry_run=dry).json() for dry in ("true", "false", "false"))
    assert [(r["dry_run"], r["repeated"], len(r["changes"])) for r in (tried, first, again)] == [
        (True, False, 1), (False, False, 1), (False, True, 0),
    ]  # fmt: skip
    assert tried["errors"] == [{"line": 3, "who": "123****890", "reason": tried["errors"][0]["reason"]}]


BAD: list[tuple[str, dict[str, Any], tuple[int, str]]] = [
    ("no source", {"params": {"region": "430424"}}, (422, "invalid_request")),
    ("an unknown source", {"params": {"region": "430424", "source": "邻居"}}, (422, "invalid_request")),
    ("no region", {"params": {"source": "民政"}}, (422, "invalid_request")),
    ("a region without a notice", {"params": {"region": "999999", "source": "民政"}}, (404, "policy_not_found")),
    (
        "neither yes nor no", {"params": {"region": "430424", "source": "民政", "dry_run": "maybe"}},
        (422, "invalid_request"),
    ),
    ("no list", {"content": b"hello"}, (422, "roster_unreadable")),
    ("nothing", {"content": b""}, (422, "roster_unreadable")),
    ("a form without a file", {"data": {"a": "1"}, "files": {}, "headers": {"content-type": "multipart/form-data"}},
     (400, "malformed_form")),
    (
        "a form that ends early",
        {"content": b"--x\r\n\r\n", "headers": {"content-type": "multipart/form-data; boundary=x"}},
        (400, "malformed_form"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_what_is_no_list_is_refused_and_nothing_is_stored(
    county: httpx.Client, changes: dict[str, Any], expected: tuple[int, str]
) -> None:
    asked = {"params": {"region": "430424", "source": "民政"}, "content": csv_of(row(id_number()))}
    if "data" in changes:
        del asked["content"]
    assert code(county.post("/v1/rosters", **asked | changes)) == expected
    assert county.get("/v1/rosters", params={"region": "430424"}).json()["imports"] == []


def test_a_file_that_is_too_large_is_refused_before_it_is_read_whole(county: httpx.Client) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(70):
            yield b"x" * (1 << 20)

    response = county.post("/v1/rosters", params={"region": "430424", "source": "民政"}, content=endless())
    assert code(response) == (413, "file_too_large")


def test_only_a_clerk_of_the_whole_region_brings_and_sees_lists(county: httpx.Client, fresh_url: str) -> None:
    raw = csv_of(row(id_number()))
    taken(county, row(id_number(), "退出"))
    (item,) = county.get("/v1/rosters/conflicts").json()["conflicts"]
    strangers = [("enroll,read", "430424"), ("clerk", "430424106"), ("clerk", "620724")]
    for scopes, regions in strangers:
        with clerk(county, fresh_url, scopes, regions) as stranger:
            params = {"region": "430424", "source": "民政"}
            settlement = {"decision": "dismiss", "remark": "x"}
            lookup = {"region": "430424", "id_number": id_number()}
            for response in (
                stranger.post("/v1/rosters", params=params, content=raw),
                stranger.get("/v1/rosters", params={"region": "430424"}),
                stranger.get("/v1/rosters/conflicts", params={"region": "430424"}),
                stranger.get("/v1/rosters/conflicts"),
                stranger.post(f"/v1/rosters/conflicts/{item['id']}/settle", json=settlement),
                stranger.post("/v1/rosters/lookup", json=lookup),
                stranger.get("/v1/proposals", params={"region": "430424"}),
                stranger.post(f"/v1/proposals/{item['id']}/approve"),
            ):
                assert code(response) == (403, "forbidden"), response.request.url
    with clerk(county, fresh_url, regions="430424") as own:
        assert own.post("/v1/rosters", params={"region": "430424", "source": "民政"}, content=raw).status_code == 200
        settled = own.post(f"/v1/rosters/conflicts/{item['id']}/settle", json={"decision": "dismiss", "remark": "核实"})
        assert (settled.status_code, settled.json()["decision"]) == (200, "dismiss")


def test_what_is_not_there_is_a_problem(county: httpx.Client) -> None:
    settlement = {"decision": "dismiss", "remark": "x"}
    nobody = "430424-" + "0" * 32
    assert code(county.post(f"/v1/rosters/conflicts/{nobody}/settle", json=settlement)) == (404, "conflict_not_found")
    assert code(county.post(f"/v1/proposals/{nobody}/approve")) == (404, "proposal_not_found")
    asked = {"region": "430424", "id_number": "12345"}
    assert code(county.post("/v1/rosters/lookup", json=asked)) == (422, "invalid_request")
    with httpx.Client(base_url=county.base_url) as stranger:
        assert code(stranger.post("/v1/rosters", content=b"x" * 100)) == (401, "unauthorized")


def canbao(url: str, *args: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"DATABASE_URL": url, "CANBAO_TODAY": "2023-11-02", "COLUMNS": "120"}
    command = [sys.executable, "-m", "app.cli", *args]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=env, timeout=60)


def test_the_command_imports_a_file_and_says_line_by_line_what_it_would_do(
    county: httpx.Client, fresh_url: str, tmp_path: Path
) -> None:
    number, file = id_number(), tmp_path / "名单.csv"
    made = enrolled(county, applicant=registration()["applicant"] | {"id_number": number})
    file.write_bytes(csv_of(row(number), row("12345"), row(id_number(), "退出")).decode().encode("gb18030"))
    asked = ("roster", "import", str(file), "--source", "civil_affairs", "--region", "430424")
    tried = canbao(fresh_url, *asked, "--dry-run", "--errors", str(tmp_path / "e.csv"))
    assert tried.returncode == 0, tried.stderr
    assert "2023-10-10；加入名单；2024年度应缴380元改为190元" in tried.stdout
    assert "名单上没有，不能退出" in tried.stdout
    assert number not in tried.stdout
    assert (tmp_path / "e.csv").read_text("utf-8-sig").splitlines()[1].startswith("3,,")
    assert county.get(f"/v1/enrollments/{made['id']}").json()["receivable"]["payable_fen"] == 38000
    assert "导入完成" in canbao(fresh_url, *asked).stdout
    assert (tmp_path / "名单.errors.csv").is_file()
    assert county.get(f"/v1/enrollments/{made['id']}").json()["receivable"]["payable_fen"] == 19000
    assert "没有任何作用" in canbao(fresh_url, *asked).stdout
    assert canbao(fresh_url, *asked[:-1], "999999").returncode == 2
    assert canbao(fresh_url, "roster", "import", str(tmp_path / "none.csv"), *asked[3:]).returncode == 2
