"""The feed and the batch of look-ups over HTTP, and who may ask."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.packs.shelf import Shelf
from app.storage.schema import migrate
from app.wiring import office_of
from app.workflows.manage_clients import add_client
from tests.conftest import Running, settings_for
from tests.state.made_up import enrolled, id_number, payment, registration, send

ROOT = Path(__file__).parent.parent.parent
BATCH = "/v1/coverage/lookup/batch"


@pytest.fixture
def county(fresh_url: str) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    """A client that may do everything, and one that may read 高台."""
    office = office_of(settings_for(fresh_url), Shelf())
    migrate(office.database)
    _, key = add_client(office, "county", ["read"], ["620724"])
    office.database.close()
    with Running(settings_for(fresh_url)) as base:
        clients = [
            httpx.Client(base_url=base, timeout=30, headers={"authorization": f"Bearer {k}"}) for k in ("dev-key", key)
        ]
        yield clients[0], clients[1]
        for client in clients:
            client.close()


def test_a_program_reads_on_from_where_it_was(county: tuple[httpx.Client, httpx.Client]) -> None:
    office, other = county
    made = enrolled(office)
    first = office.get("/v1/changes").json()
    assert [c["type"] for c in first["changes"]] == ["registered"]
    send(office, payment(made["order_no"]))
    second = office.get("/v1/changes", params={"after": first["next_cursor"]}).json()
    assert [(c["type"], c["enrollment_id"]) for c in second["changes"]] == [("covered", made["id"])]
    third = office.get("/v1/changes", params={"after": second["next_cursor"]}).json()
    assert (third["changes"], third["has_more"]) == ([], False)
    assert other.get("/v1/changes").json()["changes"] == []
    assert other.get("/v1/changes", params={"region": "430424"}).status_code == 403
    assert other.get("/v1/changes", params={"region": "620724"}).status_code == 200
    assert httpx.get(f"{office.base_url}/v1/changes").status_code == 401


@pytest.mark.parametrize("params", [{"after": "nonsense"}, {"limit": "0"}, {"limit": "1001"}, {"region": "\n"}])
def test_questions_that_make_no_sense(county: tuple[httpx.Client, httpx.Client], params: dict[str, str]) -> None:
    answer = county[0].get("/v1/changes", params=params)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def document(enrollment: dict[str, Any]) -> dict[str, str]:
    return {name: enrollment["applicant"][name] for name in ("id_type", "id_number")}


def test_many_people_are_answered_in_order_each_for_itself(county: tuple[httpx.Client, httpx.Client]) -> None:
    office, other = county
    here, there = registration(), registration(region="620724", village=None)
    made = [enrolled(office, **body) for body in (here, there)]
    send(office, payment(made[0]["order_no"]))
    stranger = {"id_type": "resident_id", "id_number": id_number()}
    typo = stranger | {"id_number": stranger["id_number"][:-1] + "Y"}
    people = [document(here), "nobody", document(there), stranger, typo, document(here), {"id_type": "x"}]
    found = office.post(BATCH, json={"coverage_year": 2024, "people": people}).json()["results"]
    assert [r.get("covered", r.get("code")) for r in found] == [
        True,
        "invalid_request",
        False,
        False,
        "invalid_request",
        True,
        "invalid_request",
    ]
    single = office.post("/v1/coverage/lookup", json=document(here) | {"coverage_year": 2024}).json()
    assert found[0] == found[5] == single
    assert found[2]["enrollment"]["id"] == made[1]["id"]
    assert found[3] == {"covered": False, "enrollment": None}
    assert stranger["id_number"][:-1] not in json.dumps(found)
    limited = other.post(BATCH, json={"coverage_year": 2024, "people": people}).json()["results"]
    assert [r.get("covered", r.get("code")) for r in limited[:3]] == ["forbidden", "invalid_request", False]
    last_year = office.post(BATCH, json={"coverage_year": 2023, "people": people[:1]}).json()["results"]
    assert last_year == [{"covered": False, "enrollment": None}]


def test_a_township_asks_for_its_own_people(fresh_url: str) -> None:
    office = office_of(settings_for(fresh_url), Shelf())
    migrate(office.database)
    _, key = add_client(office, "township", ["read"], ["430424106"])
    office.database.close()
    here, next_door = registration(), registration(village="430424200000")
    here["household"] = next_door["household"] = {"household_no": "1", "relation": "head"}
    with Running(settings_for(fresh_url)) as base, httpx.Client(base_url=base, timeout=30) as township:
        with httpx.Client(base_url=base, timeout=30, headers={"authorization": "Bearer dev-key"}) as county:
            made = [enrolled(county, **body) for body in (here, next_door)]
        township.headers["authorization"] = f"Bearer {key}"
        people = [document(body) for body in (here, next_door)]
        found = township.post(BATCH, json={"coverage_year": 2024, "people": people}).json()["results"]
        assert [r.get("covered", r.get("code")) for r in found] == [False, "forbidden"]
        single = [township.post("/v1/coverage/lookup", json=one | {"coverage_year": 2024}) for one in people]
        assert [answer.status_code for answer in single] == [200, 403]
        household = township.get("/v1/households/1").json()["enrollments"]
        assert [one["id"] for one in household] == [made[0]["id"]]


def test_a_thousand_people_are_one_request_and_no_more(county: tuple[httpx.Client, httpx.Client]) -> None:
    office, _ = county
    people = [{"id_type": "resident_id", "id_number": id_number()} for _ in range(1000)]
    assert len(office.post(BATCH, json={"coverage_year": 2024, "people": people}).json()["results"]) == 1000
    more = office.post(BATCH, json={"coverage_year": 2024, "people": [*people, people[0]]})
    assert (more.status_code, more.json()["code"]) == (422, "batch_too_large")
    assert office.post(BATCH, json={"coverage_year": 2024, "people": []}).json() == {"results": []}


def canbao(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"CANBAO_DATA": str(folder), "COLUMNS": "200"}
    command = [sys.executable, "-m", "app.cli", *args]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=env, timeout=60)


def test_subscribers_are_added_listed_and_removed_on_the_command_line(tmp_path: Path) -> None:
    canbao(tmp_path, "migrate")
    client = canbao(tmp_path, "clients", "add", "county").stdout.splitlines()[0].split()[1]
    assert "no subscribers" in canbao(tmp_path, "relay", "--once").stderr
    wrong = canbao(tmp_path, "subscribers", "add", client, "http://county.example/hooks")
    assert (wrong.returncode, "https" in wrong.stderr) == (2, True)
    assert canbao(tmp_path, "subscribers", "add", "nobody", "https://county.example/").returncode == 2
    added = canbao(tmp_path, "subscribers", "add", client, "http://127.0.0.1:9/hooks", "--from-start")
    id, secret = (line.split()[1] for line in added.stdout.splitlines())
    assert secret.startswith("whsec_")
    listed = canbao(tmp_path, "subscribers", "list").stdout
    assert id in listed
    assert secret not in listed
    assert secret.encode() not in (tmp_path / "canbao.db").read_bytes()
    assert canbao(tmp_path, "relay", "--once").returncode == 0
    assert canbao(tmp_path, "subscribers", "requeue", id).stdout.startswith("0 ")
    assert canbao(tmp_path, "subscribers", "remove", id).returncode == 0
    assert canbao(tmp_path, "subscribers", "remove", id).returncode == 2
