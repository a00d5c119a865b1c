"""The made-up village and the plan for it."""

from collections import Counter
from typing import Any

import pytest

from app.demo.acting import BOOKS, Outcome
from app.demo.checks import check
from app.demo.plan import DEEDS, assign, expect
from app.demo.statements import Sum, add_up
from app.demo.stories import STORIES
from app.demo.village import KINDS, Person, village
from app.enrollment.id_numbers import birth_date_of

SIZES = [30, 31, 47, 300, 1001]


@pytest.mark.parametrize("size", SIZES)
def test_a_village_has_its_size_and_a_natural_mix(size: int) -> None:
    people = village(size, 1)
    found = Counter(person.kind for person in people)
    assert sum(found.values()) == size
    for kind in KINDS:
        assert abs(found[kind] - kind.of_300 * size / 300) < 1
    assert sum(kind.of_300 for kind in KINDS) == 300


def test_nobody_is_like_another_or_like_anybody() -> None:
    people = village(300, 1)
    applicants = [person.body["applicant"] for person in people]
    own = [a["id_number"] for a in applicants if a["id_type"] == "resident_id"]
    assert len(set(own)) == len(own) == 300 - 18
    for a in applicants:
        assert birth_date_of(a["id_number"])
        assert a["id_number"].startswith("999")
        assert a["phone"].startswith("100")  # no telephone begins like this
        assert a["name"][:2] in ("村民", "新生")
    assert len({a["name"] for a in applicants}) == 300


def test_a_newborn_comes_with_its_guardian_and_belongs_to_the_household() -> None:
    people = village(300, 1)
    heads = {
        p.body["applicant"]["id_number"]: p.body["household"]["household_no"]
        for p in people
        if p.body["household"]["relation"] == "head"
    }
    newborns = [p.body for p in people if p.kind.newborn]
    assert len(newborns) == 18
    for body in newborns:
        assert heads[body["applicant"]["id_number"]] == body["household"]["household_no"]
        assert body["person"]["birth_date"].startswith("2023-")
    assert 1 < 282 / len(heads) < 4


def test_the_same_seed_is_the_same_village_and_plan() -> None:
    assert village(50, 3) == village(50, 3) != village(50, 4)
    assert assign(village(50, 3), 3) == assign(village(50, 3), 3) != assign(village(50, 3), 4)


@pytest.mark.parametrize("size", SIZES)
def test_every_deed_happens_and_each_has_its_story(size: int) -> None:
    people = village(size, 1)
    planned = assign(people, 1)
    happened = Counter(deed.name for deed in planned.values())
    assert sum(happened.values()) == len(planned) == size
    assert {deed.name for deed in DEEDS} <= set(happened) <= set(STORIES)
    assert all(planned[n].name == "exempt" for n, p in enumerate(people) if not p.is_levied)


def test_what_is_expected_balances() -> None:
    people = village(300, 2024)
    wanted = expect(people, assign(people, 2024))
    assert sum(wanted.accounts.values()) == 0
    assert sum(wanted.states.values()) == 300
    assert wanted.accounts["suspense"] == -sum(wanted.suspense_fen.values())


def as_expected() -> tuple[list[Person], Any, Any, Outcome]:
    """A village and an end that is the plan's to the last fen."""
    people = village(60, 1)
    planned = assign(people, 1)
    wanted = expect(people, planned)
    enrollments = []
    for n, person in enumerate(people):
        person.id = str(n)
        enrollments.append({"id": str(n), "region": person.kind.region, "state": planned[n].ends})
    suspense = [{"reason": r, "amount_fen": 0} for r, number in wanted.suspense.items() for _ in range(number)]
    for reason, fen in wanted.suspense_fen.items():
        next(item for item in suspense if item["reason"] == reason)["amount_fen"] = fen
    cancelled = sum(number for (_, state), number in wanted.states.items() if state == "cancelled")
    callbacks = {"delivered": wanted.movements, "refused": wanted.attacks, "given_up": 0, "waiting": 0, "withheld": 0}
    callbacks |= {"tampered": wanted.tampered, "tampered_refused": wanted.tampered}
    statement = Sum(wanted.movements, wanted.accounts["collector"])
    orders = {"withdrawn": cancelled, "due": wanted.levied - cancelled}
    found = Outcome(enrollments, suspense, dict(wanted.accounts), orders, callbacks, statement, 1, wanted.missing_fen,
                    dict.fromkeys(BOOKS, True))  # fmt: skip
    return people, planned, wanted, found


def test_an_end_as_planned_passes_every_check() -> None:
    assert [one.title for one in check(*as_expected()) if not one.holds] == []


def _spoil_state(found: Outcome) -> None:
    found.enrollments[0]["state"] = "nobody knows"


def _spoil_number(found: Outcome) -> None:
    found.enrollments.pop()


def _spoil_suspense(found: Outcome) -> None:
    found.suspense[0]["amount_fen"] += 1


def _spoil_account(found: Outcome) -> None:
    found.balances["collector"] += 1


def _spoil_callbacks(found: Outcome) -> None:
    found.callbacks["given_up"] += 1


def _spoil_refusals(found: Outcome) -> None:
    found.callbacks["tampered_refused"] -= 1


def _spoil_statement(found: Outcome) -> None:
    found.statement = Sum(found.statement.movements, found.statement.fen + 1)


def _spoil_ledger(found: Outcome) -> None:
    found.verified["audit"] = False


def _spoil_orders(found: Outcome) -> None:
    found.orders["withdrawn"] -= 1


def _spoil_missing(found: Outcome) -> None:
    found.missing_fen = 0


SPOILED = [_spoil_state, _spoil_number, _spoil_suspense, _spoil_account, _spoil_callbacks, _spoil_refusals,
           _spoil_statement, _spoil_ledger, _spoil_orders, _spoil_missing]  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILED, ids=lambda s: s.__name__)
def test_a_single_number_that_differs_is_noticed(spoil: Any) -> None:
    people, planned, wanted, found = as_expected()
    spoil(found)
    assert [one for one in check(people, planned, wanted, found) if not one.holds]


def test_a_statement_that_does_not_prove_itself_is_noticed() -> None:
    from app.demo.counters import Surprise
    from app.simulator.statement import statement
    from tests.simulator.test_statement import MOVED

    right = statement(MOVED)
    assert add_up([right, right]) == Sum(6, 38000)
    with pytest.raises(Surprise):
        add_up([right.replace(b"19000,2023", b"19001,2023")])
