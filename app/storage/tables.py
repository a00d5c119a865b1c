"""The tables. Ids are made by the application (UUIDv7, ordered in time), times are microseconds since 1970 in UTC.

Every key starts with the region, so that tables can be spread by region. Some can't, because they must be unique across
regions: `live_enrollments` (one per person and year), `inbox` (the tax system's event ids), the answers kept for a
client's idempotency keys, and the clients themselves. Each of these is spread by its own key.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

from app.storage import roster_tables
from app.storage.columns import metadata, region, time

__all__ = ["metadata", "roster_tables"]  # and the tables below

SCHEMA = "0003"  # the newest migration; a test holds it against the folder

enrollments = Table(
    "enrollments",
    metadata,
    region(),
    Column("id", String(100), primary_key=True),
    Column("coverage_year", Integer, nullable=False),
    Column("order_no", String(100)),
    Column("state", String(20), nullable=False),
    Column("person_key", String(64), nullable=False),
    Column("village", String(64), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("household_key", String(64)),
    Column("personal", LargeBinary, nullable=False),  # encrypted: applicant, household, facts
    Column("payable_fen", BigInteger, nullable=False),
    Column("due_through", String(10), nullable=False),
    Column("priced_on", String(10), nullable=False),
    Column("quote", Text, nullable=False),
    Column("shares", Text, nullable=False, server_default=""),  # JSON: of the quote, what is booked
    Column("covering_posting", String(100)),  # what covers now: the posting that a reversal takes back
    Column("revision", Integer, nullable=False, server_default="0"),  # messages written for the collector so far
    Column("created_by", String(64), nullable=False),
    time("created_at"),
    time("updated_at"),
    CheckConstraint("state IN ('awaiting_payment', 'covered', 'reversed', 'cancelled')", name="state"),
    CheckConstraint("payable_fen >= 0", name="payable"),
    # A payment changes a few short columns: the quote and the personal data stand elsewhere, and there is room to
    # write the row anew beside the old one, so that no index is touched.
    postgresql_with={"fillfactor": 80, "toast_tuple_target": 256},
)
Index(None, enrollments.c.region, enrollments.c.order_no, unique=True)
Index(None, enrollments.c.region, enrollments.c.coverage_year, enrollments.c.id)
Index(None, enrollments.c.person_key, enrollments.c.coverage_year)

live_enrollments = Table(
    "live_enrollments",
    metadata,
    Column("person_key", String(64), primary_key=True),
    Column("coverage_year", Integer, primary_key=True),
    region(primary_key=False),
    Column("enrollment_id", String(100), nullable=False),
)

answers = Table(
    "idempotent_answers",
    metadata,
    Column("client_id", String(64), primary_key=True),
    Column("key", String(255), primary_key=True),
    region(primary_key=False),
    Column("request_hash", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("location", String(200)),
    Column("body", LargeBinary, nullable=False),
    time("created_at"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("event_id", String(255), primary_key=True),
    region(primary_key=False),
    Column("type", String(32), nullable=False),
    Column("order_no", String(255), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("paid_at", BigInteger, nullable=False),
    Column("reverses_event_id", String(255)),
    Column("content_hash", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("effect", String(20), nullable=False),
    time("received_at"),
    CheckConstraint("effect IN ('covered', 'reversed', 'suspended', 'settled')", name="effect"),
)
Index(None, inbox.c.region, inbox.c.order_no)
Index(None, inbox.c.reverses_event_id)

suspense = Table(
    "suspense",
    metadata,
    region(),
    Column("id", String(100), primary_key=True),
    Column("event_id", String(255), nullable=False),
    Column("order_no", String(255), nullable=False),
    Column("coverage_year", Integer),
    Column("type", String(32), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("paid_at", BigInteger, nullable=False),
    Column("state", String(10), nullable=False),
    Column("settlement", String(40)),
    Column("settled_by", String(64)),
    Column("remark", Text),
    time("opened_at"),
    time("settled_at", nullable=True),
    CheckConstraint("state IN ('open', 'settled')", name="state"),
)
Index(None, suspense.c.region, suspense.c.event_id, unique=True)
Index(None, suspense.c.region, suspense.c.order_no, suspense.c.state)
_OPEN = text("state = 'open'")
# For whoever watches the service: sums of what is open, beside all that was ever settled.
Index(
    "ix_suspense_open",
    suspense.c.reason,
    suspense.c.type,
    suspense.c.amount_fen,
    postgresql_where=_OPEN,
    sqlite_where=_OPEN,
)

postings = Table(
    "postings",
    metadata,
    region(),
    Column("id", String(100), primary_key=True),
    Column("coverage_year", Integer),
    Column("kind", String(32), nullable=False),
    Column("enrollment_id", String(100)),
    Column("event_id", String(255)),
    time("posted_at"),
)
Index(None, postings.c.region, postings.c.enrollment_id)

entries = Table(
    "entries",
    metadata,
    region(),
    Column("posting_id", String(100), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("account", String(64), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),  # debit above zero, credit below
    CheckConstraint("amount_fen <> 0", name="amount"),
)

outbox = Table(
    "outbox",
    metadata,
    region(),
    Column("id", String(100), primary_key=True),
    Column("enrollment_id", String(100), nullable=False),
    Column("revision", Integer, nullable=False, server_default="0"),  # its place among its enrollment's messages
    Column("kind", String(32), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_error", String(100)),  # a status or the kind of failure, never the counterpart's text
    time("due_at"),
    time("created_at"),
    time("sent_at", nullable=True),
    CheckConstraint("state IN ('waiting', 'sent', 'dead')", name="state"),
)
Index(None, outbox.c.state, outbox.c.due_at)
Index(None, outbox.c.region, outbox.c.enrollment_id, outbox.c.revision)

audit = Table(
    "audit",
    metadata,
    region(),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    time("at"),
    Column("actor", String(100), nullable=False),
    Column("deed", String(32), nullable=False),
    Column("enrollment_id", String(100)),
    Column("about", Text, nullable=False),  # JSON: ids, results and amounts, nothing personal
    Column("link", String(64), nullable=False),  # keyed hash over the link before it and this record
)
Index(None, audit.c.region, audit.c.enrollment_id)

audit_heads = Table(
    "audit_heads",
    metadata,
    region(),
    Column("number", BigInteger, nullable=False),
    Column("link", String(64), nullable=False),
)

clients = Table(
    "clients",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("key_hash", String(64), nullable=False, unique=True),
    Column("former_hash", String(64)),  # the key before it was rotated, good until `former_until`
    time("former_until", nullable=True),
    Column("scopes", String(200), nullable=False),
    Column("regions", Text, nullable=False),
    time("created_at"),
    time("revoked_at", nullable=True),
)
Index("uq_clients_former_hash", clients.c.former_hash, unique=True)
