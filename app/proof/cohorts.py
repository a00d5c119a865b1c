"""Everybody, in cohorts: the people of a stretch of days who get one answer under each of the packs asked.

    for cohort in cohorts([Under(compiled)]):
        person, day = cohort.asked()  # cohort.classes, cohort.first, cohort.last, cohort.groups

With two packs (last year's, and `Under(next_year, years=1)`) a cohort gets one answer under the first and one under the
second; `cohort.asked(1)` is its example and its day of payment as the second pack meets them. docs/pack-proof.md.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.proof.bits import Bits
from app.proof.crowd import Crowd
from app.proof.groups import Answers
from app.proof.layers import Group
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
    crowd: Crowd | None = None
    before: list[Answers] = []
    for stretch in stretches(plan):
        crowd = Crowd(plan, stretch.first, like=crowd)
        before = [Answers(crowd, k, like=before[k] if before else None) for k in range(len(unders))]
        groups = [answers.groups("starts" if by_start else "answers") for answers in before]
        for bits, told in _together(crowd.all, groups):
            yield _cohort(crowd, stretch, bits, told)


def _together(everybody: Bits, groups: Sequence[Sequence[Group]]) -> Iterator[tuple[Bits, tuple[Group, ...]]]:
    """The people whom each of several divisions into groups puts into one group, and these groups."""
    found: list[tuple[Bits, tuple[Group, ...]]] = [(everybody, ())]
    for division in groups:
        ahead = deque(division)
        found = [(both, (*told, group)) for bits, told in found for group, both in _overlaps(bits, ahead)]
    yield from found


def _overlaps(bits: Bits, division: deque[Group]) -> Iterator[tuple[Group, Bits]]:
    """The groups that some people belong to; first those where the people before them were found, for two packs that
    are nearly the same have their groups in nearly the same order."""
    left = bits
    while left:
        if both := left & division[0].bits:
            left ^= both
            yield division[0], both
        if left:
            division.rotate(-1)


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
