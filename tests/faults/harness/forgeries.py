"""Callbacks that somebody has made up, kept, cut off or altered on the way."""

import base64
import os
import random
import time
from collections.abc import Callable

from app.collector.signature import sign
from tests.faults.harness.tax_bureau import signed

Forgery = tuple[bytes, dict[str, str]]
_TOLERANCE = 300
_ID, _STAMP, _SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"


def another_secret(raw: bytes) -> Forgery:
    headers = signed(raw)
    return raw, headers | {_SIGNATURE: sign(os.urandom(32), headers[_ID], int(headers[_STAMP]), raw)}


def no_signature(raw: bytes) -> Forgery:
    left_out = random.choice((_ID, _STAMP, _SIGNATURE))
    return raw, {name: value for name, value in signed(raw).items() if name != left_out}


def invented_signature(raw: bytes) -> Forgery:
    made_up = base64.b64encode(os.urandom(random.choice((0, 16, 32, 64)))).decode()
    return raw, signed(raw) | {_SIGNATURE: random.choice(("", "v1,", "v1a,", "v2,", "v1,AAAA v1,")) + made_up}


def too_old(raw: bytes) -> Forgery:
    """What was good once: signed with the right secret, kept, and sent again."""
    return raw, signed(raw, int(time.time()) - _TOLERANCE - random.choice((1, 5, 60, 3600, 10**6, 10**8)))


def from_the_future(raw: bytes) -> Forgery:
    # The clock goes on while it travels.
    return raw, signed(raw, int(time.time()) + _TOLERANCE + random.choice((60, 3600, 10**6, 10**10)))


def fresh_stamp_on_an_old_one(raw: bytes) -> Forgery:
    return too_old(raw)[0], too_old(raw)[1] | {_STAMP: str(int(time.time()))}


def another_id(raw: bytes) -> Forgery:
    return raw, signed(raw) | {_ID: "msg_another"}


def truncated(raw: bytes) -> Forgery:
    return raw[: random.randrange(len(raw))], signed(raw)


def prolonged(raw: bytes) -> Forgery:
    return raw + random.choice((b" ", b"\n", b"{}", b"\x00")), signed(raw)


def altered(raw: bytes) -> Forgery:
    place = random.randrange(len(raw))
    return raw[:place] + bytes([raw[place] ^ random.randrange(1, 256)]) + raw[place + 1 :], signed(raw)


def another_amount(raw: bytes) -> Forgery:
    return raw.replace(b'"amount_fen": 38000', b'"amount_fen": 1'), signed(raw)


def signature_cut_off(raw: bytes) -> Forgery:
    headers = signed(raw)
    return raw, headers | {_SIGNATURE: headers[_SIGNATURE][: random.randrange(len(headers[_SIGNATURE]))]}


FORGERIES: tuple[Callable[[bytes], Forgery], ...] = (
    another_secret, no_signature, invented_signature, too_old, from_the_future, fresh_stamp_on_an_old_one, another_id,
    truncated, prolonged, altered, another_amount, signature_cut_off,
)  # fmt: skip
