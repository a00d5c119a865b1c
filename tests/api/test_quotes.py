"""Quotes over HTTP, as a payment mini-program asks for them."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

HENGDONG = {"region": "430424", "coverage_year": 2024, "pay_date": "2023-11-02"}
ADULT = {"birth_date": "1985-06-15"}


def ask(client: httpx.Client, **changes: Any) -> httpx.Response:
    return client.post("/v1/quotes", json=HENGDONG | {"person": ADULT} | changes)


def test_a_quote_says_what_is_paid_and_from_when_it_covers(client: httpx.Client) -> None:
    response = ask(client)
    answer = response.json()
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
    assert (answer["outcome"], answer["payable_fen"], answer["benefits_start"]) == ("payable", 38000, "2024-01-01")
    assert answer["policy"]["digest"].startswith("sha256:")


def test_pay_date_defaults_to_the_business_day(client: httpx.Client) -> None:
    asked = {k: v for k, v in HENGDONG.items() if k != "pay_date"}
    answer = client.post("/v1/quotes", json={**asked, "person": ADULT}).json()
    assert "缴费日2023-11-02" in answer["explanation"][0]["text"]


@pytest.mark.parametrize("region", ["430424106201", "430424106", "430424000000"])
def test_a_longer_division_code_resolves_to_the_county(client: httpx.Client, region: str) -> None:
    assert ask(client, region=region).json()["policy"]["region"] == "430424"


@pytest.mark.parametrize(
    "region", ["430425", "4304241", "43042", "", "４３０４２４", "430424-2024", "../430424", "x" * 64]
)
def test_an_unknown_region_is_not_guessed(client: httpx.Client, region: str) -> None:
    assert ask(client, region=region).status_code in (404, 422)


def test_a_year_without_a_notice_names_the_years_that_are_there(client: httpx.Client) -> None:
    response = ask(client, coverage_year=2025)
    assert (response.status_code, response.json()["code"]) == (404, "policy_not_found")
    assert "2024" in response.json()["detail"]


def test_null_counts_as_not_given(client: httpx.Client) -> None:
    person = ADULT | {"identities": None, "insured_last_year": None, "employee_insurance": None}
    assert ask(client, person=person).json() == ask(client).json()


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("an impossible date", {"pay_date": "2023-02-30"}, "pay_date"),
    ("seconds as a date", {"pay_date": "1698883200"}, "pay_date"),
    ("seconds as a birth date", {"person": {"birth_date": "0"}}, "person.birth_date"),
    ("a date with a time", {"pay_date": "2023-02-03T00:00:00"}, "pay_date"),
    ("a year as text", {"coverage_year": "2024"}, "coverage_year"),
    ("a year as true", {"coverage_year": True}, "coverage_year"),
    ("a year with a fraction", {"coverage_year": 2024.0}, "coverage_year"),
    ("a huge year", {"coverage_year": 10**30}, "coverage_year"),
    ("an unknown key", {"persn": {}}, "persn"),
    ("an unknown fact", {"person": {"birthdate": "1985-06-15"}}, "person.birthdate"),
    ("an unknown identity", {"person": {"identities": [{"code": "rich"}]}}, "person.identities.0.code"),
    ("a list for a person", {"person": []}, "person"),
    ("months beyond a year", {"person": {"employee_insurance": {"status": "ended", "months_paid_this_year": 13}}},
     "person.employee_insurance.months_paid_this_year"),
    ("no status", {"person": {"employee_insurance": {"ended_on": "2023-01-01"}}}, "person.employee_insurance.status"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "field"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_wrong_input_gets_a_problem_that_names_the_field(
    client: httpx.Client, changes: dict[str, Any], field: str
) -> None:
    response = ask(client, **changes)
    problem = response.json()
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert (problem["status"], problem["code"]) == (422, "invalid_request")
    assert field in [e["field"] for e in problem["errors"]]


CLASHES: list[tuple[str, dict[str, Any]]] = [
    ("no employee insurance that ended", {"employee_insurance": {"status": "none", "ended_on": "2023-01-01"}}),
    ("active and ended", {"employee_insurance": {"status": "active", "ended_on": "2023-01-01"}}),
    ("one identity twice", {"identities": [{"code": "orphan"}, {"code": "orphan", "since": "2022-01-01"}]}),
    ("a class that does not belong", {"identities": [{"code": "orphan", "class": "rural_1"}]}),
    ("one circumstance twice", {"circumstances": [{"code": "prison_release"}, {"code": "prison_release"}]}),
    ("months paid without insurance",
     {"insured_last_year": False, "employee_insurance": {"status": "ended", "months_paid_last_year": 3}}),
    ("an end last year without a lapse",
     {"employee_insurance": {"status": "ended", "ended_on": "2023-05-01", "lapsed_last_year": False}}),
]  # fmt: skip


@pytest.mark.parametrize("person", [c[1] for c in CLASHES], ids=[c[0] for c in CLASHES])
def test_facts_that_contradict_each_other_are_refused(client: httpx.Client, person: dict[str, Any]) -> None:
    response = ask(client, person=person)
    assert (response.status_code, response.json()["code"]) == (422, "contradictory_facts")
    assert response.json()["errors"]


def test_no_answer_to_wrong_input_repeats_what_was_sent(client: httpx.Client) -> None:
    secret = "430424198506150019"
    for body in (
        {"region": secret, "coverage_year": 2024, "person": {}},
        {"region": "430424", "coverage_year": secret, "person": {}},
        {"region": "430424", "coverage_year": 2024, "pay_date": secret, "person": {secret: secret}},
        {"region": "430424", "coverage_year": 2024, "person": {"identities": [{"code": secret, "since": secret}]}},
        {secret: 1},
    ):
        response = client.post("/v1/quotes", json=body)
        assert 400 <= response.status_code < 500
        assert secret not in response.text


BROKEN: list[tuple[bytes, int, str]] = [
    (b"{", 400, "malformed_json"),
    (b"", 400, "malformed_json"),
    (b"\xff\xfe", 400, "malformed_json"),
    (b'{"region": "\\ud800"}', 400, "malformed_json"),
    (b"[" * 100_000, 400, "malformed_json"),
    (b"null", 422, "invalid_request"),
    (b"[]", 422, "invalid_request"),
    (b"NaN", 422, "invalid_request"),
    (b" " * (1024 * 1024 + 1), 413, "body_too_large"),
]


@pytest.mark.parametrize(("body", "status", "code"), BROKEN, ids=range(len(BROKEN)))
@pytest.mark.parametrize("path", ["/v1/quotes", "/v1/quotes/batch", "/v1/quotes/calendar"])
def test_a_broken_body_gets_a_clear_refusal(
    client: httpx.Client, path: str, body: bytes, status: int, code: str
) -> None:
    response = client.post(path, content=body, headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"


def test_a_body_that_grows_too_long_on_the_way_is_cut_off(client: httpx.Client) -> None:
    chunks = (b" " * 65536 for _ in range(20))
    response = client.post("/v1/quotes", content=chunks, headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["code"]) == (413, "body_too_large")


def test_a_body_in_pieces_is_read_whole(client: httpx.Client) -> None:
    whole = httpx.Request("POST", "http://x", json=HENGDONG | {"person": ADULT}).content
    pieces = (whole[i : i + 7] for i in range(0, len(whole), 7))
    response = client.post("/v1/quotes", content=pieces, headers={"content-type": "application/json"})
    assert response.json() == ask(client).json()


def test_a_body_that_is_not_json_is_refused_by_its_type(client: httpx.Client) -> None:
    response = client.post("/v1/quotes", data={"region": "430424"})
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/v1/quotes", 405), ("POST", "/v2/quotes", 404)])
def test_wrong_paths_and_methods_are_problems_too(client: httpx.Client, method: str, path: str, status: int) -> None:
    response = client.request(method, path)
    assert (response.status_code, response.json()["status"]) == (status, status)


def test_a_batch_equals_single_quotes_in_order(client: httpx.Client) -> None:
    people = [ADULT, {"birth_date": "1923-01-01", "identities": [{"code": "orphan"}]}, {}, {"insured_elsewhere": True}]
    batch = client.post("/v1/quotes/batch", json=HENGDONG | {"people": people}).json()["quotes"]
    assert batch == [ask(client, person=p).json() for p in people]


def test_a_person_who_cannot_be_read_spoils_no_other(client: httpx.Client) -> None:
    people: list[Any] = [ADULT, {"birth_date": "2030-13-01"}, 7, None, {"identities": [{"code": "orphan"}] * 2}, ADULT]
    quotes = client.post("/v1/quotes/batch", json=HENGDONG | {"people": people}).json()["quotes"]
    assert quotes[0] == quotes[5] == ask(client).json()
    assert [q["code"] for q in quotes[1:5]] == ["invalid_request"] * 3 + ["contradictory_facts"]
    assert quotes[1]["errors"][0]["field"] == "person.birth_date"


@pytest.mark.parametrize(("count", "status"), [(0, 200), (1000, 200), (1001, 422)])
def test_a_batch_takes_a_thousand_people(client: httpx.Client, count: int, status: int) -> None:
    response = client.post("/v1/quotes/batch", json=HENGDONG | {"people": [ADULT] * count})
    assert response.status_code == status
    assert response.json().get("code") == (None if status == 200 else "batch_too_large")


def test_the_calendar_runs_from_the_day_before_the_window_to_the_end_of_the_year(client: httpx.Client) -> None:
    body = {"region": "430424", "coverage_year": 2024, "person": {"birth_date": "2024-03-01"}}
    segments = client.post("/v1/quotes/calendar", json=body).json()["segments"]
    outcomes = [(s["from"], s["to"], s["quote"]["outcome"], s["quote"]["payable_fen"]) for s in segments]
    assert outcomes == [
        ("2023-08-31", "2024-02-29", "ineligible", None),
        ("2024-03-01", "2024-05-30", "payable", 38000),
        ("2024-05-31", "2024-12-31", "payable", 102000),
    ]


def test_a_calendar_takes_no_day_of_payment(client: httpx.Client) -> None:
    assert client.post("/v1/quotes/calendar", json=HENGDONG | {"person": ADULT}).status_code == 422


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("region", ["430424", "hunan-anon-town", "hunan-anon-district"])
def test_the_ends_of_the_calendar_do_no_harm(client: httpx.Client, region: str, day: str) -> None:
    year = {"430424": 2024, "hunan-anon-town": 2020, "hunan-anon-district": 2026}[region]
    person = {
        "birth_date": day,
        "identities": [{"code": "orphan", "since": day}],
        "circumstances": [{"code": "hukou_transfer_in", "on": day}],
        "employee_insurance": {"status": "ended", "ended_on": day},
    }
    for pay_date in (day, f"{year}-06-01"):
        body = {"region": region, "coverage_year": year, "pay_date": pay_date, "person": person}
        assert client.post("/v1/quotes", json=body).status_code == 200
    body = {"region": region, "coverage_year": year, "person": person}
    assert client.post("/v1/quotes/calendar", json=body).status_code == 200


def test_an_error_is_not_larger_than_a_person_can_read(client: httpx.Client) -> None:
    response = ask(client, person={f"k{n}": n for n in range(50_000)})
    assert response.status_code == 422
    assert len(response.content) < 2000


def test_nothing_is_redirected_to_a_host_that_the_sender_names(client: httpx.Client) -> None:
    response = client.post("/v1/quotes/", json={}, headers={"host": "elsewhere.example"})
    assert (response.status_code, response.headers.get("location")) == (404, None)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_may_ask_with_head(client: httpx.Client, path: str) -> None:
    assert client.head(path).status_code == 200


def test_the_service_answers_others_while_a_heavy_batch_runs(client: httpx.Client) -> None:
    heavy = {
        "circumstances": [
            {"code": c} for c in ("military_discharge", "prison_release", "welfare_institution_admission")
        ],
        "employee_insurance": {"status": "ended"},
        "identities": [{"code": "orphan", "since": "2026-02-05"}],
    }
    body = {"region": "hunan-anon-district", "coverage_year": 2026, "pay_date": "2026-04-01", "people": [heavy] * 60}
    with ThreadPoolExecutor(1) as pool:
        batch = pool.submit(client.post, "/v1/quotes/batch", json=body)
        waits = []
        while not batch.done():
            start = time.perf_counter()
            assert client.get("/healthz").status_code == 200
            waits.append(time.perf_counter() - start)
        assert len(batch.result().json()["quotes"]) == 60
    assert max(waits) < 0.5


def test_an_identity_of_another_notice_is_refused_and_its_own_is_known(client: httpx.Client) -> None:
    person = ADULT | {"identities": [{"code": "local:severe_mental_disorder"}]}
    refused = ask(client, person=person)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "person.identities.0.code")
    known = ask(client, region="421303", coverage_year=2023, pay_date="2022-12-23", person=person).json()
    assert (known["outcome"], known["subsidy_fen"]) == ("exempt", 35000)


def test_an_amount_that_the_notice_does_not_give_is_null_and_says_so(client: httpx.Client) -> None:
    answer = ask(client, region="341523", coverage_year=2025, pay_date="2024-10-08", as_of="2024-10-01").json()
    assert (answer["outcome"], answer["payable_fen"], answer["benefits_start"]) == ("payable", None, "2025-01-01")
    assert "amounts_not_known" in {note["code"] for note in answer["notes"]}
