"""Many rows in one statement: a batch of payment events costs the database hardly more than a single one."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Connection, Integer, LargeBinary, Table, TextClause, insert, text

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
        rows = f"document, json_to_recordset(all_rows->'{self.name}') AS v ({self.columns})"
        return f"UPDATE {self.table} AS t SET {self.set} FROM {rows} WHERE {self.where} RETURNING 1"


def write_all(connection: Connection, inserts: Mapping[Table, Rows], changes: Mapping[Change, Rows]) -> dict[str, int]:
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
    document = {table.name: [_plain(row) for row in inserts[table]] for table in tables}
    document |= {change.name: [dict(row) for row in changes[change]] for change in changed}
    asked = {"document": json.dumps(document, ensure_ascii=False)}
    return dict(connection.execute(_statement(tables, changed), asked).mappings().one())


def _insert_on_sqlite(connection: Connection, table: Table, rows: Rows) -> int:
    return connection.execute(_sqlite_insert(table), [dict(row) for row in rows]).rowcount if rows else 0


@cache
def _sqlite_insert(table: Table) -> Any:
    return insert(table).prefix_with("OR IGNORE")


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()}


@cache
def _statement(tables: tuple[Table, ...], changes: tuple[Change, ...]) -> TextClause:
    """One statement for all of them: each one by itself would cost another round trip while locks are held."""
    parts = ["document AS (SELECT CAST(:document AS json) AS all_rows)"]
    parts += [f"into_{table.name} AS ({_insert(table)})" for table in tables]
    parts += [f"change_{change.name} AS ({change.at_once()})" for change in changes]
    counts = [f"(SELECT count(*) FROM into_{t.name}) AS {t.name}" for t in tables]
    return text(f"WITH {', '.join(parts)} SELECT {', '.join(['1 AS done', *counts])}")


def _insert(table: Table) -> str:
    columns = list(table.columns)
    names = ", ".join(c.name for c in columns)
    values = ", ".join(f"decode(r.{c.name}, 'hex')" if _is_bytes(c) else f"r.{c.name}" for c in columns)
    typed = ", ".join(f"{c.name} {_TYPES.get(type(c.type), 'text')}" for c in columns)
    rows = f"document, json_to_recordset(all_rows->'{table.name}') AS r ({typed})"
    return f"INSERT INTO {table.name} ({names}) SELECT {values} FROM {rows} ON CONFLICT DO NOTHING RETURNING 1"


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
