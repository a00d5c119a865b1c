"""Each fault against the real service, on both databases: what goes wrong here must come out right there."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.simulator.bureau_for_tests import pay, receivable, reverse, simulator, tell, tell_of, through
from tests.state.made_up import enrolled, state, suspended

Enrollment = dict[str, Any]


@pytest.fixture(scope="module")
def bureau(office_url: str) -> Iterator[httpx.Client]:
    with simulator(f"{office_url}/v1/tax/callbacks") as client:
        yield client


@pytest.fixture
def made(office: httpx.Client) -> Enrollment:
    return enrolled(office)


@pytest.fixture
def order(bureau: httpx.Client, made: Enrollment) -> str:
    return tell_of(bureau, made)


def reasons(office: httpx.Client, order: str, **params: str) -> list[str]:
    return sorted(item["reason"] for item in suspended(office, order, **params))


def test_without_a_fault_a_payment_covers(bureau: httpx.Client, office: httpx.Client, made: Any, order: str) -> None:
    (done,) = through(bureau, *pay(bureau, order))
    assert (done["state"], done["attempts"], done["last_status"], done["fault"]) == ("delivered", 1, 200, None)
    assert (state(office, made), reasons(office, order)) == ("covered", [])


def test_duplicates_are_booked_once(bureau: httpx.Client, office: httpx.Client, made: Any, order: str) -> None:
    (done,) = through(bureau, *pay(bureau, order, fault="duplicate"))
    assert (done["state"], done["attempts"]) == ("delivered", 4)
    assert (state(office, made), reasons(office, order)) == ("covered", [])


def test_a_delayed_payment_covers_when_it_comes(
    bureau: httpx.Client, office: httpx.Client, made: Any, order: str
) -> None:
    (event,) = pay(bureau, order, fault="delay")
    assert (event["state"], event["attempts"]) == ("waiting", 0)
    through(bureau, event)
    assert state(office, made) == "covered"


def test_a_wrong_amount_is_suspended(bureau: httpx.Client, office: httpx.Client, made: Any, order: str) -> None:
    (done,) = through(bureau, *pay(bureau, order, fault="wrong_amount"))
    assert (done["amount_fen"], done["state"]) == (37900, "delivered")
    assert (state(office, made), reasons(office, order)) == ("awaiting_payment", ["amount_mismatch"])


def test_of_two_payments_one_is_suspended(bureau: httpx.Client, office: httpx.Client, made: Any, order: str) -> None:
    first, second = through(bureau, *pay(bureau, order, fault="second_payment"))
    assert first["event_id"] != second["event_id"]
    assert (state(office, made), reasons(office, order)) == ("covered", ["second_payment"])


@pytest.mark.parametrize("fault", ["forged", "stale", "altered"])
def test_a_tampered_callback_is_refused_and_the_honest_one_covers(
    bureau: httpx.Client, office: httpx.Client, made: Any, order: str, fault: str
) -> None:
    (done,) = through(bureau, *pay(bureau, order, fault=fault))
    assert (done["tampered"], done["state"], done["attempts"]) == ([401], "delivered", 1)
    assert (state(office, made), reasons(office, order)) == ("covered", [])


@pytest.mark.parametrize("fault", ["forged", "stale", "altered"])
def test_an_attack_moves_no_money(
    bureau: httpx.Client, office: httpx.Client, made: Any, order: str, fault: str
) -> None:
    (done,) = through(bureau, *pay(bureau, order, fault=fault, then_honest=False))
    assert (done["tampered"], done["state"], done["last_status"]) == ([401], "refused", 401)
    assert (state(office, made), reasons(office, order)) == ("awaiting_payment", [])
    assert bureau.get(f"/receivables/{order}").json()["state"] == "due"
    assert done["event_id"] not in bureau.get("/statements/2023-11-02").text


def test_a_late_reversal_takes_the_cover_back_on_the_next_day(
    bureau: httpx.Client, office: httpx.Client, made: Any, order: str
) -> None:
    events = pay(bureau, order, fault="late_reversal")
    done = through(bureau, *events)
    assert [e["type"] for e in done] == ["payment.succeeded", "payment.reversed"]
    assert (state(office, made), reasons(office, order)) == ("reversed", [])
    assert done[1]["event_id"] in bureau.get("/statements/2023-11-03").text


def test_a_missing_callback_stands_in_the_statement_only(
    bureau: httpx.Client, office: httpx.Client, made: Any, order: str
) -> None:
    (event,) = pay(bureau, order, fault="missing")
    assert (event["state"], state(office, made)) == ("withheld", "awaiting_payment")
    assert event["event_id"] in bureau.get("/statements/2023-11-02").text
    assert bureau.post(f"/callbacks/{event['event_id']}/release").status_code == 202
    through(bureau, event)
    assert state(office, made) == "covered"


def test_money_for_an_unknown_order_is_suspended(
    bureau: httpx.Client, office: httpx.Client, made: Any, order: str
) -> None:
    (done,) = through(bureau, *pay(bureau, order, fault="unknown_order"))
    assert done["order_no"] != order
    assert (state(office, made), reasons(office, done["order_no"])) == ("awaiting_payment", ["unknown_order"])
    reverse(bureau, event_id=done["event_id"])


def test_a_reversal_that_overtakes_its_payment_meets_it(
    bureau: httpx.Client, office: httpx.Client, made: Any, order: str
) -> None:
    events = pay(bureau, order, fault="missing") + reverse(bureau, order_no=order, fault="reorder")
    paid, back = events
    through(bureau, back)
    through(bureau, paid)
    (item,) = suspended(office, order, state="settled")
    assert (item["type"], item["reason"]) == ("payment.reversed", "reversal_without_payment")
    assert (item["settlement"], state(office, made)) == ("payment_arrived", "awaiting_payment")


def test_a_payment_overtaken_by_its_reversal_too(
    bureau: httpx.Client, office: httpx.Client, made: Any, order: str
) -> None:
    events = pay(bureau, order, fault="reorder") + reverse(bureau, order_no=order)
    through(bureau, *events)
    assert (state(office, made), reasons(office, order)) == ("awaiting_payment", [])


def test_a_reversal_has_something_to_overtake(bureau: httpx.Client, order: str) -> None:
    through(bureau, *pay(bureau, order))
    response = bureau.post("/reversals", json={"order_no": order, "fault": "reorder"})
    assert (response.status_code, response.json()["code"]) == (409, "nothing_to_overtake")


def test_a_reversal_of_another_amount_is_suspended(
    bureau: httpx.Client, office: httpx.Client, made: Any, order: str
) -> None:
    through(bureau, *pay(bureau, order))
    through(bureau, *reverse(bureau, order_no=order, fault="wrong_amount"))
    assert (state(office, made), reasons(office, order)) == ("covered", ["amount_mismatch"])


def test_money_on_its_way_when_the_order_is_cancelled_is_suspended(
    bureau: httpx.Client, office: httpx.Client, made: Any, order: str
) -> None:
    (event,) = pay(bureau, order, fault="missing")
    assert office.post(f"/v1/enrollments/{made['id']}/cancel").status_code == 200
    bureau.post(f"/callbacks/{event['event_id']}/release")
    through(bureau, event)
    assert (state(office, made), reasons(office, order)) == ("cancelled", ["order_cancelled"])


def test_where_nobody_answers_a_callback_is_given_up_after_sixteen_attempts() -> None:
    with simulator(rhythm=0.000001) as bureau:
        tell(bureau, receivable("a"))
        (done,) = through(bureau, *pay(bureau, "a"))
        assert (done["state"], done["attempts"], done["last_status"]) == ("given_up", 16, None)
        counts = bureau.get("/callbacks", params={"state": "given_up"}).json()["counts"]
        assert (counts["given_up"], counts["attempts"]) == (1, 16)


def test_faults_for_all_come_as_often_as_the_same_seed_says() -> None:
    def faults() -> list[str | None]:
        with simulator(seed=5) as bureau:
            bureau.put("/faults", json={"missing": 0.3, "delay": 0.2})
            for n in range(60):
                tell(bureau, receivable(f"430424-{n}"))
            return [pay(bureau, f"430424-{n}")[0]["fault"] for n in range(60)]

    first = faults()
    assert first == faults()
    assert 8 <= first.count("missing") <= 28
    assert 3 <= first.count("delay") <= 22
    assert first.count("missing") + first.count("delay") + first.count(None) == 60
