"""A day's statement is compared with what is booked. The same file again changes nothing and finds the same.

A file that is refused leaves nothing but the refusal. A comparison is written as it goes, and counts only when it is
finished: whoever asks for the same while it runs is told so, and one that was broken off begins again.
"""

import json
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date
from typing import IO, Any

from app.collector.statement import Statement, StatementRefused, hash_of, read_statement
from app.enrollment.reconciliation import Scope
from app.journal.telling import tell
from app.storage import reconciliation_register as register
from app.storage.database import Connection
from app.storage.enrollment_register import lock_names
from app.storage.ids import new_id
from app.workflows.compare_statement import Totals, differences_of
from app.workflows.office import Office, Refused, StorageUnavailable
from app.workflows.show_reconciliation import ALL, chain_of, reconciliation

_LEASE = 600_000_000  # microseconds after which a comparison counts as broken off
_AT_A_TIME = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """A statement's file, the day it is said to be of, and which orders it is about."""

    file: IO[bytes]
    day: date | None
    scope: Scope
    actor: str

    @property
    def region(self) -> str:
        return self.scope.region or ALL


@dataclass(slots=True)
class _Turn:
    """A comparison that is being worked on. `mark` is the sign of life that was written last: where another one is
    found, somebody has taken this for broken off and begun again."""

    id: str
    begun: int
    mark: int


def reconcile_day(office: Office, asked: Asked) -> tuple[dict[str, Any], bool]:
    """The reconciliation, and whether it is new. Raises Refused where the file is, or where it is being worked on.

    `office` should ask its database by key.
    """
    file_hash = hash_of(asked.file)
    try:
        statement = read_statement(asked.file, file_hash, asked.day)
    except StatementRefused as why:
        id = _refuse(office, asked, file_hash, why)
        raise _refused(why, id) from None
    id, turn = _begin(office, asked, statement)
    if turn is not None:
        try:
            number = _compare(office, turn, asked, statement)
        except Exception:
            _break_off(office, turn)
            raise
        tell("statement_reconciled", reconciliation_id=id, result=str(number))
    return reconciliation(office, id), turn is not None


def _refused(why: StatementRefused, id: str) -> Refused:
    where = f"第{why.line}行：" if why.line is not None else ""
    detail = f"对账单未被接受，没有保存其中任何内容。{where}{REASONS[why.reason]}。"
    return Refused("statement_refused", detail, reason=why.reason, line=why.line, reconciliation=id)


REASONS = {
    "trailer_missing": "没有 #TRAILER 尾行，文件可能不完整",
    "trailer_unreadable": "尾行应为 #TRAILER,笔数,合计分,SHA-256，行尾为 LF（可能经过转换）",
    "more_after_trailer": "尾行之后还有内容",
    "digest_differs": "SHA-256 与尾行不符，文件被改动或传输有误",
    "count_differs": "笔数与尾行不符",
    "sum_differs": "合计金额与尾行不符",
    "encoding": "不是 UTF-8 或 GB18030 编码",
    "header": "首行应为 event_id,order_no,type,amount_fen,paid_at,reverses_event_id,voucher_no,channel",
    "line_unreadable": "这一行不能读取（列数、金额、时间、行尾 LF）",
    "event_twice": "同一事件编号出现两次",
    "other_day": "不是同一天的流水",
    "day_not_known": "没有流水的对账单须指明日期",
    "too_many_lines": "行数过多",
}


def _row(office: Office, asked: Asked, day: str, file_hash: str, **more: Any) -> dict[str, Any]:
    plain = {"region": asked.region, "id": new_id(asked.region), "day": day, "coverage_year": asked.scope.year}
    empty = {"reason": None, "line": None, "summary": "{}", "superseded_by": None, "finished_at": None}
    made = {"file_hash": file_hash, "created_by": asked.actor, "created_at": office.now()}
    return plain | empty | made | more


def _lock(connection: Connection, asked: Asked) -> None:
    """One statement of a region begins or ends at a time."""
    lock_names(connection, [f"reconciliation\x1f{asked.region}"])


