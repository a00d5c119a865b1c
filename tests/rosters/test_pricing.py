"""Where a region has lists an enrollment is priced by them, on both databases."""

from typing import Any

import pytest

from app.workflows.office import Office
from tests.rosters.in_the_office import (
    DISTRICT,
    GAOTAI,
    HENGDONG,
    TOWN,
    listed,
    now,
    on,
    registered,
    somebody_listed,
    tried,
)
from tests.rosters.made_up_lists import row
from tests.state.in_the_office import opened
from tests.state.made_up import id_number, registration

LOW = {"identities": [{"code": "subsistence_allowance"}]}


@pytest.fixture
def office(own_office: Office) -> Office:
    """In the window of 衡东 and 高台."""
    return on(own_office, "2023-11-02")


def notes(enrollment: dict[str, Any]) -> set[str]:
    return {note["code"] for note in enrollment["quote"]["notes"]}


def test_without_lists_the_applicants_word_counts(office: Office) -> None:
    made = registered(office, id_number(), person=LOW)
    assert (made["receivable"]["payable_fen"], "declared_not_listed" in notes(made)) == (19000, False)


def test_who_is_listed_and_did_not_say_so_has_the_subsidy(office: Office) -> None:
    made = registered(office, somebody_listed(office))
    assert (made["receivable"]["payable_fen"], made["quote"]["subsidies"][0]["identity"]) == (
        19000, "subsistence_allowance",
    )  # fmt: skip


def test_declared_but_not_listed_is_a_note_and_no_error(office: Office) -> None:
    somebody_listed(office)
    made = registered(office, id_number(), person=LOW)
    assert made["receivable"]["payable_fen"] == 38000
    (note,) = (n for n in made["quote"]["notes"] if n["code"] == "declared_not_listed")
    assert "低保对象" in note["text"]
    assert note["clause"].startswith("产品约定")


def test_an_identity_that_no_list_there_decides_is_as_declared(office: Office) -> None:
    """No federation has sent its list yet: a disability is the applicant's word."""
    somebody_listed(office)
    severe = {"identities": [{"code": "disability_1"}]}
    assert registered(office, id_number(), person=severe)["receivable"]["payable_fen"] == 0
    listed(office, row(id_number(), "新增", "二级残疾"), source="disabled_federation")
    assert registered(office, id_number(), person=severe)["receivable"]["payable_fen"] == 38000


def test_hundred_years_need_no_list(office: Office) -> None:
    before = on(office, "2019-12-01")
    listed(before, row(id_number(), "新增", "特困", "2019-10-01"), region=TOWN[0])
    made = registered(before, id_number("19180101"), TOWN)
    assert made["receivable"]["payable_fen"] == 0


def test_the_lists_of_one_region_say_nothing_in_another(office: Office) -> None:
    somebody_listed(office)
    made = registered(office, id_number(), GAOTAI, person={"identities": [{"code": "orphan"}]})
    assert made["receivable"]["payable_fen"] == 0


def test_a_day_of_recognition_is_the_lists_and_not_the_applicants(office: Office) -> None:
    """X区 2026: 认定在缴费期后的没有资助; the applicant dates it before."""
    march = on(office, "2026-03-10")
    number = id_number()
    listed(march, row(number, "新增", "低保", "2026-02-10"), region=DISTRICT[0])
    said = {"identities": [{"code": "subsistence_allowance", "since": "2025-01-01"}], "insured_last_year": True}
    made = registered(march, number, DISTRICT, person=said)
    assert (made["quote"]["route"], made["receivable"]["payable_fen"]) == ("recognized_after_window", 40000)
    assert made["quote"]["benefits_start"] == "2026-03-01"


def test_who_left_the_list_before_does_not_have_the_subsidy(office: Office) -> None:
    number = id_number()
    listed(office, row(number), row(number, "退出", day="2023-10-30"))
    assert registered(office, number)["receivable"]["payable_fen"] == 38000


