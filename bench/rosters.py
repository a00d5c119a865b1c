"""A county's first list: 200,000 lines, and for as many enrollments a new price or a proposal; time and memory."""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from app.enrollment.id_numbers import check_digit
from app.packs.shelf import Shelf
from app.settings import Settings
from app.storage.ids import new_id
from app.storage.many import write_all
from app.storage.tables import enrollments
from app.wiring import migrated, office_of
from app.workflows.book_money import shares_of
from app.workflows.office import Office
from app.workflows.show_enrollment import document_key
from bench.commands import canbao
from tests.postgres import running_postgres

LINES = 200_000
_REGION, _YEAR, _DAY = "141102", 2023, date(2022, 11, 2)
_BATCH = 5000


def _number(n: int) -> str:
    start = f"{990000 + n // 50_000 % 10_000:06d}{1930 + n % 90}0{n // 90 % 9 + 1}1{n // 1000 % 10}{n % 1000:03d}"
    return start + check_digit(start)


def make_list(path: Path, lines: int) -> None:
    """A change list like 离石 annex 3."""
    with path.open("w", encoding="gb18030") as file:
        file.write("序号,乡镇,村,姓名,身份证号,联系电话,变动类型,人员类别,变动日期\r\n")
        for n in range(lines):
            file.write(f"{n + 1},滨河,某村,测试,{_number(n)},,新增,农村低保,2022/10/{n % 28 + 1}\r\n")


def office_on(url: str) -> Office:
    settings = Settings(database_url=url, today=_DAY)
    migrated(settings).close()
    return replace(office_of(settings, Shelf()), today=partial(date, _DAY.year, _DAY.month, _DAY.day))


def fill(office: Office, count: int) -> None:
    """Everybody on the list has registered and not paid yet."""
    quoted = office.quote_for({"birth_date": "1950-01-01"}, _REGION, _YEAR, _DAY)
    same: dict[str, Any] = {"region": _REGION, "coverage_year": _YEAR, "state": "awaiting_payment", "channel": "bench"}
    same |= {"village": "141102001", "household_key": None, "payable_fen": quoted["payable_fen"], "revision": 1}
    same |= {"due_through": quoted["valid_through"], "priced_on": _DAY.isoformat(), "covering_posting": None}
    same |= {"quote": json.dumps(quoted, ensure_ascii=False), "shares": shares_of(quoted), "created_by": "bench"}
    for start in range(0, count, _BATCH):
        rows = [_enrollment(office, same, n) for n in range(start, min(start + _BATCH, count))]
        with office.database.transaction() as connection:
            write_all(connection, {enrollments: rows}, {})


def _enrollment(office: Office, same: dict[str, Any], n: int) -> dict[str, Any]:
    number, id = _number(n), new_id(_REGION)
    applicant = {"name": "测试", "id_type": "resident_id", "id_number": number, "phone": None}
    personal = {"applicant": applicant, "household": None, "facts": {"birth_date": "1950-01-01"}}
    row = same | {"id": id, "order_no": new_id(_REGION), "personal": office.vault.seal(personal, id)}
    return row | {"person_key": document_key(office, "resident_id", number), "created_at": n, "updated_at": n}


def report(lines: int = LINES) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="canbao-bench-") as folder:
        source = Path(folder) / "list.csv"
        make_list(source, lines)
        for name, enrolled in (("nobody registered", 0), ("all of them registered", lines)):
            yield _row(f"roster import, SQLite, {name}", f"sqlite:///{folder}/{enrolled}.db", source, enrolled)
            with running_postgres() as url:
                yield _row(f"roster import, PostgreSQL, {name}", url, source, enrolled)


def _row(label: str, url: str, source: Path, enrolled: int) -> str:
    office = office_on(url)
    fill(office, enrolled)
    office.database.close()
    asked = ["roster", "import", str(source), "--source", "civil_affairs", "--region", _REGION]
    spent = canbao(*asked, DATABASE_URL=url, CANBAO_TODAY=_DAY.isoformat())
    speed = f"{LINES / spent.seconds:.0f} lines/s"
    return f"| {label}, {LINES:,} lines | {spent.seconds:.0f} s | | minutes | {spent.peak:.0f} MiB; {speed} |"
