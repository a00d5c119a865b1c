"""Around every request: an id that all its lines and its answer carry, a count, and a line when it is answered.

A line names the route's template, never the path or the query that were asked for: an ID number could stand there. A
plain quote is answered in the front door, and only counted; at level debug it has its line too.
"""

import itertools
import os
import re
from time import perf_counter
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import Refusal
from app.api.tally import Tally
from app.journal import writing
from app.journal.telling import begin, tell, tell_failure
from app.journal.words import Level

QUOTES = "/v1/quotes"
ID_HEADER = b"x-request-id"
# A random beginning for each process and then numbers: as good as random ones, and cheaper.
_PROCESS, _NUMBERS = os.urandom(5).hex().encode(), itertools.count(0x10000)
_WELL_FORMED = re.compile(rb"[A-Za-z0-9._-]{1,64}")
# A resident's ID number or a mobile phone's: whoever numbers requests so gets another number.
_PERSONAL = re.compile(rb"\d{17}[\dXx]|1\d{10}")
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_PROBES = frozenset(("/healthz", "/readyz", "/metrics"))  # asked by machines every few seconds


def request_id(given: bytes) -> bytes:
    """The sender's own where it is fit to be logged, else a new one."""
    if given and _WELL_FORMED.fullmatch(given) and not _PERSONAL.fullmatch(given):
        return given
    return b"%s%x" % (_PROCESS, next(_NUMBERS))


class Watching:
    """`closing` is a header of every answer, once the service is about to end: come back by another connection."""

    def __init__(self) -> None:
        self.tally, self.closing = Tally(), list[tuple[bytes, bytes]]()
        self._quoted = self.tally.entry(QUOTES, "POST", 200)

    def stop(self) -> None:
        self.closing.append((b"connection", b"close"))

    @property
    def stopping(self) -> bool:
        return bool(self.closing)

    def quoted(self, id: bytes, started: float) -> None:
        """A plain quote was answered."""
        seconds = perf_counter() - started
        self._quoted.add(seconds)
        if writing.current.debugging:
            begin(request_id=id.decode())
            _line("debug", QUOTES, "POST", 200, seconds)

    async def over(
        self, app: ASGIApp, started: float, scope: Scope, receive: Receive, send: Send, route: str = ""
    ) -> None:
        """`app` answers, watched; `route` where it is known before.

        What it lets through is answered with 500, and logged without its message.
        """
        id, status = request_id(_given(scope)), 0
        begin(request_id=id.decode())

        async def marking(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (ID_HEADER, id), *self.closing]
            await send(message)

        try:
            await app(scope, receive, marking)
        except Exception as error:
            tell_failure("unhandled_error", error)
            if not status:
                await Refusal("internal_error").response()(scope, receive, marking)
        finally:  # also where the wait for it was given up
            self._answered(scope, route or _route(scope), status or 500, perf_counter() - started)

    def _answered(self, scope: Scope, route: str, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self.tally.entry(route, method, status).add(seconds)
        _line(_level(route, status), route, method, status, seconds)


def _given(scope: Scope) -> bytes:
    return next((value for name, value in scope["headers"] if name == ID_HEADER), b"")


def _route(scope: Scope) -> str:
    """The template of the route that matched; of a mount its path, which the framework calls the root path."""
    known = getattr(scope.get("route"), "path", "") or scope.get("root_path")
    plain = "endpoint" in scope and not scope.get("path_params")  # a route without a template, as /openapi.json
    return known or (scope["path"] if plain else "unmatched")


def _level(route: str, status: int) -> Level:
    if route in _PROBES:
        return "debug" if status < 400 else "warning"
    return "error" if status >= 500 else "info"


def _line(level: Level, route: str, method: str, status: int, seconds: float) -> None:
    about: dict[str, Any] = {"method": method, "route": route, "status": status}
    tell("request", level=level, **about, duration_ms=round(1e3 * seconds, 2))
