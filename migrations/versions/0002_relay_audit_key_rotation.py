"""Relay of the outbox in order, audit chain, keys of clients that overlap while they are rotated."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Messages written before there was a revision: in the order they were made.
_NUMBER_MESSAGES = """
UPDATE outbox SET revision = (
  SELECT count(*) FROM outbox AS earlier
  WHERE earlier.region = outbox.region AND earlier.enrollment_id = outbox.enrollment_id
    AND (earlier.created_at < outbox.created_at
      OR (earlier.created_at = outbox.created_at AND earlier.id <= outbox.id)))
"""
_COUNT_MESSAGES = """
UPDATE enrollments SET revision = (
  SELECT count(*) FROM outbox WHERE outbox.region = enrollments.region AND outbox.enrollment_id = enrollments.id)
"""
# What is booked of each quote. The rest of the list of subsidies does no harm.
_SHARES = {
    "sqlite": """
UPDATE enrollments SET shares = json_object(
  'payable_fen', json_extract(quote, '$.payable_fen'), 'personal_fen', json_extract(quote, '$.personal_fen'),
  'surcharge_fen', json_extract(quote, '$.surcharge_fen'), 'subsidies', json_extract(quote, '$.subsidies'))
""",
    "postgresql": """
UPDATE enrollments SET shares = json_build_object(
  'payable_fen', quote::json->'payable_fen', 'personal_fen', quote::json->'personal_fen',
  'surcharge_fen', quote::json->'surcharge_fen', 'subsidies', quote::json->'subsidies')::text
""",
}


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("deed", sa.String(length=32), nullable=False),
        sa.Column("enrollment_id", sa.String(length=100), nullable=True),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("region", "number", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_region_enrollment_id"), "audit", ["region", "enrollment_id"], unique=False)
    op.create_table(
        "audit_heads",
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("region", name=op.f("pk_audit_heads")),
    )
    op.add_column("clients", sa.Column("former_hash", sa.String(length=64), nullable=True))
    op.add_column("clients", sa.Column("former_until", sa.BigInteger(), nullable=True))
    op.create_index(op.f("uq_clients_former_hash"), "clients", ["former_hash"], unique=True)
    op.add_column("enrollments", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
    op.add_column("enrollments", sa.Column("shares", sa.Text(), server_default="", nullable=False))
    op.execute(_SHARES[op.get_bind().dialect.name])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE enrollments SET (fillfactor = 80, toast_tuple_target = 256)")
    op.add_column("outbox", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
    op.add_column("outbox", sa.Column("last_error", sa.String(length=100), nullable=True))
    op.add_column("outbox", sa.Column("sent_at", sa.BigInteger(), nullable=True))
    still_open = sa.text("state = 'open'")
    where = {"postgresql_where": still_open, "sqlite_where": still_open}
    op.create_index("ix_suspense_open", "suspense", ["reason", "type", "amount_fen"], unique=False, **where)
    op.execute(_NUMBER_MESSAGES)
    op.execute(_COUNT_MESSAGES)
    op.create_index(
        op.f("ix_outbox_region_enrollment_id_revision"), "outbox", ["region", "enrollment_id", "revision"], unique=False
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE enrollments RESET (fillfactor, toast_tuple_target)")
    op.drop_index("ix_suspense_open", table_name="suspense")
    op.drop_index(op.f("ix_outbox_region_enrollment_id_revision"), table_name="outbox")
    for table, column in (
        ("outbox", "sent_at"),
        ("outbox", "last_error"),
        ("outbox", "revision"),
        ("enrollments", "revision"),
        ("enrollments", "shares"),
    ):
        op.drop_column(table, column)
    op.drop_index(op.f("uq_clients_former_hash"), table_name="clients")
    op.drop_column("clients", "former_until")
    op.drop_column("clients", "former_hash")
    op.drop_table("audit_heads")
    op.drop_index(op.f("ix_audit_region_enrollment_id"), table_name="audit")
    op.drop_table("audit")
