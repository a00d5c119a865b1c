"""The feed of changes: how far somebody has read it, and what an audit record says of an enrollment.

Each region's records are numbered without a gap in the order in which they were committed (the chain's head is locked
for the commit), so "up to this number" is all there was, and never grows afterwards. How far a reader has come is one
number for each region.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.enrollment.payments import State

DEEDS = ("registered", "repriced", "covered", "reversed", "cancelled")  # the records that are changes
_STATES = {"covered": State.COVERED, "reversed": State.REVERSED, "cancelled": State.CANCELLED}
_LARGEST = 1 << 20  # bytes of a cursor that was packed
_LEVEL = 9


class UnreadableCursor(ValueError):  # noqa: N818 - shown to a person
    """It was not made here."""


@dataclass(frozen=True, slots=True)
class Place:
    """The last number that was read of each region, and the region that had its turn last, so that no region with
    much news keeps another from its turn."""

    numbers: Mapping[str, int] = field(default_factory=dict)
    turn: str = ""

    def cursor(self) -> str:
        """As text that says nothing to a reader."""
        said = json.dumps([1, self.turn, dict(sorted(self.numbers.items()))], separators=(",", ":"))
        return base64.urlsafe_b64encode(zlib.compress(said.encode(), _LEVEL)).decode().rstrip("=")


def place_of(cursor: str) -> Place:
    """Raises UnreadableCursor."""
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
        version, turn, numbers = json.loads(zlib.decompressobj().decompress(packed, _LARGEST))
    except (binascii.Error, zlib.error, ValueError, TypeError, RecursionError):
        raise UnreadableCursor from None
    fits = isinstance(turn, str) and isinstance(numbers, dict) and version == 1
    if not fits or not all(type(n) is int and 0 <= n < 1 << 62 for n in numbers.values()):
        raise UnreadableCursor
    return Place(numbers, turn)


def state_after(deed: str, about: Mapping[str, Any], before: str | None) -> State:
    """`before` is the deed that gave the enrollment its state until then; it is asked of a new price only."""
    if deed in _STATES:
        return _STATES[deed]
    if about.get("outcome") == "exempt":
        return State.COVERED
    return State.REVERSED if before == "reversed" else State.AWAITING_PAYMENT
