"""Which class somebody belongs to: every person has to have one."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from app.proof.axes import Ask
from app.proof.crowd import Crowd
from app.proof.values import CIRCUMSTANCE, IDENTITY
from app.rules.facts import read_facts
from app.rules.person import Circumstance, Identity, Person
from app.rules.unknown import Undecided


def number_of(crowd: Crowd, person: Person) -> int | None:
    """The class that somebody of whom everything is known belongs to; None would be a class that was missed."""
    number, example = 0, _renamed(crowd, person)
    for (part, states), stride in zip(crowd.states.items(), crowd.table.strides, strict=True):
        truths = tuple(int(_told(ask, example)) for ask in crowd.atoms[part])
        at = next((i for i, state in enumerate(states) if state.truths == truths), None)
        if at is None:
            return None
        number += at * stride
    return number


def _renamed(crowd: Crowd, person: Person) -> Person:
    """The person with the codes that stand for alike ones, where they say the same together."""
    kept: list[Identity] = []
    events: list[Circumstance] = []
    for name, (axis, asks) in crowd.built.items():
        if name not in crowd.plan.groups:
            continue
        group = crowd.plan.groups[name]
        ids = [
            (group[0], i.class_, i.since.toordinal() if i.since else 0) for i in person.identities if i.code in group
        ]
        on = [(group[0], x.on.toordinal()) for x in person.circumstances if x.code in group and x.on]
        held: list[Any] = list(ids if name.startswith(IDENTITY) else on)
        truths = tuple(any(ask.holds({name: (one,)}) for one in held) for ask in asks)
        if truths not in axis.truths:
            return person
        value = axis.values[axis.truths.index(truths)].low
        kept += _identities(value) if name.startswith(IDENTITY) else ()
        events += _circumstances(value) if name.startswith(CIRCUMSTANCE) else ()
    return replace(person, identities=tuple(kept), circumstances=tuple(events))


def _identities(held: Iterable[tuple[str, str | None, int]]) -> tuple[Identity, ...]:
    return tuple(Identity(code, k, date.fromordinal(day) if day else None) for code, k, day in held)


def _circumstances(held: Iterable[tuple[str, int]]) -> tuple[Circumstance, ...]:
    return tuple(Circumstance(code, date.fromordinal(day)) for code, day in held)


def _told(ask: Ask, person: Person) -> bool:
    facts = read_facts(ask.under.person(person), ask.under.policy.coverage_year)
    try:
        return ask.under.holds(ask.test)(ask.day, facts)
    except (KeyError, Undecided):
        return False  # the day of something that has not happened
