"""The outermost ASGI app: bounds every body, and answers plain quotes without a detour through the framework.

It takes only what it can answer in full: a JSON body that reads as a quote request and leads to an answer. Everything
else (a body that can't be read, an unknown region, another path) goes on to FastAPI with the body replayed, and gets
its error there; so there is one place for errors and one for documentation, and no rule is written twice.
"""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.payments import Callbacks
from app.api.problems import Refusal
from app.api.quotes import Quotes
from app.contract.quote import QuoteRequest

MOST_BYTES = 1024 * 1024
_JSON_HEADER = (b"content-type", b"application/json")
_SECONDS_TO_SEND = 30
_SIGNED = "/v1/tax/callbacks"  # the signature says what the body is; money is not refused for a header
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})


class FrontDoor:
    def __init__(self, app: ASGIApp, quotes: Quotes, callbacks: Callbacks) -> None:
        self.app, self.quotes, self.callbacks = app, quotes, callbacks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in _BODILESS:
            return await self.app(scope, receive, send)
        try:
            _check_headers(scope)
            body = await read_body(receive)
        except TimeoutError:
            return await Refusal("request_timeout").response({"connection": "close"})(scope, receive, send)
        except Refusal as refusal:
            return await refusal.response()(scope, receive, send)
        if scope["method"] == "POST" and (answer := await self._answer(scope, body)) is not None:
            headers = [_JSON_HEADER, (b"content-length", b"%d" % len(answer))]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            return await send({"type": "http.response.body", "body": answer})
        return await self.app(scope, _replay(body, receive), send)

    async def _answer(self, scope: Scope, body: bytes) -> bytes | None:
        """The answer to what is asked often; None for what the routes answer, or refuse, with all that can be wrong."""
        try:
            if scope["path"] == "/v1/quotes":
                return self.quotes.one(QuoteRequest.model_validate_json(body))
            if scope["path"] == _SIGNED:
                headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
                return await self.callbacks.answer(headers, body)
        except (ValueError, Refusal):
            pass
        return None


def _check_headers(scope: Scope) -> None:
    """Raises Refusal for a body that says itself that it is too long, or not JSON."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > MOST_BYTES:
            raise Refusal("body_too_large")
        if name == b"content-type" and value != b"application/json" and scope["path"] != _SIGNED:
            kind = value.partition(b";")[0].strip().lower()
            if kind != b"application/json" and not (kind.startswith(b"application/") and kind.endswith(b"+json")):
                raise Refusal("unsupported_media_type")


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