def _refuse(office: Office, asked: Asked, file_hash: str, why: StatementRefused) -> str:
    """The refusal's id; the same file is refused once."""
    day = asked.day.isoformat() if asked.day else ""
    with office.deed() as books:
        _lock(books.connection, asked)
        known = register.same_content(books.connection, asked.region, day, asked.scope.year, file_hash)
        if known is not None:
            return str(known["id"])
        about = {"reason": why.reason, "line": why.line}
        row = _row(office, asked, day, file_hash, state="refused", finished_at=books.now, **about)
        register.add(books.connection, row)
        told = {"reconciliation": row["id"], "file_hash": file_hash, **about}
        books.audit(chain_of(asked.region), asked.actor, "statement_refused", **told)
    tell("statement_refused", level="warning", reconciliation_id=row["id"], result=why.reason)
    return str(row["id"])


def _begin(office: Office, asked: Asked, statement: Statement) -> tuple[str, _Turn | None]:
    """The reconciliation's id, and a turn where it has to be worked on. Raises Refused where somebody is at it."""
    assert statement.day is not None
    day = statement.day.isoformat()
    with office.database.transaction() as connection:
        _lock(connection, asked)
        now = office.now()
        row = _row(office, asked, day, statement.file_hash, state="running")
        known = register.same_content(connection, asked.region, day, asked.scope.year, statement.file_hash)
        if known is None:
            register.add(connection, row)
            return str(row["id"]), _Turn(row["id"], row["created_at"], row["created_at"])
        if known["state"] == "done":
            return str(known["id"]), None
        if known["state"] == "running" and known["created_at"] > now - _LEASE:
            raise Refused("reconciliation_in_progress")
        register.drop_differences(connection, known["id"])
        # What was refused by an earlier edition of this program may be readable to this one.
        again = {"state": "running", "reason": None, "line": None, "finished_at": None}
        register.change(connection, known["id"], created_at=now, created_by=asked.actor, **again)
        return str(known["id"]), _Turn(known["id"], now, now)


def _compare(office: Office, turn: _Turn, asked: Asked, statement: Statement) -> int:
    totals = Totals()
    # What is broken off gives its connection back at once, not when somebody forgets the error.
    with closing(differences_of(office, statement, asked.scope, totals)) as found:
        number = _write(office, turn, asked, found)
    _finish(office, turn, asked, totals, number)
    return number


def _break_off(office: Office, turn: _Turn) -> None:
    """The next one who asks need not wait. Where the database is away, he has to; one that is finished after all, or
    that somebody else has begun again, is left alone."""
    with suppress(StorageUnavailable, Refused), office.database.transaction() as connection:
        _own(connection, turn)
        register.change(connection, turn.id, created_at=0)


def _own(connection: Connection, turn: _Turn) -> Any:
    """The reconciliation, locked; raises Refused where it is not this one's turn any more."""
    row = register.by_id(connection, turn.id, lock=True)
    if row is None or row["state"] != "running" or row["created_at"] != turn.mark:
        raise Refused("reconciliation_in_progress")
    return row


def _live_on(office: Office, turn: _Turn) -> None:
    """A sign of life now and then, so that a long comparison is not taken for broken off."""
    now = office.now()
    if now > turn.mark + _LEASE // 10:
        with office.database.transaction() as connection:
            _own(connection, turn)
            register.change(connection, turn.id, created_at=now)
        turn.mark = now


def _write(office: Office, turn: _Turn, asked: Asked, found: Iterable[list[dict[str, Any]]]) -> int:
    """How many there were. Few at a time, so that nobody's payment has to wait for all of them."""
    number = 0
    for rows in found:
        _live_on(office, turn)
        whose = {"region": asked.region, "reconciliation_id": turn.id}
        numbered = [row | whose | {"number": n} for n, row in enumerate(rows, number + 1)]
        for start in range(0, len(numbered), _AT_A_TIME):
            with office.database.transaction() as connection:
                _own(connection, turn)
                register.write_differences(connection, numbered[start : start + _AT_A_TIME])
        number += len(rows)
    return number


def _finish(office: Office, turn: _Turn, asked: Asked, totals: Totals, number: int) -> None:
    summary, id = json.dumps(totals.shown() | {"differences": number}), turn.id
    with office.deed() as books:
        _lock(books.connection, asked)  # of two that end at the same moment one takes the other's place
        row = _own(books.connection, turn)
        older = register.supersede(books.connection, dict(row))
        changes = {"state": "done", "summary": summary, "created_at": turn.begun, "finished_at": books.now}
        register.change(books.connection, id, **changes)
        about = {"reconciliation": id, "day": row["day"], "file_hash": row["file_hash"], "differences": number}
        books.audit(chain_of(asked.region), asked.actor, "reconciled", **about, superseded=older)
