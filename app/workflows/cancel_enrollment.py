"""Cancel an enrollment that nobody's money hangs on; the person may then be registered anew."""

from typing import Any

from app.enrollment.payments import State
from app.journal.telling import tell
from app.storage import enrollment_register as register
from app.storage import payment_register
from app.workflows.office import Office, Refused
from app.workflows.show_enrollment import shown


def cancel_enrollment(office: Office, id: str) -> dict[str, Any]:
    """Awaiting payment, reversed, or covered without a payment; raises Refused otherwise."""
    with office.database.transaction() as connection:
        row = register.by_id(connection, id, lock=True)
        if row is None:
            raise Refused("enrollment_not_found")
        if row["state"] == State.CANCELLED:
            return shown(row)
        paid = row["state"] == State.COVERED and row["order_no"] is not None
        if paid:
            raise Refused("not_cancellable")
        now = office.now()
        cover = payment_register.covering(connection, row)
        if row["state"] == State.COVERED and cover is not None:
            about = {"coverage_year": row["coverage_year"], "enrollment_id": id}
            payment_register.post(connection, row["region"], cover[1].reversed("take_back"), now, **about)
        register.change(connection, id, state=State.CANCELLED, covering_posting=None, updated_at=now)
        register.release(connection, row["person_key"], row["coverage_year"])
    tell("enrollment_cancelled", enrollment_id=id)
    return shown({**row, "state": State.CANCELLED, "updated_at": now})
