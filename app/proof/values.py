"""A person put together from one value of each thing that differs; everything else is as plain as can be."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.rules.days import year_bounds
from app.rules.person import Circumstance, EmployeeInsurance, Identity, Person

ADULT = date(1985, 6, 15).toordinal()
IDENTITY, CIRCUMSTANCE = "identity:", "circumstance:"
OF_A_JOB = frozenset({"months_this", "months_last", "gap", "lapsed"})  # nothing to say of whoever had no job
Values = Mapping[str, Any]


def person_of(values: Values, year: int, asked: Mapping[str, tuple[int, int]]) -> Person:
    """Everything is known of this person, so that nothing has to be asked. Values by the name of their axis:

    days are ordinals; an identity is (code, class, since or 0), a circumstance (code, on), `years` (missed, repaid).
    """
    identities: list[Identity] = []
    circumstances: list[Circumstance] = []
    for name, held in values.items():
        if held and name.startswith(IDENTITY):
            identities += (Identity(code, k, date.fromordinal(since) if since else None) for code, k, since in held)
        elif held and name.startswith(CIRCUMSTANCE):
            circumstances += (Circumstance(code, date.fromordinal(on)) for code, on in held)
    return Person(
        birth_date=date.fromordinal(values.get("birth", ADULT)),
        identities=tuple(identities),
        circumstances=tuple(circumstances),
        employee_insurance=_job(values, year),
        insured_last_year=values.get("insured", True),
        zero_claims_last_year=values.get("zero_claims", False),
        parent_insured_in_province=values.get("parent", False),
        numbers=_numbers(values, asked),
    )


def _job(values: Values, year: int) -> EmployeeInsurance | None:
    ended = values.get("ended")
    if ended is None:
        return None
    first, last = year_bounds(year - 1)
    return EmployeeInsurance(
        "ended",
        date.fromordinal(ended),
        values.get("months_this", 0),
        values.get("months_last", 0),
        values.get("gap", False),
        values.get("lapsed", first <= ended <= last),
    )


def _numbers(values: Values, asked: Mapping[str, tuple[int, int]]) -> tuple[tuple[str, int], ...]:
    missed, repaid = values.get("years", (0, 0))
    plain = {name: low for name, (low, _) in asked.items()}
    said = {name: values[name] for name in plain if name in values}
    years = {"missed_years": missed, "repaid_years": repaid} if "years" in values else {}
    return tuple((plain | said | years).items())


def possible(values: Values, year: int) -> bool:
    """Whether the facts about employee insurance can all be true."""
    ended = values.get("ended")
    if ended is None:
        return not any(values.get(name) for name in OF_A_JOB)
    first, last = year_bounds(year - 1)
    if values.get("lapsed") is False and first <= ended <= last:
        return False
    return not (values.get("months_last") and values.get("insured") is False)
