"""The answers that a pack has for the people of a day: who gets which, as whole numbers with a bit for each class.

The order of offers is the convention's (rules/choice.py). Here it is worked out for everybody at once; the engine's own
answer for an example of each group is compared with it (cohorts.py), so that neither can be wrong alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from app.proof.asked import expected, start_marks
from app.proof.bits import Bits, split
from app.proof.crowd import Crowd
from app.proof.earlier import Race
from app.proof.offers import Offer, Offers, Rank
from app.rules import conditions as c
from app.rules import vocabulary as v

Apart = Literal["answers", "years", "starts"]


@dataclass(frozen=True, slots=True)
class Group:
    """Classes with one answer. `offers`: those of the best rank that may win; of several the earlier start decides,
    then the order of the file (earlier.py)."""

    bits: Bits
    code: int
    offers: tuple[Offer, ...] = ()
    rank: Rank | None = None


def parted(offers: Sequence[tuple[Offer, Bits]]) -> Iterator[tuple[tuple[Offer, ...], Bits]]:
    """Who gets which of some offers together. Most are alone, and looked at apart: a split takes time for each pair."""
    once = twice = offers[0][1] & ~offers[0][1]
    for _, bits in offers:
        twice |= once & bits
        once |= bits
    for offer, bits in offers:
        if alone := bits & ~twice:
            yield (offer,), alone
    shared = [(offer, both) for offer, bits in offers if (both := bits & twice)]
    if shared:
        for key, bits in split({(): twice}, [bits for _, bits in shared]).items():
            yield tuple(offer for (offer, _), inside in zip(shared, key, strict=True) if inside), bits


class Answers:
    """What the pack `k` says to everybody in the crowd."""

    def __init__(self, crowd: Crowd, k: int = 0) -> None:
        self.crowd, self.k = crowd, k
        self.under = crowd.plan.unders[k]
        self.policy = self.under.policy
        self.offers = Offers(crowd, k)
        self._marked: dict[tuple[int, bool], list[Bits]] = {}
        self.there, self.pay = self.under.there(crowd.pay), self.under.payment(crowd.pay)

    def groups(self, apart: Apart = "starts") -> list[Group]:
        """Every answer with the classes that get it; of those whose start moves, `apart`: nobody, those with benefits
        in this year and those without, or all that any day tells apart."""
        found = [group for group in self._groups() if group.bits]
        return found if apart == "answers" else [part for group in found for part in self._by_start(group, apart)]

    def _groups(self) -> Iterator[Group]:
        crowd = self.crowd
        if self.there > self.policy.last_day:
            yield Group(crowd.all, v.YEAR_OVER)
            return
        enrolled = crowd.holds(crowd.born(self.k)) | crowd.says(self.k, expected(self.policy), of_the_day=True)
        yield Group(crowd.all & ~enrolled, v.NOT_YET_BORN)
        if self.there < self.policy.opens:
            yield Group(enrolled, v.NOT_YET_OPEN)
        elif self.there != self.pay:
            later = self.offers.open() & enrolled if self.pay <= self.policy.last_day else crowd.none
            if self.policy.eligibility.expected_child is not None:  # it may be one on either day alone
                later &= crowd.holds(crowd.born(self.k, of_the_day=False)) | crowd.says(self.k, expected(self.policy))
            yield Group(later, v.PAUSED)
            yield Group(enrolled & ~later, self.none_open())
        else:
            yield from self._priced(enrolled)

    def none_open(self) -> int:
        """What whoever finds no way in is told."""
        return v.NOT_YET_MAIN if self.there < self.policy.main_opens else v.WINDOW_CLOSED

    def _priced(self, enrolled: Bits) -> Iterator[Group]:
        left, ranks = enrolled, self.offers.ranks
        for rank in sorted(ranks):
            best = self.crowd.none
            for _, bits in ranks[rank]:
                best |= bits & left
            if not best:
                continue
            offers = [(offer, both) for offer, bits in ranks[rank] if (both := bits & best)]
            runners = [(self.offers.begin(offer), self.offers.shown(offer), bits) for offer, bits in offers]
            hopes = self.race.hopeful(runners) if len(runners) > 1 else [best]
            for chosen, bits in parted([(offer, bits) for (offer, _), bits in zip(offers, hopes, strict=True)]):
                yield Group(bits, v.OPEN, chosen, rank)
            left &= ~best
        yield Group(left, self.none_open())

    @cached_property
    def race(self) -> Race:
        """Which of several offers of one rank begins earlier."""
        return Race(self.crowd.none, self.crowd.all, self._born_before, lambda test: self.crowd.told(self.k, test))

    def _born_before(self, day: int) -> Bits:
        if self.there < day:
            return self.crowd.holds(self.crowd.born(self.k))
        return self.crowd.told(self.k, c.EventBy(c.Birth(), day - 1)) or self.crowd.none

    def _by_start(self, group: Group, apart: Apart) -> Iterator[Group]:
        """The group divided by where the moving starts of its offers lie: within the year or behind it, and before or
        behind the starts of the other offers."""
        marks = self.every_mark(group.offers) if apart == "starts" else self._ends(group)
        for bits in split({(): group.bits}, list(marks)).values():
            yield replace(group, bits=bits)

    def _ends(self, group: Group) -> Iterator[Bits]:
        """For whom a start lies within the year; of several offers, also before, on and behind the days on which the
        others start that do not move."""
        begins = [self.offers.begin(offer) for offer in group.offers]
        levels = [one.floor for one in begins if one.moves is None] if len(begins) > 1 else []
        for limit in dict.fromkeys((self.policy.last_day, *(near for day in levels for near in (day - 1, day)))):
            told = (self.race.asked(one.by(limit)) for one in begins if one.by is not None)
            yield from (bits for bits in told if bits is not None)

    def every_mark(self, offers: Sequence[Offer]) -> Iterator[Bits]:
        """For whom the starts of some offers lie on one side of each day that matters."""
        for i in dict.fromkeys(offer.route for offer in offers):
            yield from self._marks(i, alone=len(offers) == 1)

    def _marks(self, i: int, *, alone: bool) -> list[Bits]:
        """For whom the start of a way in lies on one side of each day that matters."""
        if (i, alone) not in self._marked:
            levels = [] if alone else sorted(self.crowd.levels(self.k))
            marks = start_marks(self.policy, self.policy.routes[i], levels)
            self._marked[i, alone] = [self.crowd.holds(self.crowd.ask(self.k, mark)) for mark in marks]
        return self._marked[i, alone]
