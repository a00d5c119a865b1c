"""Signatures after the Standard Webhooks specification: HMAC-SHA256 over `{id}.{timestamp}.{raw body}`."""

import base64
import binascii
import hmac
from collections.abc import Sequence

TOLERANCE_SECONDS = 300
PREFIX = "whsec_"


class BadSignature(Exception):  # noqa: N818 - an outcome of checking
    """The message is not proven to come from the counterpart, or not now."""


def secret_bytes(secret: str) -> bytes:
    """`whsec_<base64>` -> key; ValueError for anything else or a key under 24 bytes."""
    if not secret.startswith(PREFIX):
        raise ValueError("a webhook secret starts with whsec_")
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("a webhook secret is base64 after whsec_") from None
    if len(key) < 24:
        raise ValueError("a webhook secret has at least 24 bytes")
    return key


def sign(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    mac = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, "sha256")
    return "v1," + base64.b64encode(mac).decode()


def verify(keys: Sequence[bytes], headers: dict[str, str], body: bytes, now: float) -> str:
    """The message's id; raises BadSignature. Several keys are active while secrets are rotated."""
    message_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message_id or not (stamp.isascii() and stamp.isdigit() and len(stamp) < 13):
        raise BadSignature
    if abs(now - int(stamp)) > TOLERANCE_SECONDS:
        raise BadSignature
    given = [part.encode() for part in headers.get("webhook-signature", "").split(" ")]
    wanted = [sign(key, message_id, int(stamp), body).encode() for key in keys]
    if not any(hmac.compare_digest(w, g) for w in wanted for g in given):
        raise BadSignature
    return message_id
