"""Payments and reversals at the simulator's counter, and what it refuses."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.simulator.bureau_for_tests import pay, receivable, reverse, simulator, tell


@pytest.fixture(scope="module")
def bureau() -> Iterator[httpx.Client]:
    with simulator(rhythm=1) as client:
        tell(client, receivable("other"))
        yield client


@pytest.fixture
def order(bureau: httpx.Client, request: pytest.FixtureRequest) -> str:
    name = str(request.node.name)[:200]
    assert tell(bureau, receivable(name)).status_code == 200
    return name


def refused(response: httpx.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json"
    return response.status_code, response.json()["code"]


def test_what_is_due_is_paid_once(bureau: httpx.Client, order: str) -> None:
    (event,) = pay(bureau, order, channel="微信")
    assert (event["type"], event["amount_fen"], event["channel"]) == ("payment.succeeded", 38000, "微信")
    assert event["paid_at"] == "2023-11-02T12:00:00+08:00"
    assert bureau.get(f"/receivables/{order}").json()["state"] == "paid"
    assert refused(bureau.post("/payments", json={"order_no": order})) == (409, "already_paid")
    pay(bureau, order, regardless=True)
    assert len(bureau.get(f"/receivables/{order}").json()["payments"]) == 2


def test_another_amount_leaves_the_order_due(bureau: httpx.Client, order: str) -> None:
    pay(bureau, order, amount_fen=1)
    assert bureau.get(f"/receivables/{order}").json()["state"] == "due"
    pay(bureau, order)
    assert bureau.get(f"/receivables/{order}").json()["state"] == "paid"


def test_a_price_is_not_taken_after_its_last_day(bureau: httpx.Client, order: str) -> None:
    late = {"order_no": order, "paid_at": "2024-01-01T00:00:00+08:00"}
    assert refused(bureau.post("/payments", json=late)) == (409, "price_has_run_out")
    assert pay(bureau, order, paid_at="2023-12-31T15:59:59Z")


def test_where_nothing_is_due_nothing_is_paid(bureau: httpx.Client, order: str) -> None:
    tell(bureau, receivable(order, type="receivable.changed", revision=2, payable_fen=None))
    assert refused(bureau.post("/payments", json={"order_no": order})) == (409, "nothing_due")


def test_a_reversal_names_its_payment_and_frees_the_order(bureau: httpx.Client, order: str) -> None:
    (paid,) = pay(bureau, order)
    (back,) = reverse(bureau, order_no=order)
    assert (back["type"], back["reverses_event_id"], back["amount_fen"]) == (
        "payment.reversed",
        paid["event_id"],
        38000,
    )
    assert bureau.get(f"/receivables/{order}").json()["state"] == "due"
    again = bureau.post("/reversals", json={"event_id": paid["event_id"]})
    assert refused(again) == (409, "already_reversed")
    assert refused(bureau.post("/reversals", json={"order_no": order})) == (404, "event_not_found")


def test_the_last_payment_goes_back_first(bureau: httpx.Client, order: str) -> None:
    first, second = pay(bureau, order)[0], pay(bureau, order, regardless=True)[0]
    assert reverse(bureau, order_no=order)[0]["reverses_event_id"] == second["event_id"]
    assert reverse(bureau, event_id=first["event_id"])[0]["reverses_event_id"] == first["event_id"]


UNKNOWN = [("/payments", {"order_no": "x"}, "order_not_found"), ("/reversals", {"order_no": "x"}, "order_not_found"),
           ("/reversals", {"event_id": "x"}, "event_not_found")]  # fmt: skip


@pytest.mark.parametrize(("path", "body", "code"), UNKNOWN)
def test_what_is_not_known_is_404(bureau: httpx.Client, path: str, body: dict[str, Any], code: str) -> None:
    assert refused(bureau.post(path, json=body)) == (404, code)
    assert bureau.get("/receivables/x").status_code == bureau.get("/callbacks/x").status_code == 404
    assert refused(bureau.get("/nothing")) == (404, "not_found")


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("/payments", {}),
    ("/payments", {"order_no": "other", "amount_fen": 0}),
    ("/payments", {"order_no": "other", "amount_fen": "5"}),
    ("/payments", {"order_no": "other", "fault": "flood"}),
    ("/payments", {"order_no": "other", "paid_at": "2023-11-02"}),
    ("/payments", {"order_no": "other", "paid_at": "1923-11-02T00:00:00Z"}),
    ("/payments", {"order_no": "other", "amount": 5}),
    ("/reversals", {}),
    ("/reversals", {"order_no": "other", "event_id": "x"}),
    ("/reversals", {"order_no": "other", "fault": "second_payment"}),
]


@pytest.mark.parametrize(("path", "body"), WRONG, ids=range(len(WRONG)))
def test_what_cannot_be_read_is_422_and_does_not_come_back(
    bureau: httpx.Client, path: str, body: dict[str, Any]
) -> None:
    response = bureau.post(path, json=body)
    assert refused(response) == (422, "invalid_request")
    assert response.json()["errors"]
    assert "1923" not in response.text


def test_a_reversal_is_not_before_its_payment(bureau: httpx.Client, order: str) -> None:
    pay(bureau, order)
    early = {"order_no": order, "paid_at": "2023-11-01T00:00:00+08:00"}
    assert refused(bureau.post("/reversals", json=early)) == (422, "invalid_request")


def test_probabilities_are_set_shown_and_at_most_one(bureau: httpx.Client) -> None:
    mode = {"duplicate": 0.25, "forged": 0.5, "then_honest": False}
    assert bureau.put("/faults", json=mode).json() == bureau.get("/faults").json() == mode
    for wrong in ({"forged": 0.6, "stale": 0.6}, {"forged": 2}, {"forged": "0.1"}, {"forged": True}, {"flood": 0.1}):
        assert refused(bureau.put("/faults", json=wrong)) == (422, "invalid_request")
    assert bureau.put("/faults", json={}).json() == {"then_honest": True}
