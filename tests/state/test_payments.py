"""Payment events: booked once, never refused, never lost, on both databases."""

import json
import threading
from typing import Any

import httpx
import pytest

from tests.state.made_up import enrolled, payment, registration, reversal, send, state, suspended


def test_a_payment_covers_and_the_same_event_again_changes_nothing(office: httpx.Client) -> None:
    made = enrolled(office)
    event = payment(made["order_no"])
    for _ in range(3):
        response = send(office, event)
        assert (response.status_code, response.json()) == (200, {"code": "SUCCESS"})
    assert state(office, made) == "covered"
    assert suspended(office, made["order_no"]) == []


def test_the_same_event_spaced_differently_is_the_same_event(office: httpx.Client) -> None:
    event = payment(enrolled(office)["order_no"])
    assert send(office, event).status_code == 200
    assert send(office, json.dumps(event, indent=2, sort_keys=True).encode()).status_code == 200


@pytest.mark.parametrize("change", [{"amount_fen": 1}, {"order_no": "x"}, {"voucher_no": "2"}, {"extra": 1}])
def test_the_same_event_id_with_other_content_is_refused_and_the_first_stands(
    office: httpx.Client, change: dict[str, Any]
) -> None:
    made = enrolled(office)
    event = payment(made["order_no"])
    assert send(office, event).status_code == 200
    response = send(office, event | change)
    assert (response.status_code, response.json()["code"]) == (409, "event_conflict")
    assert state(office, made) == "covered"


SUSPENDED = [
    ("unknown_order", {"order_no": "there-is-no-such-order"}),
    ("unknown_order", {"order_no": "430424-" + "0" * 32}),
    ("amount_mismatch", {"amount_fen": 37999}),
    ("no_price_on_payment_day", {"paid_at": "2024-01-01T00:00:00+08:00"}),
    ("no_price_on_payment_day", {"paid_at": "2023-08-31T23:59:59+08:00"}),
]


@pytest.mark.parametrize(("reason", "change"), SUSPENDED)
def test_money_that_cannot_be_booked_is_accepted_and_suspended(
    office: httpx.Client, reason: str, change: dict[str, Any]
) -> None:
    made = enrolled(office)
    event = payment(made["order_no"]) | change
    assert send(office, event).status_code == 200
    items = [i for i in suspended(office, event["order_no"]) if i["event_id"] == event["event_id"]]
    assert [(i["reason"], i["amount_fen"]) for i in items] == [(reason, event["amount_fen"])]
    assert state(office, made) == "awaiting_payment"


def test_a_second_payment_and_one_for_a_cancelled_order_are_suspended(office: httpx.Client) -> None:
    made = enrolled(office)
    send(office, payment(made["order_no"]))
    send(office, payment(made["order_no"]))
    assert [i["reason"] for i in suspended(office, made["order_no"])] == ["second_payment"]
    other = enrolled(office)
    office.post(f"/v1/enrollments/{other['id']}/cancel")
    send(office, payment(other["order_no"]))
    assert [i["reason"] for i in suspended(office, other["order_no"])] == ["order_cancelled"]


def test_the_price_that_counts_is_that_of_the_day_of_payment(office: httpx.Client) -> None:
    """A callback of January for a payment in the last minute of December keeps December's price."""
    made = enrolled(office)
    assert send(office, payment(made["order_no"], paid_at="2023-12-31T15:59:59Z")).status_code == 200
    assert state(office, made) == "covered"


def test_another_price_counts_when_the_frozen_one_has_run_out(office: httpx.Client) -> None:
    """Half a subsidy inside the window; outside it the whole contribution by the special situation."""
    person = {"identities": [{"code": "subsistence_allowance"}], "circumstances": [{"code": "prison_release"}]}
    made = enrolled(office, person=person)
    assert made["receivable"] == {"payable_fen": 19000, "due_through": "2023-12-31"}
    late = "2024-03-05T10:00:00+08:00"
    send(office, payment(made["order_no"], 19000, paid_at=late))
    assert [i["reason"] for i in suspended(office, made["order_no"])] == ["amount_mismatch"]
    send(office, payment(made["order_no"], 38000, paid_at=late))
    shown = office.get(f"/v1/enrollments/{made['id']}").json()
    assert (shown["state"], shown["receivable"]["payable_fen"]) == ("covered", 38000)
    assert shown["quote"]["benefits_start"] == "2024-03-05"


