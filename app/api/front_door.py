"""The outermost ASGI app: bounds every body, and answers plain quotes without a detour through the framework.

It takes only what it can answer in full: a JSON body that reads as a quote request and leads to an answer. Everything
else (a body that can't be read, an unknown region, another path) goes on to FastAPI with the body replayed, and gets
its error there; so there is one place for errors and one for documentation, and no rule is written twice.
"""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import Refusal
from app.api.quotes import Quotes
from app.contract.quote import QuoteRequest

MOST_BYTES = 1024 * 1024
_JSON_HEADER = (b"content-type", b"application/json")
_SECONDS_TO_SEND = 30
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})


class FrontDoor:
    def __init__(self, app: ASGIApp, quotes: Quotes) -> None:
        self.app, self.quotes = app, quotes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in _BODILESS:
            return await self.app(scope, receive, send)
        try:
            _check_headers(scope)
            async with asyncio.timeout(_SECONDS_TO_SEND):
                body = await _read(receive)
        except TimeoutError:
            return await Refusal("request_timeout").response({"connection": "close"})(scope, receive, send)
        except Refusal as refusal:
            return await refusal.response()(scope, receive, send)
        if scope["path"] == "/v1/quotes" and scope["method"] == "POST":
            try:
                answer = self.quotes.one(QuoteRequest.model_validate_json(body))
            except (ValueError, Refusal):
                pass  # said by the route, with all the rest of what can be wrong
            else:
                headers = [_JSON_HEADER, (b"content-length", b"%d" % len(answer))]
                await send({"type": "http.response.start", "status": 200, "headers": headers})
                return await send({"type": "http.response.body", "body": answer})
        return await self.app(scope, _replay(body, receive), send)


def _check_headers(scope: Scope) -> None:
    """Raises Refusal for a body that says itself that it is too long, or not JSON."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > MOST_BYTES:
            raise Refusal("body_too_large")
        if name == b"content-type" and value != b"application/json":
            kind = value.partition(b";")[0].strip().lower()
            if kind != b"application/json" and not (kind.startswith(b"application/") and kind.endswith(b"+json")):
                raise Refusal("unsupported_media_type")


async def _read(receive: Receive) -> bytes:
    """The whole body; raises Refusal where it is longer than allowed."""
    parts, size, more = list[bytes](), 0, True
    while more:
        message = await receive()
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > MOST_BYTES:
            raise Refusal("body_too_large")
        parts.append(part)
        more = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return pending.pop() if pending else await receive()

    return replayed
