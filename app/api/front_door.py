"""The outermost ASGI app: bounds every body but those of files (uploads.py does), and answers plain quotes without a
detour through the framework.

It takes only what it can answer in full: a JSON body that reads as a quote request and leads to an answer. Everything
else (a body that can't be read, an unknown region, another path) goes on to FastAPI with the body replayed, and gets
its error there; so there is one place for errors and one for documentation, and no rule is written twice.
"""

import asyncio
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api import uploads
from app.api.payments import Callbacks
from app.api.problems import Refusal
from app.api.quotes import Quotes
from app.api.watching import ID_HEADER, QUOTES, Watching, request_id
from app.contract.quote import QuoteRequest

MOST_BYTES = 1024 * 1024
_JSON_HEADER = (b"content-type", b"application/json")
_SECONDS_TO_SEND = 30
_SIGNED = "/v1/tax/callbacks"  # the signature says what the body is; money is not refused for a header
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})


class FrontDoor:
    def __init__(self, app: ASGIApp, quotes: Quotes, callbacks: Callbacks, watch: Watching) -> None:
        self.app, self.quotes, self.callbacks, self.watch = app, quotes, callbacks, watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        started = perf_counter()
        if scope["method"] in _BODILESS or scope["path"] in uploads.PATHS:
            return await self.watch.over(self.app, started, scope, receive, send)
        try:
            given = _check_headers(scope)
            body = await read_body(receive)
        except TimeoutError:
            late = _refusing(Refusal("request_timeout"), {"connection": "close"})
            return await self.watch.over(late, started, scope, receive, send)
        except Refusal as refusal:
            return await self.watch.over(_refusing(refusal), started, scope, receive, send)
        if scope["path"] == QUOTES and scope["method"] == "POST":
            try:
                answer = self.quotes.one(QuoteRequest.model_validate_json(body))
            except Exception:
                pass  # said by the route, with all the rest of what can be wrong
            else:
                id = request_id(given)
                headers = [_JSON_HEADER, (b"content-length", b"%d" % len(answer)), (ID_HEADER, id), *self.watch.closing]
                await send({"type": "http.response.start", "status": 200, "headers": headers})
                await send({"type": "http.response.body", "body": answer})
                return self.watch.quoted(id, started)
        if scope["path"] == _SIGNED and scope["method"] == "POST":
            return await self.watch.over(self._callback(body), started, scope, receive, send, _SIGNED)
        return await self.watch.over(self.app, started, scope, _replay(body, receive), send)

    def _callback(self, body: bytes) -> ASGIApp:
        """Takes in a payment event, or refuses it, without a detour."""

        async def booked(scope: Scope, receive: Receive, send: Send) -> None:
            given = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            try:
                answer = await self.callbacks.answer(given, body)
            except Refusal as refusal:
                await refusal.response()(scope, receive, send)
            else:
                headers = [_JSON_HEADER, (b"content-length", b"%d" % len(answer))]
                await send({"type": "http.response.start", "status": 200, "headers": headers})
                await send({"type": "http.response.body", "body": answer})

        return booked


def _refusing(refusal: Refusal, headers: dict[str, str] | None = None) -> ASGIApp:
    async def refused(scope: Scope, receive: Receive, send: Send) -> None:
        await refusal.response(headers)(scope, receive, send)

    return refused


def _check_headers(scope: Scope) -> bytes:
    """The request's id where it brings one. Raises Refusal for a body that says it is too long, or not JSON."""
    given = b""
    for name, value in scope["headers"]:
        if name == b"content-length":
            if len(value) > 6 and value.isdigit() and int(value) > MOST_BYTES:
                raise Refusal("body_too_large")
        elif name == b"content-type":
            if value != b"application/json" and scope["path"] != _SIGNED and not _is_json(value):
                raise Refusal("unsupported_media_type")
        elif name == ID_HEADER:
            given = value
    return given


def _is_json(value: bytes) -> bool:
    kind = value.partition(b";")[0].strip().lower()
    return kind == b"application/json" or (kind.startswith(b"application/") and kind.endswith(b"+json"))


async def read_body(receive: Receive, seconds: float = _SECONDS_TO_SEND) -> bytes:
    """The whole body. Raises Refusal where it is too long, TimeoutError where the rest of it does not come."""
    message = await receive()
    if not message.get("more_body"):
        return _bounded(message.get("body", b""))
    parts = [_bounded(message.get("body", b""))]
    # A timer costs a tenth of a quote, so only a body that comes in pieces gets one.
    async with asyncio.timeout(seconds):
        while message.get("more_body"):
            message = await receive()
            parts.append(message.get("body", b""))
            _bounded(parts[-1], before=sum(map(len, parts[:-1])))
    return b"".join(parts)


def _bounded(part: bytes, before: int = 0) -> bytes:
    if before + len(part) > MOST_BYTES:
        raise Refusal("body_too_large")
    return part


def _replay(body: bytes, receive: Receive) -> Receive:
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return pending.pop() if pending else await receive()

    return replayed
