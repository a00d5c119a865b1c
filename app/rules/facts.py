"""A person's facts as compiled rules read them: integers, and in place of what nobody said UNKNOWN or a Hole."""

from collections.abc import Mapping
from typing import Any

from app.rules import days
from app.rules.person import Person
from app.rules.unknown import UNKNOWN, Hole, Ranges, SettledBy, World
from app.rules.vocabulary import CLASSES, NUMBERS

PERSON = "person."
MISSED = "person.missed_years"
BIRTH = "person.birth_date"
CLASS = "person.identities.class"
ON = "person.circumstances.on"
INSURED = "person.insured_last_year"
PARENT = "person.parent_insured_in_province"
JOB = "person.employee_insurance."
ENDED, MONTHS_THIS, MONTHS_LAST, GAP, LAPSED = (
    JOB + "ended_on",
    JOB + "months_paid_this_year",
    JOB + "months_paid_last_year",
    JOB + "gap_this_year",
    JOB + "lapsed_last_year",
)
_CLASS_INDEX = {code: {name: i for i, name in enumerate(names)} for code, names in CLASSES.items()}


class Facts:
    """One slot per fact. `employed_before`: the person is in employee insurance on every day before this one."""

    __slots__ = (
        "birth", "circumstances", "classes", "elsewhere", "employed_before", "ended", "gap", "had_job", "identities",
        "insured", "lapsed", "months_last", "months_this", "numbers", "parent", "zero_claims",
    )  # fmt: skip

    birth: Any
    identities: dict[str, int]
    classes: dict[str, Any]
    circumstances: dict[str, Any]
    employed_before: int
    had_job: bool
    ended: Any
    months_this: Any
    months_last: Any
    gap: Any
    lapsed: Any
    insured: Any
    parent: Any
    zero_claims: bool
    elsewhere: bool
    numbers: dict[str, Any]


# The numbers of everybody who gives none. Years that only a reward hangs on count as none, as the contract has it for
# zero_claims_last_year: nobody has to answer for a reward before they hear the price. Nor is anything repaired that
# nobody asked to repair: that is a choice, which costs money, and not something that could be unknown.
_CHOSEN_OR_REWARDED = ("repaid_years", "continuous_years", "zero_claim_years")
_UNSAID: dict[str, Any] = dict.fromkeys(NUMBERS, UNKNOWN) | dict.fromkeys(_CHOSEN_OR_REWARDED, 0)
_NOTHING: dict[str, Any] = {}  # shared by everybody without identities or circumstances; compiled rules only read


def _known(value: Any) -> Any:
    return UNKNOWN if value is None else value


def read_facts(person: Person, coverage_year: int) -> Facts:
    """The facts with UNKNOWN in the place of what is missing."""
    f = Facts()
    f.birth = person.birth_date.toordinal() if person.birth_date is not None else UNKNOWN
    f.insured = _known(person.insured_last_year)
    f.parent = _known(person.parent_insured_in_province)
    f.zero_claims = person.zero_claims_last_year
    f.elsewhere = person.insured_elsewhere
    f.numbers = {**_UNSAID, **dict(person.numbers)} if person.numbers else _UNSAID
    f.identities = f.classes = f.circumstances = _NOTHING
    if person.identities:
        _read_identities(f, person)
    if person.circumstances:
        f.circumstances = {c.code: c.on.toordinal() if c.on else UNKNOWN for c in person.circumstances}
    _read_job(f, person, coverage_year)
    return f


def _read_identities(f: Facts, person: Person) -> None:
    # No `since` counts as recognized before the window opened: before every day there is.
    f.identities = {i.code: i.since.toordinal() if i.since else 0 for i in person.identities}
    if f.identities.keys().isdisjoint(CLASSES):
        return
    f.classes = {
        i.code: _CLASS_INDEX[i.code][i.class_] if i.class_ is not None else UNKNOWN
        for i in person.identities
        if i.code in CLASSES
    }


