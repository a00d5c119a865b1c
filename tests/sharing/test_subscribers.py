"""Subscribers are told of changes: signed, in order per enrollment, again and again, given up, sent after all."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Lock, Thread
from typing import Any

import pytest
from sqlalchemy import text
from standardwebhooks import Webhook

from app.collector.addresses import BadAddress, check_address
from app.collector.pushing import Collector, Delivery
from app.collector.signature import secret_bytes
from app.storage.personal import Vault
from app.storage.subscriber_register import Subscriber
from app.workflows.cancel_enrollment import cancel_enrollment
from app.workflows.manage_clients import add_client, revoke_client
from app.workflows.manage_subscribers import add_subscriber, list_subscribers, remove_subscriber, requeue_deliveries
from app.workflows.office import Office, Refused
from app.workflows.relay_changes import MOST_AHEAD, connecting, relay_changes
from app.workflows.relay_outbox import MOST_ATTEMPTS, Push
from app.workflows.rotate_data_keys import rotate_data_keys
from tests.state.in_the_office import booked, opened
from tests.state.made_up import payment

TAKEN, FAILED, REFUSED = Delivery(True, False, "200"), Delivery(False, False, "503"), Delivery(False, True, "410")
URL = "https://county.example/hooks"


class County:
    """A subscriber's side: it answers as `answer` says, and remembers what it has taken."""

    def __init__(self, answer: Callable[[dict[str, Any]], Delivery] = lambda _: TAKEN) -> None:
        self.answer, self.tried, self.got = answer, list[str](), list[dict[str, Any]]()
        self._lock = Lock()

    def connect(self, _: Subscriber) -> Push:
        return self.push

    def push(self, id: str, body: bytes) -> Delivery:
        said = json.loads(body)
        with self._lock:
            self.tried.append(id)
            delivery = self.answer(said)
            if delivery.taken:
                self.got.append(said)
        return delivery

    def of(self, enrollment: dict[str, Any]) -> list[str]:
        return [m["type"] for m in self.got if m["data"]["enrollment_id"] == enrollment["id"]]


class Later(Office):
    """The same office a day later."""

    def now(self) -> int:
        return super().now() + 86_400_000_000


def later(office: Office) -> Office:
    return Later(**{name: getattr(office, name) for name in office.__dataclass_fields__})


def subscribed(office: Office, regions: str = "", **more: Any) -> str:
    client, _ = add_client(office, "county", ["read"], [regions])
    return add_subscriber(office, client, URL, **more)[0]


def rounds(office: Office, county: County) -> int:
    tried = 0
    while step := relay_changes(office, county.connect):
        tried += step
    return tried


def test_a_subscriber_hears_of_what_comes_once_and_in_order(own_office: Office) -> None:
    opened(own_office)
    subscribed(own_office)
    county = County()
    assert rounds(own_office, county) == 0
    made, other = opened(own_office), opened(own_office)
    booked(own_office, payment(made["order_no"]))
    cancel_enrollment(own_office, other["id"], "test")
    assert rounds(own_office, county) == 4
    assert rounds(own_office, county) == 0
    assert county.of(made) == ["enrollment.registered", "enrollment.covered"]
    assert county.of(other) == ["enrollment.registered", "enrollment.cancelled"]
    assert county.got[0]["timestamp"] == county.got[0]["data"]["at"]
    assert len(set(county.tried)) == 4


def test_from_the_start_means_the_past_as_well(own_office: Office) -> None:
    made, county = opened(own_office), County()
    subscribed(own_office, from_start=True)
    rounds(own_office, county)
    assert county.of(made) == ["enrollment.registered"]


def test_a_subscriber_hears_of_its_client_s_regions_only(own_office: Office) -> None:
    subscribed(own_office, "620724")
    county = County()
    opened(own_office)
    there = opened(own_office, region="620724", village=None)
    rounds(own_office, county)
    assert [m["data"]["enrollment_id"] for m in county.got] == [there["id"]]


def test_what_one_enrollment_fails_on_holds_back_no_other(own_office: Office) -> None:
    subscribed(own_office)
    made, other = opened(own_office), opened(own_office)
    cancel_enrollment(own_office, made["id"], "test")
    county = County(lambda m: FAILED if m["data"]["enrollment_id"] == made["id"] else TAKEN)
    rounds(own_office, county)
    assert (county.of(made), county.of(other)) == ([], ["enrollment.registered"])
    county.answer = lambda _: TAKEN
    rounds(later(own_office), county)
    assert county.of(made) == ["enrollment.registered", "enrollment.cancelled"]
    assert county.tried.count(county.tried[0]) <= 2


