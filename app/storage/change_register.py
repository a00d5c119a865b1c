"""The feed of enrollment changes, read from the audit record: numbered per region, in the order of the commits."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from app.enrollment.feed import DEEDS
from app.storage.asking import Question, Rows, ask_all
from app.storage.tables import audit_heads

_HEADS = select(audit_heads.c.region, audit_heads.c.number)
_NO_ENROLLMENTS = frozenset({"-", "unknown"})  # chains of records that belong to no region
_IN = ", ".join(f"'{deed}'" for deed in DEEDS)
_COLUMNS = f"""a.region, a.number, a.at, a.deed, a.enrollment_id, a.about, e.order_no, e.coverage_year, e.village,
 CASE WHEN a.deed = 'repriced' THEN (
   SELECT b.deed FROM audit b WHERE b.region = a.region AND b.enrollment_id = a.enrollment_id AND b.number < a.number
     AND b.deed IN ({_IN}) AND b.deed <> 'repriced' ORDER BY b.number DESC LIMIT 1) END AS before"""
_FROM = "FROM audit a JOIN enrollments e ON e.region = a.region AND e.id = a.enrollment_id"
_PAGE = f"""SELECT {_COLUMNS} {_FROM}
 WHERE a.region = :region AND a.number > :after AND a.number <= :through AND a.deed IN ({_IN})
 ORDER BY a.number LIMIT :most"""
_ONE = f"SELECT {_COLUMNS} {_FROM} WHERE a.region = :region AND a.number = :number"
_PAGES, _RECORD = Question(_PAGE, _PAGE), Question(_ONE, _ONE)
Wanted = tuple[str, int, int]  # a region, the number to begin behind, and the last one


def heads(connection: Connection) -> dict[str, int]:
    """The number of each region's last record."""
    rows = connection.execute(_HEADS).all()
    return {region: number for region, number in rows if region not in _NO_ENROLLMENTS}


def pages(connection: Connection, wanted: Sequence[Wanted], most: int) -> list[Rows]:
    """The first changes of each of these stretches, at most `most` of each."""
    asked: list[dict[str, Any]] = [{"region": r, "after": a, "through": t, "most": most} for r, a, t in wanted]
    return ask_all(connection, *((_PAGES, one) for one in asked)) if asked else []


def records(connection: Connection, wanted: Sequence[tuple[str, int]]) -> list[Any]:
    """Changes by region and number, in the order asked for."""
    asked = [{"region": region, "number": number} for region, number in wanted]
    return [rows[0] for rows in ask_all(connection, *((_RECORD, one) for one in asked))] if asked else []
