"""What the tax bureau's collection system is told of an order: written with the deed, sent later. Nothing personal."""

import json
from collections.abc import Mapping
from typing import Any, Literal

from app.storage.database import Connection
from app.storage.ids import new_id
from app.storage.outbox_register import send_later


def tell_collector(
    connection: Connection,
    row: Mapping[str, Any],
    kind: Literal["receivable.opened", "receivable.changed", "receivable.withdrawn"],
    payable: int | None,
) -> int:
    """The message's revision, which the enrollment keeps. `payable` is None where nothing can be paid any more."""
    message = message_about(row, kind, payable)
    send_later(connection, message)
    return int(message["revision"])


def message_about(
    row: Mapping[str, Any],
    kind: Literal["receivable.opened", "receivable.changed", "receivable.withdrawn"],
    payable: int | None,
) -> dict[str, Any]:
    """The message as it is written into the outbox."""
    revision = row["revision"] + 1
    told = {"type": kind, "order_no": row["order_no"], "region": row["region"], "coverage_year": row["coverage_year"]}
    told |= {"revision": revision, "payable_fen": payable}
    told["due_through"] = row["due_through"] if payable is not None else None
    message = {"region": row["region"], "id": new_id(row["region"]), "enrollment_id": row["id"], "kind": kind}
    message |= {"revision": revision, "body": json.dumps(told).encode(), "state": "waiting", "attempts": 0}
    return message | {"due_at": row["updated_at"], "created_at": row["updated_at"]}
