"""Hardship lists as timelines, their work list, proposals for people who have paid, prices that a list has ended."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _long(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _big(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _sealed() -> sa.Column[bytes]:
    return sa.Column("personal", sa.LargeBinary(), nullable=False)


def upgrade() -> None:
    _imports()
    _listings()
    _conflicts()
    _proposals()
    _former_prices()


def _imports() -> None:
    counts = ("lines", "refused", "taken", "added", "removed", "unchanged", "conflicts", "repriced", "proposals")
    op.create_table(
        "roster_imports",
        _text("region", 64),
        _text("id", 100),
        _text("source", 32),
        _text("content_hash", 64),
        _text("state", 10),
        _text("imported_by", 64),
        *map(_number, counts),
        _big("started_at"),
        _big("finished_at", nullable=True),
        sa.CheckConstraint("state IN ('running', 'sweeping', 'done')", name=op.f("ck_roster_imports_state")),
        sa.PrimaryKeyConstraint("region", "id", name=op.f("pk_roster_imports")),
    )
    name = op.f("ix_roster_imports_region_source_content_hash")
    op.create_index(name, "roster_imports", ["region", "source", "content_hash"], unique=True)


def _listings() -> None:
    op.create_table(
        "roster_listings",
        _text("region", 64),
        _text("id", 100),
        _text("person_key", 64),
        _text("identity", 64),
        _text("class", 32, nullable=True),
        _text("source", 32),
        _text("since", 10),
        _text("until", 10, nullable=True),
        _text("township", 64),
        _text("village", 64),
        _sealed(),
        _text("added_by", 100),
        _text("removed_by", 100, nullable=True),
        _big("updated_at"),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("ck_roster_listings_stretch")),
        sa.PrimaryKeyConstraint("region", "id", name=op.f("pk_roster_listings")),
    )
    op.create_index(op.f("ix_roster_listings_region_person_key"), "roster_listings", ["region", "person_key"])


def _conflicts() -> None:
    op.create_table(
        "roster_conflicts",
        _text("region", 64),
        _text("id", 100),
        _text("kind", 32),
        _text("import_id", 100),
        _number("line"),
        _text("action", 10),
        _text("person_key", 64),
        _text("identity", 64),
        _text("class", 32, nullable=True),
        _text("source", 32),
        _text("day", 10),
        _long("standing"),
        _text("township", 64),
        _text("village", 64),
        _sealed(),
        _text("enrollment_id", 100, nullable=True),
        _text("state", 10),
        _text("decision", 10, nullable=True),
        _text("settled_by", 64, nullable=True),
        _long("remark", nullable=True),
        _big("opened_at"),
        _big("settled_at", nullable=True),
        sa.CheckConstraint("state IN ('open', 'settled')", name=op.f("ck_roster_conflicts_state")),
        sa.PrimaryKeyConstraint("region", "id", name=op.f("pk_roster_conflicts")),
    )
    op.create_index(op.f("ix_roster_conflicts_region_state_id"), "roster_conflicts", ["region", "state", "id"])


def _proposals() -> None:
    states = "state IN ('open', 'approved', 'rejected', 'superseded')"
    op.create_table(
        "proposals",
        _text("region", 64),
        _text("id", 100),
        _text("enrollment_id", 100),
        _number("coverage_year"),
        _text("covering_posting", 100, nullable=True),
        _text("kind", 20),
        _text("cause", 20),
        _text("identity", 64),
        _text("changed_on", 10),
        _text("import_id", 100),
        _big("amount_fen"),
        _long("shares"),
        _text("pays_to", 20, nullable=True),
        _text("due_month", 7, nullable=True),
        *map(_long, ("old_clause", "old_text", "new_clause", "new_text", "rule_clause")),
        _text("imported_by", 64),
        _text("proposed_by", 64),
        _text("state", 12),
        _text("decided_by", 64, nullable=True),
        _long("remark", nullable=True),
        _text("posting_id", 100, nullable=True),
        _big("proposed_at"),
        _big("decided_at", nullable=True),
        sa.CheckConstraint(states, name=op.f("ck_proposals_state")),
        sa.CheckConstraint("kind IN ('pays_back', 'nothing', 'not_stated')", name=op.f("ck_proposals_kind")),
        sa.PrimaryKeyConstraint("region", "id", name=op.f("pk_proposals")),
    )
    op.create_index(op.f("ix_proposals_region_state_id"), "proposals", ["region", "state", "id"])
    op.create_index(op.f("ix_proposals_region_enrollment_id"), "proposals", ["region", "enrollment_id"])


def _former_prices() -> None:
    op.create_table(
        "former_prices",
        _text("region", 64),
        _text("id", 100),
        _text("enrollment_id", 100),
        _text("priced_on", 10),
        _text("due_through", 10),
        _big("payable_fen"),
        _long("quote"),
        _long("cause"),
        _big("ended_at"),
        sa.PrimaryKeyConstraint("region", "id", name=op.f("pk_former_prices")),
    )
    op.create_index(op.f("ix_former_prices_region_enrollment_id"), "former_prices", ["region", "enrollment_id"])


def downgrade() -> None:
    for table in ("former_prices", "proposals", "roster_conflicts", "roster_listings", "roster_imports"):
        op.drop_table(table)
