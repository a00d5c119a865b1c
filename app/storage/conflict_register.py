"""Lines of lists that wait for a clerk: written when they do not fit, changed once, when they are settled."""

from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, select, update

from app.storage.ids import region_of
from app.storage.roster_tables import conflicts

_c = conflicts.c
_ITEM = select(conflicts).where(_c.region == bindparam("r"), _c.id == bindparam("i"))
_CHANGE = update(conflicts).where(_c.region == bindparam("r"), _c.id == bindparam("i"))
_OPEN_OF = select(_c.id).where(_c.region == bindparam("r"), _c.enrollment_id == bindparam("e"), _c.state == "open")


def item(connection: Connection, id: str, *, lock: bool = False) -> RowMapping | None:
    if not region_of(id):
        return None
    statement = _ITEM.with_for_update() if lock else _ITEM
    return connection.execute(statement, {"r": region_of(id), "i": id}).mappings().first()


def open_of(connection: Connection, region: str, enrollment_id: str) -> str | None:
    """An open item about this enrollment."""
    return connection.execute(_OPEN_OF, {"r": region, "e": enrollment_id}).scalar()


def settle(connection: Connection, id: str, **values: Any) -> None:
    about = {"r": region_of(id), "i": id}
    connection.execute(_CHANGE.where(_c.state == "open").values(state="settled", **values), about)


def page(
    connection: Connection, region: str | None, state: str | None, kind: str | None, after: str | None, limit: int
) -> list[RowMapping]:
    """Items in the order they were opened, from behind the cursor."""
    statement = select(conflicts).order_by(_c.region, _c.id).limit(limit)
    for column, wanted in ((_c.region, region), (_c.state, state), (_c.kind, kind)):
        if wanted is not None:
            statement = statement.where(column == wanted)
    if after is not None:
        behind = region_of(after)
        statement = statement.where((_c.region > behind) | ((_c.region == behind) & (_c.id > after)))
    return list(connection.execute(statement).mappings())


def waiting(connection: Connection, region: str) -> int:
    """How many items of a region are open."""
    statement = select(func.count()).where(_c.region == region, _c.state == "open")
    return int(connection.execute(statement).scalar_one())


def sealed(connection: Connection, after: tuple[str, str] | None, limit: int) -> list[RowMapping]:
    """Personal data as it is sealed, locked, in the order of the keys, from behind `after`."""
    statement = select(_c.region, _c.id, _c.personal).order_by(_c.region, _c.id).limit(limit)
    if after is not None:
        statement = statement.where((_c.region > after[0]) | ((_c.region == after[0]) & (_c.id > after[1])))
    return list(connection.execute(statement.with_for_update()).mappings())


def reseal(connection: Connection, id: str, personal: bytes) -> None:
    connection.execute(_CHANGE.values(personal=personal), {"r": region_of(id), "i": id})