def test_a_reversal_takes_the_cover_back_and_a_new_payment_covers_again(office: httpx.Client) -> None:
    made = enrolled(office)
    first = payment(made["order_no"])
    send(office, first)
    undo = reversal(first)
    for _ in range(2):
        assert send(office, undo).status_code == 200
    assert state(office, made) == "reversed"
    send(office, payment(made["order_no"]))
    assert state(office, made) == "covered"
    assert suspended(office, made["order_no"]) == []


def test_a_second_payment_takes_the_place_of_a_reversed_one(office: httpx.Client) -> None:
    made = enrolled(office)
    first, second = payment(made["order_no"]), payment(made["order_no"])
    for event in (first, second, reversal(first)):
        send(office, event)
    assert state(office, made) == "covered"
    assert suspended(office, made["order_no"]) == []
    send(office, reversal(second))
    assert state(office, made) == "reversed"


def test_a_reversal_that_comes_before_its_payment_meets_it(office: httpx.Client) -> None:
    made = enrolled(office)
    event = payment(made["order_no"])
    send(office, reversal(event))
    assert [i["reason"] for i in suspended(office, made["order_no"])] == ["reversal_without_payment"]
    send(office, event)
    assert state(office, made) == "awaiting_payment"
    assert suspended(office, made["order_no"]) == []


def test_a_reversal_of_suspended_money_settles_it(office: httpx.Client) -> None:
    made = enrolled(office)
    wrong = payment(made["order_no"], 1)
    send(office, wrong)
    send(office, reversal(wrong))
    assert suspended(office, made["order_no"]) == []
    send(office, reversal(wrong))
    assert [i["reason"] for i in suspended(office, made["order_no"])] == ["already_reversed"]


def test_a_reversal_of_another_amount_or_a_second_one_is_suspended(office: httpx.Client) -> None:
    made = enrolled(office)
    event = payment(made["order_no"])
    send(office, event)
    send(office, reversal(event, amount_fen=1))
    assert state(office, made) == "covered"
    send(office, reversal(event))
    send(office, reversal(event))
    assert state(office, made) == "reversed"
    reasons = sorted(i["reason"] for i in suspended(office, made["order_no"]))
    assert reasons == ["already_reversed", "amount_mismatch"]


def test_a_clerk_settles_with_a_reason_once(office: httpx.Client) -> None:
    event = payment("no-such-order-for-the-clerk", 500)
    send(office, event)
    (item,) = suspended(office, event["order_no"])
    path = f"/v1/suspense/{item['id']}/settle"
    assert office.post(path, json={}).status_code == 422
    settled = office.post(path, json={"reason": "已原路退回"}).json()
    assert (settled["state"], settled["settlement"], settled["remark"]) == ("settled", "paid_back", "已原路退回")
    assert office.post(path, json={"reason": "再次"}).json()["code"] == "already_settled"
    assert office.post("/v1/suspense/x/settle", json={"reason": "x"}).status_code == 404
    assert [i["state"] for i in suspended(office, event["order_no"], state="settled")] == ["settled"]


