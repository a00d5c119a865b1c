"""Money in suspense: written when it can't be booked, changed once, when it is settled."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, insert, select, update

from app.storage.asking import Row, ask, by_list, listed
from app.storage.ids import region_of
from app.storage.tables import suspense

_s = suspense.c
_SUSPEND = insert(suspense)
_ITEM = select(suspense).where(_s.region == bindparam("r"), _s.id == bindparam("i"))
_OF_EVENT = select(suspense).where(_s.region == bindparam("r"), _s.event_id == bindparam("e"))
_EARLY = by_list(
    "SELECT s.*, i.reverses_event_id FROM inbox i JOIN suspense s ON s.region = i.region AND s.event_id = i.event_id"
    " WHERE i.reverses_event_id IN {wanted} AND s.state = 'open' AND s.reason = 'reversal_without_payment'"
)
_OF_ORDER = (
    select(suspense)
    .where(_s.region == bindparam("r"), _s.order_no == bindparam("o"), _s.state == "open")
    .order_by(_s.id)
)
_SETTLE = update(suspense).where(_s.region == bindparam("r"), _s.id == bindparam("i"), _s.state == "open")
_OPEN = select(_s.reason, func.count().label("items"), func.sum(_s.amount_fen).label("fen")).where(_s.state == "open")


def suspend(connection: Connection, row: Mapping[str, Any]) -> None:
    connection.execute(_SUSPEND, row)


def item(connection: Connection, id: str, *, lock: bool = False) -> RowMapping | None:
    if not region_of(id):
        return None
    statement = _ITEM.with_for_update() if lock else _ITEM
    return connection.execute(statement, {"r": region_of(id), "i": id}).mappings().first()


def item_of(connection: Connection, region: str, event_id: str) -> RowMapping | None:
    """The suspense item that an event became, open or settled."""
    return connection.execute(_OF_EVENT, {"r": region, "e": event_id}).mappings().first()


def early_reversals(connection: Connection, event_ids: Iterable[str]) -> dict[str, list[Row]]:
    """Open items of reversals that came before the payment they name, by that payment's event id."""
    found: dict[str, list[Row]] = {}
    for row in ask(connection, _EARLY, listed(list(event_ids))):
        found.setdefault(row["reverses_event_id"], []).append(row)
    return found


def open_items_of_order(connection: Connection, region: str, order_no: str) -> list[RowMapping]:
    return list(connection.execute(_OF_ORDER, {"r": region, "o": order_no}).mappings())


def settle(connection: Connection, id: str, **values: Any) -> None:
    connection.execute(_SETTLE.values(state="settled", **values), {"r": region_of(id), "i": id})


def page(
    connection: Connection, region: str | None, state: str | None, after: str | None, limit: int
) -> list[RowMapping]:
    """Items in the order they were opened, from behind the cursor."""
    statement = select(suspense).order_by(_s.region, _s.id).limit(limit)
    if region is not None:
        statement = statement.where(_s.region == region)
    if state is not None:
        statement = statement.where(_s.state == state)
    if after is not None:
        behind = region_of(after)
        statement = statement.where((_s.region > behind) | ((_s.region == behind) & (_s.id > after)))
    return list(connection.execute(statement).mappings())


def open_by_reason(connection: Connection) -> list[RowMapping]:
    """How many items are open for which reason, and their money."""
    return list(connection.execute(_OPEN.group_by(_s.reason)).mappings())
