"""Subscribers are told of changes: those of their regions, once and in order, as long as they are subscribers."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from app.storage.personal import Vault
from app.workflows.cancel_enrollment import cancel_enrollment
from app.workflows.manage_clients import add_client, revoke_client
from app.workflows.manage_subscribers import add_subscriber, list_subscribers, remove_subscriber
from app.workflows.office import Office, Refused
from app.workflows.rotate_data_keys import rotate_data_keys
from tests.sharing.subscribers import URL, County, rounds, subscribed
from tests.state.in_the_office import booked, opened
from tests.state.made_up import payment


def test_a_subscriber_hears_of_what_comes_once_and_in_order(own_office: Office) -> None:
    opened(own_office)
    subscribed(own_office)
    county = County()
    assert rounds(own_office, county) == 0
    made, other = opened(own_office), opened(own_office)
    booked(own_office, payment(made["order_no"]))
    cancel_enrollment(own_office, other["id"], "test")
    assert rounds(own_office, county) == 4
    assert rounds(own_office, county) == 0
    assert county.of(made) == ["enrollment.registered", "enrollment.covered"]
    assert county.of(other) == ["enrollment.registered", "enrollment.cancelled"]
    assert county.got[0]["timestamp"] == county.got[0]["data"]["at"]
    assert len(set(county.tried)) == 4


def test_from_the_start_means_the_past_as_well(own_office: Office) -> None:
    made, county = opened(own_office), County()
    subscribed(own_office, from_start=True)
    rounds(own_office, county)
    assert county.of(made) == ["enrollment.registered"]


def test_a_subscriber_hears_of_its_client_s_regions_only(own_office: Office) -> None:
    subscribed(own_office, "620724")
    county = County()
    opened(own_office)
    there = opened(own_office, region="620724", village=None)
    rounds(own_office, county)
    assert [m["data"]["enrollment_id"] for m in county.got] == [there["id"]]


def test_nobody_is_told_who_was_removed_or_whose_client_was_revoked(own_office: Office) -> None:
    client, _ = add_client(own_office, "county", ["read"], [""])
    add_subscriber(own_office, client, URL)
    gone = subscribed(own_office)
    opened(own_office)
    remove_subscriber(own_office, gone)
    revoke_client(own_office, client)
    assert rounds(own_office, County()) == 0
    with pytest.raises(Refused):
        remove_subscriber(own_office, gone)
    with pytest.raises(Refused):
        add_subscriber(own_office, client, URL)
    assert b"whsec" not in str(list_subscribers(own_office)).encode()


def test_a_restored_database_goes_on_from_where_it_is(own_office: Office) -> None:
    subscribed(own_office, from_start=True)
    county = County()
    opened(own_office)
    with own_office.database.transaction() as connection:
        connection.execute(text("INSERT INTO subscriber_positions SELECT id, '430424', 99 FROM subscribers"))
    rounds(own_office, county)
    made = opened(own_office)
    rounds(own_office, county)
    assert county.of(made) == ["enrollment.registered"]


def test_a_region_that_a_restored_database_has_lost_is_told_of_from_its_first_change(own_office: Office) -> None:
    subscribed(own_office, from_start=True)
    county = County()
    opened(own_office)
    with own_office.database.transaction() as connection:
        connection.execute(text("INSERT INTO subscriber_positions SELECT id, '620724', 1 FROM subscribers"))
    rounds(own_office, county)
    made = opened(own_office, region="620724", village=None)
    rounds(own_office, county)
    assert county.of(made) == ["enrollment.registered"]


def test_the_secret_is_sealed_and_moves_to_a_new_data_key(own_office: Office) -> None:
    keys = {"old": b"o" * 32, "new": b"n" * 32}
    before, after = (replace(own_office, vault=Vault(keys, name, b"i" * 32)) for name in keys)
    client, _ = add_client(before, "county", ["read"], [""])
    id, secret = add_subscriber(before, client, URL)
    assert list(rotate_data_keys(after)) == [(1, 1)]
    assert list(rotate_data_keys(after)) == [(1, 0)]
    with own_office.database.reading() as connection:
        sealed = bytes(connection.execute(text("SELECT secret FROM subscribers")).scalar_one())
    assert secret.encode() not in sealed
    assert Vault({"new": keys["new"]}, "new", b"i" * 32).open(sealed, id) == secret
