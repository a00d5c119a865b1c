"""A finding for a policy officer: a line with the place in the file, and the example as a case that can be pasted."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from app.proof.findings import Finding
from app.rules.compiling import Compiled
from app.rules.facts import read_facts
from app.rules.finding import find
from app.rules.person import EmployeeInsurance, Person
from app.rules.quoting import quote
from app.rules.unknown import Undecided
from app.rules.vocabulary import SCHOOLS

_EXPECTED = (
    "outcome", "reason", "personal_fen", "surcharge_fen", "subsidy_fen", "payable_fen", "waiting_days",
    "waiting_months", "benefits_start", "route", "missing",
)  # fmt: skip


# What a notice may really say; the other findings are mended in the pack.
_ACCEPTABLE = frozenset(
    {"two_answers", "other_fund", "overlapping_rates", "never_decides", "beyond_charge", "jump", "gap"}
)


def told(finding: Finding, compiled: Compiled, file: str, line: int) -> str:
    """The finding in full."""
    severity = "错误 (error)" if finding.is_error else "提示 (remark)"
    head = f"{file}:{line}: {severity} {finding.code}: {finding.sentence}"
    lines = [*_example(finding, compiled), *_if_so(finding)]
    return "\n".join([head, *(f"    {text}" for text in lines)])


def _example(finding: Finding, compiled: Compiled) -> list[str]:
    if finding.person is None or finding.pay is None:
        return []
    person = plainest(finding.person, partial(_still, compiled, finding))
    return case(compiled, person, finding.pay, finding.code)


def _if_so(finding: Finding) -> Iterator[str]:
    """As comments, so that the example can still be pasted: what to write where the notice really is so."""
    if finding.code in _ACCEPTABLE:
        yield "# 公告确实如此规定的，写在 accepts 里，补上条款 (if the notice really says so, under accepts):"
        yield f"# - {{finding: {finding.code}, of: {_flow(list(finding.of))}, cite: …}}"
    if finding.code == "no_answer":
        yield "# 公告没有途径的，写在 notes 里 (if the notice has no way in, under notes):"
        yield "# - {code: …, kind: rule, text: …, cite: …, shown: {reasons: [window_closed]}}"


def _still(compiled: Compiled, finding: Finding, person: Person) -> bool:
    """Whether the person gets the answer of the finding's example, and shows what it is an example of."""
    assert finding.person is not None
    assert finding.pay is not None
    year, day = compiled.policy.coverage_year, finding.pay.toordinal()
    before, after = (read_facts(p, year) for p in (finding.person, person))
    one, other = find(compiled, before, day), find(compiled, after, day)
    if not isinstance(one, tuple) or not isinstance(other, tuple):
        return False
    alike = (one[0], one[4], one[5], one[6], one[9]) == (other[0], other[4], other[5], other[6], other[9])
    try:
        return alike and (finding.shows is None or finding.shows(day, after))
    except Undecided:
        return False


def case(compiled: Compiled, person: Person, pay: date, name: str) -> list[str]:
    """The example and what the engine answers, as a case in YAML."""
    answer = quote(compiled, person, pay).answer()
    expect = {key: answer[key] for key in _EXPECTED if answer[key] not in (None, [])}
    return [
        f"- name: Example of {name}",
        f"  pay_date: {pay.isoformat()}",
        f"  person: {_flow(facts(person))}",
        f"  expect: {_flow(expect)}",
    ]


def facts(person: Person) -> dict[str, Any]:
    """The person as cases and requests write them."""
    found: dict[str, Any] = {"birth_date": person.birth_date}
    if person.identities:
        found["identities"] = [{"code": i.code, "class": i.class_, "since": i.since} for i in person.identities]
    if person.circumstances:
        found["circumstances"] = [{"code": x.code, "'on'": x.on} for x in person.circumstances]
    job = person.employee_insurance
    if job is not None:
        found["employee_insurance"] = {name: getattr(job, name) for name in EmployeeInsurance.__slots__}
    for name in ("insured_last_year", "parent_insured_in_province"):
        found[name] = getattr(person, name)
    for name in ("zero_claims_last_year", "insured_elsewhere"):
        found[name] = getattr(person, name) or None
    found |= {name: list(SCHOOLS)[n] if name == "school" else n for name, n in person.numbers}
    return found


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(x)}" for key, x in value.items() if x is not None) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str) and value.startswith("local:"):
        return f'"{value}"'
    return str(value).lower() if isinstance(value, bool) else str(value)


def plainest(person: Person, shows: Callable[[Person], bool]) -> Person:
    """The person without everything that the example does not need."""
    for simpler in _simpler(person):
        if shows(simpler):
            return plainest(simpler, shows)
    return person


def _simpler(person: Person) -> Iterator[Person]:
    ids, events = person.identities, person.circumstances
    yield from (replace(person, identities=(*ids[:i], *ids[i + 1 :])) for i in range(len(ids)))
    yield from (replace(person, circumstances=(*events[:i], *events[i + 1 :])) for i in range(len(events)))
    if person.employee_insurance is not None:
        yield replace(person, employee_insurance=None)
        job = person.employee_insurance
        for name in ("months_paid_this_year", "months_paid_last_year", "gap_this_year", "lapsed_last_year"):
            if getattr(job, name) is not None:
                yield replace(person, employee_insurance=_without(job, name))
    for name in ("insured_last_year", "parent_insured_in_province"):
        if getattr(person, name) is not None:
            yield _without(person, name)
    if person.zero_claims_last_year:
        yield replace(person, zero_claims_last_year=False)
    numbers = person.numbers
    yield from (replace(person, numbers=(*numbers[:i], *numbers[i + 1 :])) for i in range(len(numbers)))


def _without(said: Any, name: str) -> Any:
    return replace(said, **{name: None})
