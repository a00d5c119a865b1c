"""Reading the bureau's statements as a receiver must: the digest over the bytes first, then the lines."""

import csv
import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass

from app.demo.counters import Surprise


@dataclass(frozen=True, slots=True)
class Sum:
    """Movements of money, and what they come to; what went back counts below zero."""

    movements: int
    fen: int


def add_up(contents: Iterable[bytes]) -> Sum:
    """Raises Surprise where a trailer does not fit its lines."""
    found = [_read(content) for content in contents]
    return Sum(sum(one.movements for one in found), sum(one.fen for one in found))


def _read(content: bytes) -> Sum:
    at = content.rindex(b"#TRAILER,")
    _, count, total, digest = content[at:].decode().strip().split(",")
    lines = list(csv.DictReader(io.StringIO(content[:at].decode())))
    signed = [int(line["amount_fen"]) * (1 if line["type"] == "payment.succeeded" else -1) for line in lines]
    if hashlib.sha256(content[:at]).hexdigest() != digest or (int(count), int(total)) != (len(lines), sum(signed)):
        raise Surprise("a statement's trailer does not fit its lines")
    return Sum(len(lines), sum(signed))
