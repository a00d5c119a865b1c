"""Who is shut out for a few days is looked for among few people; nobody is shut out whom none of them stands for."""

from pathlib import Path

import pytest

from app.packs.shelf import NOTICES, Shelf
from app.proof.crowd import Crowd
from app.proof.examples import alike, kinds
from app.proof.groups import Answers
from app.proof.near import near
from app.proof.plan import Plan
from app.proof.season import stretches
from app.proof.under import Under
from app.rules import vocabulary as v
from app.rules.compiling import Compiled, compile_policy
from app.rules.facts import read_facts
from app.rules.finding import find
from app.rules.person import Person
from tests.proof.packs import written
from tests.proof.test_findings import BROKEN

FEW = 7
SHELF = Shelf((NOTICES, Path(__file__).parent.parent / "packs" / "made_up"))
TWO_WINDOWS = next(broken for broken in BROKEN if broken.finding == "gap").changes


def shut(pack: Compiled, person: Person, pay: int) -> tuple[bool, bool]:
    """Whether somebody is shut out for a few days around one, and at the same price before and after."""
    facts = read_facts(person, pack.policy.coverage_year)
    codes, prices = {}, {}
    for day in range(pay - FEW, pay + FEW):
        verdict = find(pack, facts, day)
        assert isinstance(verdict, tuple)
        codes[day] = verdict[0]
        route = pack.policy.routes[verdict[4]]
        off = pack.policy.subsidies[verdict[6]].off if verdict[6] >= 0 and route.subsidy == "applies" else 0
        prices[day] = route.personal_fen + route.surcharge_fen - off if verdict[0] == v.OPEN else None
    after = next((day for day in range(pay, pay + FEW) if codes[day] != v.WINDOW_CLOSED), pay + FEW)
    before = next((day for day in range(pay - 1, after - FEW - 1, -1) if codes.get(day) != v.WINDOW_CLOSED), None)
    if before is None or after == pay + FEW or codes[before] != v.OPEN or codes[after] != v.OPEN:
        return False, False
    return True, prices[before] == prices[after]


def checked(pack: Compiled, step: int) -> tuple[int, int, int]:
    """How many classes find no way in, how many of them are shut out, and how many are asked."""
    plan, counted = Plan([Under(pack)]), [0, 0, 0]
    for stretch in stretches(plan)[::step]:
        crowd = Crowd(plan, stretch.first)
        divided = [kinds(crowd, FEW, deciding) for deciding in near(plan, stretch.first, FEW) or ()]
        for group in Answers(crowd).groups():
            if group.code != v.WINDOW_CLOSED:
                continue
            everybody = {shut(pack, crowd.person(n), stretch.first) for n in crowd.table.numbers(group.bits)}
            asked = list(alike(crowd, group.bits, divided[1])) if divided else []
            told = [(bits, shut(pack, person, stretch.first)[0]) for person, bits in asked]
            assert {is_shut for _, is_shut in told} - {False} == {is_shut for is_shut, _ in everybody} - {False}
            among = (bits for bits, is_shut in told if is_shut)
            priced = {shut(pack, one, stretch.first) for bits in among for one, _ in alike(crowd, bits, divided[2])}
            assert ((True, True) in priced) == ((True, True) in everybody)
            counted[0] += group.bits.bit_count()
            counted[1] += (True, True) in everybody
            counted[2] += len(asked)
    return counted[0], counted[1], counted[2]


@pytest.mark.parametrize("key", [("900102", 2026), ("141102", 2023)], ids=lambda key: key[0])
def test_whoever_finds_no_way_in_has_somebody_to_stand_for_them(key: tuple[str, int]) -> None:
    closed, _, asked = checked(SHELF.find(*key), 4)
    assert 2 * asked <= closed


def test_whoever_is_shut_out_between_two_windows_has_somebody_to_stand_for_them(tmp_path: Path) -> None:
    closed, found, asked = checked(compile_policy(written(tmp_path, *TWO_WINDOWS).policy), 1)
    assert found
    assert 0 < 2 * asked <= closed
