"""One keep-alive connection to the service, asked and read in two steps; every way in which it can break has a name."""

import http.client
import json
import time
from dataclasses import dataclass
from typing import Literal

Broken = Literal["refused", "silent", "cut", "late"]
_SECONDS_TO_ANSWER = 60
_SECONDS_IDLE = 2.0  # the service closes a connection that is idle for longer; not to meet it doing so


@dataclass(frozen=True)
class Answer:
    """`status` is None where there is none; then `broken` says how: the connection was `refused`, closed without a
    byte (`silent`) or within the answer (`cut`), or nothing came in a minute (`late`)."""

    status: int | None
    body: bytes = b""
    kind: str = ""
    broken: Broken | None = None

    @property
    def code(self) -> str:
        """What a problem calls itself; empty for anything but a problem."""
        if self.kind != "application/problem+json":
            return ""
        return str(json.loads(self.body)["code"])

    @property
    def outcome(self) -> str:
        """For counting: `200`, `503 storage_unavailable`, `silent`."""
        return self.broken or f"{self.status} {self.code}".strip()


class Line:
    """A connection that is opened when it is needed and again after it broke."""

    def __init__(self, port: int) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS_TO_ANSWER)
        self._broken: Broken | None = None
        self._used = 0.0

    def send(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        """The whole request; `receive` tells what became of it."""
        self._broken = None
        if time.monotonic() - self._used > _SECONDS_IDLE:
            self._http.close()
        try:
            self._http.request(method, path, body, headers or {})
        except ConnectionRefusedError:
            self._broken = "refused"
        except OSError:
            self._broken = "silent"

    def receive(self) -> Answer:
        answer = self._lost(self._broken) if self._broken else self._read()
        self._used = time.monotonic()
        return answer

    def _read(self) -> Answer:
        try:
            response = self._http.getresponse()
        except TimeoutError:
            return self._lost("late")
        except OSError:  # also what http.client calls RemoteDisconnected
            return self._lost("silent")
        except http.client.HTTPException:
            return self._lost("cut")
        try:
            return Answer(response.status, response.read(), response.headers.get("content-type", ""))
        except (OSError, http.client.HTTPException):
            return self._lost("cut")

    def ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
        self.send(method, path, body, headers)
        return self.receive()

    def _lost(self, how: Broken) -> Answer:
        self._http.close()
        return Answer(None, broken=how)

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()
