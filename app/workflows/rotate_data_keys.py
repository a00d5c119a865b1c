"""Personal data is sealed anew with the active key, so that an older key can be taken out of service."""

from collections.abc import Iterator
from typing import Any

from app.storage import enrollment_register as register
from app.workflows.office import OPERATOR, Office, StorageUnavailable

_AT_A_TIME = 200
_MOST_FAILURES = 5


def rotate_data_keys(office: Office) -> Iterator[tuple[int, int]]:
    """Works through all enrollments, a few at a time, beside the running service; may be broken off and repeated.

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
