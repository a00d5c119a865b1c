"""Deeds done in an office itself, without a service around it, for tests of what goes on behind the answers."""

import hashlib
import json
from typing import Any

from app.contract.callback import PaymentEvent
from app.contract.enrollment import EnrollmentRequest
from app.workflows.office import Office, Refused
from app.workflows.open_enrollment import Answer, open_enrollment
from app.workflows.record_payment import Arrived, Result, record_payments
from tests.state.made_up import registration


def refuse(refused: Refused) -> Answer:
    return Answer(422, None, refused.code.encode())


def opened(office: Office, **changes: Any) -> dict[str, Any]:
    """A new enrollment."""
    body = json.dumps(registration(**changes))
    asked = EnrollmentRequest.model_validate_json(body)
    digest = hashlib.sha256(body.encode()).hexdigest()
    answer = open_enrollment(office, "test", digest, digest, asked, asked.region, refuse)
    assert answer.status == 201, answer.body
    made: dict[str, Any] = json.loads(answer.body)
    return made


def arrived(event: dict[str, Any]) -> Arrived:
    raw = json.dumps(event, sort_keys=True).encode()
    return Arrived(PaymentEvent.model_validate_json(raw), raw, hashlib.sha256(raw).hexdigest())


def booked(office: Office, *events: dict[str, Any]) -> list[Result]:
    """All in one batch."""
    return record_payments(office, [arrived(event) for event in events])
