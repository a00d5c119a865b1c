"""What a county's clerk is told of other regions' money: that it is theirs, and nothing else."""

from typing import Any

from app.enrollment.reconciliation import Scope
from app.workflows.decide_difference import decide_difference
from app.workflows.office import Office
from app.workflows.verify_audit import audit_of
from tests.reconcile.statements import differences, reconciled
from tests.reconcile.test_comparing import paid
from tests.state.in_the_office import booked, opened
from tests.state.made_up import payment

COUNTY = Scope("430424")


def elsewhere(office: Office) -> tuple[dict[str, Any], dict[str, Any]]:
    made = opened(office, region="620724", village=None)
    event = payment(made["order_no"], made["receivable"]["payable_fen"])
    booked(office, event)
    return made, event


def test_nothing_is_said_of_another_region_s_order(own_office: Office) -> None:
    here, (made, there) = paid(own_office), elsewhere(own_office)
    found = reconciled(own_office, here, there, scope=COUNTY)
    (one,) = differences(own_office, found)
    assert (one["type"], one["enrollment_id"], one["coverage_year"], one["booked_fen"]) == (
        "wrong_region",
        None,
        None,
        None,
    )
    assert found["summary"]["covering"] == {"movements": 1, "fen": 38000}
    decide_difference(own_office, found["id"], 1, "approve", None, "second")
    assert [r["actor"] for r in audit_of(own_office, made["id"])["records"]] == ["test", "collector"]


def test_nothing_is_said_of_another_region_s_event_that_a_line_claims(own_office: Office) -> None:
    _, there = elsewhere(own_office)
    order = opened(own_office)["order_no"]
    claimed = [there | {"order_no": order}, there | {"order_no": order, "amount_fen": 1}]
    for event in claimed:
        found = reconciled(own_office, event, scope=COUNTY)
        assert {d["booked_fen"] for d in differences(own_office, found)} == {None}
    whole = reconciled(own_office, claimed[0])
    assert differences(own_office, whole)[0]["booked_fen"] == there["amount_fen"]
