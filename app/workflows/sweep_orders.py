"""The first list of a source decides identities that were the applicant's word before: orders that rest on such a word
are priced anew by the lists. Who has paid keeps what they have; the list's own lines have been weighed by then."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.enrollment.rosters import COVERS, Stretch, covered_by, listed
from app.storage import price_register
from app.storage import roster_register as register
from app.storage.database import Connection
from app.workflows.do_effects import do_effects
from app.workflows.listed_identities import Lists, timelines
from app.workflows.office import Office
from app.workflows.weigh_change import Cause, Repriced, Weighing

Row = Mapping[str, Any]
Timelines = Mapping[str, Sequence[Stretch]]
_AT_A_TIME = 400


def sweep(office: Office, row: Row, by: str) -> int:
    """How many orders were priced anew. `row` is the import's. May be broken off and repeated: an order that is priced
    by the lists stays as it is."""
    after: str | None = ""
    repriced, region = 0, row["region"]
    while after is not None:
        with office.deed() as books:
            register.lock(books.connection, region)
            if register.is_decided(books.connection, region, row["source"]):
                return repriced  # by a list before this one, which has been swept for
            page = price_register.owing(books.connection, region, after, _AT_A_TIME)
            words = _words(office, books.connection, row, page)
            rows = price_register.locked(books.connection, region, list(words))
            done = _weighed(office, books.connection, row, by, rows, words)
            do_effects(office, books, done)
        repriced += len(done)
        after = page[-1]["id"] if len(page) == _AT_A_TIME else None
    return repriced


def would_sweep(office: Office, connection: Connection, row: Row, taken: Timelines) -> int:
    """How many it would be; who is `taken` has been weighed with a line of their own."""
    after: str | None = ""
    repriced, region = 0, row["region"]
    while after is not None and not register.is_decided(connection, region, row["source"]):
        page = price_register.owing(connection, region, after, _AT_A_TIME)
        words = _words(office, connection, row, [found for found in page if found["person_key"] not in taken])
        rows = [found for found in page if found["id"] in words]
        repriced += len(_weighed(office, connection, row, "", rows, words))
        after = page[-1]["id"] if len(page) == _AT_A_TIME else None
    return repriced


def _words(office: Office, connection: Connection, row: Row, page: Sequence[Row]) -> dict[str, str]:
    """Enrollments with an identity that is the source's to decide and that is on no list: which one, by id."""
    found: dict[str, list[str]] = {}
    for enrollment in page:
        facts = office.vault.open(bytes(enrollment["personal"]), enrollment["id"])["facts"]
        declared = [one["code"] for one in facts.get("identities") or () if one["code"] in COVERS[row["source"]]]
        if declared:
            found[enrollment["id"]] = declared
    people = {enrollment["id"]: enrollment["person_key"] for enrollment in page if enrollment["id"] in found}
    standing, today = timelines(connection, row["region"], list(people.values())), office.today().isoformat()
    borne_out = {key: {one.code for one in listed(s, today) if one.since <= today} for key, s in standing.items()}
    words = {id: [code for code in found[id] if code not in borne_out.get(key, ())] for id, key in people.items()}
    return {id: codes[0] for id, codes in words.items() if codes}


def _weighed(
    office: Office, connection: Connection, row: Row, by: str, rows: Sequence[Row], words: Mapping[str, str]
) -> list[Repriced]:
    weighing = Weighing(office, connection, row["region"], rows)
    covered = covered_by({*register.sources(connection, row["region"]), row["source"]})
    standing = timelines(connection, row["region"], [found["person_key"] for found in rows])
    effects = []
    for found in rows:
        brought = row["id"] or "", row["imported_by"], by
        cause = Cause(words[found["id"]], None, row["source"], "removed", found["priced_on"], 0, *brought)
        effects.append(weighing.effect(found, None, [(Lists(covered, standing.get(found["person_key"], [])), cause)]))
    return [effect for effect in effects if isinstance(effect, Repriced)]
