"""Proposals for people who have paid: written when a list changes, decided once."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select, update

from app.storage.asking import Row, ask, by_list, listed
from app.storage.ids import region_of
from app.storage.many import Change, write_all
from app.storage.roster_tables import proposals

_p = proposals.c
_ITEM = select(proposals).where(_p.region == bindparam("r"), _p.id == bindparam("i"))
_DECIDE = update(proposals).where(_p.region == bindparam("r"), _p.id == bindparam("i"), _p.state == "open")
_OF_ENROLLMENTS = by_list(
    "SELECT p.id, p.enrollment_id, p.covering_posting, p.kind, p.state, p.amount_fen, p.shares, p.changed_on,"
    " p.import_id, p.identity, p.imported_by, p.old_clause, p.old_text, p.new_clause, p.new_text FROM proposals p"
    " WHERE p.region = :region AND p.enrollment_id IN {wanted} AND p.state IN ('open', 'approved') ORDER BY p.id"
)
_PAID = by_list(
    "SELECT p.id AS posting_id, i.paid_at FROM postings p JOIN inbox i ON i.event_id = p.event_id"
    " WHERE p.region = :region AND p.id IN {wanted}"
)
_SUPERSEDE = Change(
    name="supersedes",
    table="proposals",
    set="state = 'superseded', decided_at = v.at",
    where="t.region = v.region AND t.id = v.id AND t.state = 'open'",
    columns="region text, id text, at bigint",
)


def paid_at(connection: Connection, region: str, posting_ids: Sequence[str]) -> dict[str, int]:
    """When the money came that was booked by these postings; of a cover without a payment nothing."""
    if not posting_ids:
        return {}
    return {r["posting_id"]: r["paid_at"] for r in ask(connection, _PAID, {"region": region} | listed(posting_ids))}


def of_enrollments(connection: Connection, region: str, ids: Sequence[str]) -> dict[str, list[Row]]:
    """Their open and their approved proposals, the earliest first."""
    found: dict[str, list[Row]] = {}
    if ids:
        for row in ask(connection, _OF_ENROLLMENTS, {"region": region} | listed(ids)):
            found.setdefault(row["enrollment_id"], []).append(row)
    return found


def propose(connection: Connection, rows: Sequence[Row], superseded: Sequence[Row]) -> None:
    if rows or superseded:
        write_all(connection, {proposals: rows}, {_SUPERSEDE: superseded} if superseded else {})


def item(connection: Connection, id: str, *, lock: bool = False) -> RowMapping | None:
    if not region_of(id):
        return None
    statement = _ITEM.with_for_update() if lock else _ITEM
    return connection.execute(statement, {"r": region_of(id), "i": id}).mappings().first()


def decide(connection: Connection, id: str, **values: Any) -> None:
    connection.execute(_DECIDE.values(**values), {"r": region_of(id), "i": id})


def page(connection: Connection, wanted: Mapping[str, str | None], after: str | None, limit: int) -> list[RowMapping]:
    """Proposals in the order they were made, from behind the cursor; `wanted` holds equalities."""
    statement = select(proposals).order_by(_p.region, _p.id).limit(limit)
    for name, value in wanted.items():
        if value is not None:
            statement = statement.where(_p[name] == value)
    if after is not None:
        behind = region_of(after)
        statement = statement.where((_p.region > behind) | ((_p.region == behind) & (_p.id > after)))
    return list(connection.execute(statement).mappings())
