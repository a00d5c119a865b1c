"""Statement, ledger and cover: every kind of difference, and none where there is none."""

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from app.enrollment.reconciliation import Scope
from app.simulator.statement import statement
from app.workflows.cancel_enrollment import cancel_enrollment
from app.workflows.office import Office, Refused
from app.workflows.reconcile_day import reconcile_day
from app.workflows.settle_suspense import list_suspense, settle_suspense
from app.workflows.show_reconciliation import list_reconciliations, reconciliation
from tests.reconcile.statements import DAY, asked, differences, kinds, reconciled, statement_of
from tests.state.in_the_office import booked, opened
from tests.state.made_up import payment, reversal

NOBODY = "430424-" + "0" * 32
UNDO = {"paid_at": "2023-11-02T18:00:00+08:00"}


def paid(office: Office, *, told: bool = True, **changes: Any) -> dict[str, Any]:
    """A payment for a new enrollment, booked where it was told of."""
    event = payment(opened(office)["order_no"], **changes)
    if told:
        booked(office, event)
    return event


def test_a_day_on_which_all_agree_has_no_differences(own_office: Office) -> None:
    events = [paid(own_office) for _ in range(3)]
    undo = reversal(events[0], **UNDO)
    booked(own_office, undo)
    found = reconciled(own_office, *events, undo)
    assert kinds(own_office, found) == []
    assert found["summary"] == {
        "statement": {"movements": 4, "fen": 76000},
        "arrived": {"movements": 4, "fen": 76000},
        "covering": {"movements": 2, "fen": 76000},
        "matched": 4,
        "differences": 0,
    }


def test_a_callback_that_was_missed_and_one_that_the_statement_lacks(own_office: Office) -> None:
    here, missed, extra = paid(own_office), paid(own_office, told=False), paid(own_office)
    found = reconciled(own_office, here, missed)
    first, second = differences(own_office, found)
    assert (first["type"], first["line"], first["event_id"]) == ("callback_missed", 3, missed["event_id"])
    assert (first["statement_fen"], first["booked_fen"], first["can_be_taken_over"]) == (38000, None, True)
    assert (second["type"], second["line"], second["event_id"]) == ("not_on_statement", None, extra["event_id"])
    assert (second["statement_fen"], second["booked_fen"], second["can_be_taken_over"]) == (None, 38000, False)


def test_events_of_other_days_are_not_missed_on_this_one(own_office: Office) -> None:
    for at in ("2023-11-01T23:59:59.999999+08:00", "2023-11-03T00:00:00+08:00"):
        paid(own_office, paid_at=at)
    first, last = (
        paid(own_office, paid_at="2023-11-02T00:00:00+08:00"),
        paid(own_office, paid_at="2023-11-02T23:59:59+08:00"),
    )
    assert kinds(own_office, reconciled(own_office)) == [("not_on_statement", None)] * 2
    assert kinds(own_office, reconciled(own_office, first, last)) == []


def test_amounts_that_differ_on_each_of_the_three_sides(own_office: Office) -> None:
    told, due, ledger = paid(own_office), paid(own_office, amount=37900), paid(own_office)
    with own_office.database.transaction() as connection:  # somebody with his hands in the database
        where = "posting_id = (SELECT covering_posting FROM enrollments WHERE order_no = :o)"
        spoiled = f"UPDATE entries SET amount_fen = amount_fen + 1 WHERE account = 'collector' AND {where}"
        connection.execute(text(spoiled), {"o": ledger["order_no"]})
    found = reconciled(own_office, told | {"amount_fen": 40000}, due, ledger)
    assert [(d["reason"], d["statement_fen"], d["booked_fen"]) for d in differences(own_office, found)] == [
        ("callback", 40000, 38000),
        ("receivable", 37900, 38000),
        ("ledger", 38000, 38001),
    ]
    assert {d["type"] for d in differences(own_office, found)} == {"amount_differs"}


def test_an_event_that_tells_of_something_else_than_the_statement(own_office: Office) -> None:
    event, other = paid(own_office), opened(own_office)
    moved = event | {"order_no": other["order_no"]}
    assert kinds(own_office, reconciled(own_office, moved)) == [("content_differs", "order")]
    late = event | {"paid_at": "2023-11-02T10:15:01+08:00"}
    assert kinds(own_office, reconciled(own_office, late)) == [("content_differs", "paid_at")]
    exact = event | {"paid_at": "2023-11-02T02:15:00.000000+00:00"}
    assert kinds(own_office, reconciled(own_office, exact)) == []


