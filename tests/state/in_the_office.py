"""Deeds done in an office itself, without a service around it, for tests of what goes on behind the answers."""

import hashlib
import json
from functools import partial
from typing import Any

from app.contract.callback import PaymentEvent
from app.contract.enrollment import EnrollmentRequest
from app.workflows import open_enrollment, record_payment
from app.workflows.group_commit import GroupCommit, Kind
from app.workflows.office import Office, Refused
from app.workflows.open_enrollment import Answer, Opened
from app.workflows.read_registration import Registration, read_registration
from app.workflows.record_payment import Arrived, Result, record_payments
from tests.state.made_up import registration


def refuse(refused: Refused) -> Answer:
    return Answer(422, None, refused.code.encode())


def registering(office: Office, body: dict[str, Any], key: str | None = None) -> Registration:
    """A registration as the route hands it on; the key is the body's own where none is given."""
    raw = json.dumps(body)
    digest = hashlib.sha256(raw.encode()).hexdigest()
    asked = EnrollmentRequest.model_validate_json(raw)
    return read_registration(office, "test", key or digest, digest, asked)


def registered(office: Office, *asked: Registration) -> list[Opened | Refused]:
    """All in one batch."""
    return open_enrollment.open_enrollments(office, refuse, asked)


def opened(office: Office, **changes: Any) -> dict[str, Any]:
    """A new enrollment."""
    (done,) = registered(office, registering(office, registration(**changes)))
    assert isinstance(done, Opened)
    assert done.answer.status == 201, done.answer.body
    made: dict[str, Any] = json.loads(done.answer.body)
    return made


def opening(office: Office) -> GroupCommit[Registration, Opened]:
    """What a process does with registrations."""
    together = partial(open_enrollment.open_enrollments, office, refuse)
    kind = Kind("registrations", together, open_enrollment.names, lambda asked: asked.region)
    return GroupCommit(kind, office.database.writers)


def paying(office: Office) -> GroupCommit[Arrived, Result]:
    """What a process does with payment events."""
    kind = Kind[Arrived, Result]("payments", partial(record_payments, office), record_payment.names)
    return GroupCommit(kind, office.database.writers)


def arrived(event: dict[str, Any]) -> Arrived:
    raw = json.dumps(event, sort_keys=True).encode()
    return Arrived(PaymentEvent.model_validate_json(raw), raw, hashlib.sha256(raw).hexdigest())


def booked(office: Office, *events: dict[str, Any]) -> list[Result]:
    """All in one batch."""
    return record_payments(office, [arrived(event) for event in events])
