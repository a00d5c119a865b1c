"""Payment events, suspense and the ledger in the database. Nothing is updated but the settling of an item."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.enrollment.ledger import Posting
from app.storage.ids import new_id, region_of
from app.storage.tables import entries, inbox, postings, suspense

_TAKE_IN = {
    "sqlite": sqlite.insert(inbox).on_conflict_do_nothing().returning(inbox.c.event_id),
    "postgresql": postgresql.insert(inbox).on_conflict_do_nothing().returning(inbox.c.event_id),
}
_EVENT = select(inbox).where(inbox.c.event_id == bindparam("e"))
_UNDOING = select(inbox).where(inbox.c.reverses_event_id == bindparam("e"), inbox.c.effect != "suspended")
_SUSPEND, _POST, _ENTRIES = insert(suspense), insert(postings), insert(entries)
_s = suspense.c
_ITEM = select(suspense).where(_s.region == bindparam("r"), _s.id == bindparam("i"))
_OF_EVENT = select(suspense).where(_s.region == bindparam("r"), _s.event_id == bindparam("e"))
_EARLY = (
    select(suspense)
    .join(inbox, inbox.c.event_id == _s.event_id)
    .where(inbox.c.reverses_event_id == bindparam("e"), _s.state == "open", _s.reason == "reversal_without_payment")
    .where(_s.order_no == bindparam("o"), _s.amount_fen == bindparam("a"))
)
_OF_ORDER = (
    select(suspense)
    .where(_s.region == bindparam("r"), _s.order_no == bindparam("o"), _s.state == "open")
    .order_by(_s.id)
)
_SETTLE = update(suspense).where(_s.region == bindparam("r"), _s.id == bindparam("i"), _s.state == "open")
_POSTING = select(postings).where(postings.c.region == bindparam("r"), postings.c.id == bindparam("p"))
_LINES = (
    select(entries)
    .where(entries.c.region == bindparam("r"), entries.c.posting_id == bindparam("p"))
    .order_by(entries.c.line)
)


def take_in(connection: Connection, row: Mapping[str, Any]) -> bool:
    """Put an event into the inbox; False where its id is there already (waits for a transaction that brings it)."""
    return connection.execute(_TAKE_IN[connection.dialect.name], row).first() is not None


def event(connection: Connection, event_id: str) -> RowMapping | None:
    return connection.execute(_EVENT, {"e": event_id}).mappings().first()


def undoing(connection: Connection, event_id: str) -> RowMapping | None:
    """The reversal that has undone a payment, None where there is none."""
    return connection.execute(_UNDOING, {"e": event_id}).mappings().first()


def undoing_before(connection: Connection, payment: Mapping[str, Any]) -> RowMapping | None:
    """The open item of a reversal that came before the payment it names, of the same order and amount."""
    asked = {"e": payment["event_id"], "o": payment["order_no"], "a": payment["amount_fen"]}
    return connection.execute(_EARLY, asked).mappings().first()


def set_effect(connection: Connection, event_id: str, effect: str) -> None:
    """What the event did, known at the end of the transaction that takes it in."""
    connection.execute(update(inbox).where(inbox.c.event_id == event_id).values(effect=effect))


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


def open_items_of_order(connection: Connection, region: str, order_no: str) -> list[RowMapping]:
    return list(connection.execute(_OF_ORDER, {"r": region, "o": order_no}).mappings())


def settle(connection: Connection, id: str, **values: Any) -> None:
    connection.execute(_SETTLE.values(state="settled", **values), {"r": region_of(id), "i": id})


def post(connection: Connection, region: str, posting: Posting, now: int, **about: Any) -> str | None:
    """Book a balanced posting and tell its id; one without entries (nothing was owed by anybody) leaves no trace."""
    if not posting.entries:
        return None
    id = new_id(region)
    connection.execute(_POST, {"region": region, "id": id, "kind": posting.kind, "posted_at": now} | _ABOUT | about)
    lines = [
        {"region": region, "posting_id": id, "line": n, "account": account, "amount_fen": fen}
        for n, (account, fen) in enumerate(posting.entries)
    ]
    connection.execute(_ENTRIES, lines)
    return id


_ABOUT = {"coverage_year": None, "enrollment_id": None, "event_id": None}


def covering(connection: Connection, enrollment: Any) -> tuple[str | None, Posting] | None:
    """The event and the posting that cover an enrollment now; None where nothing does."""
    if enrollment["covering_posting"] is None:
        return None
    about = {"r": enrollment["region"], "p": enrollment["covering_posting"]}
    row = connection.execute(_POSTING, about).mappings().one()
    lines = connection.execute(_LINES, about).mappings()
    return row["event_id"], Posting("cover", tuple((line["account"], line["amount_fen"]) for line in lines))


def suspense_page(
    connection: Connection, region: str | None, state: str | None, after: str | None, limit: int
) -> list[RowMapping]:
    statement = select(suspense).order_by(_s.region, _s.id).limit(limit)
    if region is not None:
        statement = statement.where(_s.region == region)
    if state is not None:
        statement = statement.where(_s.state == state)
    if after is not None:
        behind = region_of(after)
        statement = statement.where((_s.region > behind) | ((_s.region == behind) & (_s.id > after)))
    return list(connection.execute(statement).mappings())


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
