"""The audit chain: per region, each record's link is a keyed hash over the link before it and the record.

Who can write to the database but doesn't hold the index key can't make a chain that verifies.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, select

from app.enrollment.audit import FIRST, Record, linked
from app.storage.asking import ask, by_list, listed
from app.storage.many import Change
from app.storage.personal import Vault
from app.storage.tables import audit, audit_heads

Row = dict[str, Any]
# Makes the regions' heads where there are none, and locks them until the transaction ends, in one order.
_LOCK_HEADS = by_list(
    "INSERT INTO audit_heads (region, number, link) SELECT value, 0, '' FROM {wanted} AS w WHERE true ORDER BY value"
    " ON CONFLICT (region) DO UPDATE SET region = excluded.region RETURNING region, number, link"
)
ADVANCE = Change(
    name="heads",
    table="audit_heads",
    set="number = v.number, link = v.link",
    where="t.region = v.region",
    columns="region text, number bigint, link text",
)
_HEADS = select(audit_heads).order_by(audit_heads.c.region)
_PAGE = (
    select(audit)
    .where(audit.c.region == bindparam("r"), audit.c.number > bindparam("after"))
    .where(audit.c.number <= bindparam("through"))
    .order_by(audit.c.number)
    .limit(1000)
)
_LAST = select(func.max(audit.c.number)).where(audit.c.region == bindparam("r"))
_HEAD = select(audit_heads.c.number).where(audit_heads.c.region == bindparam("r"))
_HEADLESS = select(audit.c.region).distinct().where(audit.c.region.not_in(select(audit_heads.c.region)))
_LINK_AT = select(audit.c.link).where(audit.c.region == bindparam("r"), audit.c.number == bindparam("n"))
_OF_ENROLLMENT = (
    select(audit)
    .where(audit.c.region == bindparam("r"), audit.c.enrollment_id == bindparam("e"))
    .order_by(audit.c.number)
)


def link(connection: Connection, vault: Vault, records: Sequence[Record]) -> tuple[list[Row], list[Row]]:
    """The records as rows at the end of their regions' chains, and the chains' new heads. From here to its end the
    transaction holds the heads, so this is the last thing that it does but for writing."""
    if not records:
        return [], []
    regions = sorted({record.region for record in records})
    found = ask(connection, _LOCK_HEADS, listed(regions))
    ends = {head["region"]: (head["number"], head["link"]) for head in found}
    rows = []
    for record in records:
        number, before = ends[record.region]
        row = _link(vault, before, number + 1, record)
        ends[record.region] = number + 1, row["link"]
        rows.append(row)
    return rows, [{"region": region, "number": n, "link": end} for region, (n, end) in ends.items()]


def _link(vault: Vault, before: str, number: int, record: Record) -> dict[str, Any]:
    row = {"region": record.region, "number": number, "at": record.at, "actor": record.actor, "deed": record.deed}
    row |= {"enrollment_id": record.enrollment_id, "about": record.text()}
    return row | {"link": link_of(vault, before, row)}


def link_of(vault: Vault, before: str, row: Any) -> str:
    """The link that belongs to a stored record."""
    return vault.index("audit", before, linked(*(row[name] for name in _LINKED)))


_LINKED = ("number", "region", "at", "actor", "deed", "enrollment_id", "about")


def heads(connection: Connection) -> list[RowMapping]:
    return list(connection.execute(_HEADS).mappings())


def headless(connection: Connection) -> list[str]:
    """Regions with records but without a head: somebody has taken it away."""
    return list(connection.execute(_HEADLESS).scalars())


def link_at(connection: Connection, region: str, number: int) -> str | None:
    return connection.execute(_LINK_AT, {"r": region, "n": number}).scalar()


def _chain(connection: Connection, region: str, through: int) -> Iterator[RowMapping]:
    """A region's records, oldest first, a page at a time."""
    last = 0
    while rows := connection.execute(_PAGE, {"r": region, "after": last, "through": through}).mappings().all():
        yield from rows
        last = rows[-1]["number"]


def of_enrollment(connection: Connection, region: str, enrollment_id: str) -> list[RowMapping]:
    return list(connection.execute(_OF_ENROLLMENT, {"r": region, "e": enrollment_id}).mappings())


def first_break(connection: Connection, vault: Vault, region: str, number: int, link: str) -> int | None:
    """Where a region's chain does not hold: the number of the first wrong record, None if it ends in this head.

    Records that are written in the meantime are not looked at, as long as the head moves along with them.
    """
    before, count = FIRST, 0
    for row in _chain(connection, region, number):
        count += 1
        if row["number"] != count or row["link"] != link_of(vault, before, row):
            return count
        before = row["link"]
    last = connection.execute(_LAST, {"r": region}).scalar() or 0
    headed = connection.execute(_HEAD, {"r": region}).scalar() or 0  # read after the last record
    return None if (count, before) == (number, link) and last <= headed else count + 1
