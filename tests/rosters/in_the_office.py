"""Lists and what follows from them, done in an office itself."""

import json
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import text

from app.rosters.reading import read_list
from app.workflows.decide_proposal import Decision, decide_proposal, list_proposals
from app.workflows.import_roster import Arrival, dry_run, import_roster
from app.workflows.office import Office
from app.workflows.read_ledger import balances, unbalanced_postings
from app.workflows.reprice_enrollment import current_enrollment
from app.workflows.settle_conflict import list_conflicts
from app.workflows.show_roster import Shown, timeline
from tests.rosters.made_up_lists import csv_of, row
from tests.state.in_the_office import booked, opened
from tests.state.made_up import id_number, payment, registration

Place = tuple[str, int]
HENGDONG, GAOTAI, LISHI = ("430424", 2024), ("620724", 2024), ("141102", 2023)
DISTRICT, TOWN = ("hunan-anon-district", 2026), ("hunan-anon-town", 2020)


def on(office: Office, day: str) -> Office:
    """The office on another day."""
    return replace(office, today=partial(date.fromisoformat, day))


def arrival(raw: bytes, region: str = "430424", source: str = "civil_affairs", by: str = "clerk-1") -> Arrival:
    return Arrival(region, source, by, read_list(raw))


def listed(office: Office, *rows: list[str], **asked: str) -> dict[str, Any]:
    """The rows imported."""
    return import_roster(office, arrival(csv_of(*rows), **asked), lambda _: None)


def tried(office: Office, *rows: list[str], **asked: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A dry run: its result and its lines."""
    lines: list[Shown] = []
    result = dry_run(office, arrival(csv_of(*rows), **asked), lines.append)
    return result, [line.plain() for line in lines]


def registered(office: Office, number: str, place: Place = HENGDONG, **changes: Any) -> dict[str, Any]:
    """A registration of the person with this number."""
    applicant = registration()["applicant"] | {"id_number": number}
    return opened(office, applicant=applicant, region=place[0], coverage_year=place[1], village=None, **changes)


def now(office: Office, enrollment: dict[str, Any]) -> dict[str, Any]:
    return current_enrollment(office, enrollment["id"])


def proposed(office: Office, enrollment: dict[str, Any], state: str | None = "open") -> list[dict[str, Any]]:
    wanted = {"enrollment_id": enrollment["id"], "state": state}
    found: list[dict[str, Any]] = list_proposals(office, wanted, None, 100)["proposals"]
    return found


def decided(office: Office, proposal: dict[str, Any], decision: Decision = "approved") -> dict[str, Any]:
    return decide_proposal(office, proposal["id"], "clerk-2", decision, "已核对")


def waiting(office: Office, state: str = "open") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = list_conflicts(office, None, state, None, None, 500)["conflicts"]
    return found


def stretches(office: Office, number: str, region: str = "430424") -> list[tuple[Any, ...]]:
    """A person's timeline."""
    found = timeline(office, region, number)["listings"]
    return [(s["identity"], s["class"], s["source"], s["since"], s["until"]) for s in found]


def somebody_listed(office: Office, category: str = "农村低保", day: str = "2023-10-10") -> str:
    number = id_number()
    listed(office, row(number, "新增", category, day))
    return number


def messages(office: Office, enrollment: dict[str, Any]) -> list[dict[str, Any]]:
    """What the tax bureau is told of an order."""
    statement = text("SELECT body FROM outbox WHERE enrollment_id = :e ORDER BY revision")
    with office.database.reading() as connection:
        bodies = connection.execute(statement, {"e": enrollment["id"]}).scalars()
        return [json.loads(bytes(body)) for body in bodies]


def paid(office: Office, number: str, place: Place, at: str, **changes: Any) -> dict[str, Any]:
    """Registered and paid on a day, at the price of that day."""
    made = registered(on(office, at), number, place, **changes)
    event = payment(made["order_no"], made["receivable"]["payable_fen"], paid_at=f"{at}T10:00:00+08:00")
    assert booked(on(office, at), event) == ["covered"]
    return made | {"event": event}


def accounts(office: Office, region: str) -> dict[str, int]:
    assert unbalanced_postings(office) == []
    return {b["account"]: b["balance_fen"] for b in balances(office, region, None) if b["balance_fen"]}
