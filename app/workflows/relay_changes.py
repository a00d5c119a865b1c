"""Subscribers are told of changes: at least once, in order per enrollment, with growing pauses; dead letters wait.

The feed goes out to each subscriber from where it stands: messages are set down and its place moves on in one
transaction, so none is forgotten and none set down twice. A subscriber that takes nothing is left in peace for longer
each time, with one message to try it; no more than a thousand are set down ahead for it.
"""

import json
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Any

from app.collector.addresses import check_number
from app.collector.pushing import Collector, Delivery
from app.collector.signature import secret_bytes
from app.enrollment.feed import Place
from app.journal.telling import tell_failure
from app.storage import change_register
from app.storage import subscriber_register as register
from app.storage.database import Connection
from app.storage.subscriber_register import Subscriber
from app.workflows.office import Office, StorageUnavailable
from app.workflows.read_changes import View, change, change_id, collect, numbers_now
from app.workflows.relay_outbox import LEASE, MOST_AT_ONCE, Push, again_at, outcome, push_all, tell_delivery

MOST_AHEAD = 1000  # messages set down for a subscriber that it has not taken
_PARALLEL = 8  # subscribers that are served at a time
_PATIENCE = 1.0  # seconds that a round waits for the first of them
Connect = Callable[[Subscriber], Push]


def relay_changes(office: Office, connect: Connect) -> int:
    """One round: every subscriber that is not left in peace gets what is due; how many messages were tried."""
    now = office.now()
    with office.database.reading() as connection:
        waiting = [s for s in register.live(connection) if s.paused_until <= now]
    if not waiting:
        return 0
    with ThreadPoolExecutor(min(_PARALLEL, len(waiting))) as threads:
        return sum(threads.map(lambda subscriber: _serve(office, subscriber, connect), waiting))


class Rounds:
    """Round after round, in which nobody waits for a subscriber that is slow: it is left to its thread, and has its
    next turn when it is done."""

    def __init__(self, office: Office, connect: Connect) -> None:
        self._office, self._connect = office, connect
        self._threads = ThreadPoolExecutor(_PARALLEL, "subscribers")
        self._busy: dict[str, Future[int]] = {}

    def __call__(self) -> int:
        """How many messages were tried by those that are done. Raises StorageUnavailable where one of them did."""
        now = self._office.now()
        with self._office.database.reading() as connection:
            live = register.live(connection)
        for subscriber in live:
            if subscriber.paused_until <= now and subscriber.id not in self._busy:
                self._busy[subscriber.id] = self._threads.submit(_serve, self._office, subscriber, self._connect)
        wait(self._busy.values(), _PATIENCE, FIRST_COMPLETED)
        done = [self._busy.pop(id) for id in [id for id, one in self._busy.items() if one.done()]]
        return sum([_tried(one) for one in done])

    def close(self) -> None:
        """Waits for what is under way, and begins nothing more."""
        self._threads.shutdown(cancel_futures=True)


def _tried(served: "Future[int]") -> int:
    """How many messages. What nobody foresaw, with one subscriber, keeps no other from its turn."""
    try:
        return served.result()
    except StorageUnavailable:
        raise
    except Exception as error:
        tell_failure("unhandled_error", error)
        return 0


def connecting(office: Office) -> Connect:
    """Signed messages over HTTP, with connections that are kept for as long as the subscriber is the same."""
    known: dict[str, Push] = {}
    check = partial(check_number, development=office.development_key is not None)

    def connect(subscriber: Subscriber) -> Push:
        if subscriber.id not in known:
            secret = office.vault.open(subscriber.secret, subscriber.id)
            known[subscriber.id] = Collector(subscriber.url, secret_bytes(secret), check=check).push
        return known[subscriber.id]

    return connect


def _serve(office: Office, subscriber: Subscriber, connect: Connect) -> int:
    _set_down(office, subscriber)
    claimed = _claim(office, subscriber)
    if not claimed:
        return 0
    messages = _messages(office, claimed)
    deliveries = push_all(connect(subscriber), messages)
    _mark(office, subscriber, claimed, deliveries)
    for (id, _), row, delivery in zip(messages, claimed, deliveries, strict=True):
        tell_delivery(id, row["attempts"], delivery)
    return len(claimed)


def _set_down(office: Office, subscriber: Subscriber) -> None:
    """The next changes become messages to this subscriber, and it stands behind them."""
    view = View(subscriber.regions)
    with office.database.reading() as connection:
        if not _has_news(connection, subscriber.id, view):
            return
    with office.database.transaction() as connection:
        room = MOST_AHEAD - register.outstanding(connection, subscriber.id)
        if room <= 0 or not register.lock(connection, subscriber.id):
            return
        before = register.positions(connection, subscriber.id)
        heads = numbers_now(connection, view)
        # A database that was restored is behind what was told: it goes on from its end.
        known = {region: min(number, heads.get(region, 0)) for region, number in before.items()}
        rows, place, _ = collect(connection, Place(known), view, room)
        register.put(connection, [_message_row(subscriber.id, row, office.now()) for row in rows])
        register.advance(connection, subscriber.id, before, place.numbers)


def _has_news(connection: Connection, id: str, view: View) -> bool:
    """Asked without a transaction, which would keep an embedded database's writers waiting for nothing."""
    known = register.positions(connection, id)
    return any(known.get(region, 0) != number for region, number in numbers_now(connection, view).items())


def _message_row(id: str, row: Any, now: int) -> dict[str, Any]:
    plain = {name: row[name] for name in ("region", "number", "enrollment_id")}
    times = {"due_at": now, "created_at": now}
    return {"subscriber_id": id, **plain, "state": "waiting", "attempts": 0, "last_error": None, **times}


def _claim(office: Office, subscriber: Subscriber) -> list[Any]:
    """What is due; one message only where the last ones failed."""
    now = office.now()
    with office.database.reading() as connection:
        if not register.is_due(connection, subscriber.id, now):
            return []
    with office.database.transaction() as connection:
        most = 1 if subscriber.failures else MOST_AT_ONCE
        return list(register.claim(connection, subscriber.id, now, now + LEASE, most))


def _messages(office: Office, claimed: list[Any]) -> list[tuple[str, bytes]]:
    """Each message's id, the same for each attempt, and its body."""
    with office.database.reading() as connection:
        rows = change_register.records(connection, [(row["region"], row["number"]) for row in claimed])
    return [(f"chg_{change_id(row['region'], row['number'])}", body(change(row))) for row in rows]


def body(told: dict[str, Any]) -> bytes:
    """After the Standard Webhooks specification: what happened, when, and the thing itself."""
    said = {"type": f"enrollment.{told['type']}", "timestamp": told["at"], "data": told}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _mark(office: Office, subscriber: Subscriber, claimed: list[Any], deliveries: list[Delivery]) -> None:
    now, id = office.now(), subscriber.id
    with office.database.transaction() as connection:
        for row, delivery in zip(claimed, deliveries, strict=True):
            if delivery.taken:
                register.taken(connection, id, row["region"], row["number"])
            else:
                changed = outcome(row["attempts"], delivery, now)
                register.mark(connection, id, row["region"], row["number"], **changed)
        if any(d.taken or d.refused for d in deliveries):  # somebody is there
            if subscriber.failures:
                register.change(connection, id, failures=0, paused_until=0)
        else:
            failures = subscriber.failures + 1
            paused = again_at(failures, deliveries[0], now)
            register.change(connection, id, failures=failures, paused_until=paused)
