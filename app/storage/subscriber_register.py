"""Subscribers: who is told of changes, how far each has been told, and what is on its way to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, delete, func, insert, select, text, update

from app.storage.ids import uuid7
from app.storage.many import write_all
from app.storage.reconciliation_tables import deliveries, subscriber_positions, subscribers
from app.storage.tables import clients

_s, _p, _d = subscribers.c, subscriber_positions.c, deliveries.c
_LIVE = (
    select(subscribers, clients.c.regions)
    .join(clients, clients.c.id == _s.client_id)
    .where(_s.removed_at.is_(None), clients.c.revoked_at.is_(None))
    .order_by(_s.id)
)
_LOCK = select(_s.id).where(_s.id == bindparam("s"), _s.removed_at.is_(None)).with_for_update(skip_locked=True)
_POSITIONS = select(_p.region, _p.number).where(_p.subscriber_id == bindparam("s"))
_OUTSTANDING = select(func.count()).where(_d.subscriber_id == bindparam("s"))
_IS_DUE = select(_d.number).where(
    _d.subscriber_id == bindparam("s"), _d.state == "waiting", _d.due_at <= bindparam("now")
)
# Only an enrollment's oldest message may go; one that lies dead holds back those behind it.
_CLAIM = """
UPDATE deliveries SET due_at = :lease, attempts = attempts + 1 WHERE (subscriber_id, region, number) IN (
  SELECT d.subscriber_id, d.region, d.number FROM deliveries d
  WHERE d.subscriber_id = :s AND d.state = 'waiting' AND d.due_at <= :now AND NOT EXISTS (
    SELECT 1 FROM deliveries e WHERE e.subscriber_id = d.subscriber_id AND e.region = d.region
      AND e.enrollment_id = d.enrollment_id AND e.number < d.number)
  ORDER BY d.due_at, d.number LIMIT :most {skip})
RETURNING region, number, attempts
"""
_CLAIMS = {
    "sqlite": text(_CLAIM.format(skip="")),
    "postgresql": text(_CLAIM.format(skip="FOR UPDATE OF d SKIP LOCKED")),
}
_KEY = (_d.subscriber_id == bindparam("s"), _d.region == bindparam("r"), _d.number == bindparam("n"))
_COUNTS = select(_d.subscriber_id, _d.state, func.count()).group_by(_d.subscriber_id, _d.state)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """`secret` is sealed. `regions` are those of its client."""

    id: str
    client_id: str
    url: str
    secret: bytes
    regions: tuple[str, ...]
    failures: int
    paused_until: int


def add(connection: Connection, row: Mapping[str, Any], numbers: Mapping[str, int]) -> None:
    """It is told of what comes behind these numbers."""
    connection.execute(insert(subscribers), {"failures": 0, "paused_until": 0, **row})
    advance(connection, row["id"], {}, numbers)


def new_subscriber_id() -> str:
    return uuid7()


def live(connection: Connection) -> list[Subscriber]:
    """All whose client still has a key."""
    return [_subscriber(row) for row in connection.execute(_LIVE).mappings()]


def _subscriber(row: RowMapping) -> Subscriber:
    regions = tuple(row["regions"].split(","))
    plain = row["id"], row["client_id"], row["url"], bytes(row["secret"])
    return Subscriber(*plain, regions, row["failures"], row["paused_until"])


def client_regions(connection: Connection, client_id: str) -> tuple[str, ...] | None:
    """None where there is no such client, or it has been revoked."""
    asked = select(clients.c.regions).where(clients.c.id == client_id, clients.c.revoked_at.is_(None))
    found = connection.execute(asked).scalar()
    return tuple(found.split(",")) if found is not None else None


def everyone(connection: Connection) -> list[dict[str, Any]]:
    """All that there are, without their secrets, with what waits for each."""
    columns = [c for c in _s if c.name != "secret"]
    rows = connection.execute(select(*columns).where(_s.removed_at.is_(None)).order_by(_s.id)).mappings()
    counts = {(id, state): number for id, state, number in connection.execute(_COUNTS)}
    return [dict(r) | {state: counts.get((r["id"], state), 0) for state in ("waiting", "dead")} for r in rows]


def remove(connection: Connection, id: str, now: int) -> bool:
    """False where there is none. Nothing more is sent to it, and what was on its way is dropped."""
    gone = update(subscribers).where(_s.id == id, _s.removed_at.is_(None)).values(removed_at=now, secret=b"")
    if connection.execute(gone).rowcount != 1:
        return False
    connection.execute(delete(deliveries).where(_d.subscriber_id == id))
    connection.execute(delete(subscriber_positions).where(_p.subscriber_id == id))
    return True


def change(connection: Connection, id: str, **values: Any) -> None:
    connection.execute(update(subscribers).where(_s.id == id, _s.removed_at.is_(None)).values(**values))


def lock(connection: Connection, id: str) -> bool:
    """False where it was removed, or another relay is at it."""
    return connection.execute(_LOCK, {"s": id}).first() is not None


def positions(connection: Connection, id: str) -> dict[str, int]:
    return {row.region: row.number for row in connection.execute(_POSITIONS, {"s": id})}


def advance(connection: Connection, id: str, before: Mapping[str, int], after: Mapping[str, int]) -> None:
    """The positions that have changed."""
    for region, number in after.items():
        row = {"subscriber_id": id, "region": region, "number": number}
        if region not in before:
            connection.execute(insert(subscriber_positions), row)
        elif before[region] != number:
            mine = update(subscriber_positions).where(_p.subscriber_id == id, _p.region == region)
            connection.execute(mine.values(number=number))


def outstanding(connection: Connection, id: str) -> int:
    """Messages that it has not taken, dead ones among them."""
    return int(connection.execute(_OUTSTANDING, {"s": id}).scalar_one())


def put(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    write_all(connection, {deliveries: rows}, {})


def is_due(connection: Connection, id: str, now: int) -> bool:
    return connection.execute(_IS_DUE.limit(1), {"s": id, "now": now}).first() is not None


def claim(connection: Connection, id: str, now: int, lease: int, most: int) -> Sequence[RowMapping]:
    """Messages that are due, held until `lease`."""
    asked = {"s": id, "now": now, "lease": lease, "most": most}
    return connection.execute(_CLAIMS[connection.dialect.name], asked).mappings().all()


def taken(connection: Connection, id: str, region: str, number: int) -> None:
    connection.execute(delete(deliveries).where(*_KEY), {"s": id, "r": region, "n": number})


def mark(connection: Connection, id: str, region: str, number: int, **values: Any) -> None:
    """What came of a message that was not taken."""
    connection.execute(update(deliveries).where(*_KEY).values(**values), {"s": id, "r": region, "n": number})


def requeue(connection: Connection, id: str, now: int) -> int:
    """All its dead messages are tried again; how many."""
    dead = update(deliveries).where(_d.subscriber_id == id, _d.state == "dead")
    return connection.execute(dead.values(state="waiting", due_at=now, attempts=0)).rowcount


def sealed(connection: Connection) -> list[RowMapping]:
    """Every secret as it is sealed, locked."""
    return list(
        connection.execute(select(_s.id, _s.secret).where(_s.removed_at.is_(None)).with_for_update()).mappings()
    )
