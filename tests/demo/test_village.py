"""The made-up village and the plan for it."""

import io
from collections import Counter
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from app.demo.acting import BOOKS, Outcome
from app.demo.checking import Check
from app.demo.checks import Wanted, check, wanted
from app.demo.deeds import DEEDS
from app.demo.plan import Plan, assign, course, declare, expect
from app.demo.report import show
from app.demo.statements import Sum, add_up
from app.demo.stories import STORIES
from app.demo.village import KINDS, Person, village
from app.enrollment.id_numbers import birth_date_of

SIZES = [60, 61, 97, 300, 1001]


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
    ends = expect(people, assign(people, 2024))
    assert sum(ends.accounts.values()) == 0
    assert sum(ends.states.values()) == 300
    waiting = sum(fen for (_, account), fen in ends.accounts.items() if account == "suspense")
    assert waiting == -sum(ends.suspense_fen.values())


def test_who_is_not_listed_pays_in_full_and_who_is_struck_off_pays_the_new_price() -> None:
    people = village(300, 2024)
    planned = assign(people, 2024)
    courses = {deed.name: (course(people[n], deed), people[n].kind) for n, deed in planned.items()}
    assert courses["not_listed"][0].last_fen == 38000 > courses["not_listed"][1].payable_fen
    money, kind = courses["struck_off"]
    assert (money.first_fen, money.last_fen, money.identity) == (kind.payable_fen, 38000, None)
    money, _ = courses["paid_back"]
    assert (money.first_fen, money.last_fen, money.identity) == (38000, 38000, "subsistence_allowance")


def test_who_declares_nothing_registers_without_an_identity() -> None:
    people = village(300, 2024)
    planned = assign(people, 2024)
    declare(people, planned)
    silent = [person.body["person"] for n, person in enumerate(people) if planned[n].name == "undeclared"]
    assert silent == [{}] * 3


def as_expected() -> tuple[list[Person], Plan, Wanted, Outcome]:
    """A village and an end that is the plan's to the last fen."""
    people = village(60, 1)
    planned = assign(people, 1)
    plan, ends = wanted(people, planned), wanted(people, planned)  # two, so that one can be spoiled
    enrollments = []
    for n, person in enumerate(people):
        person.id, person.notes = str(n), () if planned[n].is_listed else ("declared_not_listed",)
        order = str(n) if person.is_levied else None
        where: dict[str, str | None] = {"region": person.kind.region, "state": planned[n].ends}
        enrollments.append({"id": str(n), "order_no": order} | where)
    wants = ends.ends
    suspense = [{"reason": r, "amount_fen": 0} for r, number in wants.suspense.items() for _ in range(number)]
    for reason, fen in wants.suspense_fen.items():
        next(item for item in suspense if item["reason"] == reason)["amount_fen"] = fen
    callbacks = {"delivered": wants.movements, "refused": wants.attacks, "given_up": 0, "waiting": 0, "withheld": 0}
    callbacks |= {"tampered": wants.tampered, "tampered_refused": wants.tampered}
    statement = Sum(wants.movements, sum(fen for (_, account), fen in wants.accounts.items() if account == "collector"))
    orders = {"withdrawn": wants.withdrawn, "due": wants.levied - wants.withdrawn}
    balances = {key: fen for key, fen in wants.accounts.items() if fen}
    found = Outcome(enrollments, suspense, balances, wants.feed, orders, callbacks, statement,
                    dict.fromkeys(BOOKS, True), ends.rosters, ends.compared, ends.reports)  # fmt: skip
    return people, planned, plan, found


def test_an_end_as_planned_passes_every_check() -> None:
    assert [one.title for one in check(*as_expected()) if not one.holds] == []


def _spoil_state(found: Outcome) -> None:
    found.enrollments[0]["state"] = "nobody knows"


def _spoil_number(found: Outcome) -> None:
    found.enrollments.pop()


def _spoil_suspense(found: Outcome) -> None:
    found.suspense[0]["amount_fen"] += 1


def _spoil_account(found: Outcome) -> None:
    found.balances["430424", "collector"] += 1


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


def _spoil_feed(found: Outcome) -> None:
    found.feed["430424", "repriced"] += 1


def _spoil_list(found: Outcome) -> None:
    found.rosters.counts["430424", "civil_affairs", "change"] = (0,) * 8


def _spoil_conflict(found: Outcome) -> None:
    found.rosters.conflicts.popitem()


def _spoil_proposal(found: Outcome) -> None:
    found.rosters.proposals["620724", "pays_back", 31000, "approved"] -= 1


def _spoil_difference(found: Outcome) -> None:
    found.compared.types["2023-11-02", "430424", "first"]["wrong_region"] += 1


def _spoil_decision(found: Outcome) -> None:
    found.compared.decided["2023-11-02", "620724", "first"]["approved"] += 1


def _spoil_late_callback(found: Outcome) -> None:
    found.compared.late_fen += 38000


def _spoil_figure(found: Outcome) -> None:
    found.reports.figures["430424", "settlement"]["total_fen"] += 1


def _spoil_workbook(found: Outcome) -> None:
    found.reports.workbooks["620724", "hardship"].pop()


SPOILED = [_spoil_state, _spoil_number, _spoil_suspense, _spoil_account, _spoil_callbacks, _spoil_refusals,
           _spoil_statement, _spoil_ledger, _spoil_orders, _spoil_feed, _spoil_list, _spoil_conflict, _spoil_proposal,
           _spoil_difference, _spoil_decision, _spoil_late_callback, _spoil_figure, _spoil_workbook]  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILED, ids=lambda s: s.__name__)
def test_a_single_number_that_differs_is_noticed(spoil: Any) -> None:
    people, planned, plan, found = as_expected()
    spoil(found)
    wrong = [one for one in check(people, planned, plan, found) if not one.holds]
    assert wrong
    assert all(list(one.apart()) for one in wrong)


def test_a_statement_that_does_not_prove_itself_is_noticed() -> None:
    from app.demo.visiting import Surprise
    from app.simulator.statement import statement
    from tests.simulator.test_statement import MOVED

    right = statement(MOVED)
    assert add_up([right, right]) == Sum(6, 38000)
    with pytest.raises(Surprise):
        add_up([right.replace(b"19000,2023", b"19001,2023")])


def test_what_differs_is_named_without_what_agrees() -> None:
    one = Check("", {("a", "b"): 1, ("a", "c"): 2}, {("a", "b"): 1, ("a", "c"): 3})
    assert list(one.apart()) == [("a c", 2, 3)]
    assert list(Check("", {"x": ["p", "q"]}, {"x": ["q", "r"]}).apart()) == [("x", ["p"], ["r"])]
    assert list(Check("", 1, 2).apart()) == [("", 1, 2)]


@pytest.mark.parametrize("is_spoiled", [False, True])
def test_the_end_says_which_number_is_off(is_spoiled: bool) -> None:
    people, planned, plan, found = as_expected()
    if is_spoiled:
        _spoil_account(found)
    console = Console(record=True, width=80, file=io.StringIO())
    show(console, planned.values(), found, check(people, planned, plan, found), 1.0)
    said = console.export_text()
    fen = plan.ends.accounts["430424", "collector"]
    assert (f"430424 collector 计划 wanted {fen}, 结果 found {fen + 1}" in said) == is_spoiled
    assert ("not as planned" in said, "all as planned" in said) == (is_spoiled, not is_spoiled)
    assert ("✗" in said) == is_spoiled
    assert max(map(cell_len, said.splitlines())) <= 80
