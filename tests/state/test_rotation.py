"""Keys are changed while everything goes on: those of clients, and those of personal data."""

import os
from dataclasses import replace

import pytest
from sqlalchemy import text

from app.storage.personal import Vault
from app.workflows.know_client import know_client
from app.workflows.manage_clients import add_client, list_clients, revoke_client, rotate_client
from app.workflows.office import Office, Refused
from app.workflows.rotate_data_keys import rotate_data_keys
from tests.state.in_the_office import booked, opened
from tests.state.made_up import payment


def test_both_keys_of_a_client_are_good_while_they_overlap(own_office: Office) -> None:
    id, old = add_client(own_office, "测试", ["read"], ["43"])
    new = rotate_client(own_office, id, 1)
    for key in (old, new):
        found = know_client(own_office, key)
        assert found is not None
        assert (found.id, found.regions) == (id, ("43",))
    newest = rotate_client(own_office, id, 0)
    assert know_client(own_office, new) is know_client(own_office, old) is None
    assert know_client(own_office, newest) is not None


def test_a_revoked_client_has_no_key_left(own_office: Office) -> None:
    id, old = add_client(own_office, "测试", ["read"], [""])
    new = rotate_client(own_office, id, 1)
    revoke_client(own_office, id)
    assert know_client(own_office, old) is know_client(own_office, new) is None
    with pytest.raises(Refused):
        rotate_client(own_office, id, 1)
    assert "hash" not in str(list_clients(own_office)).replace("former_until", "")


def sealed_with(office: Office) -> set[str]:
    with office.database.reading() as connection:
        found = connection.execute(text("SELECT personal FROM enrollments")).scalars()
        return {bytes(value).partition(b".")[0].decode() for value in found}


def test_personal_data_is_sealed_anew_and_the_old_key_can_go(own_office: Office) -> None:
    index, old, new = b"i" * 32, os.urandom(32), os.urandom(32)
    before = replace(own_office, vault=Vault({"old": old}, "old", index))
    made = [opened(before) for _ in range(3)]
    between = replace(own_office, vault=Vault({"new": new, "old": old}, "new", index))
    made.append(opened(between))
    assert sealed_with(own_office) == {"old", "new"}
    assert list(rotate_data_keys(between)) == [(4, 3)]
    assert list(rotate_data_keys(between)) == [(4, 0)]
    assert sealed_with(own_office) == {"new"}
    after = replace(own_office, vault=Vault({"new": new}, "new", index))
    # Paid after the price was frozen: the facts are opened to price that day.
    assert booked(after, payment(made[0]["order_no"], paid_at="2023-09-05T10:00:00+08:00")) == ["covered"]
