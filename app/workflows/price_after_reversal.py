"""An order that owes again after a reversal is priced by the lists of today, not by those of when it was paid."""

from collections.abc import Sequence
from typing import Any

from app.enrollment.rosters import COVERS
from app.packs.mistakes import PackRefused
from app.packs.shelf import PolicyNotFound
from app.storage import enrollment_register, roster_register
from app.storage.books import Books
from app.workflows.do_effects import do_effects
from app.workflows.later_changes import latest_change
from app.workflows.listed_identities import lists_from, stretch_of
from app.workflows.office import COLLECTOR, Office
from app.workflows.weigh_change import Cause, Weighing

Row = Any  # of the database


def price_after_reversal(office: Office, books: Books, id: str, listings: Sequence[Row]) -> None:
    """Called when the cover is gone. `listings` is the person's timeline."""
    connection = books.connection
    row: Row = enrollment_register.by_id(connection, id)
    assert row is not None
    sources = roster_register.sources(connection, row["region"])
    lists = lists_from(sources, [stretch_of(one) for one in listings])
    if lists is None:
        return
    cause = latest_change(connection, listings) or _by_word(office, books, row, sources)
    if cause is None:
        return  # nothing that a list could have changed
    try:
        effect = Weighing(office, connection, row["region"], [row]).effect(row, None, [(lists, cause)])
    except (PolicyNotFound, PackRefused):
        return
    if effect is not None:
        do_effects(office, books, [effect])


def _by_word(office: Office, books: Books, row: Row, sources: Sequence[str]) -> Cause | None:
    """Who has declared what no list has: the list that decides it has come meanwhile."""
    facts = office.vault.open(bytes(row["personal"]), row["id"])["facts"]
    for code in (one["code"] for one in facts.get("identities") or ()):
        for source in sources:
            found = roster_register.latest(books.connection, row["region"], source) if code in COVERS[source] else None
            if found is not None:
                brought = found["id"], found["imported_by"], COLLECTOR
                return Cause(code, None, source, "removed", row["priced_on"], 0, *brought)
    return None
