"""A clerk decides what becomes of a difference. An event that was missed is taken over from the statement: booked once,
on the path of a callback, in one transaction with the decision; whoever ran the comparison can't decide himself."""

from typing import Any, Literal

from pydantic import TypeAdapter

from app.contract.callback import Moment, PaymentEvent
from app.enrollment.reconciliation import TAKEN_OVER
from app.journal.telling import tell
from app.storage import inbox_register
from app.storage import reconciliation_register as register
from app.storage.books import Books, Collided
from app.storage.ids import region_of
from app.workflows.office import Office, Refused
from app.workflows.record_payment import of_statement, record_in
from app.workflows.show_reconciliation import chain_of, difference

Decision = Literal["approve", "reject"]
_STATES = {"approve": "approved", "reject": "rejected"}
_ATTEMPTS = 5  # of an event that its callback brings at the same moment
_MOMENT: TypeAdapter[Any] = TypeAdapter(Moment)


def decide_difference(
    office: Office, id: str, number: int, decision: Decision, remark: str | None, actor: str
) -> dict[str, Any]:
    """The difference as it is then. The same decision again changes nothing; another one is refused.

    Approving what can't be taken over says that it was looked into: nothing is booked. Raises Refused.
    """
    for _ in range(_ATTEMPTS):
        try:
            return _decide(office, id, number, decision, remark, actor)
        except Collided:
            continue
    raise Refused("storage_unavailable")


def _decide(office: Office, id: str, number: int, decision: Decision, remark: str | None, actor: str) -> dict[str, Any]:
    with office.deed() as books:
        row = _open_difference(books, id, number, actor)
        if row["state"] != "open":
            if row["state"] != _STATES[decision]:
                raise Refused("already_decided")
            return difference(row)
        takes_over = decision == "approve" and (row["type"], row["reason"]) in TAKEN_OVER
        result = _take_over(office, books, row, id) if takes_over else None
        changes: dict[str, Any] = {"state": _STATES[decision], "result": result, "remark": remark}
        changes |= {"decided_by": actor, "decided_at": books.now}
        register.decide(books.connection, id, number, **changes)
        about = {"reconciliation": id, "number": number, "event_id": row["event_id"], "type": row["type"]}
        deed = "taken_over" if takes_over else f"difference_{_STATES[decision]}"
        # In the chain of the enrollment's region, where whoever looks at the enrollment finds it.
        region = region_of(row["enrollment_id"] or "") or chain_of(row["region"])
        books.audit(region, actor, deed, row["enrollment_id"], **about, result=result)
    tell("difference_decided", reconciliation_id=id, event_id=row["event_id"], result=deed)
    return difference(row | changes | {"arrived": 1 if takes_over else row["arrived"]})


def _open_difference(books: Books, id: str, number: int, actor: str) -> dict[str, Any]:
    """The difference, locked; raises Refused where this clerk can't decide on it."""
    whole = register.by_id(books.connection, id)
    row = register.difference(books.connection, id, number)
    if whole is None or row is None or whole["state"] != "done":
        raise Refused("difference_not_found")
    if whole["created_by"] == actor:
        raise Refused("second_clerk_needed")
    if whole["superseded_by"] is not None and row["state"] == "open":
        raise Refused("reconciliation_superseded")
    return dict(row) | {"arrived": 0}


def _take_over(office: Office, books: Books, row: dict[str, Any], id: str) -> str:
    """What became of the event: what a callback would have become, `repeated` where it has come in the meantime."""
    event = PaymentEvent(
        event_id=row["event_id"],
        type=row["event_type"],
        order_no=row["order_no"],
        amount_fen=row["statement_fen"],
        paid_at=_MOMENT.validate_python(row["paid_at"]),
        reverses_event_id=row["reverses_event_id"],
        voucher_no=row["voucher_no"],
        channel=row["channel"],
    )
    result = record_in(office, books, [of_statement(event, {"taken_over_from": f"{id}/{row['number']}"})])[0]
    if result == "conflict":
        if not _says_the_same(event, inbox_register.event(books.connection, event.event_id)):
            raise Refused("event_conflict")
        return "repeated"
    return result


def _says_the_same(event: PaymentEvent, known: Any) -> bool:
    """Whether the callback that has come after all told of the same movement."""
    undoes = event.reverses_event_id if event.type == "payment.reversed" else None
    said = event.type, event.order_no, event.amount_fen, undoes
    return said == (known["type"], known["order_no"], known["amount_fen"], known["reverses_event_id"])
