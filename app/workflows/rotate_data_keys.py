"""Personal data is sealed anew with the active key, so that an older key can be taken out of service."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.storage import conflict_register, roster_register
from app.storage import enrollment_register as register
from app.storage.database import Connection
from app.workflows.office import OPERATOR, Office, StorageUnavailable


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A table with personal data: its rows in the order of their keys, and how one is written again."""

    name: str
    sealed: Callable[[Connection, tuple[str, str] | None, int], Sequence[Any]]
    reseal: Callable[[Connection, str, bytes], None]


_SEALED = (
    _Sealed("enrollments", register.sealed, lambda c, id, personal: register.change(c, id, personal=personal)),
    _Sealed("listings", roster_register.sealed, roster_register.reseal),
    _Sealed("conflicts", conflict_register.sealed, conflict_register.reseal),
)
_AT_A_TIME = 200
_MOST_FAILURES = 5


def rotate_data_keys(office: Office) -> Iterator[tuple[int, int]]:
    """Works through everything that is sealed, a few at a time, beside the running service; may be broken off and
    repeated.

    Yields how many were looked at and how many of these were sealed anew, after each step.
    """
    for sealed in _SEALED:
        yield from _rotate(office, sealed)


def _rotate(office: Office, kind: "_Sealed") -> Iterator[tuple[int, int]]:
    after: tuple[str, str] | None = None
    failures = 0
    while True:
        try:
            rows, changed = _reseal(office, kind, after)
        except StorageUnavailable:  # it stood in a payment's way: the payment goes first
            failures += 1
            if failures > _MOST_FAILURES:
                raise
            continue
        if not rows:
            return
        after, failures = (rows[-1]["region"], rows[-1]["id"]), 0
        yield len(rows), changed


def _reseal(office: Office, kind: "_Sealed", after: tuple[str, str] | None) -> tuple[list[Any], int]:
    """The next rows, and how many of them were sealed anew."""
    with office.deed() as books:
        rows: list[Any] = list(kind.sealed(books.connection, after, _AT_A_TIME))
        old = [row for row in rows if not office.vault.is_current(bytes(row["personal"]))]
        for row in old:
            opened = office.vault.open(bytes(row["personal"]), row["id"])
            kind.reseal(books.connection, row["id"], office.vault.seal(opened, row["id"]))
        if old:
            books.audit("-", OPERATOR, "resealed", rows=len(old), of=kind.name, key=office.vault.active)
    return rows, len(old)
