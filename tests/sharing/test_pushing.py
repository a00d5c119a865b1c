"""A message on its way: signed, to where somebody meant it to go, with an end to it whatever the other side does."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from app.collector.addresses import BadAddress, check_address, check_number
from app.collector.pushing import Collector, Delivery
from app.collector.signature import secret_bytes
from app.collector.wire import Wire
from app.workflows.manage_clients import add_client
from app.workflows.manage_subscribers import add_subscriber
from app.workflows.office import Office
from app.workflows.relay_changes import connecting, relay_changes
from tests.sharing.subscribers import URL
from tests.state.in_the_office import opened

KEY = secret_bytes("whsec_" + "A" * 44)


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
        "https://[::127.0.0.1]/x",
        "https://[::ffff:169.254.169.254]/x",
        "https://[64:ff9b::a9fe:a9fe]/x",
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
    "url",
    [
        "http://127.0.0.1:8/x",
        "http://localhost/x",
        "https://[::1]/x",
        "http://[::ffff:127.0.0.1]/",
        "https://localhost./x",
    ],
)
def test_this_machine_is_an_address_in_development_only(url: str) -> None:
    check_address(url, development=True)
    with pytest.raises(BadAddress):
        check_address(url, development=False)


def test_other_machines_are_addressed_by_https() -> None:
    for url in (URL, "https://10.1.2.3:8443/hooks?x=1"):
        check_address(url, development=False)


@pytest.mark.parametrize("number", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"])
def test_a_name_that_leads_to_this_machine_is_not_gone_to(number: str) -> None:
    check_number(number, development=True)
    with pytest.raises(BadAddress):
        check_number(number, development=False)


@pytest.mark.parametrize("number", ["169.254.169.254", "fe80::1%eth0", "0.0.0.0", "::", "224.0.0.1", "::127.0.0.1"])
def test_a_name_that_leads_to_nobody_s_address_is_not_gone_to(number: str) -> None:
    for development in (True, False):
        with pytest.raises(BadAddress):
            check_number(number, development=development)


@contextmanager
def counterpart(answer: Callable[[socket.socket], object]) -> Iterator[str]:
    """The address of somebody who answers each request as he likes."""
    listening = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set():
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                connection.recv(65_536)
                with suppress(OSError):
                    answer(connection)

    thread = Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{listening.getsockname()[1]}/hooks"
    finally:
        ended.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(30)


def dripping(start: bytes) -> Callable[[socket.socket], object]:
    def answer(connection: socket.socket) -> None:
        connection.sendall(start)
        for _ in range(200):
            connection.sendall(b"x")
            time.sleep(0.05)

    return answer


def pushed(url: str, check: Any = None) -> Delivery:
    """With half a second for all of it."""
    collector = Collector(url, KEY, httpx.Client(transport=Wire(0.5, check), trust_env=False))
    try:
        return collector.push("1", b"{}")
    finally:
        collector.close()


def test_headers_that_drip_come_to_an_end() -> None:
    with counterpart(dripping(b"HTTP/1.1 200 OK\r\nx: ")) as url:
        begun = time.monotonic()
        assert pushed(url) == Delivery(False, False, "ReadTimeout")
        assert time.monotonic() - begun < 5


def test_a_status_counts_whatever_becomes_of_the_rest() -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n"
    with counterpart(dripping(head)) as url:
        begun = time.monotonic()
        assert pushed(url) == Delivery(True, False, "200")
        assert time.monotonic() - begun < 5
    with counterpart(lambda connection: connection.sendall(head)) as url:
        assert pushed(url) == Delivery(True, False, "200")


def test_an_address_is_looked_at_again_when_its_name_is_known() -> None:
    asked: list[object] = []
    with counterpart(asked.append) as url:
        found = pushed(url, partial(check_number, development=False))
    assert (found, asked) == (Delivery(False, False, "AddressRefused"), [])


@pytest.mark.parametrize("url", ["https://" + "a" * 64 + ".example/", "https://a..example/", "http://127.0.0.1:1/"])
def test_a_name_that_is_none_is_a_failure_like_any_other(url: str) -> None:
    assert pushed(url) == Delivery(False, False, "ConnectError")
