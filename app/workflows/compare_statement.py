"""A statement's lines beside the inbox, the ledger and the cover, two thousand at a time; then the day's events beside
the statement. Whoever writes in the meantime is not kept waiting."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from app.collector.statement import Line, Statement
from app.enrollment.reconciliation import Comparison, Finding, Said, Scope, not_on_statement
from app.storage import comparison_register as register
from app.storage.asking import Row
from app.storage.database import Connection
from app.storage.ids import region_of
from app.workflows.office import SHANGHAI, Office, moment

_LINES = 2000
Difference = dict[str, Any]  # a row of the table, but for whose it is and its number


@dataclass(slots=True)
class Totals:
    """What each side comes to; money that went back counts below zero."""

    statement: list[int] = field(default_factory=lambda: [0, 0])
    arrived: list[int] = field(default_factory=lambda: [0, 0])
    covering: list[int] = field(default_factory=lambda: [0, 0])
    matched: int = 0

    def shown(self) -> dict[str, Any]:
        sides = {name: getattr(self, name) for name in ("statement", "arrived", "covering")}
        told = {name: {"movements": number, "fen": fen} for name, (number, fen) in sides.items()}
        return told | {"matched": self.matched}


def differences_of(
    office: Office, statement: Statement, scope: Scope, totals: Totals
) -> Generator[list[Difference], None, None]:
    """The differences as they are found, a list for each step; the totals are complete at the end."""
    comparison, lines = Comparison(scope), statement.lines()
    while some := list(islice(lines, _LINES)):
        with office.database.reading() as connection:
            yield _of_lines(connection, comparison, some, totals)
    assert statement.day is not None
    since = _microseconds(statement.day)
    until = _microseconds(statement.day + timedelta(days=1))
    with office.database.reading() as connection:
        for rows in register.events_between(connection, since, until):
            yield _of_events(connection, rows, statement, scope, totals)


def _of_lines(connection: Connection, comparison: Comparison, lines: list[Line], totals: Totals) -> list[Difference]:
    # Of other regions' orders nothing is asked, so nothing can be told.
    order_nos = [no for no in (line.event.order_no for line in lines) if not comparison.scope.leaves_out(region_of(no))]
    events, orders = register.both(connection, [line.event.event_id for line in lines], order_nos)
    found: list[Difference] = []
    for line in lines:
        order, known = orders.get(line.event.order_no), events.get(line.event.event_id)
        findings = comparison.of_line(_said(line), known, order)
        found += [_of_line(line, finding, order) for finding in findings]
        _add(totals.statement, line.signed_fen)
        totals.matched += not findings
        if order is not None and order["covered_by"] == line.event.event_id:
            _add(totals.covering, order["booked_fen"])
    return found


def _of_events(
    connection: Connection, rows: Sequence[Row], statement: Statement, scope: Scope, totals: Totals
) -> list[Difference]:
    mine = [row for row in rows if str(row["region"]).startswith(scope.region)]
    strange = [row for row in mine if row["event_id"] not in statement.event_ids]
    asked = mine if scope.year else strange
    orders = register.orders(connection, [row["order_no"] for row in asked])
    found: list[Difference] = []
    for row in mine:
        order = orders.get(row["order_no"])
        if scope.year and (order is None or order["coverage_year"] != scope.year):
            continue
        _add(totals.arrived, row["amount_fen"] if row["type"] == "payment.succeeded" else -row["amount_fen"])
        if row["event_id"] not in statement.event_ids:
            found.append(_of_event(row, not_on_statement(row), order))
    return found


def _said(line: Line) -> Said:
    event, at = line.event, line.event.paid_microseconds()
    reverses = event.reverses_event_id if event.type == "payment.reversed" else None
    about = event.event_id, event.type, event.order_no, event.amount_fen, at, line.day.year
    return Said(line.number, *about, reverses, region_of(event.order_no))


def _of_line(line: Line, finding: Finding, order: Row | None) -> Difference:
    event = line.event
    said = {"line": line.number, "statement_fen": event.amount_fen, "paid_at": line.paid_at, "event_type": event.type}
    said |= {name: getattr(event, name) for name in ("event_id", "order_no", "reverses_event_id")}
    return said | {"voucher_no": event.voucher_no, "channel": event.channel} | _about(finding, order)


def _of_event(row: Row, finding: Finding, order: Row | None) -> Difference:
    said = {name: row[name] for name in ("event_id", "order_no", "reverses_event_id")}
    nothing = dict.fromkeys(("line", "statement_fen", "voucher_no", "channel"))
    return said | nothing | {"event_type": row["type"], "paid_at": moment(row["paid_at"])} | _about(finding, order)


def _about(finding: Finding, order: Row | None) -> Difference:
    known = {"enrollment_id": order["id"], "coverage_year": order["coverage_year"]} if order is not None else {}
    nothing = dict.fromkeys(("enrollment_id", "coverage_year", "result", "remark", "decided_by", "decided_at"))
    told = {"type": finding.type, "reason": finding.reason, "booked_fen": finding.booked_fen, "state": "open"}
    return {**nothing, **known, **told}


def _add(total: list[int], fen: int) -> None:
    total[0] += 1
    total[1] += fen


def _microseconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).timestamp()) * 1_000_000
