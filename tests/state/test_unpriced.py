"""A notice whose amounts are not known: quoted with what is known, but nobody is enrolled on it."""

import hashlib
import json
from dataclasses import replace
from datetime import date
from functools import partial

from app.contract.enrollment import EnrollmentRequest
from app.workflows.office import Office
from app.workflows.open_enrollment import open_enrollment
from tests.state.in_the_office import refuse
from tests.state.made_up import registration


def test_without_a_known_amount_nobody_is_enrolled(own_office: Office) -> None:
    october = replace(own_office, today=partial(date, 2024, 10, 8))
    body = json.dumps(registration(region="341523", coverage_year=2025, village=None))
    asked, digest = EnrollmentRequest.model_validate_json(body), hashlib.sha256(body.encode()).hexdigest()
    answer = open_enrollment(october, "test", digest, digest, asked, asked.region, refuse)
    assert (answer.status, answer.body) == (422, b"not_enrollable")
