"""Everybody, in cohorts: the people of a stretch of days who get one answer under each of the packs asked.

    for cohort in cohorts([Under(compiled)]):
        person, day = cohort.asked()  # cohort.classes, cohort.first, cohort.last, cohort.groups

With two packs (last year's, and `Under(next_year, years=1)`) a cohort gets one answer under the first and one under the
second; `cohort.asked(1)` is its example and its day of payment as the second pack meets them. docs/pack-proof.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.proof.bits import Bits
from app.proof.crowd import Crowd
from app.proof.groups import Answers, Group
from app.proof.plan import Plan
from app.proof.season import Stretch, stretches
from app.proof.under import Under
from app.rules.person import Person


@dataclass(frozen=True, slots=True)
class Cohort:
    """`classes`: how many classes of people it is made of, on each of the days of payment from `first` to `last`; `pay`
    is the day on which `person` is an example. `groups`: what each pack says. `values`: from where to where each thing
    that is asked about goes in the example's class (days as ordinals)."""

    first: date
    last: date
    pay: date
    classes: int
    person: Person
    groups: tuple[Group, ...]
    values: dict[str, tuple[Any, Any]]
    unders: tuple[Under, ...]

    def asked(self, k: int = 0) -> tuple[Person, date]:
        """The example and its day of payment, as the pack `k` meets them."""
        under = self.unders[k]
        return under.person(self.person), date.fromordinal(under.there(self.pay.toordinal()))


def cohorts(unders: Sequence[Under], *, by_start: bool = False) -> Iterator[Cohort]:
    """All people who can be enrolled, on all days, from the one before the first opening to the one after the year.

    Whoever is in employee insurance or insured elsewhere is not among them: every pack refuses them. `by_start`: those
    whose benefits start within the year and behind it are told apart.
    """
    plan = Plan(unders)
    for stretch in stretches(plan):
        yield from cohorts_on(plan, stretch, stretch.first, by_start=by_start)


def cohorts_on(plan: Plan, stretch: Stretch, pay: int, *, by_start: bool = False) -> Iterator[Cohort]:
    """The cohorts of one stretch, with examples that pay on one of its days."""
    crowd = Crowd(plan, pay)
    found: list[tuple[Bits, tuple[Group, ...]]] = [(crowd.all, ())]
    for k in range(len(plan.unders)):
        groups = Answers(crowd, k).groups("starts" if by_start else "answers")
        found = [(both, (*told, g)) for bits, told in found for g in groups if (both := bits & g.bits)]
    for bits, told in found:
        yield _cohort(crowd, stretch, bits, told)


def _cohort(crowd: Crowd, stretch: Stretch, bits: Bits, groups: tuple[Group, ...]) -> Cohort:
    at = crowd.table.first(bits)
    low, high = crowd.values(at), crowd.values(at, high=True)
    return Cohort(
        date.fromordinal(stretch.first),
        date.fromordinal(stretch.last),
        date.fromordinal(crowd.pay),
        bits.bit_count(),
        crowd.person(at),
        groups,
        {name: (low[name], high[name]) for name in low},
        crowd.plan.unders,
    )
