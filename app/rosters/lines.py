"""A row of a list as a line: checked cell by cell, or refused with a reason and a masked number."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from app.enrollment.id_numbers import WrongNumber, birth_date_of
from app.enrollment.rosters import Action
from app.rosters.categories import action, category
from app.rosters.rows import Table

MOST_LINES = 300_000
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]0{1,2}:00(?::00)?)?")
_RUN = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL_ZERO = date(1899, 12, 30)  # day 0 of a spreadsheet's numbers
_LONGEST = 64
_LOST_DIGITS = "身份证号被存为数字，末几位已丢失：请把该列设为文本后重新填写"


@dataclass(frozen=True, slots=True)
class Line:
    """`number` is the line in the file; `day` is YYYY-MM-DD."""

    number: int
    action: Action
    identity: str
    class_: str | None
    day: str
    id_number: str
    name: str
    township: str
    village: str
    phone: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line that is left out. `who` is the number, masked; empty where there is none to be seen."""

    number: int
    who: str
    reason: str


class _Wrong(Exception):  # noqa: N818 - becomes an Unreadable
    """A cell that can't be read; the text is Chinese."""


def lines_of(table: Table) -> Iterator[Line | Unreadable]:
    """The rows in the file's order; empty ones are passed over."""
    at = table.columns
    for number, cells in table.rows:
        if isinstance(cells, str):
            yield Unreadable(number, "", cells)
        elif any(_filled(cell) for cell in cells):
            yield _line(number, cells, at)


def _filled(cell: Any) -> bool:
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None


def _line(number: int, cells: Sequence[Any], at: dict[str, int]) -> Line | Unreadable:
    def cell(field: str) -> Any:
        place = at.get(field)
        return "" if place is None or place >= len(cells) else cells[place]

    try:
        id_number = _id_number(cell("id_number"))
        identity, class_ = _category(cell("category"))
        day = _day(cell("day"))
        texts = {field: _text(cell(field)) for field in ("name", "township", "village", "phone")}
        return Line(number, _action(cell("action")), identity, class_, day, id_number, **texts)
    except _Wrong as wrong:
        return Unreadable(number, masked(_text_of(cell("id_number"))), str(wrong))


def masked(number: str) -> str:
    """The first and the last three characters of a number; of what is no number nothing."""
    if not re.fullmatch(r"[0-9]{8,17}[0-9Xx]", number):
        return ""
    return f"{number[:3]}{'*' * (len(number) - 6)}{number[-3:]}"


def _id_number(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise _Wrong(_LOST_DIGITS if value >= 1e15 else "身份证号码应为18位，请把该列设为文本")
    text = _text_of(value)
    if not text:
        raise _Wrong("缺少身份证号")
    if re.fullmatch(r"[0-9.]+E\+?[0-9]+", text):
        raise _Wrong(_LOST_DIGITS)
    try:
        birth_date_of(text)
    except WrongNumber as wrong:
        lost = re.fullmatch(r"[0-9]{15}000", text) is not None
        raise _Wrong(_LOST_DIGITS if lost else str(wrong)) from None
    return text


def _text_of(value: Any) -> str:
    """A number as text: without what spreadsheets put around it to keep it one."""
    if isinstance(value, float):
        return f"{value:.0f}"
    return re.sub(r"[\s'\"=]", "", unicodedata.normalize("NFKC", str(value))).upper()


def _action(value: Any) -> Action:
    found = action(str(value))
    if found is None:
        raise _Wrong("变动类型应为“新增”或“退出”")
    return found


def _category(value: Any) -> tuple[str, str | None]:
    found = category(str(value))
    if isinstance(found, str):
        raise _Wrong(found)
    return found


def _day(value: Any) -> str:
    try:
        day = _day_of(value)
    except (ValueError, OverflowError):
        raise _Wrong("变动日期不是真实的日期") from None
    if day is None:
        raise _Wrong("变动日期应为 YYYY-MM-DD")
    if not 1990 <= day.year < 2100:
        raise _Wrong("变动日期的年份不合理")
    return day.isoformat()


def _day_of(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        if 19_000_000 < value < 22_000_000:  # 20230415
            value = f"{value:.0f}"
        else:
            return _SERIAL_ZERO + timedelta(days=int(value)) if value >= 1 else None
    text = unicodedata.normalize("NFKC", str(value)).strip()
    found = _DAY.fullmatch(text) or _RUN.fullmatch(text)
    return date(*map(int, found.groups())) if found else None


def _text(value: Any) -> str:
    """A name or a place: without control characters, and not endless."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "".join(ch for ch in str(value) if ch.isprintable()).strip()[:_LONGEST]
