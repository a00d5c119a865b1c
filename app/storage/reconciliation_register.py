"""Reconciliations and their differences: written while a statement is compared, changed by a clerk's decision."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, bindparam, case, delete, func, insert, select, update

from app.storage.ids import region_of
from app.storage.many import write_all
from app.storage.reconciliation_tables import differences, reconciliations
from app.storage.tables import inbox

_r, _d = reconciliations.c, differences.c
_KEY = (_r.region == bindparam("r"), _r.id == bindparam("i"))
_ONE = select(reconciliations).where(*_KEY)
_SAME = select(reconciliations).where(
    _r.region == bindparam("r"),
    _r.day == bindparam("day"),
    _r.coverage_year == bindparam("year"),
    _r.file_hash == bindparam("hash"),
)
_DIFFERENCE = select(differences).where(
    _d.region == bindparam("r"), _d.reconciliation_id == bindparam("i"), _d.number == bindparam("n")
)
# Whether an event that was missed has come after all, and told the same.
_SAME_EVENT = and_(
    inbox.c.event_id == _d.event_id,
    inbox.c.order_no == _d.order_no,
    inbox.c.type == _d.event_type,
    inbox.c.amount_fen == _d.statement_fen,
)
_ARRIVED = case((inbox.c.event_id.is_not(None), 1), else_=0).label("arrived")
_LISTED = (
    select(differences, _ARRIVED)
    .select_from(differences.outerjoin(inbox, _SAME_EVENT))
    .where(_d.region == bindparam("r"), _d.reconciliation_id == bindparam("i"))
    .order_by(_d.number)
)
_COUNTS = (
    select(_d.type, _d.state, func.count().label("lines"))
    .where(_d.region == bindparam("r"), _d.reconciliation_id == bindparam("i"))
    .group_by(_d.type, _d.state)
    .order_by(_d.type, _d.state)
)


def add(connection: Connection, row: Mapping[str, Any]) -> None:
    connection.execute(insert(reconciliations), row)


def change(connection: Connection, id: str, **values: Any) -> None:
    connection.execute(update(reconciliations).where(*_KEY).values(**values), {"r": region_of(id), "i": id})


def by_id(connection: Connection, id: str, *, lock: bool = False) -> RowMapping | None:
    if not region_of(id):
        return None
    statement = _ONE.with_for_update() if lock else _ONE
    return connection.execute(statement, {"r": region_of(id), "i": id}).mappings().first()


def same_content(connection: Connection, region: str, day: str, year: int, file_hash: str) -> RowMapping | None:
    """What came of the same file before, locked."""
    asked = {"r": region, "day": day, "year": year, "hash": file_hash}
    return connection.execute(_SAME.with_for_update(), asked).mappings().first()


def supersede(connection: Connection, row: Mapping[str, Any]) -> list[str]:
    """The finished ones of the same day and scope that this one takes the place of."""
    older = (_r.region == row["region"], _r.day == row["day"], _r.coverage_year == row["coverage_year"])
    open_ones = (*older, _r.state == "done", _r.superseded_by.is_(None), _r.id != row["id"])
    ids = list(connection.execute(select(_r.id).where(*open_ones).order_by(_r.id).with_for_update()).scalars())
    if ids:
        connection.execute(
            update(reconciliations).where(_r.region == row["region"], _r.id.in_(ids)).values(superseded_by=row["id"])
        )
    return ids


def write_differences(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    write_all(connection, {differences: rows}, {})


def drop_differences(connection: Connection, id: str) -> None:
    """Of a comparison that was broken off."""
    mine = delete(differences).where(_d.region == region_of(id), _d.reconciliation_id == id)
    connection.execute(mine)


def counts(connection: Connection, id: str) -> list[RowMapping]:
    """By type and state."""
    return list(connection.execute(_COUNTS, {"r": region_of(id), "i": id}).mappings())


def page(connection: Connection, id: str, wanted: Mapping[str, Any], after: int, limit: int | None) -> list[RowMapping]:
    """Differences behind a number, of a type or in a state where one is asked for."""
    statement = _LISTED.where(_d.number > after)
    for name in ("type", "state"):
        if wanted.get(name) is not None:
            statement = statement.where(_d[name] == wanted[name])
    return list(connection.execute(statement.limit(limit), {"r": region_of(id), "i": id}).mappings())


def by_numbers(connection: Connection, id: str, numbers: Sequence[int]) -> list[RowMapping]:
    """Some of them."""
    return list(connection.execute(_LISTED.where(_d.number.in_(numbers)), {"r": region_of(id), "i": id}).mappings())


def difference(connection: Connection, id: str, number: int) -> RowMapping | None:
    """One difference, locked."""
    asked = {"r": region_of(id), "i": id, "n": number}
    return connection.execute(_DIFFERENCE.with_for_update(), asked).mappings().first()


def decide(connection: Connection, id: str, number: int, **values: Any) -> None:
    mine = update(differences).where(_d.region == region_of(id), _d.reconciliation_id == id, _d.number == number)
    connection.execute(mine.values(**values))


def listed(
    connection: Connection, region: str | None, day: str | None, after: str | None, limit: int
) -> list[RowMapping]:
    """Reconciliations, the newest first, from behind the cursor."""
    statement = select(reconciliations).order_by(_r.region, _r.id.desc()).limit(limit)
    if region is not None:
        statement = statement.where(_r.region == region)
    if day is not None:
        statement = statement.where(_r.day == day)
    if after is not None:
        behind = region_of(after)
        statement = statement.where((_r.region > behind) | ((_r.region == behind) & (_r.id < after)))
    return list(connection.execute(statement).mappings())
