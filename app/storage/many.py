"""Many rows in one statement: a batch of payment events costs the database hardly more than a single one."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Connection, Integer, LargeBinary, Table, TextClause, insert, text

_ARRAYS = {BigInteger: "bigint[]", Integer: "integer[]", LargeBinary: "bytea[]"}


def insert_many(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert rows that all have every column. How many were new is told: rows with a key that is there are left out."""
    if not rows:
        return 0
    if connection.dialect.name == "sqlite":
        return connection.execute(_on_sqlite(table), [dict(row) for row in rows]).rowcount
    columns = {c.name: [row[c.name] for row in rows] for c in table.columns}
    return connection.execute(_on_postgres(table), columns).rowcount


@cache
def _on_sqlite(table: Table) -> Any:
    return insert(table).prefix_with("OR IGNORE")


@cache
def _on_postgres(table: Table) -> TextClause:
    # Arrays keep one prepared statement for any number of rows.
    names = ", ".join(c.name for c in table.columns)
    lists = ", ".join(f"CAST(:{c.name} AS {_ARRAYS.get(type(c.type), 'text[]')})" for c in table.columns)
    return text(f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({lists}) ON CONFLICT DO NOTHING")


def by_list(statement: str) -> dict[str, TextClause]:
    """The statement for each kind of database, where `{wanted}` stands for the values of the list `:wanted`."""
    wanted = {
        "sqlite": "SELECT value FROM json_each(:wanted)",
        "postgresql": "SELECT * FROM unnest(CAST(:wanted AS text[]))",
    }
    return {name: text(statement.format(wanted=select)) for name, select in wanted.items()}


def listed(connection: Connection, values: Sequence[str]) -> dict[str, Any]:
    """The parameter for `by_list`."""
    return {"wanted": json.dumps(values) if connection.dialect.name == "sqlite" else list(values)}
