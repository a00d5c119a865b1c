"""Payments and reversals that meet a change of the lists, on both databases."""

from typing import Any

import pytest

from app.workflows.cancel_enrollment import cancel_enrollment
from app.workflows.office import Office, Refused
from app.workflows.settle_conflict import settle_conflict
from tests.rosters.in_the_office import (
    DISTRICT,
    GAOTAI,
    HENGDONG,
    LISHI,
    Place,
    accounts,
    decided,
    listed,
    messages,
    now,
    on,
    paid,
    proposed,
    registered,
    waiting,
)
from tests.rosters.made_up_lists import row
from tests.state.in_the_office import booked
from tests.state.made_up import id_number, payment, reversal


def test_a_payment_at_the_price_that_was_told_before_the_list_came_is_no_mistake(own_office: Office) -> None:
    """Recognized in October, paid on 4 November, the list comes on the 5th, the callback on the 6th."""
    number, office = id_number(), on(own_office, "2023-11-02")
    made = registered(office, number, GAOTAI)
    later = on(own_office, "2023-11-05")
    listed(later, row(number, "新增", "特困", "2023-10-20"), region=GAOTAI[0])
    assert now(later, made)["state"] == "covered"
    event = payment(made["order_no"], 38000, paid_at="2023-11-04T10:00:00+08:00")
    assert booked(on(own_office, "2023-11-06"), event) == ["covered"]
    (proposal,) = proposed(later, made)
    assert (proposal["kind"], proposal["amount_fen"]) == ("pays_back", 38000)
    assert accounts(later, GAOTAI[0]) == {"collector": 38000, "personal": -38000}
    assert booked(later, event) == ["repeated"]


def test_a_payment_at_a_subsidized_price_that_has_ended_covers_and_the_rest_is_a_clerks(own_office: Office) -> None:
    number, office = id_number(), on(own_office, "2022-11-02")
    listed(office, row(number, day="2022-01-01"), region=LISHI[0])
    made = registered(office, number, LISHI)
    listed(office, row(number, "退出", day="2022-11-01"), region=LISHI[0])
    assert now(office, made)["receivable"]["payable_fen"] == 35000
    assert booked(office, payment(made["order_no"], 7000, paid_at="2022-11-02T18:00:00+08:00")) == ["covered"]
    (proposal,) = proposed(office, made)
    assert (proposal["kind"], proposal["amount_fen"]) == ("not_stated", -28000)


def test_a_payment_the_day_after_at_the_old_price_is_suspended(own_office: Office) -> None:
    number, office = id_number(), on(own_office, "2023-11-02")
    made = registered(office, number)
    listed(office, row(number))
    late = payment(made["order_no"], 38000, paid_at="2023-11-03T10:00:00+08:00")
    assert booked(office, late) == ["suspended"]


def test_a_contribution_that_is_paid_back_leaves_no_proposal_open_and_what_was_paid_out_is_to_be_had_back(
    own_office: Office,
) -> None:
    number = id_number()
    made = paid(own_office, number, GAOTAI, "2023-10-10")
    office = on(own_office, "2023-11-20")
    listed(office, row(number, "新增", "农村低保一类", "2023-11-15"), region=GAOTAI[0])
    decided(office, proposed(office, made)[0])
    booked(office, reversal(made["event"]))
    (proposal,) = proposed(office, made)
    assert (proposal["cause"], proposal["kind"], proposal["amount_fen"]) == ("reversed", "not_stated", -31000)
    decided(office, proposal)
    assert accounts(office, GAOTAI[0]) == {"payout:one_card": -31000, "recovery": 31000}


def test_a_proposal_about_a_cover_that_is_gone_falls(own_office: Office) -> None:
    number = id_number()
    made = paid(own_office, number, GAOTAI, "2023-10-10")
    office = on(own_office, "2023-11-20")
    listed(office, row(number, "新增", "农村低保一类", "2023-11-15"), region=GAOTAI[0])
    (proposal,) = proposed(office, made)
    booked(office, reversal(made["event"]))
    assert proposed(office, made) == []
    with pytest.raises(Refused, match="proposal_decided"):
        decided(office, proposal)


def test_who_was_recognized_after_paying_gets_it_though_the_callback_comes_after_the_list(own_office: Office) -> None:
    """The price of the day of payment is the old one for good, so it looks as if nothing had changed."""
    number = id_number()
    made = registered(on(own_office, "2023-11-02"), number, GAOTAI)
    listed(on(own_office, "2023-11-05"), row(number, "新增", "特困", "2023-11-04"), region=GAOTAI[0])
    office = on(own_office, "2023-11-06")
    assert booked(office, payment(made["order_no"], 38000, paid_at="2023-11-03T10:00:00+08:00")) == ["covered"]
    (proposal,) = proposed(office, made)
    assert (proposal["kind"], proposal["amount_fen"], proposal["due_month"]) == ("pays_back", 38000, "2023-12")
    assert (proposal["changed_on"], proposal["imported_by"]) == ("2023-11-04", "clerk-1")


