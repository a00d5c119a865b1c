"""A made-up county as a database: households, payments, refunds, all as the service would have written them."""

import json
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import insert

from app.enrollment.id_numbers import check_digit
from app.packs.shelf import NOTICES, Shelf
from app.rules.person import Identity, Person
from app.rules.quoting import quote
from app.settings import Settings
from app.storage.database import Connection, open_database
from app.storage.personal import Vault
from app.storage.schema import migrate
from app.storage.tables import audit, audit_heads, enrollments, entries, inbox, postings, targets
from app.workflows.book_money import shares_of
from bench.callbacks import settle_down

REGION, YEAR = "430424", 2024
TOWNSHIPS, VILLAGES = 20, 15  # in a township
HOUSEHOLD = 4
_DAY = 1_698_890_000_000_000  # 2023-11-02, microseconds
_CODES = {0: "subsistence_allowance", 1: "extreme_poverty", 2: "at_risk_of_poverty", 3: "disability_1"}
Rows = dict[Any, list[dict[str, Any]]]


def fill(url: str, people: int) -> None:
    """Nine in ten have paid, or nothing was to be paid; the others wait, were refunded or cancelled."""
    database, vault = open_database(url), Vault(*Settings().vault_keys())
    migrate(database)
    with database.transaction() as connection:
        for start in range(0, people, 5000):
            _write(connection, _batch(vault, range(start, min(start + 5000, people)), people))
        connection.execute(insert(audit_heads), [{"region": REGION, "number": 2 * people, "link": ""}])
        connection.execute(insert(targets), list(_targets(people)))
    settle_down(database)
    database.close()


def village_of(number: int, people: int) -> str:
    place = number * TOWNSHIPS * VILLAGES // people
    return f"{REGION}{100 + place // VILLAGES}{201 + place % VILLAGES}"


def _targets(people: int) -> Iterator[dict[str, Any]]:
    each = people // (TOWNSHIPS * VILLAGES)
    for place in range(TOWNSHIPS * VILLAGES):
        village = f"{REGION}{100 + place // VILLAGES}{201 + place % VILLAGES}"
        names = {"village_name": f"第{place + 1}村", "township_name": f"第{place // VILLAGES + 1}镇"}
        numbers = {"target": each, "hukou_population": each + 50, "last_target": each - 9, "growth": 9}
        should = {"should_local": each, "should_elsewhere": 20, "employee_insured": 30}
        row = {"region": REGION, "coverage_year": YEAR, "village": village, "imported_at": 1}
        yield row | names | numbers | should


def _write(connection: Connection, rows: Rows) -> None:
    for table, some in rows.items():
        connection.execute(insert(table), some)


def _batch(vault: Vault, numbers: range, people: int) -> Rows:
    rows: Rows = {table: [] for table in (enrollments, audit, inbox, postings, entries)}
    for number in numbers:
        _person(vault, number, people, rows)
    return rows


def _person(vault: Vault, number: int, people: int, rows: Rows) -> None:
    code = _CODES.get(number % 40)
    answer = ANSWERS[code]
    id, exempt = f"{REGION}-{number:032x}", answer["outcome"] == "exempt"
    ending = "covered" if exempt or number % 10 else ("awaiting_payment", "reversed", "cancelled")[number // 10 % 3]
    first = f"999{number // 1000:03d}{1940 + number % 70}{1 + number % 12:02d}15{number % 1000:03d}"
    village = village_of(number, people)
    personal = {
        "applicant": {"name": f"村民{'甲乙丙丁'[number % 4]}", "id_type": "resident_id",
                      "id_number": first + check_digit(first), "phone": f"1{number:010d}"},
        "household": {"household_no": f"{village}-{number // HOUSEHOLD:06d}",
                      "relation": "head" if number % HOUSEHOLD == 0 else "child"},
        "facts": {"birth_date": "1985-06-15", "identities": [{"code": code, "since": "2022-01-01"}] if code else []},
    }  # fmt: skip
    rows[enrollments].append(
        {
            "region": REGION, "id": id, "coverage_year": YEAR, "order_no": None if exempt else id, "state": ending,
            "person_key": f"{number:064x}", "village": village, "channel": "bench",
            "household_key": f"{number // HOUSEHOLD:064x}", "personal": vault.seal(personal, id),
            "payable_fen": answer["payable_fen"], "due_through": "2023-12-31", "priced_on": "2023-11-02",
            "quote": QUOTES[code], "shares": shares_of(answer), "revision": 1, "created_by": "bench",
            "created_at": _DAY, "updated_at": _DAY, "covering_posting": None,
        }
    )  # fmt: skip
    about = {"order_no": id, "outcome": answer["outcome"], "payable_fen": answer["payable_fen"]}
    _record(rows, number, 1, "registered", about)
    if ending == "cancelled":
        _record(rows, number, 2, "cancelled", {})
    elif ending != "awaiting_payment":
        _cover(rows, number, answer, ending)


def _cover(rows: Rows, number: int, answer: dict[str, Any], ending: str) -> None:
    id, event = f"{REGION}-{number:032x}", f"event-{number:08d}"
    exempt = answer["outcome"] == "exempt"
    for kind in ("cover", "take_back")[: 2 if ending == "reversed" else 1]:
        sign, posting = 1 if kind == "cover" else -1, f"{REGION}-{kind[0]}{number:031x}"
        rows[postings].append(
            {"region": REGION, "id": posting, "coverage_year": YEAR, "kind": kind, "enrollment_id": id,
             "event_id": None if exempt else event, "posted_at": _DAY + 1}
        )  # fmt: skip
        moves = [("collector", answer["payable_fen"]), ("personal", -answer["personal_fen"])]
        moves += [(f"subsidy:{s['fund']}", s["amount_fen"]) for s in answer["subsidies"]]
        rows[entries] += [
            {"region": REGION, "posting_id": posting, "line": n, "account": account, "amount_fen": sign * fen}
            for n, (account, fen) in enumerate(moves)
            if fen
        ]
    if exempt:
        return
    rows[inbox].append(
        {"event_id": event, "region": REGION, "type": "payment.succeeded", "order_no": id, "paid_at": _DAY,
         "amount_fen": answer["payable_fen"], "reverses_event_id": None, "content_hash": "", "body": b"",
         "effect": "covered", "received_at": _DAY}
    )  # fmt: skip
    _record(rows, number, 2, ending, {"event_id": event, "amount_fen": answer["payable_fen"]})


def _record(rows: Rows, number: int, which: int, deed: str, about: dict[str, Any]) -> None:
    rows[audit].append(
        {"region": REGION, "number": 2 * number + which, "at": _DAY + which, "actor": "bench", "deed": deed,
         "enrollment_id": f"{REGION}-{number:032x}", "about": json.dumps(about), "link": f"{number:064x}"}
    )  # fmt: skip


def _answer(code: str | None) -> dict[str, Any]:
    compiled = Shelf((NOTICES,)).find(REGION, YEAR)
    held = (Identity(code, None, date(2022, 1, 1)),) if code else ()
    return quote(compiled, Person(birth_date=date(1985, 6, 15), identities=held), date(2023, 11, 2)).answer()


ANSWERS = {code: _answer(code) for code in (None, *_CODES.values())}
QUOTES = {code: json.dumps(answer, ensure_ascii=False) for code, answer in ANSWERS.items()}

if __name__ == "__main__":
    fill(sys.argv[1], int(sys.argv[2]))
