"""Messages for the tax bureau's collection system: written with the deed, claimed, sent, and kept."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, insert, select, text, update

from app.storage.ids import region_of
from app.storage.many import write_all
from app.storage.tables import outbox

_o = outbox.c
_WRITE = insert(outbox)
# Only an enrollment's oldest unsent message may go; one that lies dead holds back those behind it.
_CLAIM = """
UPDATE outbox SET due_at = :lease, attempts = attempts + 1 WHERE (region, id) IN (
  SELECT o.region, o.id FROM outbox o WHERE o.state = 'waiting' AND o.due_at <= :now AND NOT EXISTS (
    SELECT 1 FROM outbox e WHERE e.region = o.region AND e.enrollment_id = o.enrollment_id
      AND e.revision < o.revision AND e.state <> 'sent')
  ORDER BY o.due_at LIMIT :most {skip})
RETURNING region, id, kind, body, attempts
"""
_CLAIMS = {
    "sqlite": text(_CLAIM.format(skip="")),
    "postgresql": text(_CLAIM.format(skip="FOR UPDATE OF o SKIP LOCKED")),
}
_MESSAGE = select(outbox).where(_o.region == bindparam("r"), _o.id == bindparam("i"))
_MARK = update(outbox).where(_o.region == bindparam("r"), _o.id == bindparam("i"), _o.state == "waiting")
_REQUEUE = update(outbox).where(_o.region == bindparam("r"), _o.id == bindparam("i"), _o.state == "dead")
_WAITING = select(func.count(), func.min(_o.created_at)).where(_o.state == "waiting")
_DEAD = select(func.count()).where(_o.state == "dead")


def send_later(connection: Connection, row: Mapping[str, Any]) -> None:
    """A message for the outside world, in the same transaction as what it tells."""
    connection.execute(_WRITE, row)


def send_all_later(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Many messages at once."""
    if rows:
        write_all(connection, {outbox: [{"last_error": None, "sent_at": None, **row} for row in rows]}, {})


def claim(connection: Connection, now: int, lease: int, most: int) -> Sequence[RowMapping]:
    """Messages that are due, held until `lease`: who claimed them and died leaves them to others after that."""
    asked = {"now": now, "lease": lease, "most": most}
    return connection.execute(_CLAIMS[connection.dialect.name], asked).mappings().all()


def mark(connection: Connection, id: str, **values: Any) -> None:
    """What came of a claimed message."""
    connection.execute(_MARK.values(**values), {"r": region_of(id), "i": id})


def requeue(connection: Connection, id: str, now: int) -> bool:
    """A dead message is tried again, with all its attempts; False where it is not dead."""
    again = _REQUEUE.values(state="waiting", due_at=now, attempts=0)
    return connection.execute(again, {"r": region_of(id), "i": id}).rowcount == 1


def message(connection: Connection, id: str) -> RowMapping | None:
    return connection.execute(_MESSAGE, {"r": region_of(id), "i": id}).mappings().first() if region_of(id) else None


def dead_page(connection: Connection, region: str | None, after: str | None, limit: int) -> list[RowMapping]:
    """Messages that were given up, in the order they were written, from behind the cursor."""
    statement = select(outbox).where(_o.state == "dead").order_by(_o.region, _o.id).limit(limit)
    if region is not None:
        statement = statement.where(_o.region == region)
    if after is not None:
        behind = region_of(after)
        statement = statement.where((_o.region > behind) | ((_o.region == behind) & (_o.id > after)))
    return list(connection.execute(statement).mappings())


def backlog(connection: Connection) -> dict[str, int | None]:
    """How many messages wait, since when the oldest of them, and how many were given up."""
    waiting, oldest = connection.execute(_WAITING).one()
    return {"waiting": waiting, "oldest": oldest, "dead": connection.execute(_DEAD).scalar_one()}