def test_a_reversal_on_one_side_only(own_office: Office) -> None:
    first, second = paid(own_office), paid(own_office)
    booked(own_office, reversal(second, **UNDO))
    found = reconciled(own_office, first, second, reversal(first, **UNDO))
    assert kinds(own_office, found) == [("reversed", "not_arrived"), ("reversed", "not_on_statement")]
    assert [d["can_be_taken_over"] for d in differences(own_office, found)] == [True, False]


def test_an_order_that_was_paid_twice_by_callbacks_in_the_statement_or_both(own_office: Office) -> None:
    first, third = paid(own_office), paid(own_office)
    again = payment(first["order_no"])
    booked(own_office, again)
    never = payment(third["order_no"])
    order = opened(own_office)["order_no"]
    both = payment(order), payment(order)
    found = reconciled(own_office, first, again, third, never, *both)
    assert [(d["type"], d["reason"], d["line"]) for d in differences(own_office, found)] == [
        ("paid_twice", "suspended", 3),
        ("callback_missed", None, 5),
        ("paid_twice", "not_arrived", 5),
        ("callback_missed", None, 6),
        ("callback_missed", None, 7),
        ("paid_twice", "not_arrived", 7),
    ]


def test_a_payment_that_the_statement_takes_back_is_not_the_first_of_two(own_office: Office) -> None:
    first = paid(own_office)
    found = reconciled(own_office, first, reversal(first, **UNDO), payment(first["order_no"]))
    assert kinds(own_office, found) == [("reversed", "not_arrived"), ("callback_missed", None)]


def test_money_that_a_clerk_has_settled_is_no_difference_any_more(own_office: Office) -> None:
    event = paid(own_office, amount=7)
    item = list_suspense(own_office, None, "open", None, 10)["suspense"][0]
    settle_suspense(own_office, item["id"], "clerk", "退回")
    assert kinds(own_office, reconciled(own_office, event)) == []


def test_money_that_waits_is_told_with_its_reason(own_office: Office) -> None:
    made = opened(own_office)
    cancel_enrollment(own_office, made["id"], "test")
    late = payment(made["order_no"])
    stranger, alien = payment(NOBODY), payment("not-ours")
    orphan = reversal(payment(opened(own_office)["order_no"]), **UNDO)
    booked(own_office, late, stranger, alien, orphan)
    assert kinds(own_office, reconciled(own_office, late, stranger, alien, orphan)) == [
        ("not_booked", "order_cancelled"),
        ("unknown_order", None),
        ("unknown_order", None),
        ("not_booked", "reversal_without_payment"),
    ]


def test_an_order_nobody_knows_whose_callback_never_came(own_office: Office) -> None:
    assert kinds(own_office, reconciled(own_office, payment(NOBODY))) == [
        ("unknown_order", None),
        ("callback_missed", None),
    ]


def test_somebody_whose_payment_is_booked_and_who_is_not_covered(own_office: Office) -> None:
    event = paid(own_office)
    with own_office.database.transaction() as connection:
        gone = "UPDATE enrollments SET state = 'awaiting_payment', covering_posting = NULL WHERE order_no = :o"
        connection.execute(text(gone), {"o": event["order_no"]})
    assert kinds(own_office, reconciled(own_office, event)) == [("not_booked", "not_covered")]


def test_orders_of_another_region_or_year_than_the_statement_is_about(own_office: Office) -> None:
    here = paid(own_office)
    there = opened(own_office, region="620724", village=None)
    away = payment(there["order_no"], there["receivable"]["payable_fen"])
    booked(own_office, away)
    scope = Scope("430424", 2024)
    assert kinds(own_office, reconciled(own_office, here, away, scope=scope)) == [("wrong_region", None)]
    assert kinds(own_office, reconciled(own_office, here, scope=scope)) == []  # the other region's day is not missed
    assert kinds(own_office, reconciled(own_office, here, scope=Scope("43", 2025))) == [("wrong_year", "other_year")]
    assert kinds(own_office, reconciled(own_office, scope=Scope("43", 2025))) == []


