"""The tax bureau's daily statement, read strictly: whole and proven, or not at all (docs/collector.md has the form).

First the bytes: where the trailer is, and whether its SHA-256 is that of all before it. Only then are they decoded, and
each line read as the event that its callback would have told.
"""

import csv
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta, timezone
from typing import IO

from pydantic import ValidationError

from app.contract.callback import PaymentEvent

COLUMNS = ("event_id", "order_no", "type", "amount_fen", "paid_at", "reverses_event_id", "voucher_no", "channel")
MOST_LINES = 2_000_000
_LONGEST_LINE = 4096  # bytes
_LONGEST_TIME = 40  # characters: fractions of a second without end are nobody's time
_SHANGHAI = timezone(timedelta(hours=8))
_MARK, _BOM = b"#TRAILER,", b"\xef\xbb\xbf"
_TRAILER = re.compile(rb"#TRAILER,(0|[1-9][0-9]{0,8}),(0|-?[1-9][0-9]{0,17}),([0-9a-f]{64})\n?")
_FEN = re.compile(r"[1-9][0-9]{0,12}")


class StatementRefused(Exception):  # noqa: N818 - an answer, not a failure
    """`reason` is a stable word (docs/reconciliation.md), `line` the line where it was found, None for the whole."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.line = reason, line


@dataclass(frozen=True, slots=True)
class Line:
    """A movement of money. `paid_at` is kept as it was said."""

    number: int
    event: PaymentEvent
    paid_at: str

    @property
    def signed_fen(self) -> int:
        """Below zero for money that went back."""
        return self.event.amount_fen if self.event.type == "payment.succeeded" else -self.event.amount_fen

    @property
    def day(self) -> date:
        return self.event.paid_at.astimezone(_SHANGHAI).date()


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that holds what its trailer says. The file is read again for its lines."""

    file: IO[bytes]
    file_hash: str  # of the whole file
    encoding: str
    count: int
    fen: int
    day: date | None = None
    event_ids: frozenset[str] = field(default_factory=frozenset, repr=False)

    def lines(self) -> Iterator[Line]:
        """Raises StatementRefused for the first line that can't be read."""
        reader = csv.reader(_decoded(self.file, self.encoding, self.count), strict=True)
        number = 0
        try:
            for number, cells in enumerate(reader, 1):
                if reader.line_num != number:  # a quoted line end
                    raise StatementRefused("line_unreadable", number)
                if number == 1:
                    _check_header(cells)
                else:
                    yield _line(number, cells)
        except csv.Error:
            raise StatementRefused("line_unreadable", number + 1) from None


def hash_of(file: IO[bytes]) -> str:
    """Of the whole file: by it the same content is known again."""
    file.seek(0)
    digest = hashlib.sha256()
    while part := file.read(1 << 18):
        digest.update(part)
    return digest.hexdigest()


def read_statement(file: IO[bytes], file_hash: str, asked: date | None) -> Statement:
    """Raises StatementRefused unless everything about it holds. `asked` is the day it is said to be of."""
    proven = _proven(file, file_hash)
    day, fen, ids = asked, 0, set[str]()
    for line in proven.lines():
        day = day or line.day
        if line.day != day:
            raise StatementRefused("other_day", line.number)
        if line.event.event_id in ids:
            raise StatementRefused("event_twice", line.number)
        ids.add(line.event.event_id)
        fen += line.signed_fen
    if fen != proven.fen:
        raise StatementRefused("sum_differs")
    if day is None:
        raise StatementRefused("day_not_known")
    return Statement(file, file_hash, proven.encoding, proven.count, fen, day, frozenset(ids))


def _proven(file: IO[bytes], file_hash: str) -> Statement:
    """The bytes before the trailer are those that were signed for, and as many lines as it says."""
    file.seek(0)
    digest, number, utf8 = hashlib.sha256(), 0, True
    while raw := file.readline(_LONGEST_LINE):
        number += 1
        if raw.startswith(_MARK):
            return _fits(file, raw, number, digest.hexdigest(), file_hash, "utf-8" if utf8 else "gb18030")
        if not raw.endswith(b"\n"):
            raise StatementRefused("trailer_missing" if len(raw) < _LONGEST_LINE else "line_unreadable", number)
        if number > MOST_LINES + 1:
            raise StatementRefused("too_many_lines")
        digest.update(raw)
        utf8 = utf8 and _is_utf8(raw)
    raise StatementRefused("trailer_missing")


def _fits(file: IO[bytes], raw: bytes, number: int, digest: str, file_hash: str, encoding: str) -> Statement:
    found = _TRAILER.fullmatch(raw)
    if found is None:
        raise StatementRefused("trailer_unreadable", number)
    if file.read(1):
        raise StatementRefused("more_after_trailer", number + 1)
    count, fen, promised = int(found[1]), int(found[2]), found[3].decode()
    if digest != promised:
        raise StatementRefused("digest_differs")
    if count != number - 2:  # without the header and the trailer
        raise StatementRefused("count_differs")
    return Statement(file, file_hash, encoding, count, fen)


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _decoded(file: IO[bytes], encoding: str, count: int) -> Iterator[str]:
    """The header and the lines, without the trailer."""
    file.seek(0)
    if file.read(len(_BOM)) != _BOM:
        file.seek(0)
    for number in range(1, count + 2):
        try:
            text = file.readline(_LONGEST_LINE).decode(encoding)
        except UnicodeDecodeError:
            raise StatementRefused("encoding", number) from None
        if "\r" in text:  # lines end with LF alone
            raise StatementRefused("line_unreadable", number)
        yield text


def _check_header(cells: list[str]) -> None:
    if tuple(cells) != COLUMNS:
        raise StatementRefused("header", 1)


def _line(number: int, cells: list[str]) -> Line:
    if len(cells) != len(COLUMNS) or not _FEN.fullmatch(cells[3]) or len(cells[4]) > _LONGEST_TIME:
        raise StatementRefused("line_unreadable", number)
    said: dict[str, object] = {name: cell for name, cell in zip(COLUMNS, cells, strict=True) if cell}
    try:
        return Line(number, PaymentEvent.model_validate(said | {"amount_fen": int(cells[3])}), cells[4])
    except ValidationError:
        raise StatementRefused("line_unreadable", number) from None
