"""Statements for tests: as the simulator writes them, and broken in one way or another."""

import io
from datetime import date, datetime
from typing import Any

from app.enrollment.reconciliation import Scope
from app.simulator.money import Movement
from app.simulator.statement import Encoding, statement
from app.workflows.office import Office
from app.workflows.reconcile_day import Asked, reconcile_day
from app.workflows.show_reconciliation import all_differences

DAY = date(2023, 11, 2)
HEADER = "event_id,order_no,type,amount_fen,paid_at,reverses_event_id,voucher_no,channel"


def movement(event: dict[str, Any]) -> Movement:
    """What the bureau's books hold of an event."""
    at = datetime.fromisoformat(event["paid_at"])
    about = event["event_id"], event["type"], event["order_no"], event["amount_fen"], at
    return Movement(*about, event["voucher_no"], event["channel"], event.get("reverses_event_id"))


def statement_of(*events: dict[str, Any], encoding: Encoding = "utf-8") -> bytes:
    return statement([movement(event) for event in events], encoding)


def asked(content: bytes, actor: str = "first", day: date | None = None, scope: Scope | None = None) -> Asked:
    return Asked(io.BytesIO(content), day, scope or Scope(), actor)


def reconciled(office: Office, *events: dict[str, Any], scope: Scope | None = None) -> dict[str, Any]:
    """A statement of these events, compared."""
    return reconcile_day(office, asked(statement_of(*events), day=DAY, scope=scope))[0]


def differences(office: Office, found: dict[str, Any]) -> list[dict[str, Any]]:
    return list(all_differences(office, found["id"]))


def kinds(office: Office, found: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(one["type"], one["reason"]) for one in differences(office, found)]
