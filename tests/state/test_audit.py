"""Who did what: written with each deed, and not to be changed afterwards without being found out."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.storage.personal import Vault
from app.workflows.cancel_enrollment import cancel_enrollment
from app.workflows.manage_clients import add_client, revoke_client, rotate_client
from app.workflows.office import Office
from app.workflows.settle_suspense import list_suspense, settle_suspense
from app.workflows.verify_audit import audit_of, holds, verify_audit
from tests.state.in_the_office import booked, opened
from tests.state.made_up import enrolled, payment, reversal, send


def life(office: Office) -> dict[str, Any]:
    """An enrollment to which everything happens."""
    made = opened(office)
    wrong, right = payment(made["order_no"], 5), payment(made["order_no"])
    booked(office, wrong)
    booked(office, right)
    (item,) = list_suspense(office, "430424", "open", None, 10)["suspense"]
    settle_suspense(office, item["id"], "clerk-1", "已退回")
    booked(office, reversal(right))
    cancel_enrollment(office, made["id"], "client-1")
    return made


def test_every_deed_on_an_enrollment_is_on_record(own_office: Office) -> None:
    made = life(own_office)
    records = audit_of(own_office, made["id"])["records"]
    assert [(r["actor"], r["deed"]) for r in records] == [
        ("test", "registered"),
        ("collector", "suspended"),
        ("collector", "covered"),
        ("clerk-1", "settled"),
        ("collector", "reversed"),
        ("client-1", "cancelled"),
    ]
    assert all(chain.broken_at is None for chain in verify_audit(own_office))


TAMPERING = [
    "UPDATE audit SET actor = 'somebody' WHERE number = 2",
    "UPDATE audit SET about = '{}' WHERE number = 3",
    "UPDATE audit SET at = at + 1 WHERE number = 1",
    "UPDATE audit SET enrollment_id = NULL WHERE number = 1",
    "DELETE FROM audit WHERE number = 2",
    "DELETE FROM audit WHERE number = 6",
    "DELETE FROM audit_heads",
    "UPDATE audit_heads SET number = number - 1",
    "UPDATE audit SET number = number + 100 WHERE number = 6",
]


@pytest.mark.parametrize("statement", TAMPERING)
def test_a_record_that_was_changed_is_found(own_office: Office, statement: str) -> None:
    life(own_office)
    with own_office.database.transaction() as connection:
        connection.execute(text(statement))
    assert any(chain.broken_at is not None for chain in verify_audit(own_office))


def test_without_the_key_nobody_can_make_a_chain_that_holds(own_office: Office) -> None:
    life(own_office)
    forger = replace(own_office, vault=Vault({"a": b"k" * 32}, "a", b"j" * 32))
    assert all(chain.broken_at == 1 for chain in verify_audit(forger))


def test_an_end_noted_elsewhere_shows_that_the_chain_was_cut_short(own_office: Office) -> None:
    life(own_office)
    (chain,) = verify_audit(own_office)
    life(own_office)
    assert holds(own_office, chain.region, chain.number, chain.link)
    assert not holds(own_office, chain.region, chain.number + 1, chain.link)
    assert not holds(own_office, chain.region, 10_000, chain.link)


def test_a_deed_that_fails_leaves_no_record(own_office: Office) -> None:
    made = opened(own_office)

    def halfway() -> None:
        with own_office.deed() as books:
            books.audit("430424", "test", "cancelled", made["id"])
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        halfway()
    assert [r["deed"] for r in audit_of(own_office, made["id"])["records"]] == ["registered"]


def test_keys_given_and_taken_are_on_record(own_office: Office) -> None:
    id, _ = add_client(own_office, "测试", ["read"], ["43"])
    rotate_client(own_office, id, 1)
    revoke_client(own_office, id)
    (chain,) = verify_audit(own_office)
    assert (chain.region, chain.number, chain.broken_at) == ("-", 3, None)


def test_a_clerk_reads_the_record_of_an_enrollment(office: httpx.Client) -> None:
    made = enrolled(office)
    send(office, payment(made["order_no"]))
    records = office.get(f"/v1/enrollments/{made['id']}/audit").json()["records"]
    assert [(r["actor"], r["deed"]) for r in records] == [("development", "registered"), ("collector", "covered")]
    assert records[1]["about"]["amount_fen"] == 38000
    assert office.get("/v1/enrollments/430424-" + "0" * 32 + "/audit").status_code == 404
