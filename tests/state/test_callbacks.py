"""Callbacks as messages: signatures, bodies that can't be read, headers."""

import json
import time
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from app.collector.signature import sign
from app.settings import DEV_WEBHOOK_SECRET
from tests.state.made_up import KEY, enrolled, payment, send, state

FORGED: list[tuple[str, dict[str, Any]]] = [
    ("no signature", {"signature": ""}),
    ("another signature", {"signature": "v1,AAAA"}),
    ("another version", {"signature": "v2,AAAA"}),
    ("too old", {"seconds_off": -301}),
    ("from the future", {"seconds_off": 303}),
]


@pytest.mark.parametrize("how", [f[1] for f in FORGED], ids=[f[0] for f in FORGED])
def test_what_is_not_signed_now_is_not_stored(office: httpx.Client, how: dict[str, Any]) -> None:
    made = enrolled(office)
    event = payment(made["order_no"])
    off = how.get("seconds_off")
    at = int(time.time()) + off if off else None
    response = send(office, event, at=at, signature=how.get("signature"))
    assert (response.status_code, response.json()["code"]) == (401, "bad_signature")
    assert state(office, made) == "awaiting_payment"
    assert send(office, event).status_code == 200


def test_an_altered_body_does_not_verify(office: httpx.Client) -> None:
    event = payment("x")
    stamp = int(time.time())
    right = sign(KEY, "msg_1", stamp, json.dumps(event).encode())
    assert send(office, event | {"amount_fen": 1}, at=stamp, signature=right).status_code == 401


def test_the_signature_is_that_of_the_standard(office: httpx.Client) -> None:
    """Against the reference implementation of Standard Webhooks."""
    from datetime import UTC, datetime

    made = enrolled(office)
    raw, now = json.dumps(payment(made["order_no"])).encode(), datetime.now(UTC)
    signed = Webhook(DEV_WEBHOOK_SECRET).sign("msg_oracle", now, raw.decode())
    headers = {"webhook-id": "msg_oracle", "webhook-timestamp": str(int(now.timestamp()))}
    headers |= {"webhook-signature": f"v1,AAAA {signed}", "content-type": "application/json"}
    assert office.post("/v1/tax/callbacks", content=raw, headers=headers).status_code == 200
    assert state(office, made) == "covered"


UNREADABLE: list[bytes] = [
    b"{", b"[]", b"{}", json.dumps(payment("x") | {"amount_fen": "1"}).encode(),
    json.dumps(payment("x") | {"amount_fen": 0}).encode(), json.dumps(payment("x") | {"type": "payment"}).encode(),
    json.dumps(payment("x") | {"paid_at": "2023-11-02T10:15:00"}).encode(),
    json.dumps(payment("x") | {"type": "payment.reversed"}).encode(), json.dumps(payment("x\x00")).encode(),
]  # fmt: skip


@pytest.mark.parametrize("raw", UNREADABLE, ids=range(len(UNREADABLE)))
def test_an_unreadable_body_with_a_good_signature_is_422(office: httpx.Client, raw: bytes) -> None:
    response = send(office, raw)
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("paid_at", ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"])
def test_a_time_that_cannot_be_is_unreadable_and_not_a_500(office: httpx.Client, paid_at: str) -> None:
    response = send(office, payment("x", paid_at=paid_at))
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")


def test_money_is_not_refused_for_a_content_type(office: httpx.Client) -> None:
    made = enrolled(office)
    raw, now = json.dumps(payment(made["order_no"])).encode(), int(time.time())
    headers = {"webhook-id": "m", "webhook-timestamp": str(now), "webhook-signature": sign(KEY, "m", now, raw)}
    response = office.post("/v1/tax/callbacks", content=raw, headers=headers | {"content-type": "text/plain"})
    assert response.status_code == 200
    assert state(office, made) == "covered"
