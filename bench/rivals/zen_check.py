"""Check the zen decision against answers worked out by hand from the notice.

Run by .venv-zen's python. It fails if a flat zen input does not say the same as the request beside it, or if zen
decides otherwise than the notice does.
"""

import json
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from zen_probe import load_engine

HERE = Path(__file__).parent
NEVER = 0
STILL_IN = date.max.toordinal()


def day(text: str | None, absent: int = NEVER) -> int:
    return date.fromisoformat(text).toordinal() if text else absent


def employee_end(insurance: dict[str, Any]) -> int:
    """The day employee insurance ended; far away while it goes on, so that one comparison answers both questions."""
    if insurance.get("status") == "active":
        return STILL_IN
    return day(insurance.get("ended_on"))


def first(person: dict[str, Any], field: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = person.get(field, [])
    return found[0] if found else {}


def flatten(request: dict[str, Any]) -> dict[str, Any]:
    """What zen is given: plain integers, booleans and codes, since a null would cost it extra tests in every rule."""
    person = request["person"]
    insurance = person.get("employee_insurance", {})
    identity = first(person, "identities")
    circumstance = first(person, "circumstances")
    return {
        "pay": day(request["pay_date"]),
        "birth": day(person.get("birth_date")),
        "insured": person.get("insured_last_year", False),
        "parent": person.get("parent_insured_in_province", False),
        "elsewhere": person.get("insured_elsewhere", False),
        "ended": employee_end(insurance),
        "months": insurance.get("months_paid_this_year", 0),
        "months_last": insurance.get("months_paid_last_year", 0),
        "gap": insurance.get("gap_this_year", False),
        "lapsed": insurance.get("lapsed_last_year", False),
        "identity": identity.get("code", ""),
        "since": day(identity.get("since")),
        "circumstance": circumstance.get("code", ""),
        "on": day(circumstance.get("on")),
    }


def in_contract_terms(result: Mapping[str, Any]) -> dict[str, Any]:
    start = result.get("benefits_start")
    return {**result, "benefits_start": date.fromordinal(start).isoformat() if start else None}


def differences(entry: dict[str, Any], result: Mapping[str, Any]) -> list[str]:
    found = [] if entry["zen"] == flatten(entry["request"]) else ["zen input differs from the request"]
    answer = in_contract_terms(result)
    for field, wanted in entry["expect"].items():
        if answer.get(field) != wanted:
            found.append(f"{field}: wanted {wanted}, zen says {answer.get(field)}")
    return found


def main() -> int:
    decide = load_engine()
    people = json.loads((HERE / "zen_people.json").read_text(encoding="utf-8"))
    wrong = {entry["name"]: differences(entry, decide(entry["zen"])["result"]) for entry in people}
    for name, found in wrong.items():
        print("ok  " if not found else "BAD ", name, *found)
    return 1 if any(wrong.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
