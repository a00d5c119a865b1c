"""What the service writes, as a real process at the most talkative level: all of it readable, nothing personal."""

import json
import socket
import time
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.settings import DEV_DATA_KEY, DEV_INDEX_KEY, DEV_WEBHOOK_SECRET
from app.storage.database import open_database
from tests.ops import broken
from tests.ops.conftest import KINDS, fresh
from tests.ops.process import Service
from tests.rosters.made_up_lists import csv_of, row
from tests.state.made_up import enroll, enrolled, id_number, payment, registration, reversal, send

NAME, PHONE, HOUSEHOLD, BORN, REMARK = "欧阳试验", "10012345678", "户号丙丁9876", "1987-03-21", "退给本人卡号尾号4321"
NUMBERS = [id_number("19870321") for _ in range(6)]
ODD = "值得注意的怪值7d1f"
WRONG_KEY = "ck_thisKeyIsNobodys"
SECRETS = [
    DEV_WEBHOOK_SECRET,
    DEV_WEBHOOK_SECRET[6:],
    DEV_DATA_KEY,
    DEV_DATA_KEY[4:],
    DEV_INDEX_KEY,
    "dev-key",
    WRONG_KEY,
]
PERSONAL = [NAME, PHONE, HOUSEHOLD, BORN, "19870321", REMARK, ODD, *NUMBERS, *broken.VALUES]
PATIENCE = 30.0
IDEMPOTENCY = "key-of-nobody-5512"
BROKEN = ("-m", "tests.ops.broken")
Life = tuple[str, list[dict[str, Any]], str]
DEEDS = {
    "roster_imported",
    "roster_conflict_settled",
    "enrollment_registered",
    "enrollment_cancelled",
    "callback_refused",
    "suspense_settled",
}


def person(number: str, **changes: Any) -> dict[str, Any]:
    applicant = {"name": NAME, "id_type": "resident_id", "id_number": number, "phone": PHONE}
    household = {"household_no": HOUSEHOLD, "relation": "head"}
    return registration(applicant=applicant, household=household, **changes)


def quotes(client: httpx.Client) -> None:
    asked: dict[str, Any] = {"region": "430424", "coverage_year": 2024, "person": {"birth_date": BORN}}
    assert client.post("/v1/quotes", json=asked).status_code == 200
    assert client.post("/v1/quotes", json=asked | {"region": ODD}).status_code == 404
    assert client.post("/v1/quotes", json=asked | {"person": {ODD: NAME}}).status_code == 422
    assert client.post("/v1/quotes/batch", json=asked | {"person": None, "people": [ODD]}).status_code == 422
    assert client.post("/v1/quotes/calendar", json=asked).status_code == 200


def registrations(client: httpx.Client) -> dict[str, Any]:
    """One that stays, after one of each kind that is refused."""
    made = enroll(client, IDEMPOTENCY, **person(NUMBERS[0]))
    assert made.status_code == 201
    assert enroll(client, IDEMPOTENCY, **person(NUMBERS[0])).json() == made.json()
    assert enroll(client, IDEMPOTENCY, **person(NUMBERS[1])).status_code == 422
    assert enroll(client, **person(NUMBERS[0])).json()["code"] == "already_enrolled"
    assert enroll(client, **person(NUMBERS[1][:-1] + "?")).status_code == 422
    assert enroll(client, **person(NUMBERS[1], person={"birth_date": "1987-03-22"})).status_code == 422
    raw = f'{{"applicant": {{"name": "{NAME}", "id_number": "{NUMBERS[1]}"'
    headers = {"idempotency-key": "x", "content-type": "application/json"}
    assert client.post("/v1/enrollments", content=raw, headers=headers).status_code == 400
    assert client.post("/v1/enrollments", json=person(NUMBERS[1])).status_code == 400
    cancelled = enrolled(client, **person(NUMBERS[2]))
    assert client.post(f"/v1/enrollments/{cancelled['id']}/cancel").status_code == 200
    found: dict[str, Any] = made.json()
    return found


