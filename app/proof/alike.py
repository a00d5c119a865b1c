"""Codes that all rules treat alike: exchanging them changes nothing, so one of them stands for all.

Two codes are alike where the pack is the same after the two have changed places everywhere, and nowhere asks for both.
Order within a condition does not count, nor does the order of the identities of one subsidy: it only names the identity
that the answer shows.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from app.proof.asked import rules_of
from app.rules import conditions as c
from app.rules.policy import Policy

Rename = Callable[[str], str]


def circumstances_of(policies: Sequence[Policy]) -> list[tuple[str, ...]]:
    """The circumstances that are asked for, alike ones together."""
    return _groups(policies, _circumstances)


def identities_of(policies: Sequence[Policy]) -> list[tuple[str, ...]]:
    """The identities that are asked for, alike ones together."""
    return _groups(policies, _identities)


def _circumstances(test: c.Condition) -> Iterable[str]:
    match test:
        case c.HasCircumstance(code):
            yield code
        case c.EventBy(c.CircumstanceDay(code)) | c.EventBy(c.After(c.CircumstanceDay(code))):
            yield code
        case c.PaidBy(c.After(c.CircumstanceDay(code))):
            yield code
        case _:
            pass


def _identities(test: c.Condition) -> Iterable[str]:
    match test:
        case c.HasIdentity(codes) | c.PaidBy(c.After(c.LastRecognition(codes))):
            yield from codes
        case c.HasClass(code):
            yield code
        case _:
            pass


def _groups(policies: Sequence[Policy], codes_of: Callable[[c.Condition], Iterable[str]]) -> list[tuple[str, ...]]:
    places = list(dict.fromkeys(_places(policies)))
    naming: dict[str, set[int]] = {}
    for n, rules in enumerate(places):
        for code in (code for when in rules for leaf in c.leaves(when) for code in codes_of(leaf)):
            naming.setdefault(code, set()).add(n)
    found: list[list[str]] = []
    for code in sorted(naming):
        group = next((g for g in found if _alike(g[0], code, naming, places)), None)
        if group is None:
            found.append([code])
        else:
            group.append(code)
    asked = list(dict.fromkeys(when for rules in places for when in rules))
    return [part for group in found for part in _parts(group, asked)]


def _parts(group: Sequence[str], rules: Iterable[c.Condition]) -> list[tuple[str, ...]]:
    """Circumstances whose day is asked about stay apart: where somebody has two of them, one may lie within a bound and
    the other one not."""
    tests = (leaf for when in rules for leaf in c.leaves(when) if not isinstance(leaf, c.HasCircumstance))
    if any(group[0] in _circumstances(test) for test in tests):
        return [(code,) for code in group]
    return [tuple(group)]


def _places(policies: Sequence[Policy]) -> Iterator[tuple[c.Condition, ...]]:
    """The conditions that count together: each rule's own, those of one subsidy in any order."""
    for policy in policies:
        subsidies: dict[int, list[c.Condition]] = {}
        for rule in rules_of(policy):
            if rule.kind == "subsidy":
                subsidies.setdefault(rule.index[0], []).append(rule.when)
            else:
                yield (rule.when,)
        yield from map(tuple, subsidies.values())


def _alike(one: str, other: str, naming: dict[str, set[int]], places: Sequence[Sequence[c.Condition]]) -> bool:
    if naming[one] != naming[other]:
        return False
    if any(_together(when, one, other) for n in naming[one] for when in places[n]):
        return False
    names = {one: other, other: one}
    return all(
        {_condition(when, lambda code: names.get(code, code)) for when in places[n]}
        == {_condition(when, lambda code: code) for when in places[n]}
        for n in naming[one]
    )


def _together(when: c.Condition, one: str, other: str) -> bool:
    """Whether one code is asked for beside the other: then neither can stand for both."""
    if isinstance(when, c.Not):
        return _together(when.part, one, other)
    if not isinstance(when, c.All | c.Any):
        return False
    told = [{code for leaf in c.leaves(part) for code in _codes(leaf)} & {one, other} for part in when.parts]
    beside = isinstance(when, c.All) and {one} in told and {other} in told
    return beside or any(_together(part, one, other) for part in when.parts)


def _codes(test: c.Condition) -> Iterator[str]:
    yield from _circumstances(test)
    yield from _identities(test)


def _condition(when: c.Condition, rename: Rename) -> Any:
    match when:
        case c.All(parts):
            return "all", frozenset(_condition(p, rename) for p in parts)
        case c.Any(parts):
            return "any", frozenset(_condition(p, rename) for p in parts)
        case c.Not(part):
            return "not", _condition(part, rename)
        case c.HasIdentity(codes, first, last):
            return "identity", frozenset(map(rename, codes)), first, last
        case c.HasClass(code, classes, first, last):
            return "class", rename(code), classes, first, last
        case c.HasCircumstance(code):
            return "circumstance", rename(code)
        case c.EventBy(event, day):
            return "by", _event(event, rename), day
        case c.PaidBy(c.After(event, count, unit, shift)):
            return "paid", _event(event, rename), count, unit, shift
        case _:
            return when


def _event(event: c.Event | c.LastRecognition | c.After, rename: Rename) -> Any:
    match event:
        case c.After(inner, count, unit, shift):
            return "after", _event(inner, rename), count, unit, shift
        case c.CircumstanceDay(code):
            return "day of", rename(code)
        case c.LastRecognition(codes):
            return "recognition of", frozenset(map(rename, codes))
        case _:
            return event
