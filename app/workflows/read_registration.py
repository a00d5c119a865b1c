"""A registration as it arrived, checked as far as it can be without the database: who it is, what is known of them."""

from dataclasses import dataclass
from typing import Any

from app.contract.enrollment import EnrollmentRequest
from app.contract.person import PersonForm
from app.enrollment.id_numbers import GUARDIAN, RESIDENT_ID, birth_date_of, normalized
from app.rules.person import contradictions
from app.workflows.office import Office, Refused
from app.workflows.show_enrollment import document_key


@dataclass(frozen=True, slots=True)
class Registration:
    """`region` is the notice's that the asked one resolves to; `personal` is what is sealed with the enrollment."""

    client: str
    key: str
    request_hash: str
    region: str
    asked: EnrollmentRequest
    personal: dict[str, Any]
    person_key: str


def read_registration(
    office: Office, client: str, key: str, request_hash: str, asked: EnrollmentRequest
) -> Registration:
    """Raises Refused, WrongNumber, PolicyNotFound or PackRefused for what is never worked on."""
    region = office.shelf.resolve(asked.region, asked.coverage_year)
    facts = _facts(asked)
    _check_facts(office, facts, region, asked.coverage_year)
    household = asked.household.model_dump() if asked.household else None
    personal = {"applicant": asked.applicant.model_dump(), "household": household, "facts": facts}
    return Registration(client, key, request_hash, region, asked, personal, _person_key(office, asked, facts))


def _facts(asked: EnrollmentRequest) -> dict[str, Any]:
    """The person's facts as JSON, with the birth date from the resident ID where it is absent."""
    facts = asked.person.model_dump(mode="json", by_alias=True, exclude_none=True)
    if asked.applicant.id_type == RESIDENT_ID:
        born = birth_date_of(normalized(RESIDENT_ID, asked.applicant.id_number)).isoformat()
        if facts.setdefault("birth_date", born) != born:
            raise Refused("contradictory_facts", errors=[("person.birth_date", "与身份证号码中的出生日期不一致")])
    elif asked.applicant.id_type == GUARDIAN and "birth_date" not in facts:
        raise Refused("contradictory_facts", errors=[("person.birth_date", "用监护人证件登记时必填")])
    return facts


def _check_facts(office: Office, facts: dict[str, Any], region: str, year: int) -> None:
    person = PersonForm.model_validate(facts, strict=False).person()
    clashes = contradictions(person, year, office.shelf.find(region, year).known)
    if clashes:
        raise Refused("contradictory_facts", errors=clashes)


def _person_key(office: Office, asked: EnrollmentRequest, facts: dict[str, Any]) -> str:
    """The keyed hash that finds a person: by document, or by guardian, name and birth date for a child without one."""
    who = asked.applicant
    number = normalized(who.id_type, who.id_number)
    if who.id_type == GUARDIAN:
        return office.vault.index("child", number, "".join(who.name.split()), str(facts.get("birth_date")))
    return document_key(office, who.id_type, number)
