"""Lines that do not fit wait for a clerk, on both databases."""

from typing import Any

import pytest

from app.workflows.decide_proposal import decide_proposal
from app.workflows.office import Office, Refused
from app.workflows.settle_conflict import settle_conflict
from tests.rosters.in_the_office import (
    GAOTAI,
    decided,
    listed,
    now,
    on,
    proposed,
    registered,
    stretches,
    waiting,
)  # fmt: skip
from tests.rosters.made_up_lists import row
from tests.state.in_the_office import booked
from tests.state.made_up import id_number, payment

LOW = "subsistence_allowance"
POOREST = ("extreme_poverty", None, "civil_affairs", "2023-05-01", None)


@pytest.fixture
def office(own_office: Office) -> Office:
    return on(own_office, "2023-11-02")


CONFLICTS = [
    ("removed_not_listed", [], row("", "退出"), [], []),
    (
        "added_twice", [row("", day="2023-05-01")], row("", day="2023-06-01"),
        [(LOW, None, "civil_affairs", "2023-06-01", None)], [(LOW, None, "civil_affairs", "2023-05-01", None)],
    ),
    (
        "dates_out_of_order", [row("", day="2023-05-01")], row("", "退出", day="2023-04-01"), [],
        [(LOW, None, "civil_affairs", "2023-05-01", None)],
    ),
    (
        "lists_disagree", [row("", category="特困", day="2023-05-01")], row("", day="2023-06-01"),
        [POOREST, (LOW, None, "civil_affairs", "2023-06-01", None)], [POOREST],
    ),
]  # fmt: skip


@pytest.mark.parametrize("decision", ["apply", "dismiss"])
@pytest.mark.parametrize(("kind", "before", "line", "applied", "kept"), CONFLICTS, ids=[c[0] for c in CONFLICTS])
def test_what_does_not_fit_waits_for_a_clerk_who_takes_it_or_leaves_it(
    office: Office, kind: str, before: list[list[str]], line: list[str], applied: list[Any], kept: list[Any],
    decision: Any,
) -> None:  # fmt: skip
    number = id_number()

    def about(cells: list[str]) -> list[str]:
        return [*cells[:4], number, *cells[5:]]

    if before:
        listed(office, *map(about, before))
    result = listed(office, about(line))
    (item,) = waiting(office)
    assert (result["conflicts"], item["kind"], item["line"], item["name"]) == (1, kind, 2, "测试甲")
    assert stretches(office, number) == kept
    assert number not in str(item)
    settled = settle_conflict(office, item["id"], "clerk-2", decision, "已与民政核实")
    assert (settled["state"], settled["decision"], settled["settled_by"]) == ("settled", decision, "clerk-2")
    found = [s for s in stretches(office, number) if s[3] != s[4]]
    assert found == (applied if decision == "apply" else kept)
    assert waiting(office) == []
    with pytest.raises(Refused, match="already_settled"):
        settle_conflict(office, item["id"], "clerk-2", decision, "x")


def test_two_lists_that_disagree_about_a_class_or_an_end_wait(office: Office) -> None:
    number = id_number()
    listed(office, row(number, "新增", "农村低保一类", "2023-05-01"))
    listed(office, row(number, "新增", "农村低保二类", "2023-06-01"), source="medical_security")
    listed(office, row(number, "新增", "农村低保一类", "2023-06-01"), source="medical_security")
    listed(office, row(number, "退出", "农村低保一类", "2023-07-01"))
    assert [(i["kind"], i["action"], i["source"]) for i in waiting(office)] == [
        ("lists_disagree", "added", "medical_security"), ("lists_disagree", "removed", "civil_affairs"),
    ]  # fmt: skip


def test_a_line_that_is_taken_after_all_does_what_a_line_does(office: Office) -> None:
    number = id_number()
    listed(office, row(number, "新增", "农村低保一类", "2023-09-20"), region=GAOTAI[0])
    made = registered(office, number, GAOTAI)
    assert made["receivable"]["payable_fen"] == 7000
    listed(office, row(number, "新增", "特困", "2023-10-01"), region=GAOTAI[0])
    (item,) = waiting(office)
    settle_conflict(office, item["id"], "clerk-2", "apply", "已核实")
    assert now(office, made)["state"] == "covered"


def test_neither_who_brought_a_line_nor_who_took_it_decides_what_follows(office: Office) -> None:
    number = id_number()
    made = registered(office, number, GAOTAI)
    booked(office, payment(made["order_no"], 38000, paid_at="2023-11-02T10:00:00+08:00"))
    listed(office, row(number, "新增", "低保边缘", "2023-11-01"), region=GAOTAI[0])
    listed(office, row(number, "新增", "特困", "2023-11-02"), region=GAOTAI[0])
    assert [p["amount_fen"] for p in proposed(office, made)] == [10000]
    (item,) = waiting(office)
    settle_conflict(office, item["id"], "clerk-3", "apply", "已核实")
    (proposal,) = proposed(office, made)
    assert (proposal["amount_fen"], proposal["imported_by"], proposal["proposed_by"]) == (38000, "clerk-1", "clerk-3")
    for clerk in ("clerk-1", "clerk-3"):
        with pytest.raises(Refused, match="second_clerk_required"):
            decide_proposal(office, proposal["id"], clerk, "approved", None)
    assert decided(office, proposal)["state"] == "approved"


def test_a_day_that_is_put_right_without_a_difference_in_money_proposes_nothing_new(office: Office) -> None:
    number = id_number()
    made = registered(office, number, GAOTAI)
    booked(office, payment(made["order_no"], 38000, paid_at="2023-11-02T10:00:00+08:00"))
    listed(office, row(number, "新增", "特困", "2023-11-01"), region=GAOTAI[0])
    listed(office, row(number, "新增", "特困", "2023-10-30"), region=GAOTAI[0])
    before = proposed(office, made)
    settle_conflict(office, waiting(office)[0]["id"], "clerk-3", "apply", "已核实")
    assert proposed(office, made) == before
