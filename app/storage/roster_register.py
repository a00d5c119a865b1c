"""Imports of hardship lists and the timelines made of them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, text, update

from app.storage.asking import Asked, Question, Row, Rows, ask, by_list, listed
from app.storage.ids import region_of
from app.storage.many import Change, write_all
from app.storage.roster_tables import conflicts, imports, listings

_i, _l = imports.c, listings.c
_BY_CONTENT = select(imports).where(
    _i.region == bindparam("r"), _i.source == bindparam("s"), _i.content_hash == bindparam("h")
)
_BY_ID = select(imports).where(_i.region == bindparam("r"), _i.id == bindparam("i"))
_START = insert(imports)
# Only for whoever has seen how far it was: two that take the same file at once can't both take a line.
_ADVANCE = update(imports).where(
    _i.region == bindparam("r"), _i.id == bindparam("i"), _i.state == bindparam("was"), _i.taken == bindparam("seen")
)
# While an import sweeps, all of its lines are in: its list counts.
_LISTS = "SELECT DISTINCT source FROM roster_imports WHERE region = :region AND state IN ('sweeping', 'done')"
_SOURCES = Question(_LISTS, _LISTS)
_DECIDED = select(_i.id).where(_i.region == bindparam("r"), _i.source == bindparam("s"), _i.state == "done").limit(1)
_LATEST = (
    select(imports).where(_i.region == bindparam("r"), _i.source == bindparam("s")).order_by(_i.id.desc()).limit(1)
)
_OF_PERSON = select(listings).where(_l.region == bindparam("r"), _l.person_key == bindparam("p")).order_by(_l.since)
_OF_PEOPLE = by_list(
    "SELECT l.id, l.person_key, l.identity, l.class, l.source, l.since, l.until FROM roster_listings l"
    " WHERE l.region = :region AND l.person_key IN {wanted} ORDER BY l.since, l.id"
)
_OF_ORDERS = Question(
    "SELECT e.order_no, l.id, l.identity, l.class, l.source, l.since, l.until, l.added_by, l.removed_by, l.updated_at"
    " FROM enrollments e JOIN roster_listings l ON l.region = e.region AND l.person_key = e.person_key"
    " WHERE (e.region, e.order_no) IN"
    " (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:wanted))",
    "SELECT e.order_no, l.id, l.identity, l.class, l.source, l.since, l.until, l.added_by, l.removed_by, l.updated_at"
    " FROM enrollments e JOIN roster_listings l ON l.region = e.region AND l.person_key = e.person_key"
    " WHERE (e.region, e.order_no) IN"
    " (SELECT value->>0, value->>1 FROM json_array_elements(CAST(:wanted AS json)))",
)
_END = Change(
    name="ends",
    table="roster_listings",
    set="until = v.until, removed_by = v.removed_by, updated_at = v.updated_at",
    where="t.region = v.region AND t.id = v.id",
    columns="region text, id text, until text, removed_by text, updated_at bigint",
)
_REDATE = update(listings).where(_l.region == bindparam("r"), _l.id == bindparam("i"))
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:n, 0))")
_BY_KEYS = text("SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)")
_SHARE = Question(
    "SELECT 1 WHERE :name IS NOT NULL", "SELECT 1 FROM pg_advisory_xact_lock_shared(hashtextextended(:name, 0))"
)


def lock(connection: Connection, region: str) -> None:
    """Until the transaction ends: who changes a region's lists waits for whoever registers by them, and the other way
    round (see `shared_lock`). SQLite's one writer needs none."""
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"n": _lock_name(region)})
        # A plan from a time when the lists were empty would scan them while they fill.
        connection.execute(_BY_KEYS)


def shared_lock(region: str) -> Asked:
    """For who registers by a region's lists: several may at a time, but not while the lists change."""
    return _SHARE, {"name": _lock_name(region)}


def _lock_name(region: str) -> str:
    return f"rosters {region}"


