"""What /metrics says, on both databases, and what it says when there is none."""

import asyncio
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from app.api.metrics import Backlogs
from app.api.tally import BOUNDS, Tally
from app.storage.database import open_database
from app.workflows.read_backlog import Backlog
from tests.conftest import Running, service, settings_for
from tests.state.made_up import enroll, enrolled, payment, reversal, send

Figures = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def figures(client: httpx.Client) -> Figures:
    """Every sample by its name and labels; raises where the text is not Prometheus's."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found: Figures = {}
    for family in text_string_to_metric_families(answer.text):
        assert family.type != "unknown"
        for sample in family.samples:
            key = sample.name, tuple(sorted(sample.labels.items()))
            assert key not in found
            found[key] = sample.value
    return found


def of(found: Figures, name: str, **labels: str) -> float:
    return found.get((name, tuple(sorted(labels.items()))), 0.0)


@pytest.fixture
def client(fresh_url: str) -> Iterator[httpx.Client]:
    with (
        service(fresh_url) as url,
        httpx.Client(base_url=url, timeout=30, headers={"authorization": "Bearer dev-key"}) as session,
    ):
        yield session


def callbacks(found: Figures) -> dict[str, float]:
    results = {labels[0][1]: n for (name, labels), n in found.items() if name == "canbao_callbacks_total"}
    return {result: n for result, n in results.items() if n}


def test_callbacks_are_counted_by_what_became_of_them(client: httpx.Client) -> None:
    assert callbacks(figures(client)) == {}
    order = enrolled(client)["order_no"]
    paid = payment(order)
    send(client, paid)
    assert callbacks(figures(client)) == {"covered": 1}
    send(client, paid)
    send(client, paid | {"amount_fen": 2})
    send(client, paid, signature="v1,AAAA")
    send(client, b"{}")
    send(client, payment(order))
    send(client, reversal(payment(order)))
    send(client, reversal(paid))
    wanted = {"covered": 1, "repeated": 1, "conflict": 1, "bad_signature": 1, "unreadable": 1, "suspended": 2}
    assert callbacks(figures(client)) == wanted | {"reversed": 1}


def test_a_settled_event_is_counted_so(client: httpx.Client) -> None:
    order = enrolled(client)["order_no"]
    paid = payment(order)
    send(client, reversal(paid))
    send(client, paid)
    assert callbacks(figures(client)) == {"suspended": 1, "settled": 1}


def test_backlogs_are_what_the_database_holds(client: httpx.Client, fresh_url: str) -> None:
    first, second = enrolled(client), enrolled(client)
    send(client, payment(first["order_no"], 1))
    send(client, payment("nobodys", 700))
    send(client, reversal(payment("nobodys", 200)))
    database = open_database(fresh_url)
    with database.transaction() as connection:
        change = "UPDATE outbox SET state = 'dead' WHERE enrollment_id = :i"
        connection.execute(text(change), {"i": second["id"]})
        connection.execute(text("UPDATE outbox SET created_at = created_at - 90000000 WHERE state = 'waiting'"))
    database.close()
    found = figures(client)
    assert of(found, "canbao_database_up") == 1
    assert (of(found, "canbao_outbox_waiting"), of(found, "canbao_outbox_dead")) == (1, 1)
    assert 90 <= of(found, "canbao_outbox_oldest_seconds") < 150
    assert of(found, "canbao_suspense_open", reason="amount_mismatch") == 1
    assert of(found, "canbao_suspense_open", reason="unknown_order") == 1
    assert of(found, "canbao_suspense_open", reason="reversal_without_payment") == 1
    assert of(found, "canbao_suspense_open", reason="order_cancelled") == 0
    assert of(found, "canbao_suspense_open_fen") == 1 + 700 - 200


def test_what_is_settled_and_sent_is_gone_a_few_seconds_later(client: httpx.Client, fresh_url: str) -> None:
    order = enrolled(client)["order_no"]
    send(client, payment(order, 5))
    before = figures(client)
    assert (of(before, "canbao_suspense_open_fen"), of(before, "canbao_outbox_waiting")) == (5, 1)
    item = client.get("/v1/suspense").json()["suspense"][0]
    assert client.post(f"/v1/suspense/{item['id']}/settle", json={"reason": "x"}).status_code == 200
    database = open_database(fresh_url)
    with database.transaction() as connection:
        connection.execute(text("UPDATE outbox SET state = 'sent'"))
    database.close()
    deadline = time.monotonic() + 20
    while of(figures(client), "canbao_suspense_open_fen") and time.monotonic() < deadline:
        time.sleep(0.2)
    after = figures(client)
    assert of(after, "canbao_suspense_open", reason="amount_mismatch") == of(after, "canbao_suspense_open_fen") == 0
    assert of(after, "canbao_outbox_waiting") == of(after, "canbao_outbox_oldest_seconds") == 0


def test_requests_are_counted_by_route_method_and_status(client: httpx.Client) -> None:
    asked = {"region": "430424", "coverage_year": 2024, "person": {}}
    for _ in range(3):
        client.post("/v1/quotes", json=asked)
    client.post("/v1/quotes", json=asked | {"region": "1"})
    for n in range(30):  # paths and methods that a stranger makes up add no series
        client.request(("GET", "PROPFIND")[n % 2], f"/made/up/{n}")
    enroll(client)
    found = figures(client)
    quotes = {"route": "/v1/quotes", "method": "POST"}
    assert of(found, "canbao_requests_total", **quotes, status="200") == 3
    assert of(found, "canbao_requests_total", **quotes, status="404") == 1
    assert of(found, "canbao_requests_total", route="unmatched", method="GET", status="404") == 15
    assert of(found, "canbao_requests_total", route="unmatched", method="other", status="404") == 15
    assert of(found, "canbao_requests_total", route="/v1/enrollments", method="POST", status="201") == 1
    assert of(found, "canbao_request_seconds_count", route="/v1/quotes") == 4
    assert of(found, "canbao_request_seconds_bucket", route="/v1/quotes", le="+Inf") == 4
    assert 0 < of(found, "canbao_request_seconds_sum", route="/v1/quotes") < 60


def test_the_process_and_its_version_are_there(client: httpx.Client) -> None:
    found = figures(client)
    assert of(found, "canbao_build_info", version="0.1.0") == 1
    assert of(found, "process_resident_memory_bytes") > 10_000_000


def test_without_a_database_the_scrape_still_answers_and_says_so() -> None:
    with Running(settings_for("postgresql://nobody@127.0.0.1:9/none")) as url, httpx.Client(base_url=url) as client:
        send(client, payment("x"))
        found = figures(client)
        assert callbacks(found) == {"unavailable": 1}
        assert found["canbao_database_up", ()] == 0
        assert not [name for name, _ in found if name.startswith(("canbao_outbox", "canbao_suspense"))]


def test_a_time_lies_in_the_first_bucket_that_is_not_below_it() -> None:
    entry = Tally().entry("/", "GET", 200)
    for seconds in (0.0, BOUNDS[0], BOUNDS[0] * 1.01, 11.0):
        entry.add(seconds)
    assert (entry.counts[0], entry.counts[1], entry.counts[-1], sum(entry.counts)) == (2, 1, 1, 4)


class Database:
    """Answers when it is let, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked, self.open, self.fails = 0, threading.Event(), False

    def read(self) -> Backlog:
        self.asked += 1
        self.open.wait(20)
        if self.fails:
            raise ConnectionError
        return Backlog(self.asked, 0, None, {}, 0)


def test_the_database_is_asked_once_in_a_while_and_once_at_a_time() -> None:
    async def scrapes() -> None:
        database = Database()
        database.open.set()
        backlogs = Backlogs(database.read, fresh=0.3)
        await asyncio.gather(*(backlogs.renew() for _ in range(5)))
        await backlogs.renew()
        assert database.asked == 1
        assert backlogs.last == Backlog(1, 0, None, {}, 0)
        await asyncio.sleep(0.35)
        database.fails = True
        await backlogs.renew()
        assert not backlogs.last
        assert database.asked == 2

    asyncio.run(scrapes())


def test_a_database_that_hangs_is_given_up_and_not_asked_again_before_it_answers() -> None:
    async def scrapes() -> None:
        database = Database()
        backlogs = Backlogs(database.read, fresh=0.0, patience=0.05)
        for _ in range(3):
            await backlogs.renew()
            assert not backlogs.last
            assert database.asked == 1
        database.open.set()
        await asyncio.sleep(0.2)
        await backlogs.renew()
        assert backlogs.last == Backlog(1, 0, None, {}, 0)

    asyncio.run(scrapes())