def test_a_list_that_comes_after_the_window_is_weighed_with_a_payment_that_was_made_in_it(own_office: Office) -> None:
    number = id_number()
    made = registered(on(own_office, "2023-12-20"), number)
    listed(on(own_office, "2024-01-05"), row(number, day="2023-12-20"))
    office = on(own_office, "2024-01-06")
    assert booked(office, payment(made["order_no"], 38000, paid_at="2023-12-30T10:00:00+08:00")) == ["covered"]
    assert [(p["kind"], p["amount_fen"]) for p in proposed(office, made)] == [("not_stated", 19000)]


def test_who_pays_before_a_recognition_that_the_list_names_already_gets_what_is_said_of_it(own_office: Office) -> None:
    number, office = id_number(), on(own_office, "2023-11-26")
    listed(office, row(number, "新增", "特困", "2023-12-01"), region=GAOTAI[0])
    made = paid(own_office, number, GAOTAI, "2023-11-26")
    (proposal,) = proposed(office, made)
    assert (proposal["kind"], proposal["amount_fen"], proposal["due_month"]) == ("pays_back", 38000, "2024-01")


def test_of_several_changes_that_a_payment_did_not_know_the_last_that_mattered_counts(own_office: Office) -> None:
    """X区 2026 二(五): recognized inside the window, and again as something else after it."""
    number = id_number()
    made = registered(on(own_office, "2025-12-10"), number, DISTRICT, person={"insured_last_year": True})
    lines = row(number, "新增", "低保", "2026-01-20"), row(number, "新增", "四级残疾", "2026-02-20")
    office = on(own_office, "2026-02-25")
    listed(office, *lines, region=DISTRICT[0], source="medical_security")
    assert booked(office, payment(made["order_no"], 40000, paid_at="2026-01-10T10:00:00+08:00")) == ["covered"]
    (proposal,) = proposed(office, made)
    assert (proposal["changed_on"], proposal["kind"], proposal["amount_fen"]) == ("2026-01-20", "not_stated", 20000)


def test_who_was_never_on_a_list_keeps_what_they_paid_by_their_word_however_late_the_callback(
    own_office: Office,
) -> None:
    number, office = id_number(), on(own_office, "2023-11-02")
    made = registered(office, number, person={"identities": [{"code": "subsistence_allowance"}]})
    later = on(own_office, "2023-11-05")
    listed(later, row(id_number()))
    assert now(later, made)["receivable"]["payable_fen"] == 38000
    assert booked(later, payment(made["order_no"], 19000, paid_at="2023-11-04T10:00:00+08:00")) == ["covered"]
    assert proposed(later, made) == []


def test_neither_who_brought_a_line_nor_who_took_it_decides_about_a_late_payment(own_office: Office) -> None:
    number, office = id_number(), on(own_office, "2022-11-02")
    made = registered(office, number, LISHI)
    listed(office, row(number, "新增", "低保边缘", "2022-11-01"), region=LISHI[0])
    listed(office, row(number, "新增", "特困", "2022-11-02"), region=LISHI[0])
    settle_conflict(office, waiting(office)[0]["id"], "clerk-3", "apply", "已核实")
    assert booked(office, payment(made["order_no"], 35000, paid_at="2022-11-02T10:00:00+08:00")) == ["covered"]
    (proposal,) = proposed(office, made)
    assert (proposal["amount_fen"], proposal["imported_by"], proposal["proposed_by"]) == (35000, "clerk-1", "clerk-3")


# --- reversals


def test_who_owes_again_after_a_reversal_is_priced_by_the_lists_of_today(own_office: Office) -> None:
    """The list came while the order was paid, and so changed no price."""
    number = id_number()
    made = paid(own_office, number, GAOTAI, "2023-10-10")
    office = on(own_office, "2023-11-20")
    listed(office, row(number, "新增", "农村低保一类", "2023-11-15"), region=GAOTAI[0])
    assert booked(office, reversal(made["event"], paid_at="2023-11-20T09:00:00+08:00")) == ["reversed"]
    assert now(office, made)["receivable"]["payable_fen"] == 7000
    assert [m["payable_fen"] for m in messages(office, made)] == [38000, 7000]
    assert booked(office, payment(made["order_no"], 7000, paid_at="2023-11-20T12:00:00+08:00")) == ["covered"]
    assert accounts(office, GAOTAI[0]) == {"collector": 7000, "personal": -38000, "subsidy:medical_assistance": 31000}
    assert proposed(office, made) == []


