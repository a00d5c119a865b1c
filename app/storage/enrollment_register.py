"""Enrollments in the database. Statements are built once; each function is one question or one change."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, delete, select, text, update

from app.storage.asking import Asked, Question, Row, ask, by_list, listed
from app.storage.ids import region_of
from app.storage.many import Change, Rows, write_all
from app.storage.tables import answers, enrollments, live_enrollments, outbox

_e = enrollments.c
_BY_ID = select(enrollments).where(_e.region == bindparam("r"), _e.id == bindparam("i"))
_PERSONAL = select(_e.personal, _e.person_key).where(_e.region == bindparam("r"), _e.id == bindparam("i"))
_ID_OF_ORDER = select(_e.id).where(_e.region == bindparam("r"), _e.order_no == bindparam("o"))
# Without the quote and the personal data, which are long and which hardly any payment needs.
_MONEY = "region, id, coverage_year, order_no, state, payable_fen, due_through, priced_on, shares, covering_posting"
_BY_ORDERS = Question(
    f"SELECT {_MONEY} FROM enrollments WHERE (region, order_no) IN"
    " (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:wanted))",
    # Locked in one order, so that two batches of events can't wait for each other.
    f"SELECT {_MONEY} FROM enrollments WHERE (region, order_no) IN"
    " (SELECT value->>0, value->>1 FROM json_array_elements(CAST(:wanted AS json)))"
    " ORDER BY region, order_no FOR UPDATE",
)
COVER = Change(
    name="covers",
    table="enrollments",
    set="state = 'covered', covering_posting = v.posting, updated_at = v.at",
    where="t.region = v.region AND t.id = v.id",
    columns="region text, id text, posting text, at bigint",
)
_LIVE_AMONG = "SELECT person_key, coverage_year FROM live_enrollments WHERE (person_key, coverage_year) IN "
_BY_PEOPLE = Question(
    _LIVE_AMONG + "(SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:wanted))",
    _LIVE_AMONG + "(SELECT value->>0, CAST(value->>1 AS int) FROM json_array_elements(CAST(:wanted AS json)))",
)
_UPDATE = update(enrollments).where(_e.region == bindparam("r"), _e.id == bindparam("i"))
_l = live_enrollments.c
_RELEASE = delete(live_enrollments).where(_l.person_key == bindparam("p"), _l.coverage_year == bindparam("y"))
_LIVE = select(live_enrollments).where(_l.person_key == bindparam("p"), _l.coverage_year == bindparam("y"))
_LIVE_OF_MANY = by_list(
    "SELECT l.person_key, e.id, e.order_no, e.state, e.region, e.coverage_year, e.village, e.payable_fen,"
    " e.due_through, e.quote, e.created_at, e.updated_at FROM live_enrollments l"
    " JOIN enrollments e ON e.region = l.region AND e.id = l.enrollment_id"
    " WHERE l.coverage_year = :year AND l.person_key IN {wanted}"
)
_LOCK_ALL = text("SELECT pg_advisory_xact_lock(hashtextextended(n, 0)) FROM unnest(CAST(:names AS text[])) AS n")


def by_id(connection: Connection, id: str, *, lock: bool = False) -> RowMapping | None:
    """The enrollment, locked against other writers where it is going to be changed."""
    if not region_of(id):
        return None
    statement = _BY_ID.with_for_update() if lock else _BY_ID
    return connection.execute(statement, {"r": region_of(id), "i": id}).mappings().first()


def with_orders(order_nos: Sequence[str]) -> Asked:
    """What payments need of the enrollments of these orders, which are locked: they are about to be changed. Unknown
    orders are left out."""
    return _BY_ORDERS, listed([(region_of(order_no), order_no) for order_no in order_nos if region_of(order_no)])


def personal_of(connection: Connection, id: str) -> tuple[bytes, str]:
    """The personal data of an enrollment, sealed, and whose it is."""
    row = connection.execute(_PERSONAL, {"r": region_of(id), "i": id}).one()
    return bytes(row[0]), str(row[1])


def id_of_order(connection: Connection, order_no: str) -> str | None:
    """Whose order it is; not locked."""
    return connection.execute(_ID_OF_ORDER, {"r": region_of(order_no), "o": order_no}).scalar()


def lock_names(connection: Connection, names: Sequence[str]) -> None:
    """Locks by name until the transaction ends, taken in the order of the list."""
    if names and connection.dialect.name == "postgresql":
        connection.execute(_LOCK_ALL, {"names": list(names)})


def live_among(people: Sequence[tuple[str, int]]) -> Asked:
    """Who of these people (by key and year) has a live enrollment."""
    return _BY_PEOPLE, listed(people)


def open_all(connection: Connection, opened: Rows, messages: Rows, kept: Rows) -> bool:
    """New enrollments, each its person's one live enrollment of the year, with what goes out and what is answered.

    False where somebody has one already, or a key its answer: nothing of it may be committed then.
    """
    # Sorted, so that two batches with people in common wait for each other in one direction only.
    names = ("person_key", "coverage_year", "region")
    claims = [{name: row[name] for name in names} | {"enrollment_id": row["id"]} for row in opened]
    claims.sort(key=lambda row: (row["person_key"], row["coverage_year"]))
    sent = [{**row, "last_error": None, "sent_at": None} for row in messages]
    wanted = {live_enrollments: claims, enrollments: opened, outbox: sent, answers: kept}
    written = write_all(connection, wanted, {})
    return all(written.get(table.name, 0) == len(rows) for table, rows in wanted.items())


def release(connection: Connection, person_key: str, year: int) -> None:
    connection.execute(_RELEASE, {"p": person_key, "y": year})


def live_of(connection: Connection, person_key: str, year: int) -> RowMapping | None:
    return connection.execute(_LIVE, {"p": person_key, "y": year}).mappings().first()


def live_of_many(connection: Connection, person_keys: Sequence[str], year: int) -> dict[str, Row]:
    """What is shown of their live enrollments, by person."""
    rows = ask(connection, _LIVE_OF_MANY, listed(person_keys) | {"year": year})
    return {row["person_key"]: row for row in rows}


def change(connection: Connection, id: str, **values: Any) -> None:
    connection.execute(_UPDATE.values(**values), {"r": region_of(id), "i": id})


def sealed(connection: Connection, after: tuple[str, str] | None, limit: int) -> list[RowMapping]:
    """Personal data as it is sealed, locked, in the order of the keys, from behind `after`."""
    statement = select(_e.region, _e.id, _e.personal).order_by(_e.region, _e.id).limit(limit)
    if after is not None:
        statement = statement.where((_e.region > after[0]) | ((_e.region == after[0]) & (_e.id > after[1])))
    return list(connection.execute(statement.with_for_update()).mappings())


def page(connection: Connection, wanted: Mapping[str, Any], after: str | None, limit: int) -> list[RowMapping]:
    """Enrollments in the order they were made, from behind the cursor; `wanted` holds equalities."""
    statement = select(enrollments).order_by(_e.region, _e.id).limit(limit)
    for name in ("coverage_year", "state", "village", "household_key"):
        if wanted.get(name) is not None:
            statement = statement.where(_e[name] == wanted[name])
    if wanted.get("region") is not None:
        # A county's own key, or a longer division code: the villages that begin with it.
        below = _e.village.startswith(wanted["region"], autoescape=True)
        statement = statement.where((_e.region == wanted["region"]) | below)
    if after is not None:
        region = region_of(after)
        statement = statement.where((_e.region > region) | ((_e.region == region) & (_e.id > after)))
    return list(connection.execute(statement).mappings())
