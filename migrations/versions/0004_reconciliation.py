"""Daily reconciliation with the tax bureau's statements; subscribers who are told of changes."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _add_reconciliations()
    _add_subscribers()
    # Events come in about the order of their payment: on PostgreSQL a few bytes for each run of pages find a day.
    op.create_index(
        op.f("ix_inbox_paid_at"),
        "inbox",
        ["paid_at"],
        unique=False,
        postgresql_using="brin",
        postgresql_with={"autosummarize": True},
    )


def _add_reconciliations() -> None:
    op.create_table(
        "reconciliations",
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=100), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("coverage_year", sa.Integer(), nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("superseded_by", sa.String(length=100), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state IN ('running', 'done', 'refused')", name=op.f("ck_reconciliations_state")),
        sa.PrimaryKeyConstraint("region", "id", name=op.f("pk_reconciliations")),
    )
    key = ["region", "day", "coverage_year", "file_hash"]
    op.create_index(op.f("ix_reconciliations_region_day_coverage_year_file_hash"), "reconciliations", key, unique=True)
    op.create_table(
        "differences",
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("reconciliation_id", sa.String(length=100), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.String(length=255), nullable=False),
        sa.Column("event_type", sa.String(length=32), nullable=False),
        sa.Column("order_no", sa.String(length=255), nullable=False),
        sa.Column("statement_fen", sa.BigInteger(), nullable=True),
        sa.Column("booked_fen", sa.BigInteger(), nullable=True),
        sa.Column("paid_at", sa.String(length=40), nullable=False),
        sa.Column("reverses_event_id", sa.String(length=255), nullable=True),
        sa.Column("voucher_no", sa.String(length=255), nullable=True),
        sa.Column("channel", sa.String(length=255), nullable=True),
        sa.Column("enrollment_id", sa.String(length=100), nullable=True),
        sa.Column("coverage_year", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'approved', 'rejected')", name=op.f("ck_differences_state")),
        sa.PrimaryKeyConstraint("region", "reconciliation_id", "number", name=op.f("pk_differences")),
    )


def _add_subscribers() -> None:
    op.create_table(
        "subscribers",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("paused_until", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscribers")),
    )
    op.create_table(
        "subscriber_positions",
        sa.Column("subscriber_id", sa.String(length=64), nullable=False),
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subscriber_id", "region", name=op.f("pk_subscriber_positions")),
    )
    op.create_table(
        "deliveries",
        sa.Column("subscriber_id", sa.String(length=64), nullable=False),
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("enrollment_id", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=100), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'dead')", name=op.f("ck_deliveries_state")),
        sa.PrimaryKeyConstraint("subscriber_id", "region", "number", name=op.f("pk_deliveries")),
    )
    op.create_index(
        op.f("ix_deliveries_subscriber_id_state_due_at"), "deliveries", ["subscriber_id", "state", "due_at"]
    )
    op.create_index(
        "ix_deliveries_in_order", "deliveries", ["subscriber_id", "region", "enrollment_id", "number"], unique=False
    )


def downgrade() -> None:
    for table in ("deliveries", "subscriber_positions", "subscribers", "differences", "reconciliations"):
        op.drop_table(table)  # and its indexes
    op.drop_index(op.f("ix_inbox_paid_at"), table_name="inbox")
