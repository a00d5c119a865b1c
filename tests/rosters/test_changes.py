"""What a change of the lists does, by the rule of each notice, on both databases."""

import json
from typing import Any

import pytest
from sqlalchemy import text

from app.packs.shelf import Shelf
from app.rules.policy import Remedy
from app.workflows.decide_proposal import decide_proposal
from app.workflows.office import Office, Refused
from app.workflows.read_ledger import balances, unbalanced_postings
from app.workflows.verify_audit import audit_of, verify_audit
from tests.rosters.in_the_office import (
    DISTRICT,
    GAOTAI,
    HENGDONG,
    LISHI,
    TOWN,
    decided,
    listed,
    now,
    on,
    proposed,
    registered,
    tried,
    waiting,
)  # fmt: skip
from tests.rosters.made_up_lists import row
from tests.state.in_the_office import booked
from tests.state.made_up import id_number, payment, reversal

Place = tuple[str, int]


def messages(office: Office, enrollment: dict[str, Any]) -> list[dict[str, Any]]:
    """What the tax bureau is told of an order."""
    statement = text("SELECT body FROM outbox WHERE enrollment_id = :e ORDER BY revision")
    with office.database.reading() as connection:
        bodies = connection.execute(statement, {"e": enrollment["id"]}).scalars()
        return [json.loads(bytes(body)) for body in bodies]


def paid(office: Office, number: str, place: Place, at: str, **changes: Any) -> dict[str, Any]:
    """Registered and paid on a day, at the price of that day."""
    made = registered(on(office, at), number, place, **changes)
    event = payment(made["order_no"], made["receivable"]["payable_fen"], paid_at=f"{at}T10:00:00+08:00")
    assert booked(on(office, at), event) == ["covered"]
    return made | {"event": event}


def accounts(office: Office, region: str) -> dict[str, int]:
    assert unbalanced_postings(office) == []
    return {b["account"]: b["balance_fen"] for b in balances(office, region, None) if b["balance_fen"]}


# --- who still has to pay: 同缴同补

