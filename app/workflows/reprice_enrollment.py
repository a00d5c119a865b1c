"""An order whose price has run out is priced anew when it is next read, and says so."""

import json
from typing import Any

from app.enrollment.payments import State
from app.journal.telling import tell
from app.packs.mistakes import PackRefused
from app.packs.shelf import PolicyNotFound
from app.storage import enrollment_register as register
from app.workflows.office import Office, Refused
from app.workflows.show_enrollment import shown
from app.workflows.tell_collector import tell_collector


def current_enrollment(office: Office, id: str) -> dict[str, Any]:
    """The enrollment with a price that holds today; raises Refused where there is none."""
    with office.database.reading() as connection:
        row = register.by_id(connection, id)
    if row is None:
        raise Refused("enrollment_not_found")
    return _repriced(office, id) if _has_run_out(office, row) else shown(row)


def _has_run_out(office: Office, row: Any) -> bool:
    today = office.today().isoformat()
    return bool(row["state"] == State.AWAITING_PAYMENT and row["due_through"] < today and row["priced_on"] < today)


def _repriced(office: Office, id: str) -> dict[str, Any]:
    with office.database.transaction() as connection:
        row = register.by_id(connection, id, lock=True)
        if row is None or not _has_run_out(office, row):
            return shown(row)
        facts = office.vault.open(bytes(row["personal"]), id)["facts"]
        try:
            quoted = office.quote_for(facts, row["region"], row["coverage_year"], office.today())
        except (PolicyNotFound, PackRefused):
            return shown(row)
        changes: dict[str, Any] = {"quote": json.dumps(quoted, ensure_ascii=False), "updated_at": office.now()}
        changes["priced_on"] = office.today().isoformat()
        if quoted["outcome"] in ("payable", "exempt"):
            changes |= {"payable_fen": quoted["payable_fen"], "due_through": quoted["valid_through"]}
        register.change(connection, id, **changes)
        now = {**row, **changes}
        tell_collector(connection, now, "receivable.changed", quoted["payable_fen"])
    tell("enrollment_repriced", enrollment_id=id, result=quoted["outcome"])
    return shown(now) | {"repriced": {"from_fen": row["payable_fen"], "on": office.today().isoformat()}}
