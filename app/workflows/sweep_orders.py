"""The first list of a source decides identities that were the applicant's word before: orders that rest on such a word
are priced anew by the lists. Who has paid keeps what they have; the list's own lines have been weighed by then."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from app.enrollment.rosters import COVERS, covered_by
from app.storage import price_register
from app.storage import roster_register as register
from app.storage.database import Connection
from app.workflows.do_effects import do_effects
from app.workflows.listed_identities import Lists, timelines
from app.workflows.office import Office
from app.workflows.weigh_change import Cause, Repriced, Weighing, funds_of

Row = Mapping[str, Any]
_AT_A_TIME = 400


def sweep(office: Office, region: str, source: str, row: Row) -> int:
    """How many orders were priced anew. May be broken off and repeated: an order priced by the lists stays as it is."""
    after, repriced = "", 0
    while True:
        with office.deed() as books:
            register.lock(books.connection, region)
            page = price_register.owing(books.connection, region, after, _AT_A_TIME)
            ids = _by_word(books.connection, region, source, page)
            done = _weighed(office, books.connection, region, source, row, ids)
            do_effects(office, books, done)
        repriced += len(done)
        if len(page) < _AT_A_TIME:
            return repriced
        after = page[-1]["id"]


def _by_word(connection: Connection, region: str, source: str, page: Sequence[Row]) -> list[str]:
    """Enrollments priced by an identity that is the source's to decide, of people who are not on its list."""
    found = [row for row in page if _rests_on(row, COVERS[source])]
    standing = timelines(connection, region, [row["person_key"] for row in found])
    return [row["id"] for row in found if not any(s.source == source for s in standing.get(row["person_key"], []))]


def _weighed(
    office: Office, connection: Connection, region: str, source: str, row: Row, ids: Sequence[str]
) -> list[Repriced]:
    rows = price_register.locked(connection, region, ids)
    weighing = Weighing(office, connection, region, rows)
    covered = covered_by(register.sources(connection, region))
    standing = timelines(connection, region, [found["person_key"] for found in rows])
    effects = [
        weighing.effect(found, None, Lists(covered, standing.get(found["person_key"], [])), _cause(found, source, row))
        for found in rows
    ]
    return [effect for effect in effects if isinstance(effect, Repriced)]


def _rests_on(row: Row, decided: frozenset[str]) -> bool:
    """Whether the price has a subsidy for an identity that the source's lists decide."""
    quoted = json.loads(row["quote"])
    return bool(funds_of(quoted)) and any(s["identity"] in decided for s in (*quoted["subsidies"], *quoted["refunds"]))


def _cause(row: Row, source: str, import_row: Row) -> Cause:
    quoted = json.loads(row["quote"])
    identity = next(s["identity"] for s in (*quoted["subsidies"], *quoted["refunds"]))
    by, day = import_row["imported_by"], row["priced_on"]
    return Cause(identity, None, source, "removed", day, 0, import_row["id"], by, by)