def reading(client: httpx.Client, id: str) -> None:
    """Personal values in every place of a URL where somebody could put them."""
    assert client.get(f"/v1/enrollments/{id}", params={"name": NAME}).status_code == 200
    assert client.get(f"/v1/enrollments/{NUMBERS[0]}").status_code == 404
    assert client.get(f"/v1/households/{HOUSEHOLD}", params={"coverage_year": 2024}).status_code == 200
    assert client.get("/v1/enrollments", params={"village": ODD, "cursor": NUMBERS[0]}).status_code == 200
    assert client.get("/v1/enrollments", params={"limit": NUMBERS[0]}).status_code == 422
    assert client.get(f"/people/{NUMBERS[0]}", params={"phone": PHONE}).status_code == 404
    assert client.get("/v1/suspense", headers={"authorization": f"Bearer {WRONG_KEY}"}).status_code == 401
    assert client.put(f"/v1/enrollments/{id}", json={"name": NAME}).status_code == 405
    asked = {"id_type": "resident_id", "id_number": NUMBERS[0], "coverage_year": 2024}
    assert client.post("/v1/coverage/lookup", json=asked).json()["enrollment"]["id"] == id
    assert client.post("/v1/coverage/lookup", json=asked | {"id_type": ODD}).status_code == 422
    assert client.get("/healthz", headers={"x-request-id": NUMBERS[0]}).headers["x-request-id"] != NUMBERS[0]
    assert client.get("/healthz", headers={"x-request-id": PHONE}).headers["x-request-id"] != PHONE
    large = {"content-type": "text/plain"}
    assert client.post("/v1/quotes", content=NAME.encode(), headers=large).status_code == 415
    assert client.post("/v1/quotes", content=NAME.encode() * 200_000).status_code == 413


def callbacks(client: httpx.Client, order_no: str) -> None:
    paid = payment(order_no, 38000, payer_name=NAME, payer_id=NUMBERS[0])
    assert send(client, paid).status_code == 200
    assert send(client, paid).status_code == 200
    assert send(client, paid | {"amount_fen": 1}).status_code == 409
    assert send(client, reversal(paid)).status_code == 200
    assert send(client, payment(NUMBERS[3], payer_name=NAME)).status_code == 200
    assert send(client, payment(order_no), signature=f"v1,{ODD}".encode().hex()).status_code == 401
    assert send(client, json.dumps({"payer_name": NAME}).encode()).status_code == 422
    assert send(client, f'{{"payer": "{NAME}'.encode()).status_code == 422
    waiting = client.get("/v1/suspense").json()["suspense"][0]
    settled = client.post(f"/v1/suspense/{waiting['id']}/settle", json={"reason": REMARK})
    assert settled.status_code == 200


def lists(client: httpx.Client) -> None:
    """A list with a line that fits, one that does not, and one that can't be read; personal values in odd places."""
    rows = [[*row(number, kind)[:3], NAME, number, PHONE, *row(number, kind)[6:]] for number, kind in (
        (NUMBERS[4], "新增"), (NUMBERS[5], "退出"), (NUMBERS[5] + "0", "新增"))]  # fmt: skip
    asked = {"region": "141102", "source": "民政"}
    headers = {"content-type": "text/csv"}
    for params in (asked | {"dry_run": "true"}, asked, asked):
        assert client.post("/v1/rosters", params=params, content=csv_of(*rows), headers=headers).status_code == 200
    assert client.post("/v1/rosters", params=asked, content=NAME.encode(), headers=headers).status_code == 422
    assert client.post("/v1/rosters", params=asked | {"source": NAME}, content=b"x", headers=headers).status_code == 422
    (item,) = client.get("/v1/rosters/conflicts").json()["conflicts"]
    settlement = {"decision": "apply", "remark": REMARK}
    assert client.post(f"/v1/rosters/conflicts/{item['id']}/settle", json=settlement).status_code == 200
    lookup = {"region": "141102", "id_number": NUMBERS[4]}
    assert len(client.post("/v1/rosters/lookup", json=lookup).json()["listings"]) == 1


