"""Hardship lists, what does not fit together in them, and what their changes mean for people who have paid."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, LargeBinary, String, Table, Text

from app.storage.columns import metadata, region, time

imports = Table(
    "roster_imports",
    metadata,
    region(),
    Column("id", String(100), primary_key=True),
    Column("source", String(32), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("state", String(10), nullable=False),
    Column("imported_by", String(64), nullable=False),
    Column("lines", Integer, nullable=False),  # that could be read
    Column("refused", Integer, nullable=False),
    Column("taken", Integer, nullable=False),  # of the lines, so far
    Column("added", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("conflicts", Integer, nullable=False),
    Column("repriced", Integer, nullable=False),
    Column("proposals", Integer, nullable=False),
    time("started_at"),
    time("finished_at", nullable=True),
    CheckConstraint("state IN ('running', 'sweeping', 'done')", name="state"),
)
Index(None, imports.c.region, imports.c.source, imports.c.content_hash, unique=True)

# A person's timeline: from `since` until `until` (not included) the source lists the identity.
listings = Table(
    "roster_listings",
    metadata,
    region(),
    Column("id", String(100), primary_key=True),
    Column("person_key", String(64), nullable=False),
    Column("identity", String(64), nullable=False),
    Column("class", String(32)),
    Column("source", String(32), nullable=False),
    Column("since", String(10), nullable=False),
    Column("until", String(10)),
    Column("township", String(64), nullable=False),
    Column("village", String(64), nullable=False),
    Column("personal", LargeBinary, nullable=False),  # encrypted: name, ID number, phone
    Column("added_by", String(100), nullable=False),  # the import
    Column("removed_by", String(100)),
    time("updated_at"),
    CheckConstraint("until IS NULL OR until >= since", name="stretch"),
)
Index(None, listings.c.region, listings.c.person_key)

conflicts = Table(
    "roster_conflicts",
    metadata,
    region(),
    Column("id", String(100), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("import_id", String(100), nullable=False),
    Column("line", Integer, nullable=False),
    Column("action", String(10), nullable=False),
    Column("person_key", String(64), nullable=False),
    Column("identity", String(64), nullable=False),
    Column("class", String(32)),
    Column("source", String(32), nullable=False),
    Column("day", String(10), nullable=False),
    Column("standing", Text, nullable=False),  # JSON: what stood against it
    Column("township", String(64), nullable=False),
    Column("village", String(64), nullable=False),
    Column("personal", LargeBinary, nullable=False),  # encrypted like a listing's
    Column("enrollment_id", String(100)),
    Column("state", String(10), nullable=False),
    Column("decision", String(10)),
    Column("settled_by", String(64)),
    Column("remark", Text),
    time("opened_at"),
    time("settled_at", nullable=True),
    CheckConstraint("state IN ('open', 'settled')", name="state"),
)
Index(None, conflicts.c.region, conflicts.c.state, conflicts.c.id)

proposals = Table(
    "proposals",
    metadata,
    region(),
    Column("id", String(100), primary_key=True),
    Column("enrollment_id", String(100), nullable=False),
    Column("coverage_year", Integer, nullable=False),
    Column("covering_posting", String(100)),  # what covered when it was made: no other cover is meant
    Column("kind", String(20), nullable=False),
    Column("cause", String(20), nullable=False),
    Column("identity", String(64), nullable=False),
    Column("changed_on", String(10), nullable=False),
    Column("import_id", String(100), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),  # above zero to the person, below zero from the person
    Column("shares", Text, nullable=False),  # JSON: by fund
    Column("pays_to", String(20)),
    Column("due_month", String(7)),
    Column("old_clause", Text, nullable=False),
    Column("old_text", Text, nullable=False),
    Column("new_clause", Text, nullable=False),
    Column("new_text", Text, nullable=False),
    Column("rule_clause", Text, nullable=False),
    Column("imported_by", String(64), nullable=False),
    Column("proposed_by", String(64), nullable=False),
    Column("state", String(12), nullable=False),
    Column("decided_by", String(64)),
    Column("remark", Text),
    Column("posting_id", String(100)),
    time("proposed_at"),
    time("decided_at", nullable=True),
    CheckConstraint("state IN ('open', 'approved', 'rejected', 'superseded')", name="state"),
    CheckConstraint("kind IN ('pays_back', 'nothing', 'not_stated')", name="kind"),
)
Index(None, proposals.c.region, proposals.c.state, proposals.c.id)
Index(None, proposals.c.region, proposals.c.enrollment_id)

# Prices that a change of the lists has ended: who paid one while it was told has paid what was due.
former_prices = Table(
    "former_prices",
    metadata,
    region(),
    Column("id", String(100), primary_key=True),
    Column("enrollment_id", String(100), nullable=False),
    Column("priced_on", String(10), nullable=False),
    Column("due_through", String(10), nullable=False),  # or the day on which it ended
    Column("payable_fen", BigInteger, nullable=False),
    Column("quote", Text, nullable=False),
    Column("cause", Text, nullable=False),  # JSON: the change that ended it
    time("ended_at"),
)
Index(None, former_prices.c.region, former_prices.c.enrollment_id)
