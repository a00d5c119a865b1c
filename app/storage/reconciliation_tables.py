"""The tables of the daily comparison, and of those who are told of changes. Keys and times as in tables.py.

Subscribers belong to a client, who may serve several regions: they are spread by their own key.
"""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, LargeBinary, String, Table, Text

from app.storage.tables import metadata as metadata

reconciliations = Table(
    "reconciliations",
    metadata,
    Column("region", String(64), primary_key=True),  # of the comparison; `all-` stands for all of them
    Column("id", String(100), primary_key=True),
    Column("day", String(10), nullable=False),  # empty for a file that was refused before its day was known
    Column("coverage_year", Integer, nullable=False),  # 0 for all years
    Column("file_hash", String(64), nullable=False),
    Column("state", String(10), nullable=False),
    Column("reason", String(40)),  # of a refusal
    Column("line", Integer),  # where the reason was found
    Column("summary", Text, nullable=False),  # JSON: counts and sums
    Column("created_by", String(64), nullable=False),
    Column("superseded_by", String(100)),
    Column("created_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    CheckConstraint("state IN ('running', 'done', 'refused')", name="state"),
)
_r = reconciliations.c
Index(None, _r.region, _r.day, _r.coverage_year, _r.file_hash, unique=True)

differences = Table(
    "differences",
    metadata,
    Column("region", String(64), primary_key=True),
    Column("reconciliation_id", String(100), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("type", String(32), nullable=False),
    Column("reason", String(40)),
    Column("line", Integer),  # of the statement; null for what does not stand there
    Column("event_id", String(255), nullable=False),
    Column("event_type", String(32), nullable=False),
    Column("order_no", String(255), nullable=False),
    Column("statement_fen", BigInteger),
    Column("booked_fen", BigInteger),
    Column("paid_at", String(40), nullable=False),  # as it was said
    Column("reverses_event_id", String(255)),
    Column("voucher_no", String(255)),
    Column("channel", String(255)),
    Column("enrollment_id", String(100)),
    Column("coverage_year", Integer),
    Column("state", String(10), nullable=False),
    Column("result", String(20)),  # of taking it over
    Column("remark", Text),
    Column("decided_by", String(64)),
    Column("decided_at", BigInteger),
    CheckConstraint("state IN ('open', 'approved', 'rejected')", name="state"),
)

subscribers = Table(
    "subscribers",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("client_id", String(64), nullable=False),
    Column("url", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False),  # encrypted
    Column("failures", Integer, nullable=False),  # in a row, with nothing taken in between
    Column("paused_until", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("removed_at", BigInteger),
)

subscriber_positions = Table(
    "subscriber_positions",
    metadata,
    Column("subscriber_id", String(64), primary_key=True),
    Column("region", String(64), primary_key=True),
    Column("number", BigInteger, nullable=False),  # the last record that was looked at
)

# What is on its way to a subscriber; a row goes when it has been taken.
deliveries = Table(
    "deliveries",
    metadata,
    Column("subscriber_id", String(64), primary_key=True),
    Column("region", String(64), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("enrollment_id", String(100), nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_error", String(100)),  # a status or the kind of failure, never the counterpart's text
    Column("due_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    CheckConstraint("state IN ('waiting', 'dead')", name="state"),
)
_d = deliveries.c
Index(None, _d.subscriber_id, _d.state, _d.due_at)
Index("ix_deliveries_in_order", _d.subscriber_id, _d.region, _d.enrollment_id, _d.number)
