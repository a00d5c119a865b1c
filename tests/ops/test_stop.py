"""Stopping a real process under load: whoever was let in is answered, what was stored was answered, it ends with 0."""

import http.client
import json
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from app.collector.signature import sign
from app.storage.database import open_database
from tests.ops.process import Service
from tests.state.made_up import KEY, enroll, payment

REFUSED = (ConnectionRefusedError, ConnectionResetError, BrokenPipeError, http.client.RemoteDisconnected)


class Sender(threading.Thread):
    """Sends callbacks, one after the other, until nobody takes connections any more.

    With `reuse` it keeps its connection for as long as the service lets it. A connection that is lost before its first
    answer may never have been taken; one that is lost later was closed on a request on its way, which is a `cut`.
    """

    def __init__(self, port: int, *, reuse: bool) -> None:
        super().__init__(daemon=True)
        self.port, self.reuse = port, reuse
        self.answered, self.sent, self.cut, self.other = set[str](), set[str](), list[str](), list[int]()
        self.closed_politely = 0

    def run(self) -> None:
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            answers = 0
            try:
                while self._one(connection):
                    answers += 1
            except REFUSED as error:
                if answers:
                    self.cut.append(type(error).__name__)
                if isinstance(error, ConnectionRefusedError):
                    return
            finally:
                connection.close()

    def _one(self, connection: http.client.HTTPConnection) -> bool:
        """Whether the connection can be used again."""
        event = payment("nobodys", event_id=str(uuid.uuid4()))
        raw, stamp, message = json.dumps(event).encode(), int(time.time()), str(uuid.uuid4())
        headers = {"webhook-id": message, "webhook-timestamp": str(stamp), "content-type": "application/json"}
        self.sent.add(event["event_id"])
        headers["webhook-signature"] = sign(KEY, message, stamp, raw)
        connection.request("POST", "/v1/tax/callbacks", raw, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status == 200:
            self.answered.add(event["event_id"])
        else:
            self.other.append(answer.status)
        politely = answer.getheader("connection") == "close"
        self.closed_politely += politely
        return self.reuse and not politely


def stored(url: str) -> set[str]:
    database = open_database(url)
    with database.reading() as connection:
        found = {str(id) for id in connection.execute(text("SELECT event_id FROM inbox")).scalars()}
    database.close()
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_no_request_that_was_taken_is_cut_off(fresh_url: str, tmp_path: Path, number: signal.Signals) -> None:
    with Service(fresh_url, tmp_path, CANBAO_DRAIN_SECONDS="0.3") as service:
        senders = [Sender(service.port, reuse=n % 2 == 0) for n in range(8)]
        for sender in senders:
            sender.start()
        deadline = time.monotonic() + 60
        while sum(len(s.answered) for s in senders) < 60 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert service.stop(number) == 0
        for sender in senders:
            sender.join(60)
    answered = set[str]().union(*(s.answered for s in senders))
    assert len(answered) >= 60
    assert [s.cut for s in senders if s.cut] == []
    assert [s.other for s in senders if s.other] == []
    assert stored(fresh_url) == answered
    assert all(s.closed_politely for s in senders if s.reuse)
    assert service.lines()[-1]["event"] == "service_stopped"


@contextmanager
def held(url: str) -> Iterator[Callable[[], None]]:
    """Nobody can write to the inbox until the function is called."""
    database = open_database(url)
    with database.transaction() as connection:  # on SQLite the one writer there is
        if not url.startswith("sqlite"):
            connection.execute(text("LOCK TABLE inbox IN SHARE MODE"))
        yield connection.rollback
    database.close()


def test_a_request_that_takes_long_is_waited_for(fresh_url: str, tmp_path: Path) -> None:
    with Service(fresh_url, tmp_path, CANBAO_DRAIN_SECONDS="0") as service:
        sender = Sender(service.port, reuse=False)
        with held(fresh_url) as release:
            sender.start()
            time.sleep(1.0)
            service.process.send_signal(signal.SIGTERM)
            time.sleep(3.0)
            assert service.process.poll() is None
            assert not sender.answered
            with pytest.raises(httpx.ConnectError):
                httpx.get(f"{service.url}/healthz")
            release()
            assert service.process.wait(30) == 0
        sender.join(30)
    assert len(sender.answered) == 1
    assert stored(fresh_url) == sender.answered


def test_while_it_drains_it_is_not_ready_and_still_works(sqlite_url: str, tmp_path: Path) -> None:
    headers = {"authorization": "Bearer dev-key"}
    with (
        Service(sqlite_url, tmp_path, CANBAO_DRAIN_SECONDS="4") as service,
        httpx.Client(base_url=service.url, timeout=30, headers=headers) as client,
    ):
        before = client.get("/readyz")
        assert (before.status_code, "connection" in before.headers) == (200, False)
        service.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + 3
        while client.get("/readyz").status_code == 200 and time.monotonic() < deadline:
            time.sleep(0.02)
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["code"]) == (503, "stopping")
        assert client.get("/healthz").status_code == 200
        made, asked = enroll(client), {"region": "430424", "coverage_year": 2024, "person": {}}
        assert made.status_code == 201
        quoted = client.post("/v1/quotes", json=asked)
        assert [answer.headers["connection"] for answer in (ready, made, quoted)] == ["close"] * 3
        assert service.process.wait(30) == 0


def test_a_connection_that_is_open_may_still_bring_its_request(sqlite_url: str, tmp_path: Path) -> None:
    with Service(sqlite_url, tmp_path, CANBAO_DRAIN_SECONDS="0") as service:
        new, used = (http.client.HTTPConnection("127.0.0.1", service.port, timeout=30) for _ in range(2))
        new.connect()
        used.request("GET", "/healthz")
        used.getresponse().read()
        service.process.send_signal(signal.SIGTERM)
        while not service.events("service_stopping"):
            time.sleep(0.01)
        for connection in (new, used):
            connection.request("GET", "/healthz")
        for connection in (new, used):
            answer = connection.getresponse()
            assert (answer.status, answer.getheader("connection")) == (200, "close")
            connection.close()
        assert service.process.wait(30) == 0


def test_with_nothing_to_do_it_ends_at_once(sqlite_url: str, tmp_path: Path) -> None:
    with Service(sqlite_url, tmp_path, CANBAO_DRAIN_SECONDS="0") as service:
        start = time.monotonic()
        assert service.stop() == 0
        assert time.monotonic() - start < 5


def test_an_idle_connection_does_not_keep_it_alive(sqlite_url: str, tmp_path: Path) -> None:
    with (
        Service(sqlite_url, tmp_path, CANBAO_DRAIN_SECONDS="0") as service,
        httpx.Client(base_url=service.url) as idle,
    ):
        idle.get("/healthz")
        start = time.monotonic()
        assert service.stop() == 0
        assert time.monotonic() - start < 10


def test_a_port_that_is_taken_is_told_and_is_an_error(sqlite_url: str, tmp_path: Path) -> None:
    with Service(sqlite_url, tmp_path) as service:
        second = Service(sqlite_url, tmp_path, PORT=str(service.port))
        assert second.process.wait(60) != 0
    messages = [line["message"] for line in second.events("library_message") if line["level"] == "error"]
    assert len(messages) == 1
    assert "address already in use" in messages[0]
