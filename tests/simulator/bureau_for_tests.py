"""A simulator in a thread, and what canbao says to it."""

import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from app.collector.signature import secret_bytes, sign
from app.settings import DEV_WEBHOOK_SECRET
from app.simulator.money import SHANGHAI
from app.simulator.script import Script
from app.simulator.web import Options, create_simulator

KEY = secret_bytes(DEV_WEBHOOK_SECRET)
NOWHERE = "http://127.0.0.1:9/v1/tax/callbacks"  # the discard port: nobody answers


def noon() -> datetime:
    return datetime(2023, 11, 2, 12, 0, 0, tzinfo=SHANGHAI)


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Any app on a free port, with its lifespan."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)


@contextmanager
def simulator(
    callbacks: str = NOWHERE,
    *,
    rhythm: float = 0.001,
    seed: int | None = None,
    statements: Path | None = None,
    script: Script | None = None,
) -> Iterator[httpx.Client]:
    """A client of a simulator whose business day is 2 November 2023."""
    options = Options(callbacks, [KEY], noon, rhythm, seed, statements, script, say=lambda _: None)
    with serving(create_simulator(options)) as url, httpx.Client(base_url=url, timeout=30) as client:
        yield client


def receivable(order_no: str = "430424-1", **changes: Any) -> dict[str, Any]:
    opened = {"type": "receivable.opened", "order_no": order_no, "region": "430424", "coverage_year": 2024}
    return opened | {"revision": 1, "payable_fen": 38000, "due_through": "2023-12-31"} | changes


def tell(bureau: httpx.Client, message: dict[str, Any] | bytes, *, key: bytes = KEY, off: int = 0) -> httpx.Response:
    """As the relay does."""
    raw = message if isinstance(message, bytes) else json.dumps(message).encode()
    stamp, id = int(time.time()) + off, f"msg_{uuid.uuid4()}"
    headers = {"webhook-id": id, "webhook-timestamp": str(stamp), "webhook-signature": sign(key, id, stamp, raw)}
    return bureau.post("/receivables", content=raw, headers=headers | {"content-type": "application/json"})


def tell_of(bureau: httpx.Client, enrollment: dict[str, Any], **changes: Any) -> str:
    """The order of an enrollment, as canbao opened it; its number."""
    order_no = str(enrollment["order_no"])
    assert tell(bureau, receivable(order_no, **enrollment["receivable"]) | changes).status_code == 200
    return order_no


def pay(bureau: httpx.Client, order_no: str, **more: Any) -> list[dict[str, Any]]:
    return _events(bureau.post("/payments", json={"order_no": order_no} | more))


def reverse(bureau: httpx.Client, **more: Any) -> list[dict[str, Any]]:
    return _events(bureau.post("/reversals", json=more))


def _events(response: httpx.Response) -> list[dict[str, Any]]:
    assert response.status_code == 201, response.text
    found: list[dict[str, Any]] = response.json()["events"]
    return found


def through(bureau: httpx.Client, *events: dict[str, Any], seconds: float = 30) -> list[dict[str, Any]]:
    """The callbacks when none of them is on its way any more."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found: list[dict[str, Any]] = [bureau.get(f"/callbacks/{e['event_id']}").json() for e in events]
        if all(callback["state"] != "waiting" for callback in found):
            return found
        time.sleep(0.02)
    raise AssertionError(f"still waiting: {found}")
