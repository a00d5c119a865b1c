"""Which of several equally favorable ways in begins earlier, for everybody at once.

The earlier start decides, then the order of the file (rules/choice.py). A start is never before birth nor before a
`floor`, which is the same for everybody who pays on a day; beyond it, it may move with a day of the person's own. An
offer that another one always goes before is struck out for those who get both: whoever is left may win.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product

from app.proof.asked import starts_by
from app.proof.begins import after_wait, from_payment
from app.proof.bits import Bits
from app.rules import conditions as c
from app.rules.earliest import earliest
from app.rules.policy import Policy, Route, Wait

# For whom a condition holds; None where nothing in the plan asks it.
Asked = Callable[[c.Condition], Bits | None]


@dataclass(frozen=True, slots=True)
class Begin:
    """When an offer's benefits begin: at `floor` or at birth if that is later, or later still where it `moves`.

    `moves`: what it moves with; two that move with the same begin on the same day. `by`: whether it has begun by a day,
    apart from the floor; None where that is not asked.
    """

    floor: int
    moves: Hashable = None
    by: Callable[[int], c.Condition] | None = field(default=None, compare=False)  # goes with `moves`


def begin(policy: Policy, route: Route, wait: Wait | None, pay: int) -> Begin:
    """The start of an offer paid on `pay`."""
    found = _unwaited(policy, route, pay)
    if wait is None:
        return found
    over = after_wait(wait.counts_from, wait.months, wait.days + wait.shift, pay, found.floor)
    if wait.counts_from == "benefit_start":
        settled = found.moves is None and pay <= found.floor and policy.eligibility.expected_child is None
        moves = None if settled else (found.floor, found.moves, wait.months, wait.days, wait.shift)
        return Begin(over if settled else found.floor, moves)
    return Begin(max(found.floor, over), found.moves, found.by)


def _unwaited(policy: Policy, route: Route, pay: int) -> Begin:
    start, floor = route.start, earliest(policy, route)
    match start.anchor:
        case "not_stated":
            return Begin(0)  # only the order of the file counts among these
        case "coverage_year":
            return Begin(policy.first_day)
        case "day":
            return Begin(start.day or 0)
        case "payment":
            return Begin(max(floor, from_payment(start, pay)))
        case _:
            moves = start.anchor, start.event, start.recognition, start.shift, start.next_month
            return Begin(floor, moves, lambda limit: starts_by(start, limit) or c.ALWAYS)


class Race:
    """Who can't win. `sure`: those born before a day; `asked`: those for whom a condition holds."""

    def __init__(self, none: Bits, everybody: Bits, sure: Callable[[int], Bits], asked: Asked) -> None:
        self.none, self.all, self.sure, self.asked = none, everybody, cache(sure), cache(asked)
        self._ahead: dict[tuple[Begin, Begin, bool], Bits] = {}
        self._orders: dict[tuple[Begin, ...], Hashable] = {}

    def hopeful(self, runners: Sequence[tuple[Begin, Hashable, Bits]]) -> list[Bits]:
        """Of each offer, in the order of the file, with what it says besides its start: those who may get it.

        Two that begin on one day and say different things both stay, for that is to be told.
        """
        begun: dict[Begin, Bits] = {}  # everybody whose offer begins so
        for start, _, bits in runners:
            begun[start] = begun.get(start, self.none) | bits
        outrun = {start: self._ahead_of(start, begun, first=False) for start in begun}
        before: dict[Hashable, dict[Begin, Bits]] = {}  # of the offers so far, by what they say
        found = []
        for start, says, bits in runners:
            said = before.setdefault(says, {})
            left = bits ^ (bits & outrun[start])
            if left and said:
                left ^= left & self._ahead_of(start, said, first=True)
            said[start] = said.get(start, self.none) | bits
            found.append(left)
        return found

    def _ahead_of(self, start: Begin, begun: Mapping[Begin, Bits], *, first: bool) -> Bits:
        """Who has an offer that is sure to go before one that begins so."""
        found = self.none
        for other, theirs in begun.items():
            if ahead := self.ahead(other, start, first=first):
                found |= theirs & ahead
        return found

    def level(self, one: Begin, other: Begin) -> Bits:
        """For whom the two may begin on one day."""
        return ~(self.ahead(one, other, first=False) | self.ahead(other, one, first=False)) & self.all

    def order(self, begins: Sequence[Begin]) -> Hashable:
        """How the starts lie to each other, whatever the days themselves are."""
        key = tuple(begins)
        if key not in self._orders:
            pairs = product(key, key, (False, True))
            self._orders[key] = tuple(self.ahead(one, other, first=first) for one, other, first in pairs)
        return self._orders[key]

    def ahead(self, one: Begin, other: Begin, *, first: bool) -> Bits:
        """For whom `one` is sure to begin before `other`, or, where it is the `first` of the two, not after it."""
        key = one, other, first
        if key not in self._ahead:
            self._ahead[key] = self._before(one, other, first=first)
        return self._ahead[key]

    def _before(self, one: Begin, other: Begin, *, first: bool) -> Bits:
        if first and one.moves == other.moves and one.floor <= other.floor:
            return self.all
        found = self.none
        if one.floor < other.floor:
            found |= self._within(one, other.floor - 1) & self.sure(other.floor)
        if first and one.floor <= other.floor:
            found |= self._within(one, other.floor)
        if one.moves is None and other.by is not None:
            by = self.asked(other.by(one.floor - first))
            found |= self.none if by is None else self.sure(one.floor + 1) & ~by
        return found

    def _within(self, one: Begin, limit: int) -> Bits:
        """For whom what an offer's start moves with lies within a limit."""
        if one.moves is None:
            return self.all
        by = one.by and self.asked(one.by(limit))
        return by or self.none
