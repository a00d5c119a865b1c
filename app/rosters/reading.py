"""A whole file: its lines by date, and beside them those that could not be read."""

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass

from app.rosters.lines import MOST_LINES, Line, Unreadable, lines_of
from app.rosters.rows import ListRefused, table_of


@dataclass(frozen=True, slots=True)
class ChangeList:
    """`lines` stand in the order in which they are taken; the same bytes have the same `content_hash`."""

    content_hash: str
    lines: Sequence[Line]
    unreadable: Sequence[Unreadable]


def read_list(raw: bytes) -> ChangeList:
    """Raises ListRefused where nothing of the file can be read."""
    lines: list[Line] = []
    unreadable: list[Unreadable] = []
    for found in lines_of(table_of(raw)):
        if isinstance(found, Unreadable):
            unreadable.append(found)
        else:
            lines.append(found)
        if len(lines) + len(unreadable) > MOST_LINES:
            raise ListRefused(f"超过{MOST_LINES}行，请分批导入")
    if not lines:
        raise ListRefused("没有一行可以读取" if unreadable else "表头以下没有内容")
    # By date, whatever the file is sorted by; who changes from one category to another leaves the first one first.
    lines.sort(key=lambda line: (line.day, line.action == "added", line.number))
    return ChangeList(hashlib.sha256(raw).hexdigest(), lines, unreadable)


def errors_csv(unreadable: Sequence[Unreadable]) -> str:
    """The file of lines that were left out, as spreadsheets open it."""
    out = io.StringIO()
    written = csv.writer(out)
    written.writerow(("行", "身份证号（已遮盖）", "原因"))
    written.writerows((u.number, u.who, u.reason) for u in unreadable)
    return "\ufeff" + out.getvalue()
