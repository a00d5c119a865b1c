"""Decisions on differences: by a second clerk, booked once, whatever comes after all."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from app.storage.books import Collided
from app.workflows.decide_difference import decide_difference
from app.workflows.office import Office, Refused
from app.workflows.read_ledger import balances, unbalanced_postings
from app.workflows.record_payment import Result
from app.workflows.settle_suspense import list_suspense
from app.workflows.verify_audit import audit_of, verify_audit
from tests.reconcile.statements import differences, reconciled
from tests.reconcile.test_comparing import UNDO, paid
from tests.state.in_the_office import arrived, booked, opened, paying
from tests.state.made_up import payment, reversal

CLERK = "second"


def decide(
    office: Office, found: dict[str, Any], decision: Any = "approve", actor: str = CLERK, number: int = 1
) -> Any:
    return decide_difference(office, found["id"], number, decision, "已核实", actor)


def code(office: Office, found: dict[str, Any], **more: Any) -> str:
    with pytest.raises(Refused) as why:
        decide(office, found, **more)
    return why.value.code


def state(office: Office, event: dict[str, Any]) -> str:
    with office.database.reading() as connection:
        asked = text("SELECT state FROM enrollments WHERE order_no = :o")
        return str(connection.execute(asked, {"o": event["order_no"]}).scalar_one())


def covers(office: Office) -> int:
    with office.database.reading() as connection:
        return int(connection.execute(text("SELECT count(*) FROM postings WHERE kind = 'cover'")).scalar_one())


def test_a_missed_callback_is_booked_as_of_its_payment_with_the_same_event_id(own_office: Office) -> None:
    event = paid(own_office, told=False, paid_at="2023-11-02T10:15:00+08:00")
    found = reconciled(own_office, event)
    done = decide(own_office, found)
    assert (done["state"], done["result"], done["decided_by"], done["remark"]) == (
        "approved",
        "covered",
        CLERK,
        "已核实",
    )
    assert (state(own_office, event), covers(own_office)) == ("covered", 1)
    with own_office.database.reading() as connection:
        row = connection.execute(text("SELECT * FROM inbox")).mappings().one()
    assert row["event_id"] == event["event_id"]
    assert json.loads(bytes(row["body"]))["taken_over_from"] == f"{found['id']}/1"
    said = [(r["actor"], r["deed"]) for r in audit_of(own_office, str(done["enrollment_id"]))["records"]]
    assert said == [("test", "registered"), ("collector", "covered"), (CLERK, "taken_over")]
    assert unbalanced_postings(own_office) == []
    assert {chain.broken_at for chain in verify_audit(own_office)} == {None}


def test_whoever_ran_the_comparison_cannot_decide(own_office: Office) -> None:
    event = paid(own_office, told=False)
    found = reconciled(own_office, event)
    assert code(own_office, found, actor="first") == "second_clerk_needed"
    assert (state(own_office, event), covers(own_office)) == ("awaiting_payment", 0)


def test_the_callback_that_comes_after_all_is_a_repetition(own_office: Office) -> None:
    event = paid(own_office, told=False)
    decide(own_office, reconciled(own_office, event))
    late = event | {"paid_at": "2023-11-02T10:15:00.123+08:00", "more": "than the statement says", "voucher_no": "9"}
    assert booked(own_office, late) == ["repeated"]
    assert booked(own_office, event) == ["repeated"]
    assert covers(own_office) == 1


@pytest.mark.parametrize(
    "other", [{"amount_fen": 37999}, {"order_no": "x"}, {"type": "payment.reversed", "reverses_event_id": "y"}]
)
def test_a_late_callback_that_says_something_else_is_a_conflict(own_office: Office, other: dict[str, Any]) -> None:
    event = paid(own_office, told=False)
    decide(own_office, reconciled(own_office, event))
    assert booked(own_office, event | other) == ["conflict"]
    assert (state(own_office, event), covers(own_office)) == ("covered", 1)


def test_a_callback_that_came_before_the_approval_was_booked_by_itself(own_office: Office) -> None:
    event = paid(own_office, told=False)
    found = reconciled(own_office, event)
    booked(own_office, event)
    assert [d["state"] for d in differences(own_office, found)] == ["resolved"]
    assert decide(own_office, found)["result"] == "repeated"
    assert covers(own_office) == 1


def test_a_callback_that_came_with_another_amount_stands_against_the_approval(own_office: Office) -> None:
    event = paid(own_office, told=False)
    found = reconciled(own_office, event)
    booked(own_office, event | {"amount_fen": 37999})
    assert [d["state"] for d in differences(own_office, found)] == ["open"]
    assert code(own_office, found) == "event_conflict"
    assert (differences(own_office, found)[0]["state"], covers(own_office)) == ("open", 0)


def test_approval_and_callback_at_the_same_moment_book_once(own_office: Office) -> None:
    events = [paid(own_office, told=False) for _ in range(12)]
    found = reconciled(own_office, *events)

    async def callbacks() -> list[Result]:
        queue = paying(own_office)
        return await asyncio.gather(*(queue.done(arrived(event)) for event in events))

    with ThreadPoolExecutor(3) as threads:
        told = threads.submit(lambda: asyncio.run(callbacks()))
        results = list(threads.map(lambda n: decide(own_office, found, number=n)["result"], range(12, 0, -1)))
        answers = told.result()
    assert {tuple(sorted(pair)) for pair in zip(results, reversed(answers), strict=True)} == {("covered", "repeated")}
    assert covers(own_office) == 12


def test_a_missed_reversal_takes_the_cover_back(own_office: Office) -> None:
    event = paid(own_office)
    undo = reversal(event, **UNDO)
    found = reconciled(own_office, event, undo)
    assert decide(own_office, found)["result"] == "reversed"
    assert state(own_office, event) == "reversed"
    assert booked(own_office, undo) == ["repeated"]
    assert {row["account"]: row["balance_fen"] for row in balances(own_office, None, None)}["collector"] == 0


def test_money_that_cannot_be_booked_goes_into_suspense_as_a_callbacks_would(own_office: Office) -> None:
    event = paid(own_office)
    again, strange = payment(event["order_no"]), payment("430424-" + "0" * 32)
    found = reconciled(own_office, event, again, strange)
    numbers = [d["number"] for d in differences(own_office, found) if d["can_be_taken_over"]]
    assert [decide(own_office, found, number=n)["result"] for n in numbers] == ["suspended", "suspended"]
    reasons = {item["reason"] for item in list_suspense(own_office, None, "open", None, 10)["suspense"]}
    assert reasons == {"second_payment", "unknown_order"}


def test_a_rejection_books_nothing_and_stays(own_office: Office) -> None:
    event = paid(own_office, told=False)
    found = reconciled(own_office, event)
    assert decide(own_office, found, "reject")["state"] == "rejected"
    assert decide(own_office, found, "reject")["state"] == "rejected"
    assert code(own_office, found) == "already_decided"
    assert covers(own_office) == 0
    assert booked(own_office, event) == ["covered"]  # money that arrives is never refused


def test_approving_again_changes_nothing(own_office: Office) -> None:
    found = reconciled(own_office, paid(own_office, told=False))
    assert decide(own_office, found) == decide(own_office, found, actor="third")
    assert covers(own_office) == 1


def test_what_cannot_be_taken_over_is_only_noted(own_office: Office) -> None:
    paid(own_office)
    found = reconciled(own_office)
    done = decide(own_office, found)
    assert (done["type"], done["state"], done["result"]) == ("not_on_statement", "approved", None)


def test_a_statement_that_was_superseded_is_not_decided_on(own_office: Office) -> None:
    event = paid(own_office, told=False)
    old = reconciled(own_office, event)
    new = reconciled(own_office, event, paid(own_office))
    assert code(own_office, old) == "reconciliation_superseded"
    assert decide(own_office, new)["result"] == "covered"


def test_a_payment_taken_over_twice_from_two_statements_is_booked_once(own_office: Office) -> None:
    from app.enrollment.reconciliation import Scope

    event = paid(own_office, told=False)
    wide, narrow = reconciled(own_office, event), reconciled(own_office, event, scope=Scope("430424"))
    assert decide(own_office, wide)["result"] == "covered"
    assert [d["state"] for d in differences(own_office, narrow)] == ["resolved"]
    assert decide(own_office, narrow)["result"] == "repeated"
    assert covers(own_office) == 1


def test_a_decision_that_fails_on_the_way_leaves_nothing(own_office: Office) -> None:
    event = paid(own_office, told=False)
    found = reconciled(own_office, event)

    class Busy(Office):
        """Another process always brings the event at the same moment."""

        def deed(self) -> Any:
            raise Collided

    busy = Busy(**{name: getattr(own_office, name) for name in own_office.__dataclass_fields__})
    assert code(busy, found) == "storage_unavailable"
    assert (differences(own_office, found)[0]["state"], state(own_office, event)) == ("open", "awaiting_payment")


@pytest.mark.parametrize(("id", "number"), [("x", 1), ("430424-" + "0" * 32, 1), (None, 99)])
def test_a_difference_that_is_not_there(own_office: Office, id: str | None, number: int) -> None:
    found = reconciled(own_office, paid(own_office, told=False))
    assert code(own_office, {"id": id or found["id"]}, number=number) == "difference_not_found"


def test_a_payment_after_an_early_reversal_was_missed(own_office: Office) -> None:
    event = payment(opened(own_office)["order_no"])
    undo = reversal(event, **UNDO)
    booked(own_office, undo)  # waits for its payment
    found = reconciled(own_office, event, undo)
    assert [(d["type"], d["reason"]) for d in differences(own_office, found)] == [
        ("callback_missed", None),
        ("not_booked", "reversal_without_payment"),
    ]
    assert decide(own_office, found)["result"] == "settled"
    assert state(own_office, event) == "awaiting_payment"
