"""What a change of the lists does to who still has to pay (同缴同补), by the rule of each notice, on both databases."""

import pytest

from app.workflows.office import Office
from tests.rosters.in_the_office import (
    DISTRICT,
    GAOTAI,
    HENGDONG,
    LISHI,
    TOWN,
    Place,
    accounts,
    listed,
    messages,
    now,
    on,
    registered,
    waiting,
)
from tests.rosters.made_up_lists import row
from tests.state.in_the_office import booked
from tests.state.made_up import id_number, payment

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