def test_a_subscriber_that_is_away_is_left_in_peace_and_tried_with_one_message(own_office: Office) -> None:
    id, county = subscribed(own_office), County(lambda _: FAILED)
    for _ in range(5):
        opened(own_office)
    assert rounds(own_office, county) == 5
    assert rounds(own_office, county) == 0
    assert relay_changes(later(own_office), county.connect) == 1
    assert list_subscribers(own_office)[0]["failures"] == 2
    county.answer = lambda _: TAKEN
    much_later = later(own_office)
    with own_office.database.transaction() as connection:
        connection.execute(text("UPDATE subscribers SET paused_until = 0 WHERE id = :id"), {"id": id})
        connection.execute(text("UPDATE deliveries SET due_at = 0"))
    assert rounds(much_later, county) == 5
    assert list_subscribers(own_office)[0]["failures"] == 0


def test_no_more_is_set_down_ahead_than_a_bounded_number(own_office: Office) -> None:
    id = subscribed(own_office)
    enrollment = opened(own_office)
    with own_office.deed() as books:
        for _ in range(MOST_AHEAD + 50):
            books.audit("430424", "test", "covered", enrollment["id"], amount_fen=1, event_id="x")
    away = County(lambda _: FAILED)
    rounds(own_office, away)
    assert list_subscribers(own_office)[0]["waiting"] == MOST_AHEAD
    with own_office.database.transaction() as connection:
        connection.execute(text("UPDATE subscribers SET paused_until = 0, failures = 0 WHERE id = :id"), {"id": id})
        connection.execute(text("UPDATE deliveries SET due_at = 0"))
    back = County()
    for _ in range(MOST_AHEAD + 51):
        relay_changes(own_office, back.connect)
    assert len(back.got) == MOST_AHEAD + 51
    numbers = [int(m["data"]["id"].rpartition("-")[2]) for m in back.got]
    assert numbers == sorted(numbers)


def test_what_is_refused_waits_for_somebody_and_holds_back_its_own_enrollment(own_office: Office) -> None:
    id, made = subscribed(own_office), opened(own_office)
    cancel_enrollment(own_office, made["id"], "test")
    county = County(lambda _: REFUSED)
    assert rounds(own_office, county) == 1
    assert (list_subscribers(own_office)[0]["dead"], list_subscribers(own_office)[0]["waiting"]) == (1, 1)
    assert rounds(later(own_office), county) == 0
    county.answer = lambda _: TAKEN
    assert requeue_deliveries(own_office, id) == 1
    rounds(later(own_office), county)
    assert county.of(made) == ["enrollment.registered", "enrollment.cancelled"]


def test_after_many_attempts_it_is_given_up(own_office: Office) -> None:
    subscribed(own_office)
    opened(own_office)
    county = County(lambda _: FAILED)
    for _ in range(MOST_ATTEMPTS + 3):
        relay_changes(own_office, county.connect)
        with own_office.database.transaction() as connection:
            connection.execute(text("UPDATE subscribers SET paused_until = 0"))
            connection.execute(text("UPDATE deliveries SET due_at = 0"))
    assert len(county.tried) == MOST_ATTEMPTS
    assert list_subscribers(own_office)[0]["dead"] == 1


def test_several_relays_at_once_send_each_message_once_and_in_order(own_office: Office) -> None:
    subscribed(own_office)
    made = [opened(own_office) for _ in range(15)]
    for one in made:
        booked(own_office, payment(one["order_no"]))
    county = County()
    with ThreadPoolExecutor(4) as relays:
        for _ in range(4):
            list(relays.map(lambda _: relay_changes(own_office, county.connect), range(4)))
    assert len(county.tried) == len(set(county.tried)) == 30
    for one in made:
        assert county.of(one) == ["enrollment.registered", "enrollment.covered"]


def test_nobody_is_told_who_was_removed_or_whose_client_was_revoked(own_office: Office) -> None:
    client, _ = add_client(own_office, "county", ["read"], [""])
    add_subscriber(own_office, client, URL)
    gone = subscribed(own_office)
    opened(own_office)
    remove_subscriber(own_office, gone)
    revoke_client(own_office, client)
    assert rounds(own_office, County()) == 0
    with pytest.raises(Refused):
        remove_subscriber(own_office, gone)
    with pytest.raises(Refused):
        add_subscriber(own_office, client, URL)
    assert b"whsec" not in str(list_subscribers(own_office)).encode()


