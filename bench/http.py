"""Quotes over loopback, one worker: against a FastAPI route that does nothing, and against OpenFisca's web API."""

import json
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from bench.engine import PEOPLE, RIVALS, ROOT
from bench.timing import Ratio, interleave, ratios

CONNECTIONS = 16
CANBAO = [sys.executable, "-m", "app.cli", "serve"]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def running(command: Sequence[str], port: int, **env: str) -> Iterator[int]:
    """The server as a process of its own; ended when the measurement is over."""
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | env, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise SystemExit(f"nothing listens on {port}")


def request(path: str, body: bytes, *headers: str) -> bytes:
    """`headers` are whole lines."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    head += "".join(f"{line}\r\n" for line in headers)
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


class Client:
    """Keep-alive connections, each of which sends its next request as soon as it has its answer.

    Sends ready-made bytes and reads answers by their length, so that the client costs little beside the server.
    """

    def __init__(self, port: int, requests: list[bytes]) -> None:
        self.sockets = [socket.create_connection(("127.0.0.1", port), 10) for _ in range(CONNECTIONS)]
        for s in self.sockets:
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.requests, self.latencies = requests, list[float]()

    def round(self, count: int) -> float:
        """Seconds for `count` requests; the latencies are kept."""
        self.latencies.clear()
        sent, left = dict[int, float](), iter(range(count))
        start = perf_counter()
        with select.epoll() as poll:
            of = {s.fileno(): s for s in self.sockets}
            for number, s in of.items():
                poll.register(number, select.EPOLLIN)
                self._send_next(s, left, sent)
            while len(self.latencies) < count:
                for number, _ in poll.poll(10):
                    _read_answer(of[number])
                    self.latencies.append(perf_counter() - sent[number])
                    self._send_next(of[number], left, sent)
        return perf_counter() - start

    def _send_next(self, connection: socket.socket, left: Iterator[int], sent: dict[int, float]) -> None:
        if (n := next(left, None)) is not None:
            sent[connection.fileno()] = perf_counter()
            connection.sendall(self.requests[n % len(self.requests)])

    def p99(self) -> float:
        return quantiles(self.latencies, n=100)[98]

    def close(self) -> None:
        for connection in self.sockets:
            connection.close()


def _read_answer(connection: socket.socket) -> None:
    data = connection.recv(65536)
    if not data.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")):
        raise SystemExit(f"unexpected answer: {data[:300]!r}")
    head, _, body = data.partition(b"\r\n\r\n")
    at = head.lower().index(b"content-length:") + len(b"content-length:")
    missing = int(head[at:].split(b"\r\n", 1)[0]) - len(body)
    while missing > 0:
        missing -= len(connection.recv(65536))


def quote_requests() -> list[bytes]:
    """The six people of the engine's bench."""
    asked = {"region": "hunan-anon-district", "coverage_year": 2026}
    return [request("/v1/quotes", json.dumps(asked | {"pay_date": day, "person": p}).encode()) for p, day in PEOPLE]


def against_idle_route(rounds: int, count: int = 4000) -> list[Ratio]:
    ours, theirs = free_port(), free_port()
    idle = [sys.executable, "-m", "uvicorn", "bench.idle_app:app", "--port", str(theirs)]
    idle += ["--log-level", "warning", "--no-access-log", "--no-server-header"]
    with ExitStack() as stack:
        stack.enter_context(running(CANBAO, ours, PORT=str(ours)))
        stack.enter_context(running(idle, theirs))
        return _race(
            "POST /v1/quotes : idle FastAPI route", "2.0", ours, theirs, quote_requests(), rounds, count, count
        )


def against_openfisca(rounds: int, count: int = 200) -> list[Ratio]:
    ours, theirs = free_port(), free_port()
    server = [str(RIVALS / "openfisca_server.sh"), str(theirs)]
    server += ["--worker-class", "gthread", "--threads", "4", "--keep-alive", "60", "--graceful-timeout", "1"]
    body = Path(RIVALS / "openfisca_body.json").read_bytes()
    with ExitStack() as stack:
        stack.enter_context(running(CANBAO, ours, PORT=str(ours)))
        stack.enter_context(running(server, theirs))
        rival = [request("/calculate", body)]
        label = "POST /v1/quotes : OpenFisca /calculate"
        return _race(label, "20", ours, theirs, quote_requests(), rounds, count * 20, count, rival)


def _race(
    name: str,
    goal: str,
    ours: int,
    theirs: int,
    requests: list[bytes],
    rounds: int,
    count: int,
    their_count: int,
    their_requests: list[bytes] | None = None,
) -> list[Ratio]:
    mine, rival = Client(ours, requests), Client(theirs, their_requests or requests)
    tails: tuple[list[float], list[float]] = ([], [])

    def turn(client: Client, number: int, tail: list[float]) -> float:
        seconds = client.round(number) / number
        tail.append(client.p99())
        return seconds

    taken = interleave([lambda: turn(rival, their_count, tails[1]), lambda: turn(mine, count, tails[0])], rounds)
    per_second = 1 / median(taken[1])
    remark = (
        f"{per_second:.0f} requests/s here; p99 {1e3 * median(tails[0]):.2f} ms, rival {1e3 * median(tails[1]):.2f} ms"
    )
    return [Ratio(name, goal, ratios(taken[0], taken[1]), remark)]
