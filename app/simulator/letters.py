"""What goes over the wire for a callback: headers and bytes, right or tampered with."""

import json
import secrets

from app.collector.signature import TOLERANCE_SECONDS, sign
from app.simulator.faults import Fault
from app.simulator.money import Movement

Letter = tuple[dict[str, str], bytes]
_TOO_OLD = 2 * TOLERANCE_SECONDS


def letter(movement: Movement, key: bytes, now: int) -> Letter:
    """Signed now, under a message id that is the same for each attempt, as the standard has it."""
    return _signed(movement, key, now, movement.body())


def tampered(movement: Movement, key: bytes, now: int, how: Fault) -> Letter:
    """One that must not be believed: another's signature, an old one, or one of another body."""
    body = movement.body()
    match how:
        case Fault.FORGED:
            return _signed(movement, secrets.token_bytes(32), now, body)
        case Fault.STALE:
            return _signed(movement, key, now - _TOO_OLD, body)
        case _:
            headers, _ = _signed(movement, key, now, body)
            other = movement.event() | {"amount_fen": movement.amount_fen + 1}
            return headers, json.dumps(other, ensure_ascii=False).encode()


def is_taken(status: int | None, answer: bytes) -> bool:
    """Whether an answer says that the event is stored: 200 with the code SUCCESS, and nothing else."""
    try:
        return status == 200 and json.loads(answer)["code"] == "SUCCESS"
    except (ValueError, TypeError, KeyError):
        return False


def _signed(movement: Movement, key: bytes, stamp: int, body: bytes) -> Letter:
    message = f"msg_{movement.event_id}"
    headers = {"webhook-id": message, "webhook-timestamp": str(stamp), "content-type": "application/json"}
    return headers | {"webhook-signature": sign(key, message, stamp, body)}, body