def test_money_for_a_year_that_is_over(own_office: Office) -> None:
    late = payment(opened(own_office)["order_no"], paid_at="2025-01-02T10:00:00+08:00")
    found, _ = reconcile_day(own_office, asked(statement_of(late)))
    assert kinds(own_office, found) == [("wrong_year", "year_over"), ("callback_missed", None)]


def records(office: Office) -> int:
    with office.database.reading() as connection:
        tables = ("audit", "reconciliations", "differences", "inbox", "postings")
        return sum(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables)


def test_the_same_file_again_changes_nothing_and_finds_the_same(own_office: Office) -> None:
    content = statement_of(paid(own_office), paid(own_office, told=False))
    first, new = reconcile_day(own_office, asked(content))
    before = records(own_office), differences(own_office, first)
    again, newer = reconcile_day(own_office, asked(content, "somebody else", DAY))
    assert (new, newer, again) == (True, False, first)
    assert (records(own_office), differences(own_office, again)) == before


def test_a_new_statement_of_the_day_takes_the_place_of_the_old_and_both_are_kept(own_office: Office) -> None:
    event, other = paid(own_office), paid(own_office)
    old, new = reconciled(own_office, event), reconciled(own_office, event, other)
    assert reconciliation(own_office, old["id"])["superseded_by"] == new["id"]
    assert new["superseded_by"] is None
    assert kinds(own_office, old) == [("not_on_statement", None)]
    elsewhere = reconciled(own_office, event, scope=Scope("430424"))
    assert reconciliation(own_office, new["id"])["superseded_by"] is None
    listed = list_reconciliations(own_office, None, DAY.isoformat(), None, 10)["reconciliations"]
    assert [one["id"] for one in listed] == [elsewhere["id"], new["id"], old["id"]]


def test_a_refused_file_leaves_the_refusal_and_nothing_else(own_office: Office) -> None:
    content = statement_of(paid(own_office, told=False)).replace(b",38000,", b",38001,", 1)
    before = records(own_office)
    for _ in range(2):
        with pytest.raises(Refused) as why:
            reconcile_day(own_office, asked(content))
        assert (why.value.code, why.value.more["reason"]) == ("statement_refused", "digest_differs")
    assert records(own_office) == before + 2  # the refusal, and that it is on record
    kept = reconciliation(own_office, why.value.more["reconciliation"])
    assert (kept["state"], kept["reason"], kept["differences"], kept["summary"]) == (
        "refused",
        "digest_differs",
        [],
        None,
    )


def test_a_comparison_under_way_is_told_of_and_one_broken_off_begins_again(own_office: Office) -> None:
    content = statement_of(paid(own_office, told=False))
    found, _ = reconcile_day(own_office, asked(content))

    def running(created_at: int) -> None:
        with own_office.database.transaction() as connection:
            again = "UPDATE reconciliations SET state = 'running', created_at = :at"
            connection.execute(text(again), {"at": created_at})

    running(own_office.now())
    with pytest.raises(Refused) as why:
        reconcile_day(own_office, asked(content))
    assert why.value.code == "reconciliation_in_progress"
    running(0)
    again, new = reconcile_day(own_office, asked(content))
    assert (again["id"], new) == (found["id"], True)
    assert kinds(own_office, again) == [("callback_missed", None)]


def test_a_comparison_that_fails_can_be_tried_at_once(own_office: Office) -> None:
    content = statement_of(paid(own_office))

    class Broken(Office):
        def deed(self) -> Any:
            raise RuntimeError("broken")

    broken = Broken(**{name: getattr(own_office, name) for name in own_office.__dataclass_fields__})
    with pytest.raises(RuntimeError):
        reconcile_day(broken, asked(content))
    found, new = reconcile_day(own_office, asked(content))
    assert (found["state"], new) == ("done", True)


def test_a_day_without_money(own_office: Office) -> None:
    found, _ = reconcile_day(own_office, asked(statement([]), day=DAY))
    assert (found["day"], found["summary"]["statement"]["movements"]) == ("2023-11-02", 0)


def test_an_enrollment_that_became_free_of_charge_after_its_payment_was_told(own_office: Office) -> None:
    event = paid(own_office)
    later = replace(own_office, today=partial(date, 2024, 1, 5))
    assert kinds(later, reconciled(later, event)) == []
