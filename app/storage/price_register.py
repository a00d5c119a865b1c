"""Prices of many enrollments at once, as a change of the lists makes them anew, and the prices that it has ended."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select

from app.storage.asking import Question, Row, Rows, ask, by_list, listed
from app.storage.many import Change, write_all
from app.storage.roster_tables import former_prices

_f = former_prices.c
_FORMER = (
    select(former_prices)
    .where(_f.region == bindparam("r"), _f.enrollment_id == bindparam("e"), _f.payable_fen == bindparam("fen"))
    .where(_f.priced_on <= bindparam("day"), _f.due_through >= bindparam("day"))
    .order_by(_f.id.desc())
)
# The enrollments of people, locked in the order that payments lock them in. The plus keeps SQLite from looking through
# all of the region, the empty text does the same for PostgreSQL.
_OF_PEOPLE_TO_LOOK_AT = Question(
    "SELECT e.* FROM enrollments e WHERE +e.region = :region AND e.state <> 'cancelled'"
    " AND e.person_key IN (SELECT value FROM json_each(:wanted))",
    "SELECT e.* FROM enrollments e WHERE e.region || '' = :region AND e.state <> 'cancelled'"
    " AND e.person_key = ANY (ARRAY (SELECT value FROM json_array_elements_text(CAST(:wanted AS json)) AS t (value)))",
)
_IN_ORDER = " ORDER BY e.region || '', e.order_no, e.id FOR UPDATE OF e"
_OF_PEOPLE = Question(_OF_PEOPLE_TO_LOOK_AT.sqlite, _OF_PEOPLE_TO_LOOK_AT.postgresql + _IN_ORDER)
_OWING = by_list(
    "SELECT e.* FROM enrollments e WHERE e.region = :region AND e.id > :after"
    " AND e.state IN ('awaiting_payment', 'reversed') ORDER BY e.id LIMIT :most"
)
_LOCKED = Question(
    "SELECT e.* FROM enrollments e WHERE e.region = :region AND e.id IN (SELECT value FROM json_each(:wanted))",
    "SELECT e.* FROM enrollments e WHERE e.region = :region AND e.id = ANY"
    " (ARRAY (SELECT value FROM json_array_elements_text(CAST(:wanted AS json)) AS t (value)))" + _IN_ORDER,
)
_REPRICE = Change(
    name="prices",
    table="enrollments",
    set="payable_fen = v.payable_fen, due_through = v.due_through, priced_on = v.priced_on, quote = v.quote,"
    " shares = v.shares, revision = v.revision, updated_at = v.updated_at",
    where="t.region = v.region AND t.id = v.id",
    columns="region text, id text, payable_fen bigint, due_through text, priced_on text, quote text, shares text,"
    " revision integer, updated_at bigint",
)


def enrollments_of(connection: Connection, region: str, person_keys: Sequence[str], *, lock: bool = True) -> Rows:
    """The region's enrollments of these people that are not cancelled, whole."""
    question = _OF_PEOPLE if lock else _OF_PEOPLE_TO_LOOK_AT
    return ask(connection, question, {"region": region} | listed(person_keys)) if person_keys else []


def owing(connection: Connection, region: str, after: str, most: int) -> Rows:
    """Enrollments that are still to be paid, in the order of their ids; not locked."""
    return ask(connection, _OWING, {"region": region, "after": after, "most": most})


def locked(connection: Connection, region: str, ids: Sequence[str]) -> Rows:
    return ask(connection, _LOCKED, {"region": region} | listed(ids)) if ids else []


def reprice(connection: Connection, rows: Sequence[Row], former: Sequence[Row]) -> None:
    """New prices of many enrollments, and those that they had."""
    if rows:
        write_all(connection, {former_prices: former}, {_REPRICE: rows})


def former_price(connection: Connection, enrollment: Mapping[str, Any], day: str, fen: int) -> RowMapping | None:
    """A price of this amount that was told for this day before a list ended it."""
    about = {"r": enrollment["region"], "e": enrollment["id"], "day": day, "fen": fen}
    return connection.execute(_FORMER, about).mappings().first()
