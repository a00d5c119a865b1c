"""The first list of a source, lists that take more than one transaction, and lines about one person far apart; on both
databases."""

import pytest

from app.workflows.import_roster import AT_A_TIME, import_roster
from app.workflows.office import Office
from app.workflows.show_roster import Shown
from tests.rosters.in_the_office import (
    DISTRICT,
    GAOTAI,
    arrival,
    listed,
    now,
    on,
    proposed,
    registered,
    tried,
)
from tests.rosters.made_up_lists import csv_of, row
from tests.state.in_the_office import booked
from tests.state.made_up import id_number, payment

LOW = "subsistence_allowance"


class DiesError(Exception):
    """The process dies."""


@pytest.fixture
def office(own_office: Office) -> Office:
    return on(own_office, "2023-11-02")


def broken_off(office: Office, lines: list[list[str]], **asked: str) -> bytes:
    """A list whose first lines are taken when the process dies."""
    raw = csv_of(*lines)

    def die(_: Shown) -> None:
        raise DiesError

    with pytest.raises(DiesError):
        import_roster(office, arrival(raw, **asked), die)
    return raw


def a_long_list(*mine: list[str], last: tuple[list[str], ...] = ()) -> list[list[str]]:
    """Mine first, and the last ones in another transaction."""
    return [*mine, *[row(id_number(), day="2023-10-11") for _ in range(AT_A_TIME)], *last]


def test_who_registers_between_their_own_line_and_the_last_of_the_first_list_is_priced_by_it(office: Office) -> None:
    number = id_number()
    raw = broken_off(office, a_long_list(row(number)))
    made = registered(office, number)
    import_roster(office, arrival(raw), lambda _: None)
    assert now(office, made)["receivable"]["payable_fen"] == 19000


def test_what_is_declared_beside_what_the_first_list_has_ends_with_it(office: Office) -> None:
    """高台 三.2: lifted from poverty 100, as listed; 低保二类 310, as declared only."""
    number = id_number()
    mine = row(number, "新增", "脱贫户")
    raw = broken_off(office, a_long_list(mine), region=GAOTAI[0], source="medical_security")
    said = {"identities": [{"code": LOW, "class": "rural_2"}]}
    made = registered(office, number, GAOTAI, person=said)
    assert made["receivable"]["payable_fen"] == 7000
    import_roster(office, arrival(raw, region=GAOTAI[0], source="medical_security"), lambda _: None)
    assert now(office, made)["receivable"]["payable_fen"] == 28000


@pytest.mark.parametrize("apart", [False, True], ids=["together", "far apart"])
def test_lines_of_one_person_do_the_same_in_one_transaction_or_in_two(office: Office, apart: bool) -> None:
    number = id_number()
    made = registered(office, number, GAOTAI)
    booked(office, payment(made["order_no"], 38000, paid_at="2023-11-02T10:00:00+08:00"))
    first, last = row(number, "新增", "特困", "2023-10-10"), row(number, "退出", "特困", "2023-10-12")
    listed(office, *(a_long_list(first, last=(last,)) if apart else (first, last)), region=GAOTAI[0])
    assert proposed(office, made) == []


@pytest.mark.parametrize("files", [1, 2])
def test_lines_of_one_person_do_the_same_in_one_file_or_in_two(own_office: Office, files: int) -> None:
    """X区 2026: recognized inside the window, and again as something else, for the same subsidy, after it."""
    number = id_number()
    before = on(own_office, "2025-12-10")
    made = registered(before, number, DISTRICT, person={"insured_last_year": True})
    booked(before, payment(made["order_no"], 40000, paid_at="2025-12-10T10:00:00+08:00"))
    lines = row(number, "新增", "低保", "2026-01-20"), row(number, "新增", "四级残疾", "2026-03-01")
    office = on(own_office, "2026-03-05")
    for some in [lines] if files == 1 else [(line,) for line in lines]:
        listed(office, *some, region=DISTRICT[0], source="medical_security")
    assert [(p["kind"], p["amount_fen"], p["changed_on"]) for p in proposed(office, made)] == [
        ("not_stated", 20000, "2026-01-20"),
    ]  # fmt: skip


def test_whoever_goes_on_with_a_list_does_not_decide_what_follows_from_it_either(office: Office) -> None:
    number = id_number()
    made = registered(office, number, GAOTAI)
    booked(office, payment(made["order_no"], 38000, paid_at="2023-11-02T10:00:00+08:00"))
    last = row(number, "新增", "特困", "2023-10-12")
    raw = broken_off(office, a_long_list(row(id_number()), last=(last,)), region=GAOTAI[0])
    import_roster(office, arrival(raw, region=GAOTAI[0], by="clerk-2"), lambda _: None)
    (proposal,) = proposed(office, made)
    assert (proposal["imported_by"], proposal["proposed_by"]) == ("clerk-1", "clerk-2")


def test_a_dry_run_counts_the_orders_that_rest_on_a_word_too(office: Office) -> None:
    for person in ({"identities": [{"code": LOW}]}, {"identities": [{"code": "disability_1"}]}, {}):
        registered(office, id_number(), person=person)
    listed_one = id_number()
    registered(office, listed_one, person={"identities": [{"code": LOW}]})
    line = row(listed_one)
    assert (tried(office, line)[0]["repriced"], listed(office, line)["repriced"]) == (1, 1)
    assert tried(office, row(id_number()))[0]["repriced"] == 0


def test_a_dry_run_does_not_count_a_proposal_that_falls(office: Office) -> None:
    number = id_number()
    made = registered(office, number, GAOTAI)
    booked(office, payment(made["order_no"], 38000, paid_at="2023-11-02T10:00:00+08:00"))
    listed(office, row(number, "新增", "特困", "2023-11-01"), region=GAOTAI[0])
    line = row(number, "退出", "特困", "2023-11-02")
    result, _ = tried(office, line, region=GAOTAI[0])
    assert (result["proposals"], listed(office, line, region=GAOTAI[0])["proposals"]) == (0, 0)
