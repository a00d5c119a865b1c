"""The answers that a pack has for the people of a day: who gets which, as whole numbers with a bit for each class.

The order of offers is the convention's (rules/choice.py). Here it is worked out for everybody at once; the engine's own
answer for an example of each group is compared with it (engine.py), so that neither can be wrong alone.
"""

from collections.abc import Hashable, Iterator, Sequence
from functools import cached_property

from app.proof.asked import expected, start_marks
from app.proof.bits import Bits
from app.proof.crowd import Crowd
from app.proof.earlier import Race
from app.proof.layers import Apart, Group, Layer
from app.proof.offers import Offer, Offers
from app.rules import conditions as c
from app.rules import vocabulary as v


class Answers:
    """What the pack `k` says to everybody in the crowd."""

    def __init__(self, crowd: Crowd, k: int = 0, like: "Answers | None" = None) -> None:
        """`like`: another day's answers; what was worked out for it holds where the same people can be told apart and
        each condition holds for the same of them."""
        self.crowd, self.k = crowd, k
        self.under = crowd.plan.unders[k]
        self.policy = self.under.policy
        self.offers = Offers(crowd, k)
        self._marked: dict[tuple[int, bool], list[Bits]] = {}
        self.there, self.pay = self.under.there(crowd.pay), self.under.payment(crowd.pay)
        if like is not None and like.state == self.state and like.held == self.held:
            self.layers = like.layers

    def groups(self, apart: Apart = "starts") -> list[Group]:
        """Every answer with the classes that get it; of those whose start moves, `apart`: nobody, those with benefits
        in this year and those without, or all that any day tells apart."""
        return [group for parts in self.parts(apart) for group in parts]

    def parts(self, apart: Apart) -> Iterator[tuple[Group, ...]]:
        """The groups of each answer, the same objects on all days on which they are the same."""
        for layer in self.layers:
            yield from layer.groups(self, apart)

    @cached_property
    def state(self) -> Hashable:
        """Where the day lies in the year."""
        policy = self.policy
        early, late = self.there < policy.opens, self.there > policy.last_day
        return early, late, self.there != self.pay, self.pay > policy.last_day, self.none_open()

    @cached_property
    def held(self) -> Hashable:
        """Who can be told apart, and for whom each rule holds."""
        return self.crowd.held()

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """Everybody by the rank of what they are offered."""
        return tuple(self._layers())

    def _layers(self) -> Iterator[Layer]:
        crowd = self.crowd
        if self.there > self.policy.last_day:
            yield from self._told(crowd.all, v.YEAR_OVER)
            return
        enrolled = crowd.holds(crowd.born(self.k)) | crowd.says(self.k, expected(self.policy), of_the_day=True)
        yield from self._told(crowd.all ^ enrolled, v.NOT_YET_BORN)
        if self.there < self.policy.opens:
            yield from self._told(enrolled, v.NOT_YET_OPEN)
        elif self.there != self.pay:
            later = self.offers.open() & enrolled if self.pay <= self.policy.last_day else crowd.none
            if self.policy.eligibility.expected_child is not None:  # it may be one on either day alone
                later &= crowd.holds(crowd.born(self.k, of_the_day=False)) | crowd.says(self.k, expected(self.policy))
            yield from self._told(later, v.PAUSED)
            yield from self._told(enrolled ^ later, self.none_open())
        else:
            yield from self._priced(enrolled)

    def _told(self, bits: Bits, code: int) -> Iterator[Layer]:
        if bits:
            yield Layer(code, None, bits)

    def none_open(self) -> int:
        """What whoever finds no way in is told."""
        return v.NOT_YET_MAIN if self.there < self.policy.main_opens else v.WINDOW_CLOSED

    def _priced(self, enrolled: Bits) -> Iterator[Layer]:
        left, ranks = enrolled, self.offers.ranks
        for rank in sorted(ranks):
            best = self.crowd.none
            for _, bits in ranks[rank]:
                best |= bits
            if best := best & left:
                yield Layer(v.OPEN, rank, best, [(o, both) for o, bits in ranks[rank] if (both := bits & best)])
                left ^= best
        yield from self._told(left, self.none_open())

    @cached_property
    def race(self) -> Race:
        """Which of several offers of one rank begins earlier."""
        return Race(self.crowd.none, self.crowd.all, self._born_before, lambda test: self.crowd.told(self.k, test))

    def _born_before(self, day: int) -> Bits:
        if self.there < day:
            return self.crowd.holds(self.crowd.born(self.k))
        return self.crowd.told(self.k, c.EventBy(c.Birth(), day - 1)) or self.crowd.none

    def kind(self, group: Group) -> Hashable:
        """What the engine's answer to the people of a group hangs on, its first day with benefits apart; of that,
        whether it lies within the year."""
        return group, tuple(self.offers.begin(offer).floor > self.policy.last_day for offer in group.offers)

    def marks(self, group: Group, apart: Apart) -> Iterator[Bits]:
        """What tells the people of an answer apart by where the moving starts of its offers lie: within the year or
        behind it, and before or behind the starts of the other offers."""
        if apart == "answers":
            return iter(())
        return self.every_mark(group.offers) if apart == "starts" else self._ends(group)

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
