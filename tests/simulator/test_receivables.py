"""What the simulator makes of the orders that canbao tells of."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.collector.signature import secret_bytes
from tests.simulator.bureau_for_tests import pay, receivable, simulator, tell


@pytest.fixture(scope="module")
def bureau() -> Iterator[httpx.Client]:
    with simulator() as client:
        yield client


def test_an_order_is_kept_and_shown(bureau: httpx.Client) -> None:
    assert tell(bureau, receivable("a")).json() == {"code": "SUCCESS", "new": True}
    shown = bureau.get("/receivables/a").json()
    assert (shown["state"], shown["payable_fen"], shown["due_through"]) == ("due", 38000, "2023-12-31")
    assert [o["order_no"] for o in bureau.get("/receivables").json()["receivables"]] == ["a"]


def test_only_a_newer_revision_counts(bureau: httpx.Client) -> None:
    for revision, price, new in ((1, 100, True), (3, 300, True), (2, 200, False), (3, 400, False), (4, None, True)):
        message = receivable("b", type="receivable.changed", revision=revision, payable_fen=price)
        assert tell(bureau, message).json()["new"] is new
    shown = bureau.get("/receivables/b").json()
    assert (shown["payable_fen"], shown["state"], shown["messages"], shown["ignored"]) == (None, "nothing_due", 5, 2)


def test_a_withdrawn_order_takes_no_money_but_regardless_it_does(bureau: httpx.Client) -> None:
    gone = receivable("c", type="receivable.withdrawn", payable_fen=None, due_through=None)
    assert tell(bureau, gone).status_code == 200
    assert bureau.get("/receivables", params={"state": "withdrawn"}).json()["counts"]["withdrawn"] == 1
    response = bureau.post("/payments", json={"order_no": "c", "amount_fen": 5})
    assert (response.status_code, response.json()["code"]) == (409, "order_withdrawn")
    assert pay(bureau, "c", amount_fen=5, regardless=True)[0]["amount_fen"] == 5


def test_what_is_not_signed_now_with_the_secret_is_refused(bureau: httpx.Client) -> None:
    other = secret_bytes("whsec_" + "b" * 40)
    for response in (
        tell(bureau, receivable("d"), key=other),
        tell(bureau, receivable("d"), off=-400),
        bureau.post("/receivables", json=receivable("d")),
    ):
        assert (response.status_code, response.json()["code"]) == (401, "bad_signature")
        assert response.headers["content-type"] == "application/problem+json"
    assert bureau.get("/receivables/d").status_code == 404


UNREADABLE: list[Any] = [
    b"{", b"[]", receivable(type="receivable.gone"), receivable(revision=0), receivable(revision="1"),
    receivable(payable_fen=-1), receivable(due_through="31.12.2023"), receivable(order_no=""),
]  # fmt: skip


@pytest.mark.parametrize("message", UNREADABLE, ids=range(len(UNREADABLE)))
def test_an_unreadable_message_is_refused_for_good(bureau: httpx.Client, message: Any) -> None:
    response = tell(bureau, message)
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")
    assert response.json()["errors"]


def test_a_message_may_say_more_than_is_known_here(bureau: httpx.Client) -> None:
    assert tell(bureau, receivable("e", currency="CNY")).status_code == 200
