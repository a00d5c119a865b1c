"""The outbox is delivered: at least once, in order per enrollment, with growing pauses; what is given up is listed.

A claim is a lease. Who dies between sending and marking leaves the message to be sent again when the lease is over; the
receiver knows by its revision that it has it already.
"""

import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from app.collector.pushing import Delivery
from app.journal.telling import tell
from app.storage import outbox_register as register
from app.storage.ids import region_of
from app.workflows.office import Office, Refused, StorageUnavailable, moment

Push = Callable[[str, bytes], Delivery]
MOST_AT_ONCE = 64
MOST_ATTEMPTS = 30  # about a day, with the pauses below
LEASE = 120_000_000  # microseconds; longer than a push may take
_FIRST_PAUSE, _LONGEST_PAUSE = 2.0, 3600.0  # seconds
_IDLE = 1.0  # seconds between looks into an empty outbox
_SENDERS = 8


def relay_outbox(office: Office, push: Push) -> int:
    """Deliver what is due now; how many messages were tried. One at most of each enrollment."""
    now = office.now()
    with office.database.transaction() as connection:
        claimed = register.claim(connection, now, now + LEASE, MOST_AT_ONCE)
    if not claimed:
        return 0
    deliveries = push_all(push, [(m["id"], bytes(m["body"])) for m in claimed])
    with office.database.transaction() as connection:
        for message, delivery in zip(claimed, deliveries, strict=True):
            register.mark(connection, message["id"], **outcome(message["attempts"], delivery, office.now()))
    for message, delivery in zip(claimed, deliveries, strict=True):
        tell_delivery(message["id"], message["attempts"], delivery)
    return len(claimed)


def push_all(push: Push, messages: Sequence[tuple[str, bytes]]) -> list[Delivery]:
    """Several at a time, each with its id; what came of them, in their order."""
    with ThreadPoolExecutor(min(_SENDERS, len(messages))) as senders:
        return list(senders.map(lambda message: push(*message), messages))


def tell_delivery(id: str, attempts: int, delivery: Delivery) -> None:
    if delivery.taken:
        tell("message_sent", message_id=id)
    elif delivery.refused or attempts >= MOST_ATTEMPTS:
        tell("message_dead", level="error", message_id=id, result=delivery.said)
    else:
        tell("message_failed", level="warning", message_id=id, result=delivery.said)


def outcome(attempts: int, delivery: Delivery, now: int) -> dict[str, Any]:
    """What becomes of a message that was tried for the `attempts`th time."""
    if delivery.taken:
        return {"state": "sent", "sent_at": now, "last_error": None}
    if delivery.refused or attempts >= MOST_ATTEMPTS:
        return {"state": "dead", "last_error": delivery.said}
    return {"due_at": again_at(attempts, delivery, now), "last_error": delivery.said}


def again_at(failures: int, delivery: Delivery, now: int) -> int:
    """When to try again after so many failures: each pause is twice the one before."""
    pause = min(_FIRST_PAUSE * 2 ** min(failures - 1, 20), _LONGEST_PAUSE) * random.uniform(0.8, 1.2)  # not all at once
    return now + int(max(pause, delivery.wait) * 1_000_000)


def keep_relaying(office: Office, push: Push, stop: threading.Event) -> None:
    """Until `stop` is set."""
    keep_at(lambda: relay_outbox(office, push), stop)


def keep_at(relay: Callable[[], int], stop: threading.Event) -> None:
    """Again and again until `stop` is set, with a rest where nothing was due. A database that is away for a while is
    waited for."""
    while not stop.is_set():
        try:
            tried = relay()
        except StorageUnavailable as why:
            tell("storage_unavailable", level="error", error=str(why))
            tried = 0
        if not tried:
            stop.wait(_IDLE)


def dead_letters(office: Office, region: str | None, after: str | None, limit: int) -> dict[str, Any]:
    with office.database.reading() as connection:
        rows = register.dead_page(connection, region, after, limit + 1)
    items = [dead_letter(row) for row in rows[:limit]]
    return {"dead_letters": items, "next_cursor": items[-1]["id"] if len(rows) > limit else None}


def dead_letter(row: Any) -> dict[str, Any]:
    """How a message that was given up is shown."""
    shown = {name: row[name] for name in ("id", "region", "enrollment_id", "kind", "revision", "attempts", "state")}
    return shown | {"last_error": row["last_error"], "created_at": moment(row["created_at"])}


def requeue_dead_letter(office: Office, id: str, actor: str) -> dict[str, Any]:
    """It is tried again, and then what waited behind it. Raises Refused where there is none."""
    with office.deed() as books:
        row = register.message(books.connection, id)
        if row is None:
            raise Refused("dead_letter_not_found")
        if not register.requeue(books.connection, id, books.now):
            raise Refused("not_a_dead_letter")
        books.audit(region_of(id), actor, "requeued", row["enrollment_id"], message_id=id)
    return dead_letter({**row, "state": "waiting", "attempts": 0})
