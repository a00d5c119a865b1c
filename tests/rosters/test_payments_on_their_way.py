"""Payments and reversals that meet a change of the lists, on both databases."""

import pytest

from app.workflows.office import Office, Refused
from tests.rosters.in_the_office import (
    GAOTAI,
    LISHI,
    accounts,
    decided,
    listed,
    now,
    on,
    paid,
    proposed,
    registered,
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
