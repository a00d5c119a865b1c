"""What the tax bureau's collection system is told of an order: written with the deed, sent later. Nothing personal."""

import json
from collections.abc import Mapping
from typing import Any, Literal

from app.storage import enrollment_register as register
from app.storage.database import Connection
from app.storage.ids import new_id


def tell_collector(
    connection: Connection,
    row: Mapping[str, Any],
    kind: Literal["receivable.opened", "receivable.changed"],
    payable: int | None,
) -> None:
    """`payable` is None where nothing can be paid any more."""
    told = {k: row[k] for k in ("order_no", "region", "coverage_year", "due_through")} | {"payable_fen": payable}
    message = {"region": row["region"], "id": new_id(row["region"]), "enrollment_id": row["id"], "kind": kind}
    message |= {"body": json.dumps(told).encode(), "state": "waiting", "attempts": 0}
    register.send_later(connection, message | {"due_at": row["updated_at"], "created_at": row["updated_at"]})