def test_one_event_sent_twenty_times_at_once_is_booked_once(office: httpx.Client) -> None:
    made = enrolled(office)
    event, found = payment(made["order_no"]), []
    threads = [threading.Thread(target=lambda: found.append(send(office, event).status_code)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [200] * 20
    assert suspended(office, made["order_no"]) == []


def test_many_payments_at_once_cover_once_and_the_rest_wait(office: httpx.Client) -> None:
    made = enrolled(office)
    events = [payment(made["order_no"]) for _ in range(12)]
    threads = [threading.Thread(target=send, args=(office, event)) for event in events]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert state(office, made) == "covered"
    assert [i["reason"] for i in suspended(office, made["order_no"])] == ["second_payment"] * 11


def balances(office: httpx.Client) -> dict[str, int]:
    params = {"region": "430424", "coverage_year": "2024"}
    found = office.get("/v1/ledger/balances", params=params).json()["balances"]
    return {b["account"]: b["balance_fen"] for b in found}


def test_the_books_balance(office: httpx.Client) -> None:
    before = balances(office)
    made = enrolled(office, person={"identities": [{"code": "subsistence_allowance"}]})
    send(office, payment(made["order_no"], 19000))
    after = balances(office)
    moved = {account: fen - before.get(account, 0) for account, fen in after.items() if fen != before.get(account, 0)}
    assert moved == {"collector": 19000, "subsidy:unspecified": 19000, "personal": -38000}
    assert sum(b["balance_fen"] for b in office.get("/v1/ledger/balances").json()["balances"]) == 0


def test_nothing_personal_stands_in_an_answer_about_money(office: httpx.Client) -> None:
    body = registration()
    made = enrolled(office, applicant=body["applicant"])
    send(office, payment(made["order_no"], 5))
    for path in ("/v1/suspense", "/v1/ledger/balances", f"/v1/enrollments/{made['id']}"):
        assert body["applicant"]["id_number"] not in office.get(path).text


def test_pay_pay_reverse_reverse_leaves_nothing_anywhere(office: httpx.Client) -> None:
    """Twenty times: the posting that covers is known by itself, not by the order of ids made in one millisecond."""
    before = balances(office)
    for _ in range(20):
        made = enrolled(office)
        first, second = payment(made["order_no"]), payment(made["order_no"])
        for event in (first, second, reversal(first), reversal(second)):
            assert send(office, event).status_code == 200
        assert state(office, made) == "reversed"
        assert suspended(office, made["order_no"]) == []
    assert balances(office) == before | {k: before.get(k, 0) for k in balances(office)}


def test_an_early_reversal_meets_only_the_payment_of_its_order_and_amount(office: httpx.Client) -> None:
    made, other = enrolled(office), enrolled(office)
    small = payment(made["order_no"], 10000)
    send(office, reversal(small, amount_fen=38000))
    send(office, small)
    assert sorted(i["reason"] for i in suspended(office, made["order_no"])) == [
        "amount_mismatch",
        "reversal_without_payment",
    ]
    right = payment(other["order_no"])
    send(office, reversal(right, order_no=made["order_no"]))
    send(office, right)
    assert state(office, other) == "covered"


def test_an_early_reversal_and_its_payment_balance_within_the_year(office: httpx.Client) -> None:
    before, made = balances(office), enrolled(office)
    event = payment(made["order_no"])
    send(office, reversal(event))
    send(office, event)
    assert balances(office) == before | {k: before.get(k, 0) for k in balances(office)}


def test_a_payment_that_names_a_reversal_blocks_no_real_one(office: httpx.Client) -> None:
    made, other = enrolled(office), enrolled(office)
    first = payment(made["order_no"])
    send(office, first)
    send(office, payment(other["order_no"], reverses_event_id=first["event_id"]))
    send(office, reversal(first))
    assert (state(office, made), state(office, other)) == ("reversed", "covered")


def test_the_reversal_of_what_a_clerk_has_paid_back_is_its_record(office: httpx.Client) -> None:
    event = payment(enrolled(office)["order_no"], 1234)
    send(office, event)
    (item,) = suspended(office, event["order_no"])
    office.post(f"/v1/suspense/{item['id']}/settle", json={"reason": "已退回"})
    before = balances(office)
    send(office, reversal(event))
    assert suspended(office, event["order_no"]) == []
    assert balances(office) == before
    send(office, reversal(event))
    assert [i["reason"] for i in suspended(office, event["order_no"])] == ["already_reversed"]
