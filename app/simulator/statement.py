"""The daily statement: what moved on a day in Shanghai, as a file that proves itself."""

import csv
import hashlib
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Literal

from app.simulator.money import SHANGHAI, Movement

Encoding = Literal["utf-8", "gb18030"]
COLUMNS = ("event_id", "order_no", "type", "amount_fen", "paid_at", "reverses_event_id", "voucher_no", "channel")


def statement(movements: Sequence[Movement], encoding: Encoding = "utf-8") -> bytes:
    """A header, a line for each movement, and `#TRAILER,count,sum_fen,sha256` over all bytes before it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for m in movements:
        at = m.paid_at.astimezone(SHANGHAI).isoformat()
        writer.writerow(
            (m.event_id, m.order_no, m.kind, m.amount_fen, at, m.reverses_event_id, m.voucher_no, m.channel)
        )
    body = text.getvalue().encode(encoding)
    total = sum(m.signed_fen for m in movements)
    return body + f"#TRAILER,{len(movements)},{total},{hashlib.sha256(body).hexdigest()}\n".encode()


def keep(folder: Path, day: date, content: bytes) -> str:
    """The file's name. It is there whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{day.isoformat()}.csv"
    unfinished = folder / f".{name}"
    unfinished.write_bytes(content)
    unfinished.replace(folder / name)
    return name
