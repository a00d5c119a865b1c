"""What there is to know about the notices themselves."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest


def test_the_list_names_each_notice_with_its_digest_and_silences(client: httpx.Client) -> None:
    policies = client.get("/v1/policies").json()["policies"]
    assert [p["id"] for p in policies] == sorted(p["id"] for p in policies)
    assert {"430424-2024", "620724-2024", "141102-2023", "hunan-anon-town-2020", "hunan-anon-district-2026"} <= {
        p["id"] for p in policies
    }
    assert all(p["digest"].startswith("sha256:") and p["routes"] and p["silences"] for p in policies)


def test_the_list_comes_in_pages_without_gap_or_repetition(client: httpx.Client) -> None:
    seen, cursor = [], None
    while True:
        page = client.get("/v1/policies", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        seen += [p["id"] for p in page["policies"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [p["id"] for p in client.get("/v1/policies").json()["policies"]]


@pytest.mark.parametrize("params", [{"region": "430424"}, {"coverage_year": "2024", "region": "430424"}])
def test_the_list_can_be_narrowed(client: httpx.Client, params: dict[str, str]) -> None:
    assert [p["id"] for p in client.get("/v1/policies", params=params).json()["policies"]] == ["430424-2024"]


def cited(node: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        yield from ([node["cite"]] if "cite" in node else [])
        for value in node.values():
            yield from cited(value)
    elif isinstance(node, list):
        for item in node:
            yield from cited(item)


def test_a_pack_comes_as_json_with_all_its_citations(client: httpx.Client) -> None:
    document = client.get("/v1/policies/430424106201/2024").json()
    assert document["pack"]["standards"]["personal"] == {"cite": {"clause": "二"}, "amount_fen": 38000}
    assert len(list(cited(document["pack"]))) > 40


@pytest.mark.parametrize(
    ("path", "status"), [("430424/1999", 404), ("999999/2024", 404), ("430424/x", 422), ("a%2Fb/2024", 404)]
)
def test_a_notice_that_is_not_there_is_a_problem(client: httpx.Client, path: str, status: int) -> None:
    response = client.get(f"/v1/policies/{path}")
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


def test_the_list_is_found_by_a_code_below_the_county_too(client: httpx.Client) -> None:
    found = client.get("/v1/policies", params={"region": "430424106201"}).json()["policies"]
    assert [p["id"] for p in found] == ["430424-2024"]


def test_unstated_openings_and_starts_are_silences(client: httpx.Client) -> None:
    (found,) = client.get("/v1/policies", params={"region": "hunan-anon-town"}).json()["policies"]
    codes = {s["code"] for s in found["silences"]}
    assert {"window_opening_not_stated", "benefits_start_not_stated"} <= codes
