"""Registrations that share a transaction: each gets the answer that it would have had alone."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from app.storage.books import Collided
from app.workflows.office import Office, Refused
from app.workflows.open_enrollment import Opened
from app.workflows.read_ledger import balances, unbalanced_postings
from app.workflows.show_enrollment import list_enrollments
from app.workflows.verify_audit import verify_audit
from tests.state.in_the_office import opening, registered, registering
from tests.state.made_up import id_number, registration

ORPHAN = {"identities": [{"code": "orphan"}]}
INSURED = {"employee_insurance": {"status": "active"}}


def told(done: Opened | Refused | BaseException) -> int | str:
    """The status, or the code of what was not worked on."""
    if isinstance(done, Opened):
        return done.answer.status
    assert isinstance(done, Refused)
    return done.code


def stored(office: Office) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = list_enrollments(office, {}, None, 500)["enrollments"]
    return found


def test_a_batch_answers_each_registration_as_it_would_be_answered_alone(own_office: Office) -> None:
    there = registration()
    first = registering(own_office, there, "first")
    registered(own_office, first)
    batch = [
        registering(own_office, registration()),
        registering(own_office, registration(person=ORPHAN)),
        registering(own_office, registration(person=INSURED)),
        registering(own_office, there, "another key"),
        first,
        registering(own_office, registration(), "reused"),
    ]
    registered(own_office, registering(own_office, registration(), "reused"))
    assert [told(done) for done in registered(own_office, *batch)] == [
        201,
        201,
        422,
        422,
        201,
        "idempotency_key_reused",
    ]
    assert Counter(e["state"] for e in stored(own_office)) == {"awaiting_payment": 3, "covered": 1}
    again = registered(own_office, *batch)
    assert [told(done) for done in again] == [201, 201, 422, 422, 201, "idempotency_key_reused"]
    assert [isinstance(done, Opened) and done.id for done in again] == ["", "", "", "", "", False]
    assert len(stored(own_office)) == 4


def test_a_batch_books_exempt_people_and_keeps_the_chain_whole(own_office: Office) -> None:
    registered(own_office, *(registering(own_office, registration(person=p)) for p in (ORPHAN, {}, ORPHAN)))
    found = {row["account"]: row["balance_fen"] for row in balances(own_office, None, None)}
    assert found == {"personal": -76000, "subsidy:unspecified": 76000}
    assert unbalanced_postings(own_office) == []
    assert all(chain.broken_at is None for chain in verify_audit(own_office))


def test_processes_that_register_the_same_people_at_once_register_each_once(own_office: Office) -> None:
    bodies = [registration() for _ in range(30)]
    asked = [[registering(own_office, body, f"{n} of {process}") for n, body in enumerate(bodies)] for process in "abc"]

    async def ask() -> list[Opened]:
        queues = [opening(own_office) for _ in asked]
        return await asyncio.gather(*(q.done(one) for q, own in zip(queues, asked, strict=True) for one in own))

    assert Counter(map(told, asyncio.run(ask()))) == {201: 30, 422: 60}
    assert len(stored(own_office)) == 30


def test_processes_that_bring_the_same_key_at_once_give_one_answer(own_office: Office) -> None:
    asked = [registering(own_office, registration(), f"key {n}") for n in range(30)]

    async def ask() -> list[Opened | BaseException]:
        queues = [opening(own_office) for _ in range(3)]
        return await asyncio.gather(*(q.done(one) for one in asked for q in queues), return_exceptions=True)

    found = asyncio.run(ask())
    assert set(map(told, found)) <= {201, "idempotency_in_progress"}
    assert sum(isinstance(done, Opened) and done.id != "" for done in found) == len(stored(own_office)) == 30
    for n in range(30):
        bodies = {done.answer.body for done in found[3 * n : 3 * n + 3] if isinstance(done, Opened)}
        assert len(bodies) == 1


def test_nothing_is_stored_of_a_batch_that_another_process_got_ahead_of(own_office: Office) -> None:
    number = id_number()
    same = [registration() | {"applicant": registration()["applicant"] | {"id_number": number}} for _ in range(2)]
    with pytest.raises(Collided):
        registered(own_office, *(registering(own_office, body, f"key {n}") for n, body in enumerate(same)))
    assert stored(own_office) == []
    assert [told(done) for done in registered(own_office, registering(own_office, same[0], "key 0"))] == [201]
