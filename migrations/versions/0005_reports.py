"""Tasks of villages, for the reports that compare with them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "targets",
        sa.Column("region", sa.String(length=64), nullable=False),
        sa.Column("coverage_year", sa.Integer(), nullable=False),
        sa.Column("village", sa.String(length=64), nullable=False),
        sa.Column("imported_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("village_name", sa.String(length=64), nullable=True),
        sa.Column("township_name", sa.String(length=64), nullable=True),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.Column("hukou_population", sa.Integer(), nullable=True),
        sa.Column("last_target", sa.Integer(), nullable=True),
        sa.Column("growth", sa.Integer(), nullable=True),
        sa.Column("should_local", sa.Integer(), nullable=True),
        sa.Column("should_elsewhere", sa.Integer(), nullable=True),
        sa.Column("employee_insured", sa.Integer(), nullable=True),
        sa.CheckConstraint("target >= 0", name=op.f("ck_targets_target")),
        sa.PrimaryKeyConstraint("region", "coverage_year", "village", "imported_at", name=op.f("pk_targets")),
    )


def downgrade() -> None:
    op.drop_table("targets")
