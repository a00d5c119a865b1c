"""The made-up packs, in which every construct of the language stands, against the definitions, on people of our own."""

from datetime import date, timedelta
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest

from app.packs.shelf import Shelf
from app.rules.compiling import Compiled
from app.rules.facts import read_facts
from app.rules.finding import Question, _order, find
from app.rules.person import Circumstance, EmployeeInsurance, Identity, Person, contradictions
from app.rules.quoting import calendar
from app.rules.vocabulary import CIRCUMSTANCES, CLASSES, IDENTITIES
from tests.rules.test_properties import DECISIVE, LASTING, ask, decisive, filled, fillings, only

SHELF = Shelf((Path(__file__).parent.parent / "packs" / "made_up",))
PACKS = [SHELF.find(*key) for key in SHELF]
every_pack = pytest.mark.parametrize("pack", PACKS, ids=lambda p: p.policy.id)


def anybody(pack: Compiled, seed: int) -> tuple[Person, date]:
    """Somebody whose facts do not contradict each other, and a day of payment near something."""
    dice = Random(seed)
    while True:
        person = _drawn(pack, dice)
        if not contradictions(person, pack.policy.coverage_year, pack.known):
            return person, _day(pack, dice)


def _drawn(pack: Compiled, dice: Random) -> Person:
    codes = [*IDENTITIES, *pack.policy.local_names, *(s.code for r in pack.policy.subsidies for s in r.selectors)]
    held = dict.fromkeys(dice.sample(codes, dice.choice([0, 0, 1, 2])))
    happened = dice.sample(list(CIRCUMSTANCES), dice.choice([0, 0, 1, 2]))
    jobs = [None, None, EmployeeInsurance("active"), EmployeeInsurance("ended", dice.choice([None, _day(pack, dice)]))]
    old = [date(1985, 6, 15), date(1960, 6, 15), date(pack.policy.coverage_year - 19, 12, 31)]
    return Person(
        dice.choice([None, _day(pack, dice), *old]),
        tuple(
            Identity(c, dice.choice(list(CLASSES[c])) if c in CLASSES else None, dice.choice([None, _day(pack, dice)]))
            for c in held
        ),
        tuple(Circumstance(c, dice.choice([None, _day(pack, dice)])) for c in happened),
        dice.choice(jobs),
        dice.choice([None, True, False]),
        parent_insured_in_province=dice.choice([None, True, False]),
        numbers=_numbers(pack, dice),
    )


def _numbers(pack: Compiled, dice: Random) -> tuple[tuple[str, int], ...]:
    given = {n: dice.randint(low, high) for n, (low, high) in pack.asked.items() if dice.random() < 0.7}
    if "missed_years" in given and "repaid_years" in given:
        given["repaid_years"] = min(given["repaid_years"], given["missed_years"])
    return tuple(given.items())


def _day(pack: Compiled, dice: Random) -> date:
    policy = pack.policy
    edges = [d for w in policy.windows for d in (w.opens, w.closes)] + [policy.first_day, policy.last_day]
    near = dice.choice(edges) - dice.choice([0, 0, 0, 30, 60, 90, 91]) + dice.randint(-2, 2)
    return date.fromordinal(dice.choice([near, dice.randint(policy.opens - 3, policy.last_day + 3)]))


@every_pack
@pytest.mark.parametrize("seed", range(25))
def test_valid_through_and_the_calendar_are_what_every_single_day_says(pack: Compiled, seed: int) -> None:
    person, _ = anybody(pack, seed)
    answers: dict[str, dict[str, Any]] = {}
    first = date.fromordinal(pack.policy.opens - 1)
    for n in range(pack.policy.last_day - pack.policy.opens + 2):
        answers[(first + timedelta(days=n)).isoformat()] = ask(pack, person, first + timedelta(days=n))
    for segment in calendar(pack, person):
        within = [a for d, a in answers.items() if segment["from"] <= d <= segment["to"]]
        assert all(only(a, LASTING) == only(segment["quote"], LASTING) for a in within)
        assert {a["valid_through"] for a in within} <= {segment["to"], None}


@every_pack
@pytest.mark.parametrize("seed", range(100, 140))
def test_a_fact_is_missing_exactly_if_some_value_of_it_changes_the_answer(pack: Compiled, seed: int) -> None:
    person, day = anybody(pack, seed)
    choices = fillings(pack, person, day)
    size = 1
    for options in choices.values():
        size *= len(options)
    asked = ask(pack, person, day)
    if size > 2500:
        dice = Random(seed)  # too many to try them all: at least nothing that was not asked for matters
        bounding = {"person.missed_years", "person.repaid_years"}  # either says something about the other
        for fact, options in choices.items():
            if fact.partition("#")[0] not in {*asked["missing"], *bounding}:
                later = ask(pack, filled(pack, person, (dice.choice(options),)), day)
                assert only(later, DECISIVE) == only(asked, DECISIVE)
        return
    answers = {c: decisive(ask(pack, filled(pack, person, c), day)) for c in product(*choices.values())}
    telling = set()
    for at, fact in enumerate(choices):
        groups: dict[Any, set[Any]] = {}
        for combination, answer in answers.items():
            groups.setdefault(combination[:at] + combination[at + 1 :], set()).add(answer)
        if any(len(found) > 1 for found in groups.values()):
            telling.add(fact.partition("#")[0])
    assert sorted(telling) == asked["missing"]


@every_pack
def test_the_order_of_what_is_possible_is_the_same_in_every_process(pack: Compiled) -> None:
    several = 0
    for seed in range(200, 260):
        person, day = anybody(pack, seed)
        found = find(pack, read_facts(person, pack.policy.coverage_year), day.toordinal())
        if isinstance(found, Question):
            several += len(found.possible) > 1
            assert len({_order(prospect) for prospect in found.possible}) == len(found.possible)
    assert several
