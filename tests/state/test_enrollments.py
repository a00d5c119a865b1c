"""Registering people, on both databases."""

import threading
import uuid
from datetime import date
from typing import Any

import httpx
import pytest

from tests.conftest import service
from tests.state.made_up import enroll, enrolled, id_number, payment, registration, send, state

CHILD = {"name": "测试之子", "id_type": "guardian_resident_id", "phone": None}


def test_a_registration_freezes_the_price_and_gives_an_order(office: httpx.Client) -> None:
    response = enroll(office, person={"identities": [{"code": "subsistence_allowance"}]})
    made = response.json()
    assert (response.status_code, response.headers["location"]) == (201, f"/v1/enrollments/{made['id']}")
    assert made["state"] == "awaiting_payment"
    assert made["order_no"].startswith("430424-")
    assert made["receivable"] == {"payable_fen": 19000, "due_through": "2023-12-31"}
    assert made["quote"]["policy"]["digest"].startswith("sha256:")
    assert office.get(response.headers["location"]).json() == made


def test_somebody_subsidized_in_full_is_covered_at_once_and_gets_no_order(office: httpx.Client) -> None:
    made = enrolled(office, person={"identities": [{"code": "orphan"}]})
    assert (made["state"], made["order_no"], made["receivable"]["payable_fen"]) == ("covered", None, 0)


def test_the_birth_date_comes_from_the_resident_id(office: httpx.Client) -> None:
    made = enrolled(office)
    assert made["quote"]["outcome"] == "payable"


def test_the_same_key_and_body_get_the_first_answer_byte_for_byte(office: httpx.Client) -> None:
    key, body = str(uuid.uuid4()), registration()
    first = office.post("/v1/enrollments", json=body, headers={"idempotency-key": key})
    again = office.post("/v1/enrollments", json=body, headers={"idempotency-key": key})
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["location"] == first.headers["location"]


def test_the_same_key_with_another_body_is_refused(office: httpx.Client) -> None:
    key = str(uuid.uuid4())
    assert enroll(office, key).status_code == 201
    again = enroll(office, key)
    assert (again.status_code, again.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "schlüssel".encode().decode("latin-1")])
def test_a_key_is_visible_ascii(office: httpx.Client, key: str) -> None:
    headers = [(b"idempotency-key", key.encode("latin-1"))]
    response = office.post("/v1/enrollments", json=registration(), headers=headers)
    assert (response.status_code, response.json()["code"]) == (400, "idempotency_key_missing")


def test_one_person_has_one_live_enrollment_across_regions(office: httpx.Client) -> None:
    body = registration()
    enrolled(office, applicant=body["applicant"])
    again = enroll(office, applicant=body["applicant"], region="620724", village="620724100200")
    assert (again.status_code, again.json()["code"]) == (409, "already_enrolled")


