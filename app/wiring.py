"""The office that the service and the command line work in, put together from the settings."""

from app.collector.pushing import Collector
from app.packs.shelf import Shelf
from app.settings import DEV_KEY, Settings
from app.storage.database import Database, open_database
from app.storage.personal import Vault
from app.storage.schema import is_current, migrate
from app.workflows.office import Office


def database_of(settings: Settings) -> Database:
    """Not connected yet; the folder of an embedded database is made."""
    if settings.database_url is None:
        settings.data.mkdir(parents=True, exist_ok=True)
    return open_database(settings.database)


def migrated(settings: Settings) -> Database:
    """The database with its schema up to date: in development nobody has to think of it."""
    database = database_of(settings)
    if not is_current(database):
        migrate(database)
    return database


def office_of(settings: Settings, shelf: Shelf) -> Office:
    return Office(
        open_database(settings.database),
        shelf,
        Vault(*settings.vault_keys()),
        settings.business_day,
        settings.webhook_keys(),
        DEV_KEY if settings.env == "development" else None,
    )


def collector_of(settings: Settings) -> Collector | None:
    """The tax bureau's system, signed to with the first webhook secret; None where no address is set."""
    url = settings.collector_url
    return Collector(url, settings.webhook_keys()[0]) if url else None
