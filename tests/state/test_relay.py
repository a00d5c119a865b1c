"""The outbox on its way to the tax bureau: in order, again and again, given up, sent after all."""

import json
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import httpx
import pytest

from app.collector.pushing import Collector, Delivery
from app.collector.signature import verify
from app.storage import outbox_register
from app.workflows.cancel_enrollment import cancel_enrollment
from app.workflows.office import Office, Refused
from app.workflows.read_ledger import balances
from app.workflows.relay_outbox import MOST_ATTEMPTS, dead_letters, outcome, relay_outbox, requeue_dead_letter
from app.workflows.reprice_enrollment import current_enrollment
from tests.state.in_the_office import booked, opened
from tests.state.made_up import KEY, id_number, payment

TAKEN, FAILED, REFUSED = Delivery(True, False, "200"), Delivery(False, False, "503"), Delivery(False, True, "422")
LATER = 1_000_000_000  # microseconds; longer than any first pause


class Bureau:
    """A counterpart that answers as it is told, and remembers what it was sent."""

    def __init__(self, answer: Delivery = TAKEN) -> None:
        self.answer, self.got = answer, list[dict[str, Any]]()

    def push(self, _: str, body: bytes) -> Delivery:
        self.got.append(json.loads(body))
        return self.answer


class Later(Office):
    """The same office some time later."""

    def now(self) -> int:
        return super().now() + LATER


def later(office: Office) -> Office:
    return Later(**{name: getattr(office, name) for name in office.__dataclass_fields__})


def test_a_registration_is_told_once_with_nothing_personal(own_office: Office) -> None:
    made, bureau = opened(own_office), Bureau()
    assert relay_outbox(own_office, bureau.push) == 1
    assert relay_outbox(own_office, bureau.push) == 0
    assert bureau.got == [
        {
            "type": "receivable.opened",
            "order_no": made["order_no"],
            "region": "430424",
            "coverage_year": 2024,
            "revision": 1,
            "payable_fen": 38000,
            "due_through": "2023-12-31",
        }
    ]


def test_somebody_who_is_not_levied_is_not_told_of(own_office: Office) -> None:
    opened(own_office, person={"identities": [{"code": "orphan"}]})
    assert relay_outbox(own_office, Bureau().push) == 0


def test_a_cancelled_order_is_withdrawn_after_it_was_opened(own_office: Office) -> None:
    made, bureau = opened(own_office), Bureau()
    cancel_enrollment(own_office, made["id"], "test")
    while relay_outbox(own_office, bureau.push):
        pass
    told = [(m["type"], m["revision"], m["payable_fen"], m["due_through"]) for m in bureau.got]
    assert told == [("receivable.opened", 1, 38000, "2023-12-31"), ("receivable.withdrawn", 2, None, None)]


def test_a_price_that_runs_out_is_told_once_however_often_it_is_read(own_office: Office) -> None:
    made, bureau = opened(own_office), Bureau()
    for day in (2, 3, 4):
        current_enrollment(replace(own_office, today=partial(date, 2024, 1, day)), made["id"])
    while relay_outbox(own_office, bureau.push):
        pass
    assert [(m["type"], m["payable_fen"]) for m in bureau.got] == [
        ("receivable.opened", 38000),
        ("receivable.changed", None),
    ]


def test_what_fails_is_tried_again_later_and_holds_back_only_its_own_enrollment(own_office: Office) -> None:
    made, bureau = opened(own_office), Bureau(FAILED)
    cancel_enrollment(own_office, made["id"], "test")
    assert relay_outbox(own_office, bureau.push) == 1
    assert relay_outbox(own_office, bureau.push) == 0  # it waits, and the withdrawal waits behind it
    other = opened(own_office)
    bureau.answer = TAKEN
    assert relay_outbox(own_office, bureau.push) == 1
    assert bureau.got[-1]["order_no"] == other["order_no"]
    assert relay_outbox(later(own_office), bureau.push) == 1
    assert relay_outbox(later(own_office), bureau.push) == 1
    assert [m["revision"] for m in bureau.got if m["order_no"] == made["order_no"]] == [1, 1, 2]


def test_what_is_refused_lies_dead_until_a_clerk_sends_it_again(own_office: Office) -> None:
    made, bureau = opened(own_office), Bureau(REFUSED)
    cancel_enrollment(own_office, made["id"], "test")
    relay_outbox(own_office, bureau.push)
    assert relay_outbox(later(own_office), bureau.push) == 0
    (dead,) = dead_letters(own_office, "430424", None, 10)["dead_letters"]
    assert (dead["enrollment_id"], dead["last_error"], dead["state"]) == (made["id"], "422", "dead")
    bureau.answer = TAKEN
    assert requeue_dead_letter(own_office, dead["id"], "clerk")["state"] == "waiting"
    assert relay_outbox(own_office, bureau.push) == 1
    assert relay_outbox(own_office, bureau.push) == 1
    assert [m["type"] for m in bureau.got] == ["receivable.opened", "receivable.opened", "receivable.withdrawn"]
    assert dead_letters(own_office, None, None, 10)["dead_letters"] == []


