"""What a change of the lists means for who has paid, by the rule of each notice, on both databases."""

from typing import Any

import pytest

from app.packs.shelf import Shelf
from app.rules.policy import Remedy
from app.workflows.decide_proposal import decide_proposal
from app.workflows.office import Office, Refused
from app.workflows.verify_audit import audit_of, verify_audit
from tests.rosters.in_the_office import (
    DISTRICT,
    GAOTAI,
    HENGDONG,
    LISHI,
    TOWN,
    Place,
    accounts,
    decided,
    listed,
    messages,
    now,
    on,
    paid,
    proposed,
)
from tests.rosters.made_up_lists import row
from tests.state.made_up import id_number

# Place, paid on, listed before, the change, imported on, kind, to, month, amount, rule's clause.
PAID: list[tuple[Any, ...]] = [
    # 高台 三.1: 全额缴费后认定的，次月发到一卡通.
    (GAOTAI, "2023-10-10", None, ("新增", "农村低保一类", "2023-11-15"), "2023-11-20", "pays_back", "one_card",
     "2023-12", 31000, "三.1"),
    (GAOTAI, "2023-10-10", None, ("新增", "特困", "2024-05-08"), "2024-05-20", "pays_back", "one_card", "2024-06",
     38000, "三.1"),
    (GAOTAI, "2023-10-10", None, ("新增", "脱贫户", "2024-05-08"), "2024-05-20", "pays_back", "one_card", "2024-06",
     10000, "三.1"),
    # The list comes late: recognized before the payment, the month after the payment counts.
    (GAOTAI, "2023-10-10", None, ("新增", "孤儿", "2023-09-15"), "2023-11-20", "pays_back", "one_card", "2023-11",
     38000, "三.1"),
    # 高台 三.1: 享受资助后身份变动的，不补不退.
    (GAOTAI, "2023-10-10", "边缘易致贫", ("新增", "特困", "2024-02-01"), "2024-02-03", "nothing", None, None, 0,
     "三.1"),
    (GAOTAI, "2023-10-10", "边缘易致贫", ("退出", "边缘易致贫", "2024-02-01"), "2024-02-03", "nothing", None, None, 0,
     "三.1"),
    # 2026 二(五): 缴费期后认定，已缴费的不退; inside the window the notice does not say how.
    (DISTRICT, "2025-12-10", None, ("新增", "特困", "2026-02-01"), "2026-02-10", "nothing", None, None, 0, "二(五)"),
    (DISTRICT, "2025-12-10", None, ("新增", "特困", "2026-01-31"), "2026-02-10", "not_stated", None, None, 40000,
     "公告未载明"),
    (DISTRICT, "2025-12-10", "低保", ("退出", "低保", "2026-03-01"), "2026-03-10", "not_stated", None, None, -20000,
     "公告未载明"),
    # 衡东 四(四)末段: recognized inside the window has the subsidy, and how after payment is not said; later: none.
    (HENGDONG, "2023-10-10", None, ("新增", "农村低保", "2023-12-31"), "2024-01-05", "not_stated", None, None, 19000,
     "公告未载明"),
    (HENGDONG, "2023-10-10", None, ("新增", "农村低保", "2024-01-01"), "2024-01-05", "nothing", None, None, 0,
     "四(四)末段"),
    # 离石 and the town of 2020 say nothing.
    (LISHI, "2022-10-10", None, ("新增", "农村低保", "2022-11-01"), "2022-11-05", "not_stated", None, None, 28000,
     "公告未载明"),
    (LISHI, "2022-10-10", "农村低保", ("退出", "农村低保", "2022-11-01"), "2022-11-05", "not_stated", None, None,
     -28000, "公告未载明"),
    (TOWN, "2019-10-10", None, ("新增", "三级残疾", "2019-11-01"), "2019-11-05", "not_stated", None, None, 12500,
     "公告未载明"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("place", "at", "before", "change", "imported", "kind", "to", "month", "fen", "clause"),
    PAID,
    ids=[f"{p[0][0]}-{p[3][0]}{p[3][1]}-{p[3][2]}-{p[5]}" for p in PAID],
)
def test_who_has_paid_gets_what_the_notice_says_or_a_clerk_decides(
    own_office: Office, place: Place, at: str, before: str | None, change: tuple[str, str, str], imported: str,
    kind: str, to: str | None, month: str | None, fen: int, clause: str,
) -> None:  # fmt: skip
    number = id_number()
    asked = {"region": place[0], "source": "medical_security"}
    if before:
        listed(on(own_office, at), row(number, "新增", before, "2019-01-01"), **asked)
    made = paid(own_office, number, place, at, person={"insured_last_year": True})
    office = on(own_office, imported)
    told = messages(office, made)
    listed(office, row(number, *change), **asked)
    (proposal,) = proposed(office, made)
    assert (proposal["kind"], proposal["pays_to"], proposal["due_month"]) == (kind, to, month)
    assert (proposal["amount_fen"], proposal["rule_clause"]) == (fen, clause)
    assert sum(share["amount_fen"] for share in proposal["shares"]) == fen
    assert proposal["old"]["clause"]
    assert proposal["new"]["clause"]
    assert proposal["old"] != proposal["new"]
    # Nothing has moved: neither the order nor the money.
    assert now(office, made)["state"] == "covered"
    assert messages(office, made) == told
    assert accounts(office, place[0]).keys() <= {"collector", "personal", *(f"subsidy:{f}" for f in FUNDS)}


FUNDS = ("medical_assistance", "unspecified", "fiscal")


def test_an_approved_payment_is_booked_by_fund_and_on_record_with_its_clauses(own_office: Office) -> None:
    number = id_number()
    made = paid(own_office, number, GAOTAI, "2023-10-10")
    office = on(own_office, "2023-11-20")
    listed(office, row(number, "新增", "农村低保一类", "2023-11-15"), region=GAOTAI[0])
    (proposal,) = proposed(office, made)
    assert (proposal["old"]["clause"], proposal["new"]["clause"]) == ("二", "三.2")
    done = decided(office, proposal)
    assert (done["state"], done["decided_by"], done["remark"]) == ("approved", "clerk-2", "已核对")
    assert accounts(office, GAOTAI[0]) == {
        "collector": 38000, "personal": -38000, "subsidy:medical_assistance": 31000, "payout:one_card": -31000,
    }  # fmt: skip
    record = audit_of(office, made["id"])["records"][-1]
    assert (record["actor"], record["deed"]) == ("clerk-2", "proposal_decided")
    about = record["about"]
    assert (about["decision"], about["amount_fen"], about["old_clause"], about["new_clause"], about["rule_clause"]) == (
        "approved", 31000, "二", "三.2", "三.1",
    )  # fmt: skip
    assert about["shares"] == [{"fund": "medical_assistance", "amount_fen": 31000}]
    assert [chain.broken_at for chain in verify_audit(office)] == [None]


@pytest.mark.parametrize("clerk", ["clerk-1", "clerk-2"])
def test_who_brought_the_list_does_not_decide(own_office: Office, clerk: str) -> None:
    number = id_number()
    made = paid(own_office, number, GAOTAI, "2023-10-10")
    office = on(own_office, "2023-11-20")
    listed(office, row(number, "新增", "特困", "2023-11-15"), region=GAOTAI[0], by=clerk)
    (proposal,) = proposed(office, made)
    for decision in ("approved", "rejected"):
        with pytest.raises(Refused, match="second_clerk_required"):
            decide_proposal(office, proposal["id"], clerk, decision, "x")
    assert proposed(office, made) == [proposal]


def test_a_rejected_proposal_books_nothing_and_is_decided_once(own_office: Office) -> None:
    number = id_number()
    made = paid(own_office, number, LISHI, "2022-10-10")
    office = on(own_office, "2022-11-05")
    listed(office, row(number, day="2022-11-01"), region=LISHI[0])
    (proposal,) = proposed(office, made)
    before = accounts(office, LISHI[0])
    assert decided(office, proposal, "rejected")["state"] == "rejected"
    assert accounts(office, LISHI[0]) == before
    with pytest.raises(Refused, match="proposal_decided"):
        decided(office, proposal)


def test_what_a_clerk_decides_to_have_back_is_booked_as_owed_and_never_taken(own_office: Office) -> None:
    number, office = id_number(), on(own_office, "2022-11-05")
    listed(on(own_office, "2022-10-10"), row(number, day="2022-01-01"), region=LISHI[0])
    made = paid(own_office, number, LISHI, "2022-10-10")
    listed(office, row(number, "退出", day="2022-11-01"), region=LISHI[0])
    (proposal,) = proposed(office, made)
    decided(office, proposal)
    assert accounts(office, LISHI[0]) == {"collector": 7000, "personal": -35000, "recovery": 28000}
    assert now(office, made)["state"] == "covered"


def test_a_list_that_changes_again_before_anybody_has_decided_replaces_the_proposal(own_office: Office) -> None:
    number = id_number()
    made = paid(own_office, number, LISHI, "2022-10-10")
    office = on(own_office, "2022-11-05")
    listed(office, row(number, "新增", "边缘易致贫", "2022-11-01"), region=LISHI[0], source="rural_revitalization")
    (first,) = proposed(office, made)
    listed(office, row(number, "新增", "特困", "2022-11-03"), region=LISHI[0])
    (second,) = proposed(office, made)
    assert (first["amount_fen"], second["amount_fen"]) == (28000, 35000)
    listed(office, row(number, "退出", "特困", "2022-11-04"), region=LISHI[0])
    (third,) = proposed(office, made)
    assert third["amount_fen"] == 28000
    listed(office, row(number, "退出", "边缘易致贫", "2022-11-05"), region=LISHI[0], source="rural_revitalization")
    assert proposed(office, made) == []
    assert len(proposed(office, made, "superseded")) == 3


def test_what_has_been_paid_out_counts_when_the_list_changes_again(own_office: Office) -> None:
    number = id_number()
    made = paid(own_office, number, LISHI, "2022-10-10")
    office = on(own_office, "2022-11-05")
    listed(office, row(number, "新增", "边缘易致贫", "2022-11-01"), region=LISHI[0], source="rural_revitalization")
    decided(office, proposed(office, made)[0])
    listed(office, row(number, "新增", "特困", "2022-11-03"), region=LISHI[0])
    assert [p["amount_fen"] for p in proposed(office, made)] == [7000]


def test_a_change_that_makes_no_difference_to_who_has_paid_proposes_nothing(own_office: Office) -> None:
    number = id_number()
    made = paid(own_office, number, HENGDONG, "2023-10-10")
    office = on(own_office, "2023-11-05")
    listed(office, row(number, "新增", "稳定脱贫人口", "2023-11-01"), source="rural_revitalization")
    assert proposed(office, made) == []


def test_a_change_after_the_coverage_year_changes_nothing_of_it(own_office: Office) -> None:
    number = id_number()
    made = paid(own_office, number, GAOTAI, "2023-10-10")
    office = on(own_office, "2025-01-20")
    listed(office, row(number, "新增", "特困", "2025-01-15"), region=GAOTAI[0])
    assert proposed(office, made) == []


def test_the_rules_of_the_five_notices_are_those_of_their_packs() -> None:
    def said(place: Place) -> list[tuple[str, str | None]]:
        policy = Shelf().find(*place).policy
        found: tuple[Remedy, ...] = (*policy.recognized_after_payment, *policy.changed_after_subsidy)
        return [(remedy.kind, remedy.to) for remedy in found]

    assert [said(place) for place in (GAOTAI, DISTRICT, HENGDONG, LISHI, TOWN)] == [
        [("pays_back", "one_card"), ("nothing", None)], [("nothing", None)], [("nothing", None)], [], [],
    ]  # fmt: skip
