"""The ledger in the database. Postings are written (books.py) and read, never changed."""

from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, select

from app.enrollment.ledger import Posting
from app.storage.tables import entries, postings

_POSTING = select(postings).where(postings.c.region == bindparam("r"), postings.c.id == bindparam("p"))
_LINES = (
    select(entries)
    .where(entries.c.region == bindparam("r"), entries.c.posting_id == bindparam("p"))
    .order_by(entries.c.line)
)


def covering(connection: Connection, enrollment: Any) -> tuple[str | None, Posting] | None:
    """The event and the posting that cover an enrollment now; None where nothing does."""
    if enrollment["covering_posting"] is None:
        return None
    about = {"r": enrollment["region"], "p": enrollment["covering_posting"]}
    row = connection.execute(_POSTING, about).mappings().one()
    lines = connection.execute(_LINES, about).mappings()
    return row["event_id"], Posting("cover", tuple((line["account"], line["amount_fen"]) for line in lines))


def balances(connection: Connection, region: str | None, year: int | None) -> list[RowMapping]:
    """Sums by region, year and account."""
    columns = postings.c.region, postings.c.coverage_year, entries.c.account
    joined = entries.join(postings, (entries.c.region == postings.c.region) & (entries.c.posting_id == postings.c.id))
    statement = select(*columns, func.sum(entries.c.amount_fen).label("balance_fen")).select_from(joined)
    if region is not None:
        statement = statement.where(postings.c.region == region)
    if year is not None:
        statement = statement.where(postings.c.coverage_year == year)
    return list(connection.execute(statement.group_by(*columns).order_by(*columns)).mappings())


def unbalanced(connection: Connection) -> list[RowMapping]:
    """Postings whose entries do not add up to zero: there must be none."""
    total = func.sum(entries.c.amount_fen)
    statement = select(entries.c.region, entries.c.posting_id, total.label("difference_fen"))
    grouped = statement.group_by(entries.c.region, entries.c.posting_id).having(total != 0)
    return list(connection.execute(grouped).mappings())
