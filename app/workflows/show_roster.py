"""How imports, their lines and people's timelines are shown."""

from dataclasses import dataclass
from typing import Any

from app.enrollment.id_numbers import RESIDENT_ID, WrongNumber, normalized
from app.enrollment.rosters import SOURCES
from app.rosters.lines import Line, masked
from app.rules.vocabulary import CLASSES, IDENTITIES
from app.storage import roster_register as register
from app.workflows.office import Office, Refused, moment
from app.workflows.show_enrollment import document_key
from app.workflows.weigh_change import Effect, Proposed, Repriced


@dataclass(frozen=True, slots=True)
class Shown:
    """A line of an import, its result, and what it does to enrollments."""

    line: Line
    result: str
    effects: list[Effect]

    def plain(self) -> dict[str, Any]:
        line = self.line
        said = {"line": line.number, "who": masked(line.id_number), "action": line.action, "identity": line.identity}
        said |= {"class": line.class_, "day": line.day, "result": self.result}
        return said | {"effects": [_effect(effect) for effect in self.effects]}


def _effect(effect: Effect) -> dict[str, Any]:
    said: dict[str, Any] = {"enrollment_id": effect.row["id"], "coverage_year": effect.row["coverage_year"]}
    if isinstance(effect, Repriced):
        price = {"from_fen": effect.row["payable_fen"], "payable_fen": effect.quoted["payable_fen"]}
        return said | {"effect": "repriced"} | price
    if isinstance(effect, Proposed):
        if effect.fields is None:
            return said | {"effect": "proposal_withdrawn"}
        fields = effect.fields
        return said | {"effect": "proposed", "kind": fields["kind"], "amount_fen": fields["amount_fen"]}
    return said | {"effect": "price_not_settled"}


def identity_text(code: str, class_: str | None) -> str:
    """低保对象（农村一类）."""
    name = IDENTITIES.get(code, code)
    return f"{name}（{CLASSES[code][class_]}）" if class_ else name


def shown_import(row: Any) -> dict[str, Any]:
    plain = ("id", "region", "source", "state", "imported_by", "lines", "refused", "added", "removed", "unchanged")
    shown = {name: row[name] for name in (*plain, "conflicts", "repriced", "proposals")}
    finished = row["finished_at"]
    times = {"started_at": moment(row["started_at"]), "finished_at": moment(finished) if finished else None}
    return shown | {"content_sha256": row["content_hash"]} | times


def list_imports(office: Office, region: str, after: str | None, limit: int) -> dict[str, Any]:
    with office.database.reading() as connection:
        rows = register.page(connection, region, after, limit + 1)
    items = [shown_import(row) for row in rows[:limit]]
    return {"imports": items, "next_cursor": items[-1]["id"] if len(rows) > limit else None}


def timeline(office: Office, region: str, id_number: str) -> dict[str, Any]:
    """What each source has said of somebody; asked by ID number, found by its keyed hash."""
    try:
        key = document_key(office, RESIDENT_ID, normalized(RESIDENT_ID, id_number))
    except WrongNumber as wrong:
        raise Refused("invalid_request", errors=[("id_number", str(wrong))]) from None
    with office.database.reading() as connection:
        rows = register.of_person(connection, region, key)
        sources = register.sources(connection, region)
    return {"sources": sorted(sources), "listings": [_listing(row) for row in rows]}


def _listing(row: Any) -> dict[str, Any]:
    plain = ("identity", "class", "source", "since", "until", "township", "village", "added_by", "removed_by")
    names = {"identity_name": identity_text(row["identity"], row["class"]), "source_name": SOURCES[row["source"]]}
    return {name: row[name] for name in plain} | names
