"""A clerk settles money in suspense: it has left the way it came (paid back, or a reversal that was nothing)."""

from typing import Any

from app.enrollment import ledger
from app.journal.telling import tell
from app.storage import suspense_register as register
from app.storage.enrollment_register import id_of_order
from app.workflows.office import Office, Refused, moment


def settle_suspense(office: Office, id: str, clerk: str, reason: str) -> dict[str, Any]:
    """Raises Refused where there is no such item, or it has been settled already."""
    with office.deed() as books:
        connection = books.connection
        item = register.item(connection, id, lock=True)
        if item is None:
            raise Refused("suspense_not_found")
        if item["state"] != "open":
            raise Refused("already_settled")
        came_in = item["type"] == "payment.succeeded"
        amount = item["amount_fen"] if came_in else -item["amount_fen"]
        done = {"settlement": "paid_back" if came_in else "dismissed", "settled_by": clerk, "settled_at": books.now}
        register.settle(connection, id, **done, remark=reason)
        about = {"coverage_year": item["coverage_year"], "event_id": item["event_id"]}
        books.post(item["region"], ledger.settle(amount), **about)
        noted = {"suspense_id": id, "event_id": item["event_id"], "amount_fen": amount}
        books.audit(
            item["region"],
            clerk,
            "settled",
            id_of_order(connection, item["order_no"]),
            **noted,
            settlement=done["settlement"],
        )
    tell("suspense_settled", suspense_id=id, event_id=item["event_id"], result=str(done["settlement"]))
    return suspense_item({**item, **done, "state": "settled", "remark": reason})


def suspense_item(row: Any) -> dict[str, Any]:
    """How an item is shown."""
    plain = ("id", "region", "event_id", "order_no", "coverage_year", "type", "reason", "amount_fen", "state")
    shown = {name: row[name] for name in (*plain, "settlement", "settled_by", "remark")}
    settled = row["settled_at"]
    times = {"paid_at": moment(row["paid_at"]), "opened_at": moment(row["opened_at"])}
    return shown | times | {"settled_at": moment(settled) if settled else None}


def list_suspense(
    office: Office, region: str | None, state: str | None, after: str | None, limit: int
) -> dict[str, Any]:
    with office.database.reading() as connection:
        rows = register.page(connection, region, state, after, limit + 1)
    items = [suspense_item(row) for row in rows[:limit]]
    return {"suspense": items, "next_cursor": items[-1]["id"] if len(rows) > limit else None}
