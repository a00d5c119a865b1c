"""Example people of sets of classes: one of all for whom the same decides, and people whose days lie early or late."""

from collections.abc import Container, Iterator, Sequence
from itertools import product
from typing import Any

from app.proof.bits import Bits
from app.proof.crowd import Crowd
from app.proof.deciding import Deciding
from app.proof.parts import State, part_of
from app.rules.person import Person

# Everybody divided by some parts of what differs between people, part by part.
Kinds = Sequence[Sequence[Bits]]
_WITH_DAYS = frozenset({"birth", "job"})  # parts whose days can lie within a few days
_DATED = ("birth", "job", "identities", "circumstances")


def narrow(crowd: Crowd, few: int) -> Bits:
    """The classes of which some day lies within a stretch of less than so many days."""
    bits = crowd.none
    for part in crowd.states.keys() & _WITH_DAYS:
        bits |= crowd.column(part, (_is_narrow(state, few) for state in crowd.states[part]))
    return bits


def kinds(crowd: Crowd, few: int, deciding: Deciding) -> Kinds:
    """Everybody divided by each part: those together for whom the same decides; of those within a stretch of less than
    `few` days and of the others one each."""
    divided = (_divided(crowd, part, few, deciding) for part in crowd.states)
    return [columns for columns in divided if len(columns) > 1]


def _divided(crowd: Crowd, part: str, few: int, deciding: Deciding) -> list[Bits]:
    dated = part in _WITH_DAYS
    keys = [(deciding.told(state.low), dated and _is_narrow(state, few)) for state in crowd.states[part]]
    return [crowd.column(part, (key == kind for key in keys)) for kind in dict.fromkeys(keys)]


def alike(crowd: Crowd, bits: Bits, kinds: Kinds) -> Iterator[tuple[Person, Bits]]:
    """One of all those in `bits` who are of the same kinds, and all of them."""
    left = [(bits, 0)]
    while left:
        some, n = left.pop()
        if n == len(kinds):
            yield crowd.person(crowd.table.first(some)), some
        else:
            left += ((both, n + 1) for column in reversed(kinds[n]) if (both := some & column))


def early_and_late(crowd: Crowd, number: int, kinds: Container[str]) -> Iterator[Person]:
    """Examples of a class: the days of parts of some kinds early or late, whatever those of the others are."""
    parts = [(part, part_of(part), i) for part, i in zip(crowd.states, crowd.table.values(number), strict=True)]
    moving = [
        kind for kind in _DATED if kind in kinds and any(of == kind and _lasts(crowd, p, i) for p, of, i in parts)
    ]
    for late in (dict(zip(moving, chosen, strict=True)) for chosen in product((False, True), repeat=len(moving))):
        said: dict[str, Any] = {}
        for part, kind, i in parts:
            said |= crowd.said_at(part, i, high=late.get(kind, False))
        yield crowd.person_of(said)


def _lasts(crowd: Crowd, part: str, i: int) -> bool:
    return crowd.said_at(part, i, high=False) != crowd.said_at(part, i, high=True)


def born_last(crowd: Crowd, count: int) -> list[Bits]:
    """Those of each of the last stretches of days of birth."""
    states = crowd.states.get("birth", [])
    last = sorted(range(len(states)), key=lambda i: -states[i].high["birth"])[:count]
    return [crowd.column("birth", (n == i for n in range(len(states)))) for i in last]


def _is_narrow(state: State, few: int) -> bool:
    lows, highs = state.low, state.high
    pairs = ((lows[name], highs[name]) for name in ("birth", "ended") if name in lows)
    return any(low is not None and high is not None and high - low < few for low, high in pairs)
