"""Questions about many keys at once, which every batch of payments asks.

On PostgreSQL they go to the driver itself, several in one round trip. Through SQLAlchemy's results they cost more time
than the database takes to answer them; everywhere else that does not matter.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

Row = Mapping[str, Any]
Rows = Sequence[Row]


@dataclass(frozen=True, slots=True)
class Question:
    """A statement for each kind of database, with `:name` for its parameters. It returns rows."""

    sqlite: str
    postgresql: str


Asked = tuple[Question, Mapping[str, Any]]  # with its parameters


def by_list(statement: str) -> Question:
    """`{wanted}` in the statement stands for the rows `(value)` of the list `:wanted` (see `listed`)."""
    on_sqlite = statement.format(wanted="(SELECT value FROM json_each(:wanted))")
    on_postgresql = "(SELECT value FROM json_array_elements_text(CAST(:wanted AS json)) AS t (value))"
    return Question(on_sqlite, statement.format(wanted=on_postgresql))


def listed(values: Sequence[Any]) -> dict[str, str]:
    """The parameter `:wanted`."""
    return {"wanted": json.dumps(values)}


def ask(connection: Connection, question: Question, parameters: Mapping[str, Any]) -> Rows:
    """The rows of the answer."""
    return ask_all(connection, (question, parameters))[0]


def ask_all(connection: Connection, *asked: Asked) -> list[Rows]:
    """The answers to several questions. Each one sees what was committed before its own turn."""
    if connection.dialect.name == "sqlite":
        return [[dict(row) for row in connection.execute(_prepared(q.sqlite), p).mappings()] for q, p in asked]
    return _driven(connection, [(_for_driver(q.postgresql), p) for q, p in asked])


_prepared = cache(text)


@cache
def _for_driver(statement: str) -> str:
    """With the driver's kind of placeholders."""
    return re.sub(r"(?<!:):(\w+)", r"%(\1)s", statement.replace("%", "%%"))


def _driven(connection: Connection, asked: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Rows]:
    import psycopg
    from psycopg.rows import dict_row

    driver: Any = connection.connection.driver_connection
    try:
        if len(asked) == 1:
            return [driver.cursor(row_factory=dict_row).execute(*asked[0]).fetchall()]
        with driver.pipeline():
            cursors = [driver.cursor(row_factory=dict_row).execute(*each) for each in asked]
        return [cursor.fetchall() for cursor in cursors]
    except psycopg.Error as error:
        # As SQLAlchemy would have it: a connection that broke does not go back to the others.
        if driver.closed:
            connection.invalidate(error)
        raise DBAPIError.instance(
            None, None, error, psycopg.Error, hide_parameters=True, dialect=connection.dialect
        ) from error
