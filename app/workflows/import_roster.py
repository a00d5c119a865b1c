"""A change list is taken in: line by line onto the timelines, a transaction for each few hundred lines.

So payments never wait long, and what is broken off goes on where it was when the same file comes again: how far it is
stands in the import's row, in the same transaction as the lines.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from app.enrollment.rosters import Stretch, covered_by
from app.journal.telling import tell
from app.rosters.reading import ChangeList
from app.storage import price_register
from app.storage import roster_register as register
from app.storage.database import Connection
from app.storage.ids import new_id
from app.workflows.do_effects import do_effects
from app.workflows.listed_identities import Lists, lists_from, timelines
from app.workflows.office import Office, Refused
from app.workflows.plan_lines import Plan, Sender, plan_lines
from app.workflows.show_enrollment import document_key
from app.workflows.show_roster import Shown, shown_import
from app.workflows.sweep_orders import sweep, would_sweep
from app.workflows.weigh_change import Effect, Proposed, Weighing

AT_A_TIME = 400
Show = Callable[[Shown], None]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A list as it came: where from, brought by whom, and its lines."""

    region: str
    source: str
    by: str
    content: ChangeList


def import_roster(office: Office, arrival: Arrival, show: Show) -> dict[str, Any]:
    """The import as it is shown. The same file again does nothing. Raises Refused while another takes the same file."""
    row, repeated = _begun(office, arrival)
    lines = arrival.content.lines
    while row["state"] == "running":
        if row["taken"] < len(lines):
            row = _take(office, arrival, row, show)
        else:
            row = _advanced(office, row, state="sweeping")
    if row["state"] == "sweeping":
        repriced = sweep(office, row, arrival.by)
        row = _finished(office, arrival, row, repriced)
        tell("roster_imported", import_id=row["id"], result=arrival.source)
    return shown_import(row) | {"dry_run": False, "repeated": repeated}


def _begun(office: Office, arrival: Arrival) -> tuple[dict[str, Any], bool]:
    """The import's row, and whether it was there and had been finished before."""
    with office.deed() as books:
        register.lock(books.connection, arrival.region)
        content = arrival.content
        found = register.by_content(books.connection, arrival.region, arrival.source, content.content_hash)
        if found is not None:
            return dict(found), found["state"] == "done"
        row = _new_row(arrival, books.now)
        register.start(books.connection, row)
        about = {"import_id": row["id"], "source": arrival.source, "sha256": content.content_hash}
        books.audit(arrival.region, arrival.by, "roster_begun", **about, lines=row["lines"], refused=row["refused"])
    return row, False


def _new_row(arrival: Arrival, now: int) -> dict[str, Any]:
    content = arrival.content
    row: dict[str, Any] = {"region": arrival.region, "id": new_id(arrival.region), "source": arrival.source}
    row |= {
        "state": "running",
        "content_hash": content.content_hash,
        "imported_by": arrival.by,
        "started_at": now,
        "finished_at": None,
    }
    counts = dict.fromkeys(("taken", "added", "removed", "unchanged", "conflicts", "repriced", "proposals"), 0)
    return row | counts | {"lines": len(content.lines), "refused": len(content.unreadable)}


def _take(office: Office, arrival: Arrival, row: dict[str, Any], show: Show) -> dict[str, Any]:
    """The next lines, with all that they do."""
    with office.deed() as books:
        connection = books.connection
        register.lock(connection, arrival.region)
        sender = Sender(arrival.source, row["id"], row["imported_by"], arrival.by, office.vault.seal)
        plan, effects = _planned(office, connection, arrival, row["taken"], sender, None, books.now)
        register.write(connection, [*plan.added.values()], [*plan.ended.values()], plan.waiting)
        repriced, proposals, waiting = do_effects(office, books, effects)
        changes = {name: row[name] + counted for name, counted in _counts(plan).items()}
        changes |= {"repriced": row["repriced"] + repriced, "proposals": row["proposals"] + proposals}
        changes |= {"conflicts": changes["conflicts"] + waiting, "taken": row["taken"] + len(plan.taken)}
        if not register.advance(connection, row, **changes):
            raise Refused("roster_import_in_progress")
    for shown in _shown(plan, effects):
        show(shown)
    return row | changes


