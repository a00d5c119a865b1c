"""Pushing a message to the tax bureau's collection system, or to a subscriber: signed as callbacks are, over HTTP."""

import time
from contextlib import suppress
from dataclasses import dataclass

import httpcore
import httpx

from app.collector.signature import sign
from app.collector.wire import Check, Wire

_SECONDS = 10.0  # for all of an exchange
_LONGEST_ANSWER = 16_384  # bytes of which nothing is kept
# Of the network and of the counterpart; what the wire meets is named as below httpx.
_FAILURES = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
)
_REFUSALS = frozenset({400, 409, 410, 422})  # of the message itself: the same again would be refused again


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of it. `refused`: not to be tried again. `said`: the status or the kind of failure, never its text.

    `wait`: seconds the counterpart asked for, 0 where it asked for none.
    """

    taken: bool
    refused: bool
    said: str
    wait: int = 0


class Collector:
    """The counterpart at `url`; messages are signed with `key`. `check` looks at the addresses that its name has."""

    def __init__(self, url: str, key: bytes, client: httpx.Client | None = None, check: Check | None = None) -> None:
        self._url, self._key = url, key
        # No proxy of the environment and no redirect: receivables go where the operator said.
        self._client = client or httpx.Client(
            transport=Wire(_SECONDS, check), timeout=_SECONDS, trust_env=False, follow_redirects=False
        )

    def push(self, id: str, body: bytes) -> Delivery:
        """Never raises for what the counterpart or the network does."""
        stamp = int(time.time())
        headers = {"webhook-id": id, "webhook-timestamp": str(stamp), "content-type": "application/json"}
        headers["webhook-signature"] = sign(self._key, id, stamp, body)
        try:
            with self._client.stream("POST", self._url, content=body, headers=headers) as response:
                _finish(response)
        except _FAILURES as error:
            return Delivery(False, False, type(error).__name__)
        after = response.headers.get("retry-after", "")
        wait = min(int(after), 86_400) if after.isascii() and after.isdigit() and len(after) < 7 else 0
        return Delivery(response.is_success, response.status_code in _REFUSALS, str(response.status_code), wait)

    def close(self) -> None:
        self._client.close()


def _finish(response: httpx.Response) -> None:
    """Reads a short answer to its end, so that the connection can be used again. Nobody can make us read on and on."""
    if response.is_stream_consumed:  # a transport that brought it whole
        return
    read = 0
    with suppress(*_FAILURES):  # the status is what counts, and has come
        for part in response.iter_raw():
            read += len(part)
            if read > _LONGEST_ANSWER:
                return
