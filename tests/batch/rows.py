"""People as rows of a file, and what the engine for single people answers for such a row."""

from datetime import date
from typing import Any

from app.api.problems import from_validation
from app.batch.answer_row import COLUMNS, Layout
from app.batch.cells import FACTS, Explain
from app.rules.compiling import Compiled
from app.rules.person import Person
from app.rules.quoting import quote
from app.rules.vocabulary import SCHOOLS

NAMES = ["pay_date", *FACTS]


def explain(why: Any) -> list[tuple[str, str]]:
    return from_validation(why).errors or []


EXPLAIN: Explain = explain


def cells_of(person: Person, pay: date | None) -> dict[str, str | None]:
    """The row of a file that says of a person what the person says."""
    job = person.employee_insurance
    found: dict[str, Any] = {
        "pay_date": pay,
        "birth_date": person.birth_date,
        "identities": ";".join(
            i.code + (f"/{i.class_}" if i.class_ else "") + (f"@{i.since}" if i.since else "")
            for i in person.identities
        ),
        "circumstances": ";".join(c.code + (f"@{c.on}" if c.on else "") for c in person.circumstances),
        "insured_last_year": person.insured_last_year,
        "zero_claims_last_year": person.zero_claims_last_year,
        "parent_insured_in_province": person.parent_insured_in_province,
        "insured_elsewhere": person.insured_elsewhere,
        "employee_status": job and job.status,
        "employee_ended_on": job and job.ended_on,
        "employee_months_paid_this_year": job and job.months_paid_this_year,
        "employee_months_paid_last_year": job and job.months_paid_last_year,
        "employee_gap_this_year": job and job.gap_this_year,
        "employee_lapsed_last_year": job and job.lapsed_last_year,
    }
    said = dict(person.numbers)
    found |= {name: list(SCHOOLS)[value] if name == "school" else value for name, value in said.items()}
    return {name: None if found.get(name) in (None, "") else str(found[name]).replace("True", "true") for name in NAMES}


def single(compiled: Compiled, person: Person, pay: date) -> dict[str, Any]:
    """The answer's columns from the engine for one person."""
    row = Layout(COLUMNS).row(quote(compiled, person, pay).answer())
    return dict(zip(COLUMNS, row, strict=True))
