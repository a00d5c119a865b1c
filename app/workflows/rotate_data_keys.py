"""Personal data is sealed anew with the active key, so that an older key can be taken out of service."""

from collections.abc import Iterator
from typing import Any

from app.storage import enrollment_register as register
from app.storage import subscriber_register as subscribers
from app.workflows.office import OPERATOR, Office, StorageUnavailable

_AT_A_TIME = 200
_MOST_FAILURES = 5


def rotate_data_keys(office: Office) -> Iterator[tuple[int, int]]:
    """Works through all enrollments, a few at a time, beside the running service; may be broken off and repeated. The
    subscribers' secrets, which are few, come last.

    Yields how many were looked at and how many of these were sealed anew, after each step.
    """
    after: tuple[str, str] | None = None
    failures = 0
    while True:
        try:
            rows, changed = _reseal(office, after)
        except StorageUnavailable:  # it stood in a payment's way: the payment goes first
            failures += 1
            if failures > _MOST_FAILURES:
                raise
            continue
        if not rows:
            if any(resealed := _reseal_secrets(office)):
                yield resealed
            return
        after, failures = (rows[-1]["region"], rows[-1]["id"]), 0
        yield len(rows), changed


def _reseal(office: Office, after: tuple[str, str] | None) -> tuple[list[Any], int]:
    """The next enrollments, and how many of them were sealed anew."""
    with office.deed() as books:
        rows: list[Any] = list(register.sealed(books.connection, after, _AT_A_TIME))
        old = [row for row in rows if not office.vault.is_current(bytes(row["personal"]))]
        for row in old:
            opened = office.vault.open(bytes(row["personal"]), row["id"])
            register.change(books.connection, row["id"], personal=office.vault.seal(opened, row["id"]))
        if old:
            books.audit("-", OPERATOR, "resealed", enrollments=len(old), key=office.vault.active)
    return rows, len(old)


def _reseal_secrets(office: Office) -> tuple[int, int]:
    """How many there are, and how many were sealed anew."""
    with office.deed() as books:
        rows = subscribers.sealed(books.connection)
        old = [row for row in rows if not office.vault.is_current(bytes(row["secret"]))]
        for row in old:
            secret = office.vault.open(bytes(row["secret"]), row["id"])
            subscribers.change(books.connection, row["id"], secret=office.vault.seal(secret, row["id"]))
        if old:
            books.audit("-", OPERATOR, "resealed", subscribers=len(old), key=office.vault.active)
    return len(rows), len(old)
