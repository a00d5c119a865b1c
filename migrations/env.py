"""Runs migrations on the connection that the program hands over, or on DATABASE_URL when called by hand."""

import os

from alembic import context

from app.storage.database import open_database
from app.storage.schema import metadata


def run() -> None:
    given = context.config.attributes.get("connection")
    if given is not None:
        _on(given)
        return
    database = open_database(os.environ.get("DATABASE_URL", "sqlite:///var/canbao.db"))
    with database.transaction() as connection:
        _on(connection)


def _on(connection: object) -> None:
    context.configure(connection=connection, target_metadata=metadata, transactional_ddl=False)  # type: ignore[arg-type]
    with context.begin_transaction():
        context.run_migrations()


run()