def test_a_restored_database_goes_on_from_where_it_is(own_office: Office) -> None:
    subscribed(own_office, from_start=True)
    county = County()
    opened(own_office)
    with own_office.database.transaction() as connection:
        connection.execute(text("INSERT INTO subscriber_positions SELECT id, '430424', 99 FROM subscribers"))
    rounds(own_office, county)
    made = opened(own_office)
    rounds(own_office, county)
    assert county.of(made) == ["enrollment.registered"]


def test_a_region_that_a_restored_database_has_lost_is_told_of_from_its_first_change(own_office: Office) -> None:
    subscribed(own_office, from_start=True)
    county = County()
    opened(own_office)
    with own_office.database.transaction() as connection:
        connection.execute(text("INSERT INTO subscriber_positions SELECT id, '620724', 1 FROM subscribers"))
    rounds(own_office, county)
    made = opened(own_office, region="620724", village=None)
    rounds(own_office, county)
    assert county.of(made) == ["enrollment.registered"]


def test_the_secret_is_sealed_and_moves_to_a_new_data_key(own_office: Office) -> None:
    keys = {"old": b"o" * 32, "new": b"n" * 32}
    before, after = (replace(own_office, vault=Vault(keys, name, b"i" * 32)) for name in keys)
    client, _ = add_client(before, "county", ["read"], [""])
    id, secret = add_subscriber(before, client, URL)
    assert list(rotate_data_keys(after)) == [(1, 1)]
    assert list(rotate_data_keys(after)) == [(1, 0)]
    with own_office.database.reading() as connection:
        sealed = bytes(connection.execute(text("SELECT secret FROM subscribers")).scalar_one())
    assert secret.encode() not in sealed
    assert Vault({"new": keys["new"]}, "new", b"i" * 32).open(sealed, id) == secret


def test_a_message_is_signed_as_any_standard_library_expects(own_office: Office) -> None:
    got: list[tuple[dict[str, str], bytes]] = []

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            got.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Endpoint)
    Thread(target=server.serve_forever, daemon=True).start()
    client, _ = add_client(own_office, "county", ["read"], [""])
    _, secret = add_subscriber(own_office, client, f"http://127.0.0.1:{server.server_port}/hooks")
    opened(own_office)
    assert relay_changes(own_office, connecting(own_office)) == 1
    server.shutdown()
    server.server_close()
    headers, body = got[0]
    said = Webhook(secret).verify(body.decode(), headers)
    assert said["type"] == "enrollment.registered"
    assert headers["webhook-id"] == f"chg_{said['data']['id']}"


def test_a_redirect_is_not_followed_and_an_endless_answer_not_read() -> None:
    asked: list[str] = []

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.send_response(307 if self.path == "/away" else 200)
            self.send_header("location", "/elsewhere")
            self.end_headers()
            try:
                for _ in range(10_000 if self.path == "/endless" else 0):
                    self.wfile.write(b"x" * 65_536)
            except OSError:
                asked.append("hung up")

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Endpoint)
    Thread(target=server.serve_forever, daemon=True).start()
    base, key = f"http://127.0.0.1:{server.server_port}", secret_bytes("whsec_" + "A" * 44)
    away, endless = Collector(f"{base}/away", key), Collector(f"{base}/endless", key)
    assert away.push("1", b"{}") == Delivery(False, False, "307")
    assert endless.push("1", b"{}").taken
    server.shutdown()
    server.server_close()
    away.close()
    endless.close()
    assert asked == ["/away", "/endless", "hung up"]


@pytest.mark.parametrize(
    "url",
    [
        "http://county.example/x",
        "ftp://county.example/x",
        "https://user:word@county.example/x",
        "https://county.example/x#y",
        "https://169.254.169.254/latest",
        "https://[fe80::1]/x",
        "https://0.0.0.0/x",
        "https://2130706433/x",
        "https://127.1/x",
        "https://0x7f000001/x",
        "https://0x7f000001./x",
        "https://县.example/x",
        "https:///x",
        "https://county.example:x/",
        "x",
    ],
)
def test_an_address_that_nobody_means_is_refused(url: str) -> None:
    for development in (True, False):
        with pytest.raises(BadAddress):
            check_address(url, development=development)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8/x", "http://localhost/x", "https://[::1]/x", "http://[::ffff:127.0.0.1]/"]
)
def test_this_machine_is_an_address_in_development_only(url: str) -> None:
    check_address(url, development=True)
    with pytest.raises(BadAddress):
        check_address(url, development=False)


def test_other_machines_are_addressed_by_https() -> None:
    for url in (URL, "https://10.1.2.3:8443/hooks?x=1"):
        check_address(url, development=False)
