"""A person as asked about: the facts as given, where None means that nobody said, never that it is false."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import date

from app.rules.days import year_bounds
from app.rules.vocabulary import CLASSES, LOCAL


@dataclass(frozen=True, slots=True)
class Identity:
    """A recognized status; without `since` it counts as recognized before the window opened."""

    code: str
    class_: str | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Circumstance:
    """A special situation; without `on` it has happened, on an unknown day up to the day of payment."""

    code: str
    on: date | None = None


@dataclass(frozen=True, slots=True)
class EmployeeInsurance:
    """`this year` is the coverage year; None is unknown. `ended` without a day: up to the day of payment."""

    status: str
    ended_on: date | None = None
    months_paid_this_year: int | None = None
    months_paid_last_year: int | None = None
    gap_this_year: bool | None = None
    lapsed_last_year: bool | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """What the contract's `person` object says. Build it from checked input: `contradictions` finds what cannot be."""

    birth_date: date | None = None
    identities: tuple[Identity, ...] = ()
    circumstances: tuple[Circumstance, ...] = ()
    employee_insurance: EmployeeInsurance | None = None
    insured_last_year: bool | None = None
    zero_claims_last_year: bool = False
    parent_insured_in_province: bool | None = None
    insured_elsewhere: bool = False
    numbers: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What one notice knows besides the shared vocabulary: identities of its own, and the tiers there are."""

    local_identities: Container[str] = frozenset()
    tiers: Container[int] | None = None


_SHARED_ONLY = Known()


def contradictions(person: Person, coverage_year: int, known: Known = _SHARED_ONLY) -> list[tuple[str, str]]:
    """What the facts say against each other or against what the notice knows, as (field path, Chinese sentence);
    empty where they can all be true."""
    if not (person.identities or person.circumstances or person.employee_insurance or person.numbers):
        return []
    found = [*_identity_clashes(person), *_circumstance_clashes(person), *_strangers(person, known)]
    if person.employee_insurance:
        found += _employment_clashes(person, person.employee_insurance, coverage_year)
    return found


def _strangers(person: Person, known: Known) -> Iterator[tuple[str, str]]:
    for i, identity in enumerate(person.identities):
        if identity.code.startswith(LOCAL) and identity.code not in known.local_identities:
            yield f"person.identities.{i}.code", "该地区的公告没有这一身份"
    numbers = dict(person.numbers)
    if known.tiers is not None and "tier" in numbers and numbers["tier"] not in known.tiers:
        yield "person.tier", "公告没有这一档次"
    if numbers.get("repaid_years", 0) > numbers.get("missed_years", 99):
        yield "person.repaid_years", "补缴年数不能多于断保年数"


def _identity_clashes(person: Person) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for i, identity in enumerate(person.identities):
        if identity.code in seen:
            yield f"person.identities.{i}.code", "同一身份只能填报一次"
        seen.add(identity.code)
        if identity.class_ is not None and identity.class_ not in CLASSES.get(identity.code, ()):
            yield f"person.identities.{i}.class", "该身份没有这一类别"


def _circumstance_clashes(person: Person) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for i, circumstance in enumerate(person.circumstances):
        if circumstance.code in seen:
            yield f"person.circumstances.{i}.code", "同一情形只能填报一次"
        seen.add(circumstance.code)


def _employment_clashes(person: Person, job: EmployeeInsurance, coverage_year: int) -> Iterator[tuple[str, str]]:
    if job.ended_on is not None and job.status != "ended":
        yield "person.employee_insurance.ended_on", "只有状态为已终止（ended）时才能填写终止日期"
    if person.insured_last_year is False and (job.months_paid_last_year or 0) > 0:
        yield "person.insured_last_year", "上一年度职工医保已有缴费月数，与上一年度未参保矛盾"
    if job.lapsed_last_year is False and job.ended_on is not None and coverage_year > 1:
        first, last = year_bounds(coverage_year - 1)
        if first <= job.ended_on.toordinal() <= last:
            yield "person.employee_insurance.lapsed_last_year", "职工医保在上一年度终止，与上一年度没有中断矛盾"
