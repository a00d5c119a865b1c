"""The audit chain: per region, each record's link is a keyed hash over the link before it and the record.

Who can write to the database but doesn't hold the index key can't make a chain that verifies.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select, text, update

from app.enrollment.audit import FIRST, Record, linked
from app.storage.many import insert_many
from app.storage.personal import Vault
from app.storage.tables import audit, audit_heads

# Makes a region's head where there is none, and locks it until the transaction ends.
_HEAD = text(
    "INSERT INTO audit_heads (region, number, link) VALUES (:region, 0, '')"
    " ON CONFLICT (region) DO UPDATE SET region = excluded.region RETURNING number, link"
)
_ADVANCE = (
    update(audit_heads).where(audit_heads.c.region == bindparam("r")).values(number=bindparam("n"), link=bindparam("l"))
)
_HEADS = select(audit_heads).order_by(audit_heads.c.region)
_CHAIN = select(audit).where(audit.c.region == bindparam("r")).order_by(audit.c.number)
_OF_ENROLLMENT = (
    select(audit)
    .where(audit.c.region == bindparam("r"), audit.c.enrollment_id == bindparam("e"))
    .order_by(audit.c.number)
)


def append(connection: Connection, vault: Vault, records: Sequence[Record]) -> None:
    """The last thing that a transaction does: from here to its end it holds the heads of the regions it wrote about."""
    by_region: dict[str, list[Record]] = {}
    for record in records:
        by_region.setdefault(record.region, []).append(record)
    for region in sorted(by_region):  # in one order, so that two writers can't wait for each other
        number, link = connection.execute(_HEAD, {"region": region}).one()
        rows = []
        for record in by_region[region]:
            number += 1
            link, row = _link(vault, link, number, record)
            rows.append(row)
        insert_many(connection, audit, rows)
        connection.execute(_ADVANCE, {"r": region, "n": number, "l": link})


def _link(vault: Vault, before: str, number: int, record: Record) -> tuple[str, dict[str, Any]]:
    row = {"region": record.region, "number": number, "at": record.at, "actor": record.actor, "deed": record.deed}
    row |= {"enrollment_id": record.enrollment_id, "about": record.text()}
    link = link_of(vault, before, row)
    return link, row | {"link": link}


def link_of(vault: Vault, before: str, row: Any) -> str:
    """The link that belongs to a stored record."""
    return vault.index("audit", before, linked(*(row[name] for name in _LINKED)))


_LINKED = ("number", "region", "at", "actor", "deed", "enrollment_id", "about")


def heads(connection: Connection) -> list[RowMapping]:
    return list(connection.execute(_HEADS).mappings())


def chain(connection: Connection, region: str) -> Iterator[RowMapping]:
    """A region's records, oldest first; read as they are needed."""
    yield from connection.execution_options(yield_per=1000).execute(_CHAIN, {"r": region}).mappings()


def of_enrollment(connection: Connection, region: str, enrollment_id: str) -> list[RowMapping]:
    return list(connection.execute(_OF_ENROLLMENT, {"r": region, "e": enrollment_id}).mappings())


def first_break(connection: Connection, vault: Vault, region: str, number: int, link: str) -> int | None:
    """Where a region's chain does not hold: the number of the first wrong record, None if it ends in this head."""
    before, count = FIRST, 0
    for row in chain(connection, region):
        count += 1
        if row["number"] != count or row["link"] != link_of(vault, before, row):
            return count
        before = row["link"]
    return None if (count, before) == (number, link) else count + 1
