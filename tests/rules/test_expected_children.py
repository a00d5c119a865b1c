"""An expected child is asked what anybody is asked: what lies behind the day of payment does not exist yet."""

from datetime import date
from pathlib import Path

import pytest

from app.rules.compiling import compile_policy
from app.rules.person import Circumstance, Identity, Person
from app.rules.quoting import quote
from tests.proof.packs import written

UNBORN = "  not_yet_born: {cite: 一}"
BIRTH, LISTED, PAY = date(2024, 2, 1), date(2023, 12, 20), date(2023, 12, 10)
ORPHAN = Person(BIRTH, (Identity("orphan", None, LISTED),))
MOVED = Person(BIRTH, circumstances=(Circumstance("hukou_transfer_in", LISTED),))


@pytest.mark.parametrize(
    ("unless", "person"),
    [
        ("{identity: {any_of: [orphan], recognized: {from: 2023-12-01}}}", ORPHAN),
        ("{identity: {any_of: [orphan]}}", ORPHAN),
        ("{circumstance: {any_of: [hukou_transfer_in], on: {from: 2023-12-01}}}", MOVED),
        ("{circumstance: {any_of: [hukou_transfer_in]}}", MOVED),
    ],
)
def test_what_lies_behind_the_day_of_payment_lets_no_expected_child_in(
    tmp_path: Path, unless: str, person: Person
) -> None:
    pack = compile_policy(written(tmp_path, (UNBORN, f"  not_yet_born: {{cite: 一, unless: {unless}}}")).policy)
    before, after = (quote(pack, person, day).answer() for day in (PAY, LISTED))
    assert (before["outcome"], before["reason"]) == ("ineligible", "not_yet_born")
    assert (after["outcome"], after["route"]) == ("payable" if person.circumstances else "exempt", "window")