def breaking(client: httpx.Client, url: str) -> None:
    """The broken piece, by the front door and by a route; a database that loses a table, and no HTTP at all."""
    asked = {"region": broken.REGION, "coverage_year": 2024, "person": {"birth_date": BORN}}
    assert client.post("/v1/quotes", json=asked).status_code == 500
    assert client.post("/v1/quotes/calendar", json=asked).status_code == 500
    database = open_database(url)
    with database.transaction() as connection:
        connection.execute(text("ALTER TABLE live_enrollments RENAME TO gone"))
    assert enroll(client, **person(NUMBERS[4])).status_code == 503
    assert client.get("/readyz").status_code == 200
    with database.transaction() as connection:
        connection.execute(text("ALTER TABLE gone RENAME TO live_enrollments"))
    database.close()
    for garbage in (f"{NUMBERS[0]} {NAME}\r\n\r\n", f"GET /{NUMBERS[0]} HTTP/1.1\r\nupgrade: websocket\r\n"
                    "connection: upgrade\r\nhost: x\r\n\r\n"):  # fmt: skip
        with socket.create_connection((client.base_url.host, client.base_url.port or 80), 5) as raw:
            raw.sendall(garbage.encode())
            raw.recv(1000)


@pytest.fixture(scope="module", params=KINDS)
def life(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Life:
    """What a process wrote that was asked everything, its lines, and its last metrics."""
    folder = tmp_path_factory.mktemp("life")
    url = fresh(request.param, request, folder)
    with Service(url, folder, BROKEN, CANBAO_LOG_LEVEL="debug") as service:
        headers = {"authorization": "Bearer dev-key", "user-agent": f"test {PHONE}"}
        with httpx.Client(base_url=service.url, timeout=PATIENCE, headers=headers) as client:
            quotes(client)
            made = registrations(client)
            reading(client, made["id"])
            callbacks(client, made["order_no"])
            lists(client)
            breaking(client, url)
            metrics = client.get("/metrics").text
        assert service.stop() == 0
        return service.text(), service.lines(), metrics


def test_a_whole_life_leaves_nothing_personal_and_every_line_can_be_read(life: Life) -> None:
    written, lines, metrics = life
    for value in (*PERSONAL, *SECRETS, IDEMPOTENCY, "coverage_year=2024", "?", "whsec_"):
        assert value not in written, value
        assert json.dumps(value)[1:-1] not in written, value
    for value in (*PERSONAL, *SECRETS, "430424"):
        assert value not in metrics, value
    for line in lines:
        assert datetime.fromisoformat(line["time"]).utcoffset() is not None
        assert list(line)[:3] == ["time", "level", "event"]
        assert "left_out" not in line
    events = {line["event"] for line in lines}
    assert events >= DEEDS | {"request", "unhandled_error", "storage_unavailable", "library_message", "python_warning"}
    assert {"uncaught_exception", "service_starting", "service_stopping", "service_stopped"} <= events
    assert {"GET", "POST", "PUT"} <= {line["method"] for line in lines if line["event"] == "request"}


def test_what_went_wrong_is_told_by_type_and_place(life: Life) -> None:
    _, lines, _ = life
    failure = next(line for line in lines if line["event"] == "unhandled_error")
    assert failure["error"] == "ValueError"
    assert failure["frames"][-1].startswith("tests/ops/broken.py:")
    assert failure["frames"][-1].endswith(":find")
    assert [cause["error"] for cause in failure["causes"]] == ["KeyError"]
    answered = next(x for x in lines if x["event"] == "request" and x["request_id"] == failure["request_id"])
    assert (answered["status"], answered["level"], answered["code"]) == (500, "error", "internal_error")
    lost = next(line for line in lines if line["event"] == "storage_unavailable")
    assert lost["error"] in ("SQLITE_ERROR", "UndefinedTable")
    library = next(line for line in lines if line.get("logger") == "a.library")
    assert (library["level"], "message" in library) == ("error", False)
    assert library["place"].startswith("broken:")


@pytest.fixture(scope="module")
def quiet(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service at the ordinary level."""
    folder = tmp_path_factory.mktemp("quiet")
    with Service(fresh("sqlite", request, folder), folder) as service:
        yield service


@pytest.fixture
def asking(quiet: Service) -> Iterator[httpx.Client]:
    headers = {"authorization": "Bearer dev-key"}
    with httpx.Client(base_url=quiet.url, timeout=PATIENCE, headers=headers) as client:
        yield client


def written(service: Service, request_id: str, count: int) -> list[dict[str, Any]]:
    """The lines of one request: an answer can arrive before its line is written."""
    deadline = time.monotonic() + 10
    while True:
        found = [line for line in service.lines() if line.get("request_id") == request_id]
        if len(found) >= count or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


def test_a_request_and_its_deed_in_a_thread_carry_the_same_id(quiet: Service, asking: httpx.Client) -> None:
    asking.headers["x-request-id"] = "Abc.1_2-3"
    made = enroll(asking)
    assert made.headers["x-request-id"] == "Abc.1_2-3"
    deed, answered = written(quiet, "Abc.1_2-3", 2)
    assert (deed["event"], deed["result"]) == ("enrollment_registered", "awaiting_payment")
    assert deed["enrollment_id"] == made.json()["id"]
    assert answered["event"] == "request"
    assert (answered["method"], answered["route"], answered["status"]) == ("POST", "/v1/enrollments", 201)
    assert answered["client"] == "development"
    assert 0 < answered["duration_ms"] < 60_000


def test_a_callback_says_its_event_and_what_became_of_it(quiet: Service, asking: httpx.Client) -> None:
    order = enrolled(asking)["order_no"]
    for result, signature in (("covered", None), ("repeated", None), ("bad_signature", "v1,AAAA")):
        asking.headers["x-request-id"] = name = f"c-{uuid.uuid4()}"
        event = payment(order, event_id=f"evt-{order}")
        send(asking, event, signature=signature)
        # A refusal has a line of its own, as a warning; what was stored is told by the request's.
        lines = written(quiet, name, 2 if result == "bad_signature" else 1)
        assert [line["event"] for line in lines] == ["callback_refused", "request"][-len(lines) :]
        told = lines[0]
        assert told["result"] == result
        assert told.get("event_id") == (None if result == "bad_signature" else event["event_id"])


def test_plain_quotes_and_probes_are_counted_and_not_logged(quiet: Service, asking: httpx.Client) -> None:
    asked = {"region": "430424", "coverage_year": 2024, "person": {"birth_date": BORN}}
    for name, wanted in (("q-good", asked), ("q-wrong", asked | {"region": "1"})):
        asking.post("/v1/quotes", json=wanted, headers={"x-request-id": name})
    asking.get("/readyz", headers={"x-request-id": "probe"})
    assert [line["status"] for line in written(quiet, "q-wrong", 1)] == [404]
    assert [line for line in quiet.lines() if line.get("request_id") in ("q-good", "probe")] == []


@pytest.mark.parametrize("given", ["", "a" * 65, "a b", "ä", "a/b", "999999198506159996", "13800000000"])
def test_a_request_id_that_is_not_fit_is_replaced(asking: httpx.Client, given: str) -> None:
    found = [asking.get("/healthz", headers=[(b"x-request-id", given.encode())]).headers["x-request-id"] for _ in "ab"]
    assert len(set(found)) == 2
    assert given not in found
    assert all(0 < len(f) <= 64 for f in found)


@pytest.mark.parametrize("path", ["/v1/quotes", "/v1/nothing", "/healthz", "/docs", "/metrics", "/static/docs.js"])
def test_every_answer_carries_the_request_id(asking: httpx.Client, path: str) -> None:
    asked = {"region": "430424", "coverage_year": 2024, "person": {}}
    for answer in (asking.get(path), asking.post(path, json=asked), asking.post(path, content=b"{")):
        assert answer.headers["x-request-id"]


def test_a_log_that_cannot_be_written_stops_nothing(sqlite_url: str, tmp_path: Path) -> None:
    with open("/dev/full", "wb") as full:
        service = Service(sqlite_url, tmp_path, ("-c", _FULL.format(full.fileno())), CANBAO_LOG_LEVEL="debug")
        with service, httpx.Client(base_url=service.url, headers={"authorization": "Bearer dev-key"}) as client:
            assert enroll(client).status_code == 201
            assert service.stop() == 0
    assert service.text() == ""


_FULL = """
import os, sys
os.dup2(os.open("/dev/full", os.O_WRONLY), 2)
from app.cli import run
sys.argv = ["canbao", "serve"]
run()
"""
