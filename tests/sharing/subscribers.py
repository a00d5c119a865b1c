"""A subscriber's side, and an office whose clock is ahead, for tests of what is told to whom and when."""

import json
from collections.abc import Callable
from threading import Lock
from typing import Any

from app.collector.pushing import Delivery
from app.storage.subscriber_register import Subscriber
from app.workflows.manage_clients import add_client
from app.workflows.manage_subscribers import add_subscriber
from app.workflows.office import Office
from app.workflows.relay_changes import relay_changes
from app.workflows.relay_outbox import Push

TAKEN, FAILED, REFUSED = Delivery(True, False, "200"), Delivery(False, False, "503"), Delivery(False, True, "410")
URL = "https://county.example/hooks"


class County:
    """A subscriber's side: it answers as `answer` says, and remembers what it has taken."""

    def __init__(self, answer: Callable[[dict[str, Any]], Delivery] = lambda _: TAKEN) -> None:
        self.answer, self.tried, self.got = answer, list[str](), list[dict[str, Any]]()
        self._lock = Lock()

    def connect(self, _: Subscriber) -> Push:
        return self.push

    def push(self, id: str, body: bytes) -> Delivery:
        said = json.loads(body)
        with self._lock:
            self.tried.append(id)
            delivery = self.answer(said)
            if delivery.taken:
                self.got.append(said)
        return delivery

    def of(self, enrollment: dict[str, Any]) -> list[str]:
        return [m["type"] for m in self.got if m["data"]["enrollment_id"] == enrollment["id"]]


class Later(Office):
    """The same office a day later."""

    def now(self) -> int:
        return super().now() + 86_400_000_000


def later(office: Office) -> Office:
    return Later(**{name: getattr(office, name) for name in office.__dataclass_fields__})


def subscribed(office: Office, regions: str = "", **more: Any) -> str:
    client, _ = add_client(office, "county", ["read"], [regions])
    return add_subscriber(office, client, URL, **more)[0]


def rounds(office: Office, county: County) -> int:
    tried = 0
    while step := relay_changes(office, county.connect):
        tried += step
    return tried