def _read_job(f: Facts, person: Person, coverage_year: int) -> None:
    job = person.employee_insurance
    f.had_job = False
    f.employed_before = f.months_this = f.months_last = 0
    f.ended = UNKNOWN  # never read where had_job is false
    f.gap = f.lapsed = False
    if job is None:
        return
    f.had_job = job.status == "ended"
    # Where there is no employee insurance there is nothing to be unknown about it.
    nothing = (0, False) if job.status == "none" else (UNKNOWN, UNKNOWN)
    f.months_this = nothing[0] if job.months_paid_this_year is None else job.months_paid_this_year
    f.months_last = nothing[0] if job.months_paid_last_year is None else job.months_paid_last_year
    f.gap = nothing[1] if job.gap_this_year is None else job.gap_this_year
    f.lapsed = nothing[1] if job.lapsed_last_year is None else job.lapsed_last_year
    if job.status == "active":
        f.employed_before = days.LAST + 1
    if job.ended_on is not None:
        f.employed_before = f.ended = job.ended_on.toordinal()
    _settle(f, coverage_year)


def _settle(f: Facts, coverage_year: int) -> None:
    """What a known fact says about one that nobody gave."""
    first, last = days.year_bounds(coverage_year - 1)
    if f.insured is UNKNOWN and f.months_last is not UNKNOWN and f.months_last >= 1:
        f.insured = True
    if f.lapsed is UNKNOWN and f.had_job and f.ended is not UNKNOWN and first <= f.ended <= last:
        f.lapsed = True


def unknown_ranges(f: Facts, day: int, asked: Mapping[str, tuple[int, int]] = _NOTHING) -> Ranges:
    """For each unknown fact the values it may have on `day`, whatever the others are.

    `asked`: the numbers that the policy asks for, with their bounds.
    """
    ranges: Ranges = {f"{PERSON}{n}": bounds for n, bounds in asked.items() if f.numbers[n] is UNKNOWN}
    if MISSED in ranges:  # no more years can be repaired than were missed
        ranges[MISSED] = (f.numbers["repaid_years"], ranges[MISSED][1])
    if f.birth is UNKNOWN:
        ranges[BIRTH] = (days.FIRST, days.LAST)
    for code, index in f.classes.items():
        if index is UNKNOWN:
            ranges[f"{CLASS}#{code}"] = (0, len(CLASSES[code]) - 1)
    # What has happened on an unknown day has happened by the day of payment.
    ranges |= {f"{ON}#{code}": (days.FIRST, day) for code, on in f.circumstances.items() if on is UNKNOWN}
    for fact, value in ((INSURED, f.insured), (PARENT, f.parent), (GAP, f.gap), (LAPSED, f.lapsed)):
        if value is UNKNOWN:
            ranges[fact] = (0, 1)
    for fact, value in ((MONTHS_THIS, f.months_this), (MONTHS_LAST, f.months_last)):
        if value is UNKNOWN:
            ranges[fact] = (0, 12)
    if f.had_job and f.ended is UNKNOWN:
        ranges[ENDED] = (days.FIRST, day)
    return ranges


def is_day(fact: str) -> bool:
    """Whether the values of an unknown fact are days."""
    return fact in (BIRTH, ENDED) or fact.startswith(ON)


def facts_in(world: World, f: Facts, coverage_year: int) -> Facts:
    """The same facts with a Hole for each unknown one."""
    g = Facts()
    for slot in Facts.__slots__:
        setattr(g, slot, getattr(f, slot))

    def hole(fact: str, value: Any) -> Any:
        return Hole(world, fact) if fact in world.ranges else value

    g.birth, g.parent = hole(BIRTH, f.birth), hole(PARENT, f.parent)
    g.classes = {code: hole(f"{CLASS}#{code}", index) for code, index in f.classes.items()}
    g.circumstances = {code: hole(f"{ON}#{code}", on) for code, on in f.circumstances.items()}
    if any(f"{PERSON}{n}" in world.ranges for n in f.numbers):
        g.numbers = {n: hole(f"{PERSON}{n}", value) for n, value in f.numbers.items()}
    g.ended, g.gap = hole(ENDED, f.ended), hole(GAP, f.gap)
    g.months_this, g.months_last = hole(MONTHS_THIS, f.months_this), hole(MONTHS_LAST, f.months_last)
    first, last = days.year_bounds(coverage_year - 1)
    if INSURED in world.ranges:
        g.insured = SettledBy(world, INSURED, lambda: g.months_last >= 1)
    if LAPSED in world.ranges:
        g.lapsed = SettledBy(world, LAPSED, lambda: g.had_job and first <= g.ended <= last)
    return g
