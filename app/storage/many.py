"""Many rows in one statement: a batch of payment events costs the database hardly more than a single one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic_core import to_json
from sqlalchemy import BigInteger, Connection, Integer, LargeBinary, Table, insert, text

from app.storage.asking import Question, ask

_TYPES: dict[type[Any], str] = {BigInteger: "bigint", Integer: "integer"}
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Change:
    """An update of many rows: on SQLite done for each row, on PostgreSQL from `rows` with typed columns."""

    name: str
    table: str
    set: str  # with `v.` before what comes from a row
    where: str
    columns: str  # of the rows, with their types in PostgreSQL

    def one_by_one(self) -> str:
        """For a database that has it in its own process."""
        return re.sub(r"\bv\.(\w+)", r":\1", f"UPDATE {self.table} AS t SET {self.set} WHERE {self.where}")

    def at_once(self) -> str:
        rows = f"json_to_recordset(CAST(:{self.name} AS json)) AS v ({self.columns})"
        return f"UPDATE {self.table} AS t SET {self.set} FROM {rows} WHERE {self.where} RETURNING 1"


def write_all(
    connection: Connection, inserts: Mapping[Table, Rows], changes: Mapping[Change, Rows]
) -> Mapping[str, int]:
    """Insert rows that have every column, and change rows. Rows with a key that is there are left out: how many were
    new is told by table."""
    if connection.dialect.name == "sqlite":
        for change, rows in changes.items():
            if rows:
                connection.execute(text(change.one_by_one()), [dict(row) for row in rows])
        return {table.name: _insert_on_sqlite(connection, table, rows) for table, rows in inserts.items()}
    tables = tuple(table for table, rows in inserts.items() if rows)
    changed = tuple(change for change, rows in changes.items() if rows)
    if not tables and not changed:
        return {}
    asked = {table.name: to_json([_plain(row) for row in inserts[table]]).decode() for table in tables}
    asked |= {change.name: to_json(changes[change]).decode() for change in changed}
    return ask(connection, _statement(tables, changed), asked)[0]


def _insert_on_sqlite(connection: Connection, table: Table, rows: Rows) -> int:
    return connection.execute(_sqlite_insert(table), [dict(row) for row in rows]).rowcount if rows else 0


@cache
def _sqlite_insert(table: Table) -> Any:
    return insert(table).prefix_with("OR IGNORE")


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()}


@cache
def _statement(tables: tuple[Table, ...], changes: tuple[Change, ...]) -> Question:
    """One statement for all of them: each one by itself would cost another round trip while locks are held."""
    parts = [f"into_{table.name} AS ({_insert(table)})" for table in tables]
    parts += [f"change_{change.name} AS ({change.at_once()})" for change in changes]
    counts = [f"(SELECT count(*) FROM into_{t.name}) AS {t.name}" for t in tables]
    return Question("", f"WITH {', '.join(parts)} SELECT {', '.join(['1 AS done', *counts])}")


def _insert(table: Table) -> str:
    columns = list(table.columns)
    names = ", ".join(c.name for c in columns)
    values = ", ".join(f"decode(r.{c.name}, 'hex')" if _is_bytes(c) else f"r.{c.name}" for c in columns)
    typed = ", ".join(f"{c.name} {_TYPES.get(type(c.type), 'text')}" for c in columns)
    rows = f"json_to_recordset(CAST(:{table.name} AS json)) AS r ({typed})"
    return f"INSERT INTO {table.name} ({names}) SELECT {values} FROM {rows} ON CONFLICT DO NOTHING RETURNING 1"


def _is_bytes(column: Any) -> bool:
    return isinstance(column.type, LargeBinary)