# Place, day of registration, category, day of recognition, day of the import, price before and after, way in after.
UNPAID = [
    (HENGDONG, "2023-10-08", "农村低保", "2023-10-20", "2023-10-25", 38000, 19000, "window"),
    (HENGDONG, "2023-10-08", "二级残疾", "2023-10-20", "2023-10-25", 38000, 0, "window"),
    (HENGDONG, "2023-10-08", "稳定脱贫人口", "2023-10-20", "2023-10-25", 38000, 38000, "window"),
    (GAOTAI, "2023-10-08", "农村低保二类", "2023-10-20", "2023-10-25", 38000, 7000, "window"),
    (GAOTAI, "2023-10-08", "边缘易致贫", "2023-10-20", "2023-10-25", 38000, 13000, "window"),
    (LISHI, "2022-10-08", "返贫致贫", "2022-10-20", "2022-10-25", 35000, 3500, "window"),
    (LISHI, "2022-10-08", "突发严重困难", "2022-10-20", "2022-10-25", 35000, 35000, "window"),
    (TOWN, "2019-10-08", "建档立卡", "2019-10-20", "2019-10-25", 25000, 12500, "window"),
    (DISTRICT, "2025-11-08", "四级残疾", "2025-11-20", "2025-11-25", 40000, 20000, "window"),
    (DISTRICT, "2026-03-08", "特困", "2026-03-01", "2026-03-10", 110000, 40000, "recognized_after_window"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("place", "day", "category", "since", "imported", "before", "after", "route"),
    UNPAID,
    ids=[f"{u[0][0]}-{u[2]}-{u[4]}" for u in UNPAID],
)
def test_an_order_that_is_not_paid_is_priced_anew_and_pushed_again(
    own_office: Office, place: Place, day: str, category: str, since: str, imported: str, before: int, after: int,
    route: str,
) -> None:  # fmt: skip
    number = id_number()
    made = registered(on(own_office, day), number, place, person={"insured_last_year": True})
    assert made["receivable"]["payable_fen"] == before
    office = on(own_office, imported)
    result = listed(office, row(number, "新增", category, since), region=place[0], source="medical_security")
    shown, told = now(office, made), messages(office, made)
    assert (shown["receivable"]["payable_fen"], shown["quote"]["route"]) == (after, route)
    assert (result["repriced"], result["proposals"]) == (int(before != after), 0)
    if before == after:
        assert [m["type"] for m in told] == ["receivable.opened"]
        return
    kind = "receivable.changed" if after else "receivable.withdrawn"
    assert [(m["type"], m["revision"]) for m in told] == [("receivable.opened", 1), (kind, 2)]
    assert (told[1]["payable_fen"], shown["state"]) == ((after, "awaiting_payment") if after else (None, "covered"))
    if after:
        event = payment(made["order_no"], after, paid_at=f"{imported}T18:00:00+08:00")
        assert booked(office, event) == ["covered"]
    accounts(office, place[0])


def test_who_leaves_the_list_before_paying_pays_the_whole(own_office: Office) -> None:
    number, office = id_number(), on(own_office, "2023-11-02")
    listed(office, row(number))
    made = registered(office, number)
    listed(office, row(number, "退出", day="2023-11-01"))
    assert now(office, made)["receivable"]["payable_fen"] == 38000
    assert [m["payable_fen"] for m in messages(office, made)] == [19000, 38000]


def test_a_way_in_that_hangs_on_the_identity_closes_with_it_and_the_order_has_no_price(own_office: Office) -> None:
    """衡东 四(三)3 (e) is for hardship groups only."""
    number, office = id_number(), on(own_office, "2024-03-05")
    listed(office, row(number))
    delayed = {"circumstances": [{"code": "objective_delay_verified"}]}
    made = registered(office, number, person=delayed)
    assert made["quote"]["route"] == "hardship_delayed"
    listed(office, row(number, "退出", day="2024-03-04"))
    shown = now(office, made)
    assert (shown["receivable"], shown["quote"]["reason"]) == (None, "window_closed")
    assert messages(office, made)[-1]["payable_fen"] is None
    late = payment(made["order_no"], 38000, paid_at="2024-03-06T10:00:00+08:00")
    assert booked(office, late) == ["suspended"]


def test_an_order_whose_new_price_needs_a_class_stays_and_waits_for_a_clerk(own_office: Office) -> None:
    number, office = id_number(), on(own_office, "2023-11-02")
    made = registered(office, number, GAOTAI)
    result = listed(office, row(number, "新增", "农村低保"), region=GAOTAI[0])
    (item,) = waiting(office)
    assert (result["conflicts"], item["kind"], item["enrollment_id"]) == (1, "price_not_settled", made["id"])
    assert now(office, made)["receivable"]["payable_fen"] == 38000


# --- who has paid

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


# --- payments on their way


def test_a_payment_at_the_price_that_was_told_before_the_list_came_is_no_mistake(own_office: Office) -> None:
    """Recognized in October, paid on 4 November, the list comes on the 5th, the callback on the 6th."""
    number, office = id_number(), on(own_office, "2023-11-02")
    made = registered(office, number, GAOTAI)
    later = on(own_office, "2023-11-05")
    listed(later, row(number, "新增", "特困", "2023-10-20"), region=GAOTAI[0])
    assert now(later, made)["state"] == "covered"
    event = payment(made["order_no"], 38000, paid_at="2023-11-04T10:00:00+08:00")
    assert booked(on(own_office, "2023-11-06"), event) == ["covered"]
    (proposal,) = proposed(later, made)
    assert (proposal["kind"], proposal["amount_fen"]) == ("pays_back", 38000)
    assert accounts(later, GAOTAI[0]) == {"collector": 38000, "personal": -38000}
    assert booked(later, event) == ["repeated"]


@pytest.mark.parametrize("place", [HENGDONG, GAOTAI])
@pytest.mark.parametrize("category", ["农村低保一类", "特困"])
def test_recognized_the_day_after_paying_one_is_proposed_the_same_whenever_the_callback_comes(
    own_office: Office, place: Place, category: str
) -> None:
    """Paid on 4 November, recognized on the 5th: the callback comes before the list, or on the day after it."""
    found = []
    for comes in ("before", "after"):
        number = id_number()
        made = registered(on(own_office, "2023-11-02"), number, place)
        event = payment(made["order_no"], 38000, paid_at="2023-11-04T10:00:00+08:00")
        if comes == "before":
            assert booked(on(own_office, "2023-11-04"), event) == ["covered"]
        listed(on(own_office, "2023-11-05"), row(number, "新增", category, "2023-11-05"), region=place[0])
        if comes == "after":
            assert booked(on(own_office, "2023-11-06"), event) == ["covered"]
        found.append([(p["kind"], p["amount_fen"], p["due_month"]) for p in proposed(own_office, made)])
    assert found[0] == found[1]
    assert len(found[0]) == 1


def test_a_payment_at_a_subsidized_price_that_has_ended_covers_and_the_rest_is_a_clerks(own_office: Office) -> None:
    number, office = id_number(), on(own_office, "2022-11-02")
    listed(office, row(number, day="2022-01-01"), region=LISHI[0])
    made = registered(office, number, LISHI)
    listed(office, row(number, "退出", day="2022-11-01"), region=LISHI[0])
    assert now(office, made)["receivable"]["payable_fen"] == 35000
    assert booked(office, payment(made["order_no"], 7000, paid_at="2022-11-02T18:00:00+08:00")) == ["covered"]
    (proposal,) = proposed(office, made)
    assert (proposal["kind"], proposal["amount_fen"]) == ("not_stated", -28000)


def test_a_payment_the_day_after_at_the_old_price_is_suspended(own_office: Office) -> None:
    number, office = id_number(), on(own_office, "2023-11-02")
    made = registered(office, number)
    listed(office, row(number))
    late = payment(made["order_no"], 38000, paid_at="2023-11-03T10:00:00+08:00")
    assert booked(office, late) == ["suspended"]


def test_a_contribution_that_is_paid_back_leaves_no_proposal_open_and_what_was_paid_out_is_to_be_had_back(
    own_office: Office,
) -> None:
    number = id_number()
    made = paid(own_office, number, GAOTAI, "2023-10-10")
    office = on(own_office, "2023-11-20")
    listed(office, row(number, "新增", "农村低保一类", "2023-11-15"), region=GAOTAI[0])
    decided(office, proposed(office, made)[0])
    booked(office, reversal(made["event"]))
    (proposal,) = proposed(office, made)
    assert (proposal["cause"], proposal["kind"], proposal["amount_fen"]) == ("reversed", "not_stated", -31000)
    decided(office, proposal)
    assert accounts(office, GAOTAI[0]) == {"payout:one_card": -31000, "recovery": 31000}


def test_a_proposal_about_a_cover_that_is_gone_falls(own_office: Office) -> None:
    number = id_number()
    made = paid(own_office, number, GAOTAI, "2023-10-10")
    office = on(own_office, "2023-11-20")
    listed(office, row(number, "新增", "农村低保一类", "2023-11-15"), region=GAOTAI[0])
    (proposal,) = proposed(office, made)
    booked(office, reversal(made["event"]))
    assert proposed(office, made) == []
    with pytest.raises(Refused, match="proposal_decided"):
        decided(office, proposal)


def test_the_rules_of_the_five_notices_are_those_of_their_packs() -> None:
    def said(place: Place) -> list[tuple[str, str | None]]:
        policy = Shelf().find(*place).policy
        found: tuple[Remedy, ...] = (*policy.recognized_after_payment, *policy.changed_after_subsidy)
        return [(remedy.kind, remedy.to) for remedy in found]

    assert [said(place) for place in (GAOTAI, DISTRICT, HENGDONG, LISHI, TOWN)] == [
        [("pays_back", "one_card"), ("nothing", None)], [("nothing", None)], [("nothing", None)], [], [],
    ]  # fmt: skip


def test_a_dry_run_says_what_the_import_then_does(own_office: Office) -> None:
    unpaid, settled = id_number(), id_number()
    office = on(own_office, "2023-11-20")
    open_one, covered = registered(office, unpaid, GAOTAI), paid(own_office, settled, GAOTAI, "2023-10-10")
    lines = [row(n, "新增", "农村低保一类", "2023-11-15") for n in (unpaid, settled, id_number())]
    result, shown = tried(office, *lines, region=GAOTAI[0])
    effects = [(e["effect"], e.get("payable_fen"), e.get("amount_fen")) for line in shown for e in line["effects"]]
    assert effects == [("repriced", 7000, None), ("proposed", None, 31000)]
    assert now(office, open_one)["receivable"]["payable_fen"] == 38000
    assert proposed(office, covered) == []
    done = listed(office, *lines, region=GAOTAI[0])
    counts = ("lines", "added", "removed", "unchanged", "conflicts", "repriced", "proposals")
    assert [result[name] for name in counts] == [done[name] for name in counts] == [3, 3, 0, 0, 0, 1, 1]
