"""What went wrong when a county's reports were tried: who is counted as what, and whom an audit record counts."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.reports.registration import households
from app.workflows.cancel_enrollment import cancel_enrollment
from app.workflows.make_report import Asked, make_report
from app.workflows.office import Office
from tests.reports.test_places import PERSON
from tests.reports.village import REGION, YEAR, County
from tests.rosters.in_the_office import GAOTAI, decided, listed, on, proposed, registered
from tests.rosters.made_up_lists import row
from tests.state.in_the_office import booked, opened
from tests.state.made_up import id_number, payment, registration


def made(office: Office, folder: Path, name: str, place: tuple[str, int], day: date | None = None) -> dict[str, Any]:
    make_report(office, Asked(name, *place, day, True), folder / "report.json", "clerk-1")
    found: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return found


def test_a_subsidy_paid_out_afterwards_is_in_the_ledger_as_in_the_settlement(
    own_office: Office, tmp_path: Path
) -> None:
    number, office = id_number(), on(own_office, "2023-11-20")
    person = registered(on(own_office, "2023-10-10"), number, GAOTAI)
    assert booked(office, payment(person["order_no"], 38000, paid_at="2023-10-10T10:00:00+08:00")) == ["covered"]
    listed(office, row(number, "新增", "农村低保一类", "2023-11-15"), region=GAOTAI[0])
    (proposal,) = proposed(office, person)
    decided(office, proposal)
    (ledger,) = made(office, tmp_path, "hardship", GAOTAI)["tables"]
    (line,) = ledger["rows"]
    assert (line["subsidy_fen"], line["paid_fen"], line["paid_back_fen"]) == (0, 38000, 31000)
    settled = made(office, tmp_path, "settlement", GAOTAI)["tables"][0]["totals"]["total_fen"]
    assert ledger["totals"]["subsidy_fen"] + ledger["totals"]["paid_back_fen"] == settled
    progress = made(office, tmp_path, "progress", GAOTAI)["tables"][0]["totals"]
    assert (progress["aided_allowance"], progress["insured"]) == (1, 1)


def test_who_has_a_subsidy_and_is_on_no_list_any_more_stays_in_the_ledger(own_office: Office, tmp_path: Path) -> None:
    office = on(own_office, "2023-11-20")
    declared = {"identities": [{"code": "extreme_poverty", "since": "2022-01-01"}]}
    registered(on(own_office, "2023-10-10"), id_number(), GAOTAI, person=declared)
    listed(office, row(id_number(), "新增", "农村低保一类", "2023-11-15"), region=GAOTAI[0])
    (ledger,) = made(office, tmp_path, "hardship", GAOTAI)["tables"]
    assert [(r["identities"], r["sources"], r["subsidy_fen"]) for r in ledger["rows"]] == [
        ("（截至当日无）", None, 38000)
    ]
    settled = made(office, tmp_path, "settlement", GAOTAI)["tables"][0]["totals"]["total_fen"]
    assert ledger["totals"]["subsidy_fen"] == settled


@pytest.mark.parametrize("cancelled", [False, True])
def test_who_cancelled_the_year_before_is_new(own_office: Office, tmp_path: Path, cancelled: bool) -> None:
    office, number = on(own_office, "2023-11-20"), id_number()
    mine = registered(office, number, GAOTAI)
    _shift_a_year(own_office, mine["id"])
    if cancelled:
        cancel_enrollment(office, mine["id"], "test")
    registered(office, number, GAOTAI, channel="again")
    (table,) = made(office, tmp_path, "new-enrollments", GAOTAI)["tables"]
    assert len(table["rows"]) == cancelled


def _shift_a_year(office: Office, id: str) -> None:
    """As if it were of the year before, which has no notice here."""
    with office.database.transaction() as connection:
        for table, column in (("enrollments", "id"), ("live_enrollments", "enrollment_id")):
            connection.exec_driver_sql(f"UPDATE {table} SET coverage_year = coverage_year - 1 WHERE {column} = '{id}'")


def test_a_child_under_its_guardians_number_is_marked_as_such(own_office: Office, tmp_path: Path) -> None:
    office = on(own_office, "2024-03-01")
    applicant = registration()["applicant"] | {"id_type": "guardian_resident_id"}
    opened(office, applicant=applicant, person={"birth_date": "2024-02-10"})
    (table,) = made(office, tmp_path, "new-enrollments", (REGION, YEAR))["tables"]
    assert [(r["category"], r["remark"]) for r in table["rows"]] == [("新生儿", "未缴费、监护人证件")]


def test_the_record_counts_the_people_that_a_report_names(county: County, tmp_path: Path) -> None:
    made(county.office, tmp_path, "hardship", (REGION, YEAR))
    with county.office.database.reading() as connection:
        last = connection.exec_driver_sql(
            "SELECT about FROM audit WHERE deed = 'report_made' ORDER BY number DESC LIMIT 1"
        ).scalar_one()
    assert json.loads(last)["people"] == 4


def test_a_report_of_a_day_to_come_is_one_of_today(county: County, tmp_path: Path) -> None:
    office = replace(county.office, today=lambda: date(2023, 11, 3))
    found = made(office, tmp_path, "progress", (REGION, YEAR), date(2030, 1, 1))
    assert (found["as_of"], found["tables"][0]["totals"]["insured"]) == ("2023-11-03", 6)


def test_where_a_past_season_is_tried_out_nothing_is_dated_after_its_day(county: County, tmp_path: Path) -> None:
    """The clock is ahead of the day then (CANBAO_TODAY); who need not pay is covered on the day, not by the clock."""
    office = replace(county.office, today=lambda: date(2023, 10, 1))
    payers = made(office, tmp_path, "payers", (REGION, YEAR))["tables"]
    dates = {row["paid_on"] for table in payers for row in table["rows"]}
    assert dates == {"2023-10-01", "2023-11-02", "2023-11-03"}  # days of payment are the payments' own


def test_households_stand_in_the_order_of_their_numbers_as_people_count() -> None:
    numbers = ["10", "9", "9-b", "2组1", "1组12", "1组3", None]
    people = [
        replace(PERSON, id=str(n), household={"household_no": number, "relation": "head"} if number else None)
        for n, number in enumerate(numbers)
    ]
    found = [members[0].household and members[0].household["household_no"] for members in households(people)]
    assert found == ["1组3", "1组12", "2组1", "9", "9-b", "10", None]