def _planned(
    office: Office,
    connection: Connection,
    arrival: Arrival,
    start: int,
    sender: Sender,
    overlay: dict[str, list[Stretch]] | None,
    now: int,
) -> tuple[Plan, list[Effect]]:
    """What the lines from `start` on do. In a dry run `overlay` holds what the lines before them have done."""
    lines = arrival.content.lines[start : start + AT_A_TIME]
    keys = [document_key(office, "resident_id", line.id_number) for line in lines]
    standing = timelines(connection, arrival.region, sorted(set(keys)))
    standing |= {key: overlay[key] for key in keys if overlay and key in overlay}
    plan = Plan(arrival.region, now)
    plan_lines(plan, lines, keys, standing, sender)
    rows = price_register.enrollments_of(connection, arrival.region, sorted(plan.moved), lock=overlay is None)
    weighing = Weighing(office, connection, arrival.region, rows)
    sources = register.sources(connection, arrival.region)
    then = covered_by({*sources, arrival.source})
    effects = []
    for row in rows:
        moved = plan.moved[row["person_key"]]
        steps = [(Lists(then, stretches), cause) for stretches, cause in moved.steps]
        effects.append(weighing.effect(row, lists_from(sources, moved.before), steps))
    return plan, [effect for effect in effects if effect is not None]


def _counts(plan: Plan) -> dict[str, int]:
    added, removed = plan.count("added", "reclassified"), plan.count("removed")
    return {"added": added, "removed": removed, "unchanged": plan.count("unchanged"), "conflicts": len(plan.waiting)}


def _shown(plan: Plan, effects: list[Effect]) -> Iterator[Shown]:
    """Each line, and beside a person's last one what it does to their enrollments."""
    by_person: dict[str, list[Effect]] = {}
    for effect in effects:
        by_person.setdefault(effect.row["person_key"], []).append(effect)
    last = {taken.person_key: taken for taken in plan.taken if taken.person_key in plan.moved}
    for taken in plan.taken:
        mine = by_person.get(taken.person_key, []) if last.get(taken.person_key) is taken else []
        yield Shown(taken.line, taken.result, mine)


def dry_run(office: Office, arrival: Arrival, show: Show) -> dict[str, Any]:
    """What the import would do, line by line; nothing is written and nobody waits for it."""
    row, overlay = _new_row(arrival, office.now()), dict[str, list[Stretch]]()
    with office.database.reading() as connection:
        content = arrival.content
        found = register.by_content(connection, arrival.region, arrival.source, content.content_hash)
        if found is not None and found["state"] == "done":
            return shown_import(dict(found)) | {"dry_run": True, "repeated": True}
        sender = Sender(arrival.source, row["id"], arrival.by, arrival.by, lambda _, __: b"")
        while row["taken"] < row["lines"]:
            plan, effects = _planned(office, connection, arrival, row["taken"], sender, overlay, office.now())
            overlay |= {key: moved.after for key, moved in plan.moved.items()}
            for shown in _shown(plan, effects):
                show(shown)
            for name, counted in (_counts(plan) | {"taken": len(plan.taken)}).items():
                row[name] += counted
            for effect in effects:
                row[effect.counted_as] += not (isinstance(effect, Proposed) and effect.fields is None)
        row["repriced"] += would_sweep(office, connection, row, overlay)
    return shown_import(row | {"id": None, "state": "dry_run"}) | {"dry_run": True, "repeated": False}


def _advanced(office: Office, row: dict[str, Any], **changes: Any) -> dict[str, Any]:
    with office.deed() as books:
        register.lock(books.connection, row["region"])
        if not register.advance(books.connection, row, **changes):
            raise Refused("roster_import_in_progress")
    return row | changes


def _finished(office: Office, arrival: Arrival, row: dict[str, Any], repriced: int) -> dict[str, Any]:
    with office.deed() as books:
        changes = {"state": "done", "finished_at": books.now, "repriced": row["repriced"] + repriced}
        if not register.advance(books.connection, row, **changes):
            raise Refused("roster_import_in_progress")
        counts = {name: (row | changes)[name] for name in ("added", "removed", "unchanged", "conflicts", "proposals")}
        about = {"import_id": row["id"], "source": arrival.source, "repriced": changes["repriced"]}
        books.audit(arrival.region, arrival.by, "roster_imported", **about, **counts)
    return row | changes
