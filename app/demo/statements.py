"""Reading the bureau's statements as a receiver must: the digest over the bytes first, then the lines. And writing them
as the bureau does, where it makes a slip."""

import csv
import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass

from app.demo.visiting import Surprise

COLUMNS = ("event_id", "order_no", "type", "amount_fen", "paid_at", "reverses_event_id", "voucher_no", "channel")
Line = dict[str, str]


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
    lines, trailer = _parts(content)
    _, count, total, digest = trailer.decode().strip().split(",")
    found = sum_of(lines)
    if hashlib.sha256(content[: -len(trailer)]).hexdigest() != digest or Sum(int(count), int(total)) != found:
        raise Surprise("a statement's trailer does not fit its lines")
    return found


def _parts(content: bytes) -> tuple[list[Line], bytes]:
    at = content.rindex(b"#TRAILER,")
    return list(csv.DictReader(io.StringIO(content[:at].decode()))), content[at:]


def lines_of(content: bytes) -> list[Line]:
    return _parts(content)[0]


def sum_of(lines: Iterable[Line]) -> Sum:
    signed = [int(line["amount_fen"]) * (1 if line["type"] == "payment.succeeded" else -1) for line in lines]
    return Sum(len(signed), sum(signed))


def statement_of(lines: list[Line]) -> bytes:
    """With the trailer that belongs to these lines."""
    text, total = io.StringIO(), sum_of(lines)
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    body = text.getvalue().encode()
    return body + f"#TRAILER,{total.movements},{total.fen},{hashlib.sha256(body).hexdigest()}\n".encode()
