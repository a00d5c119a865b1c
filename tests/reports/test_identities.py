"""Whose word counts in reports: the lists' where a region has lists, the applicant's else."""

import json
from datetime import date
from pathlib import Path

from app.reports.people import DECLARED, Held
from app.storage.enrollment_register import by_id
from app.workflows.known_identities import KnownIdentities
from app.workflows.make_report import Asked, make_report
from app.workflows.office import Office
from tests.rosters.in_the_office import listed
from tests.rosters.made_up_lists import row
from tests.state.in_the_office import opened
from tests.state.made_up import id_number

ALLOWANCE = {"person": {"identities": [{"code": "subsistence_allowance"}, {"code": "disability_3"}]}}
BEFORE, SINCE = date(2023, 10, 9), date(2023, 10, 10)


def enrolled(office: Office, number: str, **changes: object) -> str:
    applicant = {"name": "测试", "id_type": "resident_id", "id_number": number}
    return str(opened(office, applicant=applicant, **changes)["id"])


def held(office: Office, id: str, day: date) -> tuple[Held, ...]:
    with office.database.snapshot() as connection:
        found = by_id(connection, id)
        assert found is not None
        (mine,) = KnownIdentities(connection, "430424", day).of(
            [(found, office.vault.open(bytes(found["personal"]), id))]
        )
    return mine


def test_without_lists_what_was_declared_counts_from_the_day_it_was_recognized(own_office: Office) -> None:
    person = {"identities": [{"code": "subsistence_allowance", "since": "2023-10-10"}]}
    id = enrolled(own_office, id_number(), person=person)
    assert held(own_office, id, BEFORE) == ()
    assert held(own_office, id, SINCE) == (Held("subsistence_allowance", None, "2023-10-10", (DECLARED,)),)


def test_with_lists_they_say_who_has_what_and_from_which_day(own_office: Office) -> None:
    number = id_number()
    silent, boastful = enrolled(own_office, number), enrolled(own_office, id_number(), **ALLOWANCE)
    listed(own_office, row(number))
    listed(own_office, row(number, category="农村低保"), source="medical_security")
    found = Held("subsistence_allowance", None, "2023-10-10", ("civil_affairs", "medical_security"))
    assert (held(own_office, silent, BEFORE), held(own_office, silent, SINCE)) == ((), (found,))
    assert held(own_office, boastful, SINCE) == ()


def test_the_ledger_names_the_list_that_somebody_is_on(own_office: Office, tmp_path: Path) -> None:
    number = id_number()
    enrolled(own_office, number)
    boastful = enrolled(own_office, id_number(), **ALLOWANCE)
    listed(own_office, row(number))
    make_report(own_office, Asked("hardship", "430424", 2024, None, True), tmp_path / "out", "clerk-1")
    rows = json.loads((tmp_path / "out").read_text())["tables"][0]["rows"]
    assert {(r["identities"], r["since"], r["sources"]) for r in rows} == {
        ("低保对象", "2023-10-10", "民政"),
        ("三级残疾人", None, "本人申报"),  # no list of the disabled persons' federation has come yet
    }
    assert held(own_office, boastful, SINCE) == (Held("disability_3", None, None, (DECLARED,)),)
