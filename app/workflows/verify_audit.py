"""The audit record: what was done to an enrollment, and whether anything of it was changed afterwards."""

import json
from dataclasses import dataclass
from typing import Any

from app.storage import audit_register as register
from app.storage.ids import region_of
from app.workflows.office import Office, Refused, moment


@dataclass(frozen=True, slots=True)
class Chain:
    """A region's chain: its length, its last link, and the number of the first record that is not as it was written."""

    region: str
    number: int
    link: str
    broken_at: int | None


def verify_audit(office: Office) -> list[Chain]:
    """Every region's chain, from its first record."""
    with office.database.reading() as connection:
        found = []
        for head in register.heads(connection):
            region, number, link = head["region"], head["number"], head["link"]
            broken = register.first_break(connection, office.vault, region, number, link)
            found.append(Chain(region, number, link, broken))
        found += [Chain(region, 0, "", 1) for region in register.headless(connection)]
    return found


def holds(office: Office, region: str, number: int, link: str) -> bool:
    """Whether the chain still goes through a link that was noted down earlier, outside of this database."""
    with office.database.reading() as connection:
        return register.link_at(connection, region, number) == link


def audit_of(office: Office, enrollment_id: str) -> dict[str, Any]:
    """Who did what to an enrollment, oldest first; raises Refused where there is no such enrollment."""
    region = region_of(enrollment_id)
    with office.database.reading() as connection:
        rows = register.of_enrollment(connection, region, enrollment_id) if region else []
    if not rows:
        raise Refused("enrollment_not_found")
    return {"records": [_shown(row) for row in rows]}


def _shown(row: Any) -> dict[str, Any]:
    plain = {name: row[name] for name in ("number", "actor", "deed")}
    return plain | {"at": moment(row["at"]), "about": json.loads(row["about"])}
