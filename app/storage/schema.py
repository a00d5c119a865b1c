"""Bringing a database's schema up to date, and asking whether it is."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.storage.database import Database, StorageUnavailable

_INSTALLED = Path(__file__).parent / "migrations"  # where the wheel puts them (pyproject.toml)
MIGRATIONS = _INSTALLED if _INSTALLED.is_dir() else Path(__file__).parent.parent.parent / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def migrate(database: Database, target: str = "head") -> None:
    """Up (or down) to `target` in one transaction."""
    config = _config()
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
            present = MigrationContext.configure(connection).get_current_revision()
    except StorageUnavailable:
        return False
    return present == ScriptDirectory.from_config(_config()).get_current_head()
