"""What was worked out for one day and holds on another is what would have been worked out there; and the engine is
asked often enough for a mistake of its own to show."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.packs.shelf import NOTICES, Shelf
from app.proof.crowd import Crowd
from app.proof.engine import Days, Disagreement
from app.proof.groups import Answers
from app.proof.plan import Plan
from app.proof.season import stretches
from app.proof.under import Under
from app.rules.compiling import Compiled, Verdict
from app.rules.facts import Facts

TESTS = Path(__file__).parent.parent / "packs"
SHELF = Shelf((NOTICES, TESTS / "made_up"))
PACKS = [SHELF.find(*key) for key in SHELF]
RICH = Shelf((TESTS / "rich",))
every_pack = pytest.mark.parametrize("pack", PACKS, ids=lambda p: p.policy.id)


@every_pack
def test_groups_that_are_remembered_are_those_of_the_day(pack: Compiled) -> None:
    plan, days = Plan([Under(pack)]), Days()
    crowd, kept = None, 0
    for stretch in stretches(plan):
        for pay in stretch.ends:
            crowd = Crowd(plan, pay, like=crowd)
            day = days.day(crowd, stretch)
            assert list(day.groups) == Answers(crowd).groups("years")
            kept += len(day.groups) - len(day.fresh)
    assert kept > 0


def lying(pack: Compiled, *, on: int, of: int) -> Compiled:
    """The same pack with an engine that on one day gives one way in for another."""

    def decide(pay: int, facts: Facts) -> Verdict:
        verdict: Any = pack.decide(pay, facts)
        return (*verdict[:4], 0, *verdict[5:]) if pay == on and verdict[4] == of else verdict

    return replace(pack, decide=decide)


@pytest.mark.parametrize("few", [0, 200])
def test_an_engine_that_is_wrong_about_one_way_in_on_one_day_is_caught(few: int) -> None:
    pack = SHELF.find("900102", 2026)
    late = next(i for i, route in enumerate(pack.policy.routes) if i and route.personal_fen)
    day = next(
        stretch.first
        for stretch in stretches(Plan([Under(pack)]))
        if any(offer.route == late for group in answers(pack, stretch.first).groups("years") for offer in group.offers)
    )
    with pytest.raises(Disagreement, match=str(day)):
        all_days(lying(pack, on=day, of=late), Days(few))


def all_days(pack: Compiled, days: Days) -> None:
    plan = Plan([Under(pack)])
    for stretch in stretches(plan):
        for pay in stretch.ends:
            days.day(Crowd(plan, pay), stretch)


def answers(pack: Compiled, pay: int) -> Answers:
    return Answers(Crowd(Plan([Under(pack)]), pay))


def test_of_many_answers_those_that_are_new_and_every_eighth_are_put_to_the_engine() -> None:
    ((region, year),) = RICH
    pack, asked = RICH.find(region, year), list[int]()

    def decide(pay: int, facts: Facts) -> Verdict:
        asked.append(pay)
        return pack.decide(pay, facts)

    plan, days = Plan([Under(replace(pack, decide=decide))]), Days(50)
    crowd, told = None, list[tuple[int, int, int]]()
    for stretch in stretches(plan)[20:28]:
        for pay in stretch.ends:
            crowd = Crowd(plan, pay, like=crowd)
            before = len(asked)
            day = days.day(crowd, stretch)
            told.append((len(day.groups), len(day.fresh), len(asked) - before))
    assert min(groups for groups, _, _ in told) > 50
    assert all(groups / 8 - 1 <= count <= groups for groups, _, count in told)
    assert any(count < groups / 2 for groups, _, count in told)