def by_content(connection: Connection, region: str, source: str, content_hash: str) -> RowMapping | None:
    """The import of the same file from the same source."""
    return connection.execute(_BY_CONTENT, {"r": region, "s": source, "h": content_hash}).mappings().first()


def by_id(connection: Connection, id: str) -> RowMapping | None:
    return connection.execute(_BY_ID, {"r": region_of(id), "i": id}).mappings().first() if region_of(id) else None


def start(connection: Connection, row: Mapping[str, Any]) -> None:
    connection.execute(_START, row)


def advance(connection: Connection, row: Mapping[str, Any], **values: Any) -> bool:
    """False where another has taken lines of it in the meantime."""
    seen = {"r": row["region"], "i": row["id"], "was": row["state"], "seen": row["taken"]}
    return connection.execute(_ADVANCE.values(**values), seen).rowcount == 1


def page(connection: Connection, region: str, after: str | None, limit: int) -> list[RowMapping]:
    """The imports of a region in the order they were begun, from behind the cursor."""
    statement = select(imports).where(_i.region == region).order_by(_i.id).limit(limit)
    if after is not None:
        statement = statement.where(_i.id > after)
    return list(connection.execute(statement).mappings())


def sources(connection: Connection, region: str) -> list[str]:
    """Whose lists a region has; none where it has no lists at all."""
    return [row["source"] for row in ask(connection, *sources_of(region))]


def sources_of(region: str) -> Asked:
    return _SOURCES, {"region": region}


def is_decided(connection: Connection, region: str, source: str) -> bool:
    """Whether a list of the source has been taken in to its end."""
    return connection.execute(_DECIDED, {"r": region, "s": source}).first() is not None


def latest(connection: Connection, region: str, source: str) -> RowMapping | None:
    """The source's import that was begun last."""
    return connection.execute(_LATEST, {"r": region, "s": source}).mappings().first()


def of_people(connection: Connection, region: str, person_keys: Sequence[str]) -> Rows:
    """Their timelines, the earliest first; without personal data."""
    return ask(connection, *listings_of(region, person_keys)) if person_keys else []


def listings_of(region: str, person_keys: Sequence[str]) -> Asked:
    return _OF_PEOPLE, {"region": region} | listed(person_keys)


def of_orders(order_nos: Sequence[str]) -> Asked:
    """The timelines of the people whose orders these are, with `order_no`."""
    return _OF_ORDERS, listed([(region_of(order_no), order_no) for order_no in order_nos if region_of(order_no)])


def of_person(connection: Connection, region: str, person_key: str) -> list[RowMapping]:
    return list(connection.execute(_OF_PERSON, {"r": region, "p": person_key}).mappings())


def write(connection: Connection, added: Sequence[Row], ended: Sequence[Row], waiting: Sequence[Row]) -> None:
    """New stretches, ends of stretches, and conflicts."""
    if added or ended or waiting:
        write_all(connection, {listings: added, conflicts: waiting}, {_END: ended} if ended else {})


def redate(connection: Connection, id: str, since: str, now: int) -> None:
    connection.execute(_REDATE.values(since=since, updated_at=now), {"r": region_of(id), "i": id})


def sealed(connection: Connection, after: tuple[str, str] | None, limit: int) -> list[RowMapping]:
    """Personal data as it is sealed, locked, in the order of the keys, from behind `after`."""
    statement = select(_l.region, _l.id, _l.personal).order_by(_l.region, _l.id).limit(limit)
    if after is not None:
        statement = statement.where((_l.region > after[0]) | ((_l.region == after[0]) & (_l.id > after[1])))
    return list(connection.execute(statement.with_for_update()).mappings())


def reseal(connection: Connection, id: str, personal: bytes) -> None:
    connection.execute(_REDATE.values(personal=personal), {"r": region_of(id), "i": id})


def standing_text(stretches: Sequence[Any]) -> str:
    """What stood against a line, as it is kept with the conflict."""
    said = [{n: s[n] for n in ("identity", "class", "source", "since", "until")} for s in stretches]
    return json.dumps(said, ensure_ascii=False)