def test_a_word_that_no_list_bears_out_is_not_paid_for_again_after_a_reversal(own_office: Office) -> None:
    low = {"identities": [{"code": "subsistence_allowance"}]}
    number, office = id_number(), on(own_office, "2023-11-05")
    made = paid(own_office, number, HENGDONG, "2023-10-10", person=low)
    listed(office, row(id_number()))
    booked(office, reversal(made["event"]))
    assert now(office, made)["receivable"]["payable_fen"] == 38000


def test_a_reversal_of_who_would_pay_nothing_by_now_leaves_them_covered_by_the_funds(own_office: Office) -> None:
    number = id_number()
    made = paid(own_office, number, HENGDONG, "2023-10-10")
    office = on(own_office, "2023-11-05")
    listed(office, row(number, "新增", "特困", "2023-11-01"))
    booked(office, reversal(made["event"]))
    assert now(office, made)["state"] == "covered"
    assert accounts(office, HENGDONG[0]) == {"personal": -38000, "subsidy:unspecified": 38000}


def test_a_second_payment_that_takes_the_place_of_the_first_gets_the_same(own_office: Office) -> None:
    number = id_number()
    made = paid(own_office, number, GAOTAI, "2023-10-10")
    assert booked(own_office, payment(made["order_no"], 38000, paid_at="2023-10-11T10:00:00+08:00")) == ["suspended"]
    office = on(own_office, "2023-11-20")
    listed(office, row(number, "新增", "特困", "2023-11-15"), region=GAOTAI[0])
    (first,) = proposed(office, made)
    booked(office, reversal(made["event"]))
    (second,) = proposed(office, made)
    assert (second["kind"], second["amount_fen"], second["id"] != first["id"]) == ("pays_back", 38000, True)


def had_back(own_office: Office) -> tuple[Office, dict[str, Any]]:
    """An order that a list made free of charge; the list changes, and a clerk decides to have the subsidy back."""
    number, office = id_number(), on(own_office, "2022-11-05")
    made = registered(office, number, LISHI)
    listed(office, row(number, "新增", "特困", "2022-11-01"), region=LISHI[0])
    listed(office, row(number, "退出", "特困", "2022-11-05"), region=LISHI[0])
    decided(office, proposed(office, made)[0])
    assert accounts(office, LISHI[0]) == {"personal": -35000, "recovery": 35000}
    return office, made


def test_nothing_is_to_be_had_back_once_somebody_has_paid_after_all(own_office: Office) -> None:
    office, made = had_back(own_office)
    assert booked(office, payment(made["order_no"], 35000, paid_at="2022-11-05T10:00:00+08:00")) == ["covered"]
    (proposal,) = proposed(office, made)
    assert (proposal["cause"], proposal["amount_fen"]) == ("reversed", 35000)
    decided(office, proposal)
    assert {a: f for a, f in accounts(office, LISHI[0]).items() if not a.startswith("payout")} == {
        "collector": 35000, "personal": -35000, "recovery": 35000,
    }  # fmt: skip


def test_nothing_is_to_be_had_back_of_an_enrollment_that_is_cancelled(own_office: Office) -> None:
    office, made = had_back(own_office)
    cancel_enrollment(office, made["id"], "clerk-1")
    assert [(p["cause"], p["amount_fen"]) for p in proposed(office, made)] == [("reversed", 35000)]


@pytest.mark.parametrize("place", [HENGDONG, GAOTAI])
@pytest.mark.parametrize("category", ["农村低保一类", "特困"])
def test_recognized_the_day_after_paying_one_is_proposed_the_same_whenever_the_callback_comes(
    own_office: Office, place: Place, category: str
) -> None:
    """Paid on 4 November, recognized on the 5th: the callback comes before the list, or on the day after it."""
    found = []
    for comes in ("before", "after"):
        number = id_number()
        made = registered(on(own_office, "2023-11-02"), number, place)
        event = payment(made["order_no"], 38000, paid_at="2023-11-04T10:00:00+08:00")
        if comes == "before":
            assert booked(on(own_office, "2023-11-04"), event) == ["covered"]
        listed(on(own_office, "2023-11-05"), row(number, "新增", category, "2023-11-05"), region=place[0])
        if comes == "after":
            assert booked(on(own_office, "2023-11-06"), event) == ["covered"]
        found.append([(p["kind"], p["amount_fen"], p["due_month"]) for p in proposed(own_office, made)])
    assert found[0] == found[1]
    assert len(found[0]) == 1
