"""Whatever goes wrong on the way: when every callback has come, the ledger's money is the statement's."""

import time
from typing import Any

import httpx
import pytest

from app.demo.statements import Sum, add_up
from tests.simulator.bureau_for_tests import pay, reverse, simulator, tell_of
from tests.state.made_up import enrolled

EVERYTHING = {
    "duplicate": 0.1, "reorder": 0.15, "delay": 0.05, "wrong_amount": 0.1, "second_payment": 0.1, "forged": 0.05,
    "stale": 0.05, "altered": 0.05, "late_reversal": 0.1, "missing": 0.1, "unknown_order": 0.05,
}  # fmt: skip


def collector(office: httpx.Client) -> tuple[int, int]:
    """The money that the tax bureau has, and the sum of all accounts."""
    balances = office.get("/v1/ledger/balances").json()["balances"]
    mine = sum(b["balance_fen"] for b in balances if b["account"] == "collector")
    return mine, sum(b["balance_fen"] for b in balances)


def all_through(bureau: httpx.Client) -> dict[str, int]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        counts: dict[str, int] = bureau.get("/callbacks").json()["counts"]
        if not counts["waiting"]:
            return counts
        time.sleep(0.05)
    raise AssertionError(f"callbacks still wait: {counts}")


def orders(bureau: httpx.Client, state: str) -> list[str]:
    found: list[dict[str, Any]] = bureau.get("/receivables", params={"state": state}).json()["receivables"]
    return [order["order_no"] for order in found]


@pytest.mark.parametrize("then_honest", [True, False])
def test_the_ledger_has_what_the_statements_have(office_url: str, office: httpx.Client, then_honest: bool) -> None:
    (before, _), seed = collector(office), time.time_ns()  # event ids must be new to this database
    with simulator(f"{office_url}/v1/tax/callbacks", rhythm=0.0005, seed=seed) as bureau:
        for _ in range(40):
            tell_of(bureau, enrolled(office))
        bureau.put("/faults", json=EVERYTHING | {"then_honest": then_honest})
        for _ in range(2):
            for number in orders(bureau, "due"):
                pay(bureau, number)
            for number in orders(bureau, "paid")[::3]:
                reverse(bureau, order_no=number)
        counts = all_through(bureau)
        for callback in bureau.get("/callbacks", params={"state": "withheld"}).json()["callbacks"]:
            assert bureau.post(f"/callbacks/{callback['event_id']}/release").status_code == 202
        counts = all_through(bureau)
        assert (counts["given_up"], counts["withheld"]) == (0, 0)
        assert counts["tampered"] == counts["tampered_refused"]
        stated = add_up(bureau.get(f"/statements/{day}").content for day in bureau.get("/statements").json()["days"])
    after, whole = collector(office)
    assert stated == Sum(counts["delivered"], after - before), seed
    assert whole == 0
