"""A report as JSON: the same figures as its workbook, written piece by piece."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from app.reports.paging import cut
from app.reports.people import Scope
from app.reports.tables import Column, Row, Table, Totals

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def as_json(name: str, title: str, scope: Scope, tables: Sequence[Table]) -> Iterator[str]:
    head: dict[str, Any] = {"report": name, "title": title, "region": scope.region, "region_name": scope.region_name}
    head |= {"coverage_year": scope.coverage_year, "as_of": scope.day.isoformat(), "masked": not scope.whole}
    yield _encode(head)[:-1] + ',"tables":['
    for n, table in enumerate(tables):
        yield "," if n else ""
        yield from _table(table)
    yield "]}"


def _table(table: Table) -> Iterator[str]:
    totals, pages = Totals(table.columns), list[dict[str, Any]]()
    columns = [{"key": c.key, "title": " / ".join(c.heading)} for c in table.columns]
    yield f'{{"name":{_encode(table.name)},"title":{_encode(table.title)},"columns":{_encode(columns)},"rows":['
    between = ""
    for row in _counted(table, totals, pages):
        yield between + _encode(_named(table.columns, row))
        between = ","
    ending: dict[str, Any] = {"totals": totals.values(), "footnotes": list(table.footnotes)}
    yield "]," + _encode(ending | ({"pages": pages} if table.pages else {}))[1:]


def _counted(table: Table, totals: Totals, pages: list[dict[str, Any]]) -> Iterator[Row]:
    if table.pages is None:
        for row in table.rows:
            totals.add(row)
            yield row
        return
    for page in cut(table):
        pages.append({**page.names, "page": page.number, "totals": page.sums()})
        for row in page.rows:
            totals.add(row)
            yield row


def _named(columns: Sequence[Column], row: Row) -> dict[str, Any]:
    return {column.key: value for column, value in zip(columns, row, strict=True)}
