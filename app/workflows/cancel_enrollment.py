"""Cancel an enrollment that nobody's money hangs on; the person may then be registered anew."""

from typing import Any

from app.enrollment.payments import State
from app.journal.telling import tell
from app.storage import enrollment_register as register
from app.storage import ledger_register
from app.workflows.decide_proposal import take_back_paid
from app.workflows.office import Office, Refused
from app.workflows.show_enrollment import shown
from app.workflows.tell_collector import tell_collector


def cancel_enrollment(office: Office, id: str, actor: str) -> dict[str, Any]:
    """Awaiting payment, reversed, or covered without a payment; raises Refused otherwise."""
    with office.deed() as books:
        connection = books.connection
        row = register.by_id(connection, id, lock=True)
        if row is None:
            raise Refused("enrollment_not_found")
        if row["state"] == State.CANCELLED:
            return shown(row)
        cover = ledger_register.covering(connection, row)
        if cover is not None and cover[0] is not None:  # by somebody's money
            raise Refused("not_cancellable")
        if cover is not None:
            about = {"coverage_year": row["coverage_year"], "enrollment_id": id}
            books.post(row["region"], cover[1].reversed("take_back"), **about)
        if row["state"] == State.COVERED:
            take_back_paid(books, row)
        changes: dict[str, Any] = {"state": State.CANCELLED, "covering_posting": None, "updated_at": books.now}
        if row["order_no"] is not None:
            changes["revision"] = tell_collector(connection, {**row, **changes}, "receivable.withdrawn", None)
        register.change(connection, id, **changes)
        register.release(connection, row["person_key"], row["coverage_year"])
        books.audit(row["region"], actor, "cancelled", id)
    tell("enrollment_cancelled", enrollment_id=id)
    return shown({**row, **changes})
