"""Bringing a database's schema up to date, and asking whether it is."""

from pathlib import Path

from sqlalchemy import text

from app.storage.database import Database, StorageUnavailable
from app.storage.reconciliation_tables import metadata as metadata
from app.storage.tables import SCHEMA

_INSTALLED = Path(__file__).parent / "migrations"  # where the wheel puts them (pyproject.toml)
MIGRATIONS = _INSTALLED if _INSTALLED.is_dir() else Path(__file__).parent.parent.parent / "migrations"


def migrate(database: Database, target: str = "head") -> None:
    """Up (or down) to `target` in one transaction."""
    # Alembic takes longer to import than a service may take to start.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with database.transaction() as connection:
        config.attributes["connection"] = connection
        if target == "base" or target.startswith("-"):
            command.downgrade(config, target)
        else:
            command.upgrade(config, target)


def is_current(database: Database) -> bool:
    """Whether the database answers and has exactly the schema that this program expects."""
    try:
        with database.reading() as connection:
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == SCHEMA
    except StorageUnavailable:
        return False