def test_only_what_lies_dead_can_be_sent_again(own_office: Office) -> None:
    opened(own_office)
    with own_office.database.reading() as connection:
        claimed = outbox_register.claim(connection, own_office.now(), own_office.now(), 1)
    for id, code in ((claimed[0]["id"], "not_a_dead_letter"), ("430424-" + "0" * 32, "dead_letter_not_found")):
        with pytest.raises(Refused) as refused:
            requeue_dead_letter(own_office, id, "clerk")
        assert refused.value.code == code


def test_who_claimed_and_died_leaves_the_message_to_others(own_office: Office) -> None:
    opened(own_office)
    now = own_office.now()
    with own_office.database.transaction() as connection:
        assert len(outbox_register.claim(connection, now, now + LATER // 2, 10)) == 1
    bureau = Bureau()
    assert relay_outbox(own_office, bureau.push) == 0
    assert relay_outbox(later(own_office), bureau.push) == 1


def test_pauses_grow_to_an_hour_and_end_in_the_dead_letters() -> None:
    pauses = [outcome(attempt, FAILED, 0)["due_at"] / 1e6 for attempt in range(1, MOST_ATTEMPTS)]
    assert 1.6 <= pauses[0] <= 2.4
    assert all(0.5 < p <= 3600 * 1.2 for p in pauses)
    assert pauses[-1] >= 2880
    assert sum(pauses) > 12 * 3600
    assert outcome(MOST_ATTEMPTS, FAILED, 0) == {"state": "dead", "last_error": "503"}
    assert outcome(1, Delivery(False, False, "429", 600), 0)["due_at"] == 600_000_000


def answering(status: int, seen: list[httpx.Request], **headers: str) -> Collector:
    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(status, headers=headers, text="not to be kept")

    return Collector("http://bureau.example/receivables", KEY, httpx.Client(transport=httpx.MockTransport(answer)))


def test_a_push_is_signed_like_a_callback() -> None:
    seen: list[httpx.Request] = []
    assert answering(204, seen).push("430424-1", b'{"a":1}').taken
    assert (
        verify([KEY], dict(seen[0].headers), seen[0].content, float(seen[0].headers["webhook-timestamp"])) == "430424-1"
    )


@pytest.mark.parametrize(
    ("status", "refused", "wait"), [(400, True, 0), (422, True, 0), (401, False, 0), (500, False, 0), (429, False, 7)]
)
def test_an_answer_says_whether_to_try_again(status: int, refused: bool, wait: int) -> None:
    headers = {"retry-after": "7"} if wait else {}
    found = answering(status, [], **headers).push("430424-1", b"{}")
    assert found == Delivery(False, refused, str(status), wait)


def test_a_counterpart_that_is_away_is_tried_again() -> None:
    found = Collector("http://127.0.0.1:9/", KEY).push("430424-1", b"{}")
    assert found == Delivery(False, False, "ConnectError")


def test_dead_letters_are_for_clerks(office: httpx.Client) -> None:
    assert office.get("/v1/dead-letters").json()["dead_letters"] == []
    assert httpx.get(f"{office.base_url}/v1/dead-letters").status_code == 401
    missing = office.post("/v1/dead-letters/430424-" + "0" * 32 + "/requeue")
    assert (missing.status_code, missing.json()["code"]) == (404, "dead_letter_not_found")


def test_whose_price_becomes_nothing_is_covered_and_the_order_withdrawn(own_office: Office) -> None:
    """The 2020 notice pays for whoever is a hundred years old."""
    november = replace(own_office, today=partial(date, 2019, 11, 20))
    applicant = {"name": "测试", "id_type": "resident_id", "id_number": id_number("19191201"), "phone": None}
    known = {"insured_last_year": True}
    where = {"region": "hunan-anon-town", "coverage_year": 2020, "village": None}
    made, bureau = opened(november, applicant=applicant, person=known, **where), Bureau()
    assert made["receivable"] == {"payable_fen": 25000, "due_through": "2019-11-30"}
    december = replace(own_office, today=partial(date, 2019, 12, 5))
    assert current_enrollment(december, made["id"])["state"] == "covered"
    while relay_outbox(own_office, bureau.push):
        pass
    assert [m["type"] for m in bureau.got] == ["receivable.opened", "receivable.withdrawn"]
    paid = payment(made["order_no"], 25000, paid_at="2019-12-05T10:00:00+08:00")
    assert booked(december, paid) == ["suspended"]
    assert cancel_enrollment(december, made["id"], "test")["state"] == "cancelled"


def test_a_late_callback_for_a_day_with_a_price_covers_whoever_has_become_exempt_since(own_office: Office) -> None:
    """The price of the day of payment counts, also where somebody has read, and so priced anew, in between."""
    person = {"identities": [{"code": "extreme_poverty", "since": "2023-12-10"}]}
    made = opened(replace(own_office, today=partial(date, 2023, 12, 9)), person=person)
    recognized = replace(own_office, today=partial(date, 2023, 12, 10))
    assert current_enrollment(recognized, made["id"])["state"] == "covered"
    paid = payment(made["order_no"], paid_at="2023-12-09T23:59:59+08:00")
    again = payment(made["order_no"], paid_at="2023-12-09T23:59:59+08:00")
    assert [booked(recognized, event) for event in (paid, again)] == [["covered"], ["suspended"]]
    found = {b["account"]: b["balance_fen"] for b in balances(own_office, "430424", 2024) if b["balance_fen"]}
    assert found == {"collector": 76000, "personal": -38000, "suspense": -38000}