def test_of_twenty_at_once_one_is_enrolled(office: httpx.Client) -> None:
    applicant, found = registration()["applicant"], []

    def one() -> None:
        found.append(enroll(office, applicant=applicant).status_code)

    threads = [threading.Thread(target=one) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [201] + [409] * 19


def test_of_twenty_with_one_key_all_get_one_answer_or_are_told_to_wait(office: httpx.Client) -> None:
    key, body, found = str(uuid.uuid4()), registration(), []

    def one() -> None:
        response = office.post("/v1/enrollments", json=body, headers={"idempotency-key": key})
        found.append((response.status_code, response.json().get("id") or response.json()["code"]))

    threads = [threading.Thread(target=one) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({who for status, who in found if status == 201}) == 1
    assert {who for status, who in found if status != 201} <= {"idempotency_in_progress"}


def test_after_a_cancellation_the_person_can_be_registered_anew(office: httpx.Client) -> None:
    applicant = registration()["applicant"]
    made = enrolled(office, applicant=applicant)
    cancelled = office.post(f"/v1/enrollments/{made['id']}/cancel")
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert office.post(f"/v1/enrollments/{made['id']}/cancel").json() == cancelled.json()
    assert enroll(office, applicant=applicant).status_code == 201


def test_a_paid_enrollment_is_not_cancelled(office: httpx.Client) -> None:
    made = enrolled(office)
    assert send(office, payment(made["order_no"])).status_code == 200
    refused = office.post(f"/v1/enrollments/{made['id']}/cancel")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_cancellable")
    assert state(office, made) == "covered"


def test_cancelling_a_cover_without_payment_takes_the_subsidy_back(office: httpx.Client) -> None:
    made = enrolled(office, region="620724", village="620724100", person={"identities": [{"code": "orphan"}]})
    assert office.post(f"/v1/enrollments/{made['id']}/cancel").json()["state"] == "cancelled"
    balances = office.get("/v1/ledger/balances", params={"region": "620724"}).json()["balances"]
    assert {b["balance_fen"] for b in balances} <= {0}


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("closed", {"region": "hunan-anon-town", "coverage_year": 2020}),
    ("ineligible", {"person": {"employee_insurance": {"status": "active"}}}),
    ("needs_information", {"region": "620724", "person": {"identities": [{"code": "subsistence_allowance"}]}}),
]


@pytest.mark.parametrize(("outcome", "changes"), REFUSED, ids=[r[0] for r in REFUSED])
def test_who_cannot_be_enrolled_gets_the_quote_that_says_why(
    office: httpx.Client, outcome: str, changes: dict[str, Any]
) -> None:
    response = enroll(office, **changes)
    assert (response.status_code, response.json()["code"]) == (422, "not_enrollable")
    assert response.json()["quote"]["outcome"] == outcome


def _digit_changed(number: str) -> str:
    return number[:-1] + ("0" if number[-1] != "0" else "1")


@pytest.mark.parametrize(
    "number", ["12345", _digit_changed(id_number()), "99900019851315001X", "999000198506150o14", "９" * 18, "a" * 41]
)
def test_a_resident_id_is_checked_and_not_repeated(office: httpx.Client, number: str) -> None:
    response = enroll(office, applicant=registration()["applicant"] | {"id_number": number})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "applicant.id_number"
    assert number not in response.text


@pytest.mark.parametrize("code", ["810000", "820000", "830000", "110229"])
def test_residence_permits_and_withdrawn_codes_are_ids_too(office: httpx.Client, code: str) -> None:
    from app.enrollment.id_numbers import check_digit

    start = f"{code}19850615{uuid.uuid4().int % 1000:03d}"
    assert (
        enroll(office, applicant=registration()["applicant"] | {"id_number": start + check_digit(start)}).status_code
        == 201
    )


def test_the_birth_date_must_agree_with_the_resident_id(office: httpx.Client) -> None:
    response = enroll(office, person={"birth_date": "1985-06-16"})
    assert (response.status_code, response.json()["code"]) == (422, "contradictory_facts")


def test_children_without_a_number_are_registered_by_their_guardian(office: httpx.Client) -> None:
    guardian = id_number()
    first = CHILD | {"id_number": guardian, "name": "测试长子"}
    second = CHILD | {"id_number": guardian, "name": "测试次子"}
    person = {"birth_date": "2023-10-20"}
    assert enroll(office, applicant=first, person=person).status_code == 201
    assert enroll(office, applicant=second, person=person).status_code == 201
    assert enroll(office, applicant=first, person=person).json()["code"] == "already_enrolled"
    assert enroll(office, applicant=first).json()["code"] == "contradictory_facts"


def test_coverage_is_looked_up_by_document(office: httpx.Client) -> None:
    body = registration()
    made = enrolled(office, applicant=body["applicant"])
    asked = {"id_type": "resident_id", "id_number": body["applicant"]["id_number"].lower(), "coverage_year": 2024}
    assert office.post("/v1/coverage/lookup", json=asked).json()["covered"] is False
    send(office, payment(made["order_no"]))
    found = office.post("/v1/coverage/lookup", json=asked).json()
    assert (found["covered"], found["enrollment"]["id"]) == (True, made["id"])
    nobody = asked | {"id_number": id_number()}
    assert office.post("/v1/coverage/lookup", json=nobody).json() == {"covered": False, "enrollment": None}


def test_the_list_comes_in_pages_without_gap_or_repetition(office: httpx.Client) -> None:
    village = f"430424{uuid.uuid4().int % 10**6:06d}"
    made = [enrolled(office, village=village)["id"] for _ in range(7)]
    seen, cursor = [], None
    while True:
        params = {"region": "430424", "village": village, "limit": "3"} | ({"cursor": cursor} if cursor else {})
        page = office.get("/v1/enrollments", params=params).json()
        seen += [e["id"] for e in page["enrollments"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == made
    assert office.get("/v1/enrollments", params={"village": village, "state": "covered"}).json()["enrollments"] == []


@pytest.mark.parametrize("id", ["430424-" + "0" * 32, "nothing", "-", "%00", "x" * 300])
def test_an_enrollment_that_is_not_there_is_a_problem(office: httpx.Client, id: str) -> None:
    response = office.get(f"/v1/enrollments/{id}")
    assert (response.status_code, response.json()["code"]) == (404, "enrollment_not_found")


@pytest.mark.parametrize("header", [{}, {"authorization": "Bearer nobody"}, {"authorization": "Basic ZGV2LWtleQ=="}])
def test_without_a_key_nothing_stateful_answers(office_url: str, header: dict[str, str]) -> None:
    with httpx.Client(base_url=office_url, headers=header) as stranger:
        for method, path in (
            ("POST", "/v1/enrollments"),
            ("GET", "/v1/enrollments"),
            ("GET", "/v1/enrollments/x"),
            ("POST", "/v1/enrollments/x/cancel"),
            ("POST", "/v1/coverage/lookup"),
            ("GET", "/v1/suspense"),
            ("POST", "/v1/suspense/x/settle"),
            ("GET", "/v1/ledger/balances"),
            ("GET", "/v1/dead-letters"),
            ("POST", "/v1/dead-letters/x/requeue"),
            ("GET", "/v1/enrollments/x/audit"),
        ):
            response = stranger.request(method, path, json={} if method == "POST" else None)
            assert (response.status_code, response.json()["code"]) == (401, "unauthorized"), path


def test_a_price_that_has_run_out_is_made_anew_when_read_and_says_so(office: httpx.Client, database_url: str) -> None:
    person = {"identities": [{"code": "subsistence_allowance"}], "circumstances": [{"code": "prison_release"}]}
    special, ordinary = enrolled(office, person=person), enrolled(office)
    with (
        service(database_url, date(2024, 3, 5)) as later,
        httpx.Client(base_url=later, headers=office.headers) as march,
    ):
        shown = march.get(f"/v1/enrollments/{special['id']}").json()
        assert shown["repriced"] == {"from_fen": 19000, "on": "2024-03-05"}
        assert shown["receivable"] == {"payable_fen": 38000, "due_through": "2024-12-31"}
        again = march.get(f"/v1/enrollments/{special['id']}").json()
        assert again == {k: v for k, v in shown.items() if k != "repriced"}
        closed = march.get(f"/v1/enrollments/{ordinary['id']}").json()
        assert (closed["receivable"], closed["quote"]["reason"]) == (None, "window_closed")
    assert send(office, payment(ordinary["order_no"], paid_at="2023-12-31T23:59:59+08:00")).status_code == 200
    assert state(office, ordinary) == "covered"


def test_a_household_is_seen_whole(office: httpx.Client) -> None:
    number = f"h-{uuid.uuid4()}"
    made = [enrolled(office, household={"household_no": number, "relation": r})["id"] for r in ("head", "child")]
    found = office.get(f"/v1/households/{number}", params={"coverage_year": "2024"}).json()["enrollments"]
    assert [e["id"] for e in found] == made
    assert office.get("/v1/households/nobody").json()["enrollments"] == []


def test_a_refusal_is_the_answer_of_its_key_too(office: httpx.Client) -> None:
    body, key = registration(), str(uuid.uuid4())
    made = enrolled(office, applicant=body["applicant"])
    first = office.post("/v1/enrollments", json=body, headers={"idempotency-key": key})
    assert first.json()["code"] == "already_enrolled"
    office.post(f"/v1/enrollments/{made['id']}/cancel")
    again = office.post("/v1/enrollments", json=body, headers={"idempotency-key": key})
    assert (again.status_code, again.content) == (409, first.content)
    assert again.headers["content-type"] == "application/problem+json"
    assert enroll(office, key).json()["code"] == "idempotency_key_reused"


def test_one_number_is_one_person_whatever_document_it_is_said_to_be(office: httpx.Client) -> None:
    applicant = registration()["applicant"]
    enrolled(office, applicant=applicant)
    for other in ("passport", "foreign_permanent_residence"):
        again = enroll(office, applicant=applicant | {"id_type": other}, person={"birth_date": "1985-06-15"})
        assert again.json()["code"] == "already_enrolled"


def test_a_childs_name_is_the_same_with_spaces(office: httpx.Client) -> None:
    guardian, person = id_number(), {"birth_date": "2023-10-20"}
    assert enroll(office, applicant=CHILD | {"id_number": guardian, "name": "测试"}, person=person).status_code == 201
    again = enroll(office, applicant=CHILD | {"id_number": guardian, "name": "测\u3000试 "}, person=person)
    assert again.json()["code"] == "already_enrolled"


def test_a_lookup_names_its_own_fields_and_takes_no_guardian(office: httpx.Client) -> None:
    asked = {"id_type": "resident_id", "id_number": "123", "coverage_year": 2024}
    assert office.post("/v1/coverage/lookup", json=asked).json()["errors"][0]["field"] == "id_number"
    guardian = asked | {"id_type": "guardian_resident_id", "id_number": id_number()}
    assert office.post("/v1/coverage/lookup", json=guardian).status_code == 422
