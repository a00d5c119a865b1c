"""What waits: messages that are not sent yet, and money in suspense. Sums only; whoever asks, asks again and again."""

from dataclasses import dataclass

from sqlalchemy import Connection, case, func, literal_column, select

from app.storage.tables import outbox, suspense

_o, _s = outbox.c, suspense.c
# The states stand in the statement, so that an index that leaves out what is sent or settled can serve it.
_OUTBOX = (
    select(_o.state, func.count().label("messages"), func.min(_o.created_at).label("oldest"))
    .where(_o.state.in_((literal_column("'waiting'"), literal_column("'dead'"))))
    .group_by(_o.state)
)
_signed = case((_s.type == "payment.succeeded", _s.amount_fen), else_=-_s.amount_fen)
_SUSPENSE = (
    select(_s.reason, func.count().label("items"), func.sum(_signed).label("fen"))
    .where(_s.state == literal_column("'open'"))
    .group_by(_s.reason)
)


@dataclass(frozen=True, slots=True)
class Backlog:
    """`oldest` is when the message that waits longest was written (microseconds since 1970), None where none waits."""

    waiting: int
    dead: int
    oldest: int | None
    suspended: dict[str, int]  # open items by reason
    suspended_fen: int  # money that came in less money that went out


def backlog(connection: Connection) -> Backlog:
    messages = {row["state"]: row for row in connection.execute(_OUTBOX).mappings()}
    items = list(connection.execute(_SUSPENSE).mappings())
    counted = {state: row["messages"] for state, row in messages.items()}
    oldest = messages["waiting"]["oldest"] if "waiting" in messages else None
    by_reason = {row["reason"]: row["items"] for row in items}
    return Backlog(
        counted.get("waiting", 0), counted.get("dead", 0), oldest, by_reason, sum(int(row["fen"]) for row in items)
    )
