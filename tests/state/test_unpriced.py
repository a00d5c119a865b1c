"""A notice whose amounts are not known: quoted with what is known, but nobody is enrolled on it."""

from dataclasses import replace
from datetime import date
from functools import partial

from app.workflows.office import Office
from app.workflows.open_enrollment import Opened
from tests.state.in_the_office import registered, registering
from tests.state.made_up import registration


def test_without_a_known_amount_nobody_is_enrolled(own_office: Office) -> None:
    october = replace(own_office, today=partial(date, 2024, 10, 8))
    body = registration(region="341523", coverage_year=2025, village=None)
    (done,) = registered(october, registering(october, body))
    assert isinstance(done, Opened)
    assert (done.answer.status, done.answer.body, done.id) == (422, b"not_enrollable", "")
