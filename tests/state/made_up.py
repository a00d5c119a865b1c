"""Made-up people and signed events. The numbers are valid by their check digit and belong to nobody: code 999999."""

import itertools
import json
import time
import uuid
from typing import Any

import httpx

from app.collector.signature import secret_bytes, sign
from app.enrollment.id_numbers import check_digit
from app.settings import DEV_WEBHOOK_SECRET

KEY = secret_bytes(DEV_WEBHOOK_SECRET)
_serial = itertools.count(1)


def id_number(born: str = "19850615") -> str:
    """A new number each time; the division code 999999 is nobody's."""
    serial = next(_serial)
    start = f"{999000 + serial // 1000:06d}{born}{serial % 1000:03d}"
    return start + check_digit(start)


def registration(**changes: Any) -> dict[str, Any]:
    """An ordinary resident of 衡东."""
    applicant = {"name": "测试", "id_type": "resident_id", "id_number": id_number(), "phone": "10000000000"}
    body = {"region": "430424", "coverage_year": 2024, "village": "430424106201", "channel": "test", "person": {}}
    return body | {"applicant": applicant} | changes


def enroll(office: httpx.Client, key: str | None = None, **changes: Any) -> httpx.Response:
    headers = {"idempotency-key": key or str(uuid.uuid4())}
    return office.post("/v1/enrollments", json=registration(**changes), headers=headers)


def enrolled(office: httpx.Client, **changes: Any) -> dict[str, Any]:
    response = enroll(office, **changes)
    assert response.status_code == 201, response.text
    found: dict[str, Any] = response.json()
    return found


def payment(order_no: str, amount: int = 38000, **changes: Any) -> dict[str, Any]:
    event = {"event_id": str(uuid.uuid4()), "type": "payment.succeeded", "order_no": order_no, "amount_fen": amount}
    return event | {"paid_at": "2023-11-02T10:15:00+08:00", "voucher_no": "1", "channel": "test"} | changes


def reversal(of: dict[str, Any], **changes: Any) -> dict[str, Any]:
    undo = {"event_id": str(uuid.uuid4()), "type": "payment.reversed", "reverses_event_id": of["event_id"]}
    return of | undo | {"paid_at": "2023-11-05T09:00:00+08:00"} | changes


def send(
    office: httpx.Client, event: dict[str, Any] | bytes, *, at: int | None = None, signature: str | None = None
) -> httpx.Response:
    """The event as the tax bureau's system sends it."""
    raw = event if isinstance(event, bytes) else json.dumps(event).encode()
    stamp, message = at or int(time.time()), f"msg_{uuid.uuid4()}"
    headers = {"webhook-id": message, "webhook-timestamp": str(stamp), "content-type": "application/json"}
    headers["webhook-signature"] = signature if signature is not None else sign(KEY, message, stamp, raw)
    return office.post("/v1/tax/callbacks", content=raw, headers=headers)


def state(office: httpx.Client, enrollment: dict[str, Any]) -> str:
    return str(office.get(f"/v1/enrollments/{enrollment['id']}").json()["state"])


def suspended(office: httpx.Client, order_no: str, **params: str) -> list[dict[str, Any]]:
    items = office.get("/v1/suspense", params={"limit": "500"} | params).json()["suspense"]
    return [item for item in items if item["order_no"] == order_no]
