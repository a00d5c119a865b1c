"""Many rows in one statement: a batch of payment events costs the database hardly more than a single one."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Connection, Integer, LargeBinary, Table, TextClause, insert, text

_TYPES: dict[type[Any], str] = {BigInteger: "bigint", Integer: "integer"}
Rows = Sequence[Mapping[str, Any]]


def insert_all(connection: Connection, tables: Mapping[Table, Rows]) -> dict[str, int]:
    """Insert rows that all have every column; rows with a key that is there are left out. Tells how many were new."""
    if connection.dialect.name == "sqlite":
        return {table.name: _insert_on_sqlite(connection, table, rows) for table, rows in tables.items()}
    written = tuple(table for table, rows in tables.items() if rows)
    if not written:
        return {}
    document = {table.name: [_plain(row) for row in tables[table]] for table in written}
    row = connection.execute(_statement(written), {"document": json.dumps(document, ensure_ascii=False)}).mappings()
    return dict(row.one())


def _insert_on_sqlite(connection: Connection, table: Table, rows: Rows) -> int:
    return connection.execute(_sqlite_insert(table), [dict(row) for row in rows]).rowcount if rows else 0


@cache
def _sqlite_insert(table: Table) -> Any:
    return insert(table).prefix_with("OR IGNORE")


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()}


@cache
def _statement(tables: tuple[Table, ...]) -> TextClause:
    """One statement for all of them: each one by itself would cost another round trip while locks are held."""
    parts = ["document AS (SELECT CAST(:document AS json) AS all_rows)"]
    parts += [_insert(table) for table in tables]
    counts = ", ".join(f"(SELECT count(*) FROM into_{t.name}) AS {t.name}" for t in tables)
    return text(f"WITH {', '.join(parts)} SELECT {counts}")


def _insert(table: Table) -> str:
    columns = list(table.columns)
    names = ", ".join(c.name for c in columns)
    values = ", ".join(f"decode(r.{c.name}, 'hex')" if _is_bytes(c) else f"r.{c.name}" for c in columns)
    typed = ", ".join(f"{c.name} {_TYPES.get(type(c.type), 'text')}" for c in columns)
    rows = f"document, json_to_recordset(all_rows->'{table.name}') AS r ({typed})"
    return (
        f"into_{table.name} AS (INSERT INTO {table.name} ({names}) SELECT {values} FROM {rows}"
        " ON CONFLICT DO NOTHING RETURNING 1)"
    )


def _is_bytes(column: Any) -> bool:
    return isinstance(column.type, LargeBinary)


def by_list(statement: str) -> dict[str, TextClause]:
    """The statement for each kind of database, where `{wanted}` stands for the rows `(value)` of the list `:wanted`."""
    wanted = {
        "sqlite": "(SELECT value FROM json_each(:wanted))",
        "postgresql": "(SELECT * FROM unnest(CAST(:wanted AS text[])) AS t (value))",
    }
    return {name: text(statement.format(wanted=select)) for name, select in wanted.items()}


def listed(connection: Connection, values: Sequence[str]) -> dict[str, Any]:
    """The parameter for `by_list`."""
    return {"wanted": json.dumps(values) if connection.dialect.name == "sqlite" else list(values)}
