"""The answers that a pack has for the people of a day: who gets which, as whole numbers with a bit for each class.

The order of offers is the convention's (rules/choice.py). Here it is worked out for everybody at once; the engine's own
answer for an example of each group is compared with it (cohorts.py), so that neither can be wrong alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from app.proof.asked import expected, start_marks
from app.proof.bits import Bits, split
from app.proof.crowd import Crowd
from app.rules import vocabulary as v
from app.rules.policy import Policy, Route


class Offer(NamedTuple):
    """What one way in offers: indexes of the way in, its wait and the subsidy taken off (-1 is none)."""

    route: int
    wait: int
    subsidy: int


class Rank(NamedTuple):
    """The order of offers, as far as it does not hang on the first day with benefits."""

    unpriced: bool
    payable: int
    waits: bool
    unstated: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Classes with one answer. `offers`: those of the best rank; of several the earlier start decides, then the order
    of the file."""

    bits: Bits
    code: int
    offers: tuple[Offer, ...] = ()
    rank: Rank | None = None


class Answers:
    """What the pack `k` says to everybody in the crowd."""

    def __init__(self, crowd: Crowd, k: int = 0) -> None:
        self.crowd, self.k = crowd, k
        self.under = crowd.plan.unders[k]
        self.policy: Policy = self.under.policy
        self._marked: dict[tuple[int, bool], list[Bits]] = {}
        self.there, self.pay = self.under.there(crowd.pay), self.under.payment(crowd.pay)

    def groups(self, *, by_start: bool = True) -> list[Group]:
        """Every answer with the classes that get it; `by_start`: also told apart by where moving starts lie."""
        found = [group for group in self._groups() if group.bits]
        return [part for group in found for part in self._by_start(group)] if by_start else found

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
            later = self.open() & enrolled if self.pay <= self.policy.last_day else crowd.none
            yield Group(later, v.PAUSED)
            yield Group(enrolled & ~later, self.none_open())
        else:
            yield from self._priced(enrolled)

    def none_open(self) -> int:
        """What whoever finds no way in is told."""
        return v.NOT_YET_MAIN if self.there < self.policy.main_opens else v.WINDOW_CLOSED

    def open(self) -> Bits:
        """For whom some way in is open."""
        bits = self.crowd.none
        for i in range(len(self.policy.routes)):
            bits |= self.route(i)
        return bits

    def route(self, i: int) -> Bits:
        """For whom a way in is open."""
        return self.crowd.says(self.k, self.policy.routes[i].when)

    def subsidies(self, level: int) -> dict[int, Bits]:
        """Who gets which subsidy on a way in with this contribution; -1 none."""
        rows = [(i, r) for i, r in enumerate(self.policy.subsidies) if r.of_fen == self.policy.levels[level]]
        left, found = self.crowd.all, dict[int, Bits]()
        for i, _ in sorted(rows, key=lambda pair: -pair[1].fen):
            found[i] = self.claims(i) & left
            left &= ~found[i]
        return found | {-1: left}

    def claims(self, row: int) -> Bits:
        """Who has a claim to a subsidy."""
        bits = self.crowd.none
        for claims in self.selected(row):
            bits |= claims
        return bits

    def selected(self, row: int) -> list[Bits]:
        """Who has a claim to a subsidy, identity by identity."""
        return [self.crowd.says(self.k, when) for when in self.under.claims[row]]

    def waits(self, route: Route) -> dict[int, Bits]:
        """Who has which wait on a way in; -1 none."""
        left, found = self.crowd.all, dict[int, Bits]()
        for n, wait in enumerate(route.waits):
            found[n] = self.crowd.says(self.k, wait.when) & left
            left &= ~found[n]
        return found | {-1: left}

    def offers(self) -> Iterator[tuple[Rank, Offer, Bits]]:
        """Every offer that somebody gets."""
        levels = [self.subsidies(n) for n in range(len(self.policy.levels))]
        for i, route in enumerate(self.policy.routes):
            opened = self.route(i)
            if not opened:
                continue
            unstated = route.start.anchor == "not_stated"
            waits = {-1: self.crowd.all} if unstated else self.waits(route)
            for wait, waiting in waits.items():
                for row, granted in levels[self.policy.level(route)].items():
                    bits = opened & waiting & granted
                    if bits:
                        rank = Rank(route.unpriced, self.payable(route, row), wait >= 0, unstated)
                        yield rank, Offer(i, wait, row), bits

    def payable(self, route: Route, row: int) -> int:
        """What is to be paid; where that is not known, what the order of offers goes by."""
        charged = route.personal_fen + route.surcharge_fen
        if row < 0 or route.unpriced or route.subsidy != "applies":
            return charged
        return charged - self.policy.subsidies[row].off

    def _priced(self, enrolled: Bits) -> Iterator[Group]:
        left = enrolled
        ranks: dict[Rank, list[tuple[Offer, Bits]]] = {}
        for rank, offer, bits in self.offers():
            ranks.setdefault(rank, []).append((offer, bits))
        for rank in sorted(ranks):
            best = self.crowd.none
            for _, bits in ranks[rank]:
                best |= bits & left
            if not best:
                continue
            offers = [(offer, bits & best) for offer, bits in ranks[rank] if bits & best]
            for key, bits in split({(): best}, [bits for _, bits in offers]).items():
                chosen = tuple(offer for (offer, _), inside in zip(offers, key, strict=True) if inside)
                yield Group(bits, v.OPEN, chosen, rank)
            left &= ~best
        yield Group(left, self.none_open())

    def _by_start(self, group: Group) -> Iterator[Group]:
        """The group divided by where the moving starts of its offers lie: within the year or behind it, and before or
        behind the starts of the other offers."""
        routes = dict.fromkeys(offer.route for offer in group.offers)
        marks = dict.fromkeys(mark for i in routes for mark in self._marks(i, alone=len(group.offers) == 1))
        for bits in split({(): group.bits}, list(marks)).values():
            yield replace(group, bits=bits)

    def _marks(self, i: int, *, alone: bool) -> list[Bits]:
        """For whom the start of a way in lies on one side of each day that matters."""
        if (i, alone) not in self._marked:
            levels = [] if alone else sorted(self.crowd.levels(self.k))
            marks = start_marks(self.policy, self.policy.routes[i], levels)
            self._marked[i, alone] = [self.crowd.holds(self.crowd.ask(self.k, mark)) for mark in marks]
        return self._marked[i, alone]
