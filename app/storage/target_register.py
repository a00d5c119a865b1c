"""Tasks of villages: imports add rows, the newest of a village counts."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, insert, select

from app.storage.tables import targets

_t = targets.c
_ALL = (
    select(targets)
    .where(_t.region == bindparam("r"), _t.coverage_year == bindparam("y"))
    .order_by(_t.village, _t.imported_at)
)
_INSERT = insert(targets)


def targets_of(connection: Connection, region: str, year: int, until: int | None = None) -> dict[str, RowMapping]:
    """By village, as they were known at a time. A village whose task was imported only later has its first one: no
    task is younger than the season that it is for."""
    found: dict[str, RowMapping] = {}
    for row in connection.execute(_ALL, {"r": region, "y": year}).mappings():
        if row["village"] not in found or until is None or row["imported_at"] <= until:
            found[row["village"]] = row
    return found


def add(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(_INSERT, [dict(row) for row in rows])