def test_a_price_ends_with_the_identity_that_it_rests_on(office: Office) -> None:
    """The list names a day to come: the price is good until the day before."""
    number = id_number()
    listed(office, row(number), row(number, "退出", day="2023-11-20"))
    made = registered(office, number)
    assert made["receivable"] == {"payable_fen": 19000, "due_through": "2023-11-19"}
    assert now(on(office, "2023-11-20"), made)["receivable"] == {"payable_fen": 38000, "due_through": "2023-12-31"}


def test_a_recognition_to_come_ends_the_price_of_today(office: Office) -> None:
    number = id_number()
    listed(office, row(number, day="2023-11-20"))
    assert registered(office, number)["receivable"] == {"payable_fen": 38000, "due_through": "2023-11-19"}


def test_a_class_that_the_list_leaves_open_is_as_declared(office: Office) -> None:
    number = id_number()
    listed(office, row(number, "新增", "农村低保"), region=GAOTAI[0])
    person = {"identities": [{"code": "subsistence_allowance", "class": "rural_1"}]}
    made = registered(office, number, GAOTAI, person=person)
    assert (made["receivable"]["payable_fen"], "class_as_declared" in notes(made)) == (7000, True)
    other = id_number()
    listed(office, row(other, "新增", "农村低保三类"), region=GAOTAI[0])
    assert registered(office, other, GAOTAI, person=person)["receivable"]["payable_fen"] == 13000


def test_a_child_registered_without_a_number_cannot_be_found_on_a_list_and_keeps_its_word(office: Office) -> None:
    somebody_listed(office)
    applicant = registration()["applicant"] | {"id_type": "guardian_resident_id"}
    orphan = {"birth_date": "2023-10-20", "identities": [{"code": "orphan"}]}
    made = opened(office, applicant=applicant, person=orphan)
    assert (made["receivable"]["payable_fen"], "not_checked_against_lists" in notes(made)) == (0, True)


def test_the_first_list_of_a_source_prices_orders_anew_that_rest_on_a_word(office: Office) -> None:
    kept, lost = id_number(), id_number()
    first, second = registered(office, kept, person=LOW), registered(office, lost, person=LOW)
    disabled = registered(office, id_number(), person={"identities": [{"code": "disability_1"}]})
    result = listed(office, row(kept, day="2023-09-01"))
    assert (result["repriced"], result["proposals"]) == (1, 0)
    assert [now(office, e)["receivable"]["payable_fen"] for e in (first, second, disabled)] == [19000, 38000, 0]
    assert "declared_not_listed" in notes(now(office, second))


def test_the_region_of_a_list_is_that_of_its_notice(office: Office) -> None:
    assert HENGDONG[0] == "430424"
    assert office.shelf.home("430424106201") == "430424"
    assert office.shelf.home("999999") is None
    assert tried(office, row(id_number()))[0]["region"] == "430424"


@pytest.mark.parametrize(
    ("day", "place", "person", "before", "after"),
    [
        ("2024-03-05", HENGDONG, LOW | {"circumstances": [{"code": "objective_delay_verified"}]}, 38000, None),
        ("2026-03-10", DISTRICT, {"identities": [{"code": "orphan", "since": "2026-03-01"}]}, 40000, 110000),
    ],
    ids=["a way in for the hardship groups", "a lower price without a subsidy"],
)
def test_a_word_that_opens_a_way_in_ends_with_the_first_list_like_one_that_has_a_subsidy(
    own_office: Office, day: str, place: tuple[str, int], person: dict[str, Any], before: int, after: int | None
) -> None:
    """衡东 四(三)3 (e), 2026 二(五): no fund pays anything there, and the price rests on the identity nevertheless."""
    there = on(own_office, day)
    made = registered(there, id_number(), place, person=person | {"insured_last_year": True})
    assert made["receivable"]["payable_fen"] == before
    listed(there, row(id_number(), "新增", "特困", "2024-01-01"), region=place[0])
    due = now(there, made)["receivable"]
    assert (due and due["payable_fen"]) == after
