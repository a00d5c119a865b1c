"""Enrollment, payment events, suspense, ledger, outbox, clients."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clients",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("regions", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clients")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_clients_key_hash")),
    )
    op.create_table(
        "enrollments",
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=100), nullable=False),
        sa.Column("coverage_year", sa.Integer(), nullable=False),
        sa.Column("order_no", sa.String(length=100), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("person_key", sa.String(length=64), nullable=False),
        sa.Column("village", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("household_key", sa.String(length=64), nullable=True),
        sa.Column("personal", sa.LargeBinary(), nullable=False),
        sa.Column("payable_fen", sa.BigInteger(), nullable=False),
        sa.Column("due_through", sa.String(length=10), nullable=False),
        sa.Column("priced_on", sa.String(length=10), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("covering_posting", sa.String(length=100), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state IN ('awaiting_payment', 'covered', 'reversed', 'cancelled')", name=op.f("ck_enrollments_state")
        ),
        sa.CheckConstraint("payable_fen >= 0", name=op.f("ck_enrollments_payable")),
        sa.PrimaryKeyConstraint("region", "id", name=op.f("pk_enrollments")),
    )
    op.create_index(
        op.f("ix_enrollments_person_key_coverage_year"), "enrollments", ["person_key", "coverage_year"], unique=False
    )
    op.create_index(
        op.f("ix_enrollments_region_coverage_year_id"), "enrollments", ["region", "coverage_year", "id"], unique=False
    )
    op.create_index(op.f("ix_enrollments_region_order_no"), "enrollments", ["region", "order_no"], unique=True)
    op.create_table(
        "entries",
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("posting_id", sa.String(length=100), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_fen <> 0", name=op.f("ck_entries_amount")),
        sa.PrimaryKeyConstraint("region", "posting_id", "line", name=op.f("pk_entries")),
    )
    op.create_table(
        "idempotent_answers",
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("location", sa.String(length=200), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "key", name=op.f("pk_idempotent_answers")),
    )
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.String(length=255), nullable=False),
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("order_no", sa.String(length=255), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", sa.BigInteger(), nullable=False),
        sa.Column("reverses_event_id", sa.String(length=255), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("effect", sa.String(length=20), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("effect IN ('covered', 'reversed', 'suspended', 'settled')", name=op.f("ck_inbox_effect")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_inbox")),
    )
    op.create_index(op.f("ix_inbox_region_order_no"), "inbox", ["region", "order_no"], unique=False)
    op.create_index(op.f("ix_inbox_reverses_event_id"), "inbox", ["reverses_event_id"], unique=False)
    op.create_table(
        "live_enrollments",
        sa.Column("person_key", sa.String(length=64), nullable=False),
        sa.Column("coverage_year", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("enrollment_id", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("person_key", "coverage_year", name=op.f("pk_live_enrollments")),
    )
    op.create_table(
        "outbox",
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=100), nullable=False),
        sa.Column("enrollment_id", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'dead')", name=op.f("ck_outbox_state")),
        sa.PrimaryKeyConstraint("region", "id", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_state_due_at"), "outbox", ["state", "due_at"], unique=False)
    op.create_table(
        "postings",
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=100), nullable=False),
        sa.Column("coverage_year", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("enrollment_id", sa.String(length=100), nullable=True),
        sa.Column("event_id", sa.String(length=255), nullable=True),
        sa.Column("posted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region", "id", name=op.f("pk_postings")),
    )
    op.create_index(op.f("ix_postings_region_enrollment_id"), "postings", ["region", "enrollment_id"], unique=False)
    op.create_table(
        "suspense",
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=100), nullable=False),
        sa.Column("event_id", sa.String(length=255), nullable=False),
        sa.Column("order_no", sa.String(length=255), nullable=False),
        sa.Column("coverage_year", sa.Integer(), nullable=True),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("settlement", sa.String(length=40), nullable=True),
        sa.Column("settled_by", sa.String(length=64), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'settled')", name=op.f("ck_suspense_state")),
        sa.PrimaryKeyConstraint("region", "id", name=op.f("pk_suspense")),
    )
    op.create_index(op.f("ix_suspense_region_event_id"), "suspense", ["region", "event_id"], unique=True)
    op.create_index(
        op.f("ix_suspense_region_order_no_state"), "suspense", ["region", "order_no", "state"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_suspense_region_order_no_state"), table_name="suspense")
    op.drop_index(op.f("ix_suspense_region_event_id"), table_name="suspense")
    op.drop_table("suspense")
    op.drop_index(op.f("ix_postings_region_enrollment_id"), table_name="postings")
    op.drop_table("postings")
    op.drop_index(op.f("ix_outbox_state_due_at"), table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("live_enrollments")
    op.drop_index(op.f("ix_inbox_reverses_event_id"), table_name="inbox")
    op.drop_index(op.f("ix_inbox_region_order_no"), table_name="inbox")
    op.drop_table("inbox")
    op.drop_table("idempotent_answers")
    op.drop_table("entries")
    op.drop_index(op.f("ix_enrollments_region_order_no"), table_name="enrollments")
    op.drop_index(op.f("ix_enrollments_region_coverage_year_id"), table_name="enrollments")
    op.drop_index(op.f("ix_enrollments_person_key_coverage_year"), table_name="enrollments")
    op.drop_table("enrollments")
    op.drop_table("clients")
