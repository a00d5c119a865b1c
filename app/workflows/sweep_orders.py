"""The first list of a source decides identities that were the applicant's word before: orders that rest on such a word
are priced anew by the lists. Who has paid keeps what they have; the list's own lines have been weighed by then."""

import json
from collections.abc import Mapping
from typing import Any

from app.enrollment.rosters import COVERS, covered_by
from app.storage import price_register
from app.storage import roster_register as register
from app.workflows.do_effects import do_effects
from app.workflows.listed_identities import Lists, timelines
from app.workflows.office import Office
from app.workflows.weigh_change import Cause, Repriced, Weighing, funds_of

_AT_A_TIME = 400


def sweep(office: Office, region: str, source: str, row: Mapping[str, Any]) -> int:
    """How many orders were priced anew. May be broken off and repeated: an order priced by the lists stays as it is."""
    after, repriced = "", 0
    while True:
        with office.deed() as books:
            page = price_register.owing(books.connection, region, after, _AT_A_TIME)
            ids = [found["id"] for found in page if _rests_on(found, COVERS[source])]
            rows = price_register.locked(books.connection, region, ids)
            weighing = Weighing(office, books.connection, region, rows)
            covered = covered_by(register.sources(books.connection, region))
            standing = timelines(books.connection, region, [found["person_key"] for found in rows])
            effects = []
            for found in rows:
                lists = Lists(covered, standing.get(found["person_key"], []))
                effects.append(weighing.effect(found, None, lists, _cause(found, source, row)))
            done = [effect for effect in effects if isinstance(effect, Repriced)]
            do_effects(office, books, done)
        repriced += len(done)
        if len(page) < _AT_A_TIME:
            return repriced
        after = page[-1]["id"]


def _rests_on(row: Mapping[str, Any], decided: frozenset[str]) -> bool:
    """Whether the price has a subsidy for an identity that the source's lists decide."""
    quoted = json.loads(row["quote"])
    return bool(funds_of(quoted)) and any(s["identity"] in decided for s in (*quoted["subsidies"], *quoted["refunds"]))


def _cause(row: Mapping[str, Any], source: str, import_row: Mapping[str, Any]) -> Cause:
    quoted = json.loads(row["quote"])
    identity = next(s["identity"] for s in (*quoted["subsidies"], *quoted["refunds"]))
    by, day = import_row["imported_by"], row["priced_on"]
    return Cause(identity, None, source, "removed", day, 0, import_row["id"], by, by)
