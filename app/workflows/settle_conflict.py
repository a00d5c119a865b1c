"""The work list of the hardship lists: a clerk takes a line as it stands, or leaves it."""

import json
from typing import Any, Literal

from app.enrollment.rosters import SOURCES, Change, Conflict, Stretch, covered_by, force
from app.journal.telling import tell
from app.rosters.lines import masked
from app.storage import conflict_register as register
from app.storage import price_register, roster_register
from app.storage.books import Books
from app.workflows.do_effects import do_effects
from app.workflows.listed_identities import Lists, lists_from, timelines
from app.workflows.office import Office, Refused, moment
from app.workflows.plan_lines import Plan, Sender, carry_out
from app.workflows.show_roster import identity_text
from app.workflows.weigh_change import Cause, Weighing

Settlement = Literal["apply", "dismiss"]


def settle_conflict(office: Office, id: str, clerk: str, decision: Settlement, remark: str) -> dict[str, Any]:
    """Raises Refused where there is no such item, or it has been settled. What an item of a price not settled needs is
    done elsewhere: it can only be dismissed."""
    with office.deed() as books:
        seen = register.item(books.connection, id)
        if seen is None:
            raise Refused("conflict_not_found")
        roster_register.lock(books.connection, seen["region"])
        row = register.item(books.connection, id, lock=True)
        assert row is not None
        if row["state"] != "open":
            raise Refused("already_settled")
        if row["kind"] == Conflict.PRICE_NOT_SETTLED and decision == "apply":
            raise Refused("nothing_to_apply")
        done = {"decision": decision, "settled_by": clerk, "settled_at": books.now, "remark": remark}
        register.settle(books.connection, id, **done)
        effects = _apply(office, books, row, clerk) if decision == "apply" else (0, 0, 0)
        about = {"conflict_id": id, "kind": row["kind"], "decision": decision, "import_id": row["import_id"]}
        about |= dict(zip(("repriced", "proposals", "waiting"), effects, strict=True))
        books.audit(row["region"], clerk, "conflict_settled", row["enrollment_id"], **about)
    tell("roster_conflict_settled", conflict_id=id, result=decision)
    return conflict_shown(office, {**row, **done, "state": "settled"})


def _apply(office: Office, books: Books, row: Any, clerk: str) -> tuple[int, int, int]:
    """The line is taken after all, with everything that it does."""
    connection, region, key = books.connection, row["region"], row["person_key"]
    own: list[Stretch] = timelines(connection, region, [key]).get(key, [])
    change = Change(row["action"], row["identity"], row["class"], row["day"], row["source"])
    found = roster_register.by_id(connection, row["import_id"])
    brought = found["imported_by"] if found is not None else clerk
    plan = Plan(region, books.now)
    about = office.vault.open(bytes(row["personal"]), row["id"]) | {n: row[n] for n in ("township", "village")}
    sender = Sender(row["source"], row["import_id"], brought, clerk, office.vault.seal)
    cause = Cause(
        row["identity"], row["class"], row["source"], row["action"], row["day"], row["line"], row["import_id"], brought,
        clerk,
    )  # fmt: skip
    carry_out(plan, force(own, change), change, key, own, about, sender, cause)
    roster_register.write(connection, [*plan.added.values()], [*plan.ended.values()], [])
    for stretch, since in plan.redated.items():
        roster_register.redate(connection, stretch, since, books.now)
    sources = roster_register.sources(connection, region)
    covered = covered_by(sources)
    rows = price_register.enrollments_of(connection, region, [key])
    weighing = Weighing(office, connection, region, rows)
    steps = [(Lists(covered, plan.moved[key].after), cause)]
    effects = [weighing.effect(enrollment, lists_from(sources, own), steps) for enrollment in rows]
    return do_effects(office, books, [effect for effect in effects if effect is not None])


def list_conflicts(
    office: Office, region: str | None, state: str | None, kind: str | None, after: str | None, limit: int
) -> dict[str, Any]:
    with office.database.reading() as connection:
        rows = register.page(connection, region, state, kind, after, limit + 1)
    items = [conflict_shown(office, row) for row in rows[:limit]]
    return {"conflicts": items, "next_cursor": items[-1]["id"] if len(rows) > limit else None}


def conflict_shown(office: Office, row: Any) -> dict[str, Any]:
    """How an item is shown to a clerk: with the name, and the number masked."""
    personal = office.vault.open(bytes(row["personal"]), row["id"])
    plain = ("id", "region", "kind", "import_id", "line", "action", "identity", "class", "source", "day")
    shown = {name: row[name] for name in (*plain, "township", "village", "enrollment_id", "state", "decision")}
    shown |= {"name": personal["name"], "who": masked(personal["id_number"]), "standing": json.loads(row["standing"])}
    shown |= {"identity_name": identity_text(row["identity"], row["class"]), "source_name": SOURCES[row["source"]]}
    settled = row["settled_at"]
    shown |= {"settled_by": row["settled_by"], "remark": row["remark"], "opened_at": moment(row["opened_at"])}
    return shown | {"settled_at": moment(settled) if settled else None}
