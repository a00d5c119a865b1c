"""A statement is read whole and proven, or not at all."""

import hashlib
import io
from collections.abc import Callable
from datetime import date

import pytest

from app.collector.statement import Statement, StatementRefused, hash_of, read_statement
from app.simulator.statement import COLUMNS, statement
from tests.reconcile.statements import DAY, HEADER, statement_of
from tests.state.made_up import payment, reversal

ONE = payment("order-1", channel="微信小程序")
LINE = "evt-1,order-1,payment.succeeded,100,2023-11-02T10:15:00+08:00,,1,counter"


def read(content: bytes, day: date | None = None) -> Statement:
    file = io.BytesIO(content)
    return read_statement(file, hash_of(file), day)


def closed(
    *lines: str, header: str = HEADER, count: int | None = None, fen: int = 100, encoding: str = "utf-8"
) -> bytes:
    """Lines with a trailer that fits, but for what is said otherwise."""
    body = "".join(f"{line}\n" for line in (header, *lines)).encode(encoding)
    digest = hashlib.sha256(body).hexdigest()
    return body + f"#TRAILER,{len(lines) if count is None else count},{fen},{digest}\n".encode()


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_both_encodings_are_read_and_every_field_comes_out(encoding: str) -> None:
    undo = reversal(ONE, paid_at="2023-11-02T23:59:59+08:00")
    found = read(statement_of(ONE, undo, encoding="gb18030" if encoding == "gb18030" else "utf-8"))
    assert (found.count, found.fen, found.day, found.encoding) == (2, 0, DAY, encoding)
    first, second = (line.event.model_dump(mode="json", exclude_none=True) for line in found.lines())
    assert first == ONE
    assert second == undo


def test_a_day_without_money_says_so_when_its_day_is_given() -> None:
    found = read(statement([]), DAY)
    assert (found.count, found.fen, found.day, list(found.lines())) == (0, 0, DAY, [])


def test_a_byte_order_mark_belongs_to_the_bytes_and_not_to_the_header() -> None:
    body = b"\xef\xbb\xbf" + f"{HEADER}\n{LINE}\n".encode()
    found = read(body + f"#TRAILER,1,100,{hashlib.sha256(body).hexdigest()}\n".encode())
    assert [line.event.event_id for line in found.lines()] == ["evt-1"]


def test_the_simulator_and_the_reader_know_the_same_columns() -> None:
    assert ",".join(COLUMNS) == HEADER


def altered(change: Callable[[bytes], bytes]) -> bytes:
    return change(statement_of(ONE))


REFUSED: list[tuple[str, int | None, bytes]] = [
    ("trailer_missing", None, b""),
    ("trailer_missing", None, altered(lambda c: c[: c.index(b"#TRAILER")])),
    ("trailer_missing", 2, altered(lambda c: c[:120])),
    ("trailer_unreadable", 3, altered(lambda c: c[:-10] + b"\n")),
    ("trailer_unreadable", 3, altered(lambda c: c.replace(b"#TRAILER,1", b"#TRAILER,01"))),
    ("more_after_trailer", 4, altered(lambda c: c + b"\n")),
    ("more_after_trailer", 4, altered(lambda c: c + c)),
    ("digest_differs", None, altered(lambda c: c.replace(b",38000,", b",38001,"))),
    ("digest_differs", None, altered(lambda c: c.replace(b"\n", b"\r\n", 1))),
    ("count_differs", None, closed(LINE, count=2)),
    ("sum_differs", None, closed(LINE, fen=101)),
    ("encoding", 2, closed(LINE + "é", encoding="latin-1")),
    ("header", 1, closed(LINE, header=HEADER.replace("order_no", "order"))),
    ("header", 1, closed(LINE, header=HEADER + ",more")),
    ("line_unreadable", 2, closed(LINE + ",more")),
    ("line_unreadable", 2, closed("")),
    ("line_unreadable", 2, closed(LINE + "\r")),
    ("line_unreadable", 2, closed(LINE.replace(",100,", ",1e2,"))),
    ("line_unreadable", 2, closed(LINE.replace(",100,", ",-100,"))),
    ("line_unreadable", 2, closed(LINE.replace(",100,", ",0,"))),
    ("line_unreadable", 2, closed(LINE.replace("succeeded", "unknown"))),
    ("line_unreadable", 2, closed(LINE.replace("+08:00", ""))),
    ("line_unreadable", 2, closed(LINE.replace("+08:00", "." + "0" * 40 + "+08:00"))),
    ("line_unreadable", 2, closed(LINE.replace("payment.succeeded", "payment.reversed"))),
    ("line_unreadable", 2, closed(LINE.replace("evt-1", '"evt-1'), LINE, count=2)),
    ("line_unreadable", 3, closed(LINE, LINE.replace("evt-1", '"evt\n1"'), count=3, fen=200)),
    ("line_unreadable", 2, closed(LINE + "x" * 5000)),
    ("event_twice", 3, closed(LINE, LINE, fen=200)),
    ("other_day", 3, closed(LINE, LINE.replace("evt-1", "evt-2").replace("11-02T10", "11-03T00"), fen=200)),
    (
        "other_day",
        2,
        closed(LINE.replace("02T", "01T")),
    ),
    ("day_not_known", None, statement([])),
]


@pytest.mark.parametrize(("reason", "line", "content"), REFUSED, ids=[f"{n}-{r[0]}" for n, r in enumerate(REFUSED)])
def test_whatever_does_not_hold_is_refused_with_its_reason_and_line(
    reason: str, line: int | None, content: bytes
) -> None:
    asked_day = DAY if reason == "other_day" else None
    with pytest.raises(StatementRefused) as why:
        read(content, asked_day)
    assert why.value.reason == reason
    assert line is None or why.value.line == line


def test_the_day_is_shanghais_whatever_offset_a_line_has() -> None:
    late = closed(LINE.replace("2023-11-02T10:15:00+08:00", "2023-11-01T16:00:00Z"))
    assert read(late).day == DAY
    with pytest.raises(StatementRefused):
        read(late, date(2023, 11, 1))
