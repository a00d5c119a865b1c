"""Everybody whom two packs can tell apart, by what the change from one to the other does to them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from app.diffing.sides import Effect, Side, effect_of, side_of, starts_later
from app.proof.cohorts import Cohort, cohorts
from app.proof.telling import plainest
from app.proof.under import Under
from app.rules import vocabulary as v
from app.rules.compiling import Compiled
from app.rules.person import EmployeeInsurance, Person
from app.rules.policy import Policy
from app.rules.quoting import quote

Key = tuple[Effect, int, Side, Side]


@dataclass
class Change:
    """People to whom the change does the same, with an example: `person` pays on `pay`. `timing`: 1 where benefits
    start later than before, -1 earlier. `days`: the days of payment on which there are such people."""

    effect: Effect
    timing: int
    before: Side
    after: Side
    person: Person
    pay: date
    classes: int = 0
    days: list[tuple[date, date]] = field(default_factory=list)

    @property
    def difference(self) -> int:
        """How much more is paid, in fen; 0 where that cannot be said."""
        if not self.before.open or not self.after.open:
            return 0
        return (self.after.payable or 0) - (self.before.payable or 0)

    def add(self, cohort: Cohort) -> None:
        self.classes += cohort.classes
        if self.days and (cohort.first - self.days[-1][1]).days <= 1:
            self.days[-1] = (self.days[-1][0], max(cohort.last, self.days[-1][1]))
        else:
            self.days.append((cohort.first, cohort.last))


class Comparison:
    """Two notices about the same coverage year: last year's rules aligned with this year's (aligning.py)."""

    def __init__(self, old: Compiled, new: Compiled) -> None:
        self.old, self.new = old, new

    def changes(self) -> list[Change]:
        """What happens to whom, the largest differences first."""
        found: dict[Key, Change] = {}
        for cohort in cohorts([Under(self.old), Under(self.new)], by_start=True):
            person, pay = cohort.asked()
            key = self.of(person, pay)
            change = found.get(key)
            if change is None:
                change = found[key] = Change(*key, person, pay)
            change.add(cohort)
        for key, change in found.items():
            change.person = self._plain(key, change)
        return sorted(found.values(), key=lambda c: (-abs(c.difference), -c.classes))

    def of(self, person: Person, pay: date) -> Key:
        """What each notice says to somebody, and what the change does."""
        before, after = (quote(pack, person, pay).answer() for pack in (self.old, self.new))
        later = starts_later(before, after)
        one, other = side_of(before), side_of(after)
        return effect_of(one, other, later), later, one, other

    def _plain(self, key: Key, change: Change) -> Person:
        """The example without facts that make no difference to it."""
        return plainest(change.person, lambda person: self.of(person, change.pay) == key)


def by_effect(changes: list[Change]) -> dict[Effect, int]:
    """Classes of people and days by effect."""
    found: dict[Effect, int] = {}
    for change in changes:
        found[change.effect] = found.get(change.effect, 0) + change.classes
    return found


def person_in_words(person: Person, policy: Policy) -> Iterator[str]:
    """The facts of an example, in Chinese."""
    yield f"{person.birth_date}出生" if person.birth_date else "出生日期不详"
    for identity in person.identities:
        name = v.IDENTITIES.get(identity.code) or policy.local_names.get(identity.code, identity.code)
        class_ = v.CLASSES[identity.code][identity.class_] if identity.class_ else ""
        yield name + (f"（{class_}）" if class_ else "") + (f"（{identity.since}认定）" if identity.since else "")
    for circumstance in person.circumstances:
        yield v.CIRCUMSTANCES[circumstance.code] + (f"（{circumstance.on}）" if circumstance.on else "")
    yield from _job(person.employee_insurance)
    for name, words in _FLAGS.items():
        if (value := getattr(person, name)) is not None:
            yield words[value]
    if person.zero_claims_last_year:
        yield "上年零报销"
    for name, number in person.numbers:
        yield list(v.SCHOOLS.values())[number] if name == "school" else f"{v.QUESTIONS[f'person.{name}']}{number}"


_FLAGS = {
    "insured_last_year": ("上年未参保", "上年已参保"),
    "parent_insured_in_province": ("父母未在本省参保", "父母在本省参保"),
}


def _job(job: EmployeeInsurance | None) -> Iterator[str]:
    if job is None or job.status != "ended":
        return
    yield f"职工医保{job.ended_on or ''}终止"
    for months, year in ((job.months_paid_this_year, "本年度"), (job.months_paid_last_year, "上年度")):
        if months is not None:
            yield f"{year}职工医保缴费{months}个月"
    for lapse, year in ((job.gap_this_year, "本年度"), (job.lapsed_last_year, "上年度")):
        if lapse is not None:
            yield f"{year}职工医保{'有' if lapse else '没有'}中断"
