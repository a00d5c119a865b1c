"""Opening the database: SQLite (embedded, WAL) or PostgreSQL, with the same tables and the same transactions."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from app.storage.renewal import Renewal

__all__ = ["Connection", "Database", "StorageUnavailable", "open_database"]

# One for each file: what SQLite knows of a file belongs to the process, so the connections are closed together.
_EMBEDDED: "WeakValueDictionary[str, Database]" = WeakValueDictionary()
_FIXED_SQLITE = (3, 51, 3)  # up to 3.51.2 a reset of the write-ahead log can corrupt the file


class StorageUnavailable(Exception):  # noqa: N818 - what callers act on
    """The database did not do what it was asked; whether a commit on its way was stored is not known."""


class Database:
    """An engine and how its transactions are made."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.renewal = Renewal(engine.dispose)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction: commits at the end of the block, rolls back when it raises.

        An error while committing leaves the outcome unknown; the caller must not tell anybody that it is stored.
        """
        try:
            with self.renewal.using(), self.engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            # Its text may hold values of the row: it goes no further than the exception's chain.
            raise StorageUnavailable(_named(error)) from error

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reads only; nothing is committed."""
        try:
            with self.renewal.using(), self.engine.connect() as connection:
                yield connection.execution_options(isolation_level="AUTOCOMMIT")
        except SQLAlchemyError as error:
            raise StorageUnavailable(_named(error)) from error

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """One view of the database for as long as the block lasts, however much is written beside it; reads only."""
        options: dict[str, Any] = {"snapshot": True}
        if self.engine.dialect.name == "postgresql":
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        try:
            with self.renewal.using(), self.engine.connect() as connection:
                connection.execution_options(**options)
                if self.engine.dialect.name == "postgresql":  # what is begun is read to its end
                    connection.exec_driver_sql("SET LOCAL cursor_tuple_fraction = 1")
                yield connection
        except SQLAlchemyError as error:
            raise StorageUnavailable(_named(error)) from error

    @property
    def writers(self) -> int:
        """How many transactions are worth trying at a time: SQLite writes one after the other."""
        return 1 if self.engine.dialect.name == "sqlite" else 2

    def close(self) -> None:
        self.engine.dispose()


def _named(error: SQLAlchemyError) -> str:
    """The driver's own name for what went wrong, such as DiskFull or SQLITE_READONLY, and nothing of its message."""
    original = getattr(error, "orig", None)
    return getattr(original, "sqlite_errorname", None) or type(original or error).__name__


def open_database(url: str, *, by_key: bool = False) -> Database:
    """`sqlite:///path` or `postgresql://…`; connections are made when they are needed.

    `by_key` is for deeds that only ever look rows up by their keys, thousands of times a second.
    """
    if url.startswith("sqlite"):
        return _EMBEDDED.get(url) or _EMBEDDED.setdefault(url, _sqlite(url))
    url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    # Prepared statements are kept per connection; a pooler in transaction mode would break them.
    options: dict[str, Any] = {"prepare_threshold": 3, "options": "-c timezone=UTC -c lock_timeout=10s"}
    if by_key:
        # A plan that was made while a table was empty would scan it when it is full. A connection that broke is found
        # out by using it, which saves a round trip each time.
        options["options"] += " -c enable_seqscan=off"
        return Database(create_engine(url, pool_size=4, hide_parameters=True, connect_args=options))
    return Database(
        create_engine(url, pool_size=16, max_overflow=8, pool_pre_ping=True, hide_parameters=True, connect_args=options)
    )


def _sqlite(url: str) -> Database:
    import pysqlite3.dbapi2 as sqlite

    if sqlite.sqlite_version_info < _FIXED_SQLITE:
        raise RuntimeError(f"SQLite {sqlite.sqlite_version} can corrupt its write-ahead log; 3.51.3 or newer is needed")
    engine = create_engine(
        url, module=sqlite, poolclass=QueuePool, pool_size=8, hide_parameters=True, connect_args={"timeout": 20}
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    database = Database(engine)
    event.listen(engine, "handle_error", partial(_give_up_read_only, database.renewal))
    return database


def _prepare_sqlite(connection: Any, _: Any) -> None:
    # The driver would open transactions late, and lose updates; SQLAlchemy's begin event opens them instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=20000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _give_up_read_only(renewal: Renewal, context: ExceptionContext) -> None:
    """A connection that was opened while the file could not be written to stays like that: the next one is new."""
    if str(getattr(context.original_exception, "sqlite_errorname", "")).startswith("SQLITE_READONLY"):
        context.is_disconnect = True
        renewal.ask()


def _begin_immediate(connection: Connection) -> None:
    # SQLAlchemy calls this for reads as well, which would wait for the writer and keep others from writing.
    if connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
        return
    connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get("snapshot") else "BEGIN IMMEDIATE")
