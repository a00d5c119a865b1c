"""The offers of one rank, with those who get one of them once all better ranks are gone: who gets which.

Which of several offers wins may change from day to day without anything else changing: where the starts lie. What has
been worked out for one order of the starts is kept for the days that have the same.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from app.proof.bits import Bits, split
from app.proof.earlier import Race
from app.proof.offers import Offer, Offers, Rank

Apart = Literal["answers", "years", "starts"]


@dataclass(frozen=True, slots=True)
class Group:
    """Classes with one answer. `offers`: those of the best rank that may win; of several the earlier start decides,
    then the order of the file (earlier.py). `sides`: on which side of the days that tell them apart its starts lie."""

    bits: Bits
    code: int
    offers: tuple[Offer, ...] = ()
    rank: Rank | None = None
    sides: tuple[int, ...] = ()


class Day(Protocol):
    """What a layer asks of a day: when offers begin and what they say, who is ahead, and what tells starts apart."""

    offers: Offers

    @property
    def race(self) -> Race: ...

    def marks(self, group: Group, apart: Apart) -> Iterator[Bits]: ...


class Layer:
    """`offers`, in the order of the file, with those who get them; without a rank there are none."""

    def __init__(self, code: int, rank: Rank | None, best: Bits, offers: Sequence[tuple[Offer, Bits]] = ()) -> None:
        self._code, self._rank, self._offers = code, rank, offers
        self._only = (Group(best, code, tuple(offer for offer, _ in offers), rank),) if len(offers) < 2 else ()
        self._groups: dict[Hashable, tuple[Group, ...]] = {}
        self._parts: dict[Hashable, tuple[Group, ...]] = {}

    def groups(self, day: Day, apart: Apart) -> Iterator[tuple[Group, ...]]:
        """The groups, each in its parts; the same objects on all days on which they are the same."""
        for group in self._only or self._won(day):
            marks = tuple(day.marks(group, apart))
            key = group, marks
            if key not in self._parts:
                parts = split({(): group.bits}, marks)
                self._parts[key] = tuple(replace(group, bits=bits, sides=sides) for sides, bits in parts.items())
            yield self._parts[key]

    def _won(self, day: Day) -> tuple[Group, ...]:
        """Who gets which of several offers, for where the starts lie on this day."""
        begins = [day.offers.begin(offer) for offer, _ in self._offers]
        known = list(dict.fromkeys(begins))
        key = tuple(map(known.index, begins)), day.race.order(known)
        if key not in self._groups:
            runners = [
                (begin, day.offers.shown(o), bits) for begin, (o, bits) in zip(begins, self._offers, strict=True)
            ]
            hopes = day.race.hopeful(runners)
            left = [(offer, bits) for (offer, _), bits in zip(self._offers, hopes, strict=True)]
            self._groups[key] = tuple(Group(bits, self._code, o, self._rank) for o, bits in parted(left))
        return self._groups[key]


def parted(offers: Sequence[tuple[Offer, Bits]]) -> Iterator[tuple[tuple[Offer, ...], Bits]]:
    """Who gets which of some offers together. Most are alone, and looked at apart: a split takes time for each pair."""
    once = twice = offers[0][1] ^ offers[0][1]
    for _, bits in offers:
        twice |= once & bits
        once |= bits
    shared: list[tuple[Offer, Bits]] = []
    for offer, bits in offers:
        both = bits & twice
        if alone := bits ^ both:
            yield (offer,), alone
        if both:
            shared.append((offer, both))
    if shared:
        for key, bits in split({(): twice}, [bits for _, bits in shared]).items():
            yield tuple(offer for (offer, _), inside in zip(shared, key, strict=True) if inside), bits
