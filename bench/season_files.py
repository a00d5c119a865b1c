"""What comes to a county in a season, made up: the hardship list, the villages' tasks, registrations, the statement."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from app.collector.statement import COLUMNS
from app.enrollment.id_numbers import check_digit
from bench.callbacks import PAID_AT, Payment
from bench.county import HOUSEHOLD, REGION, TOWNSHIPS, VILLAGES, YEAR, village_of

# 衡东 subsidizes the first four of them, the first in part.
_CATEGORIES = ("城市低保", "特困人员", "边缘易致贫", "低保边缘", *["脱贫户"] * 16)
_LIST = ("序号", "姓名", "身份证号", "变动类型", "人员类别", "变动日期")
_TASKS = ("村代码", "村", "乡镇", "任务数", "应参保本地户籍")


def _id_number(n: int) -> str:
    first = f"{990_000 + n // 60_000:06d}{1930 + n % 60}{1 + n // 60 % 10:02d}15{n // 600 % 100:03d}"
    return first + check_digit(first)


def _written(path: Path, rows: Iterable[Sequence[Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def hardship_list(folder: Path, people: int) -> Path:
    """Everybody is on it; one in five has an identity that is subsidized."""
    lines = ((n + 1, "测试", _id_number(n), "新增", _category(n), "2023-09-01") for n in range(people))
    return _written(folder / "list.csv", [_LIST, *lines])


def _category(n: int) -> str:
    return _CATEGORIES[n % len(_CATEGORIES)]


def tasks(folder: Path, people: int) -> Path:
    each, places = people // (TOWNSHIPS * VILLAGES), range(TOWNSHIPS * VILLAGES)
    codes = ((f"{REGION}{100 + place // VILLAGES}{201 + place % VILLAGES}", place) for place in places)
    lines = ((code, f"第{n + 1}村", f"第{n // VILLAGES + 1}镇", each, each) for code, n in codes)
    return _written(folder / "tasks.csv", [_TASKS, *lines])


def registrations(people: int) -> Iterator[bytes]:
    """Bodies for `POST /v1/enrollments`, household by household."""
    for n in range(people):
        village = village_of(n, people)
        about: dict[str, Any] = {"region": REGION, "coverage_year": YEAR, "village": village, "channel": "bench"}
        about["applicant"] = {"name": f"村民{'甲乙丙丁'[n % 4]}", "id_type": "resident_id", "id_number": _id_number(n)}
        about["applicant"] |= {"phone": f"1{n:010d}", "hukou": "local"}
        relation = "child" if n % HOUSEHOLD else "head"
        about["household"] = {"household_no": f"{village}-{n // HOUSEHOLD}", "relation": relation}
        yield json.dumps(about | {"person": {}}).encode()


def statement(folder: Path, payments: Iterable[Payment]) -> Path:
    """The tax bureau's file of the day, as docs/collector.md has it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    count = fen = 0
    for payment in payments:
        count, fen = count + 1, fen + payment.amount_fen
        named = {"event_id": payment.event_id, "order_no": payment.order_no, "type": "payment.succeeded"}
        writer.writerow(named | {"amount_fen": payment.amount_fen, "paid_at": PAID_AT})
    body = text.getvalue().encode()
    path = folder / "statement.csv"
    path.write_bytes(body + f"#TRAILER,{count},{fen},{hashlib.sha256(body).hexdigest()}\n".encode())
    return path
