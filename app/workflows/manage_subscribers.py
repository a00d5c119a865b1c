"""Subscribers are added and removed by whoever runs the service; each of it is on record."""

import base64
import os
from typing import Any

from app.collector.addresses import BadAddress, check_address
from app.storage import subscriber_register as register
from app.workflows.office import OPERATOR, Office, Refused
from app.workflows.read_changes import View, numbers_now

__all__ = ["BadAddress", "add_subscriber", "list_subscribers", "remove_subscriber", "requeue_deliveries"]
_NO_REGION = "-"  # the chain of records that belong to no region


def add_subscriber(office: Office, client_id: str, url: str, *, from_start: bool = False) -> tuple[str, str]:
    """The subscriber's id, and its secret, which is shown this once. It hears of what its client may see.

    Raises Refused where there is no such client, BadAddress for an address that is not sent to.
    """
    check_address(url, development=office.development_key is not None)
    secret = "whsec_" + base64.b64encode(os.urandom(32)).decode()
    with office.deed() as books:
        regions = register.client_regions(books.connection, client_id)
        if regions is None:
            raise Refused("client_not_found")
        id = register.new_subscriber_id()
        row = {"id": id, "client_id": client_id, "url": url, "secret": office.vault.seal(secret, id)}
        numbers = {} if from_start else numbers_now(books.connection, View(regions))
        register.add(books.connection, row | {"created_at": books.now}, numbers)
        books.audit(_NO_REGION, OPERATOR, "subscriber_added", subscriber=id, client=client_id, from_start=from_start)
    return id, secret


def remove_subscriber(office: Office, id: str) -> None:
    """Raises Refused where there is none."""
    with office.deed() as books:
        if not register.remove(books.connection, id, books.now):
            raise Refused("subscriber_not_found")
        books.audit(_NO_REGION, OPERATOR, "subscriber_removed", subscriber=id)


def requeue_deliveries(office: Office, id: str) -> int:
    """What was given up is tried again, at once; how many messages. Raises Refused where there is no such one."""
    with office.deed() as books:
        if id not in {one["id"] for one in register.everyone(books.connection)}:
            raise Refused("subscriber_not_found")
        again = register.requeue(books.connection, id, books.now)
        register.change(books.connection, id, failures=0, paused_until=0)
        books.audit(_NO_REGION, OPERATOR, "deliveries_requeued", subscriber=id, messages=again)
    return again


def list_subscribers(office: Office) -> list[dict[str, Any]]:
    """Everything about them but their secrets, and how many messages wait or were given up."""
    with office.database.reading() as connection:
        return register.everyone(connection)
