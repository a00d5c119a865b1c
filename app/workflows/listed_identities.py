"""By whose word somebody has an identity: where a region has lists, the lists', not the applicant's.

Only identities that the lists of the region decide (docs/rosters.md); the others stay as they were declared.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.enrollment.id_numbers import GUARDIAN, WrongNumber, birth_date_of
from app.enrollment.rosters import Listed, Stretch, covered_by, holds_until, listed
from app.rules.vocabulary import IDENTITIES
from app.storage import roster_register as register
from app.storage.database import Connection
from app.workflows.office import Office

_CLAUSE = "产品约定：有名单的地区，困难身份以部门名单为准"


@dataclass(frozen=True, slots=True)
class Lists:
    """What a region's lists say of somebody: `covered` are the identities that they decide."""

    covered: frozenset[str]
    stretches: Sequence[Stretch]


def lists_of(connection: Connection, region: str, person_key: str) -> Lists | None:
    """None where no list says anything: neither has one been taken in whole, nor has a line about this person."""
    sources = register.sources(connection, region)
    stretches = timelines(connection, region, [person_key]).get(person_key, [])
    return lists_from(sources, stretches)


def lists_from(sources: Collection[str], stretches: Sequence[Stretch]) -> Lists | None:
    """A line counts as soon as it is taken; that somebody is on no line, only when the whole list is."""
    return Lists(covered_by(sources), stretches) if sources or stretches else None


def timelines(connection: Connection, region: str, person_keys: Sequence[str]) -> dict[str, list[Stretch]]:
    """By person, the earliest stretch first; who is on no list is left out."""
    return timelines_of(register.of_people(connection, region, person_keys))


def timelines_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Stretch]]:
    """By person, from rows that are in that order."""
    found: dict[str, list[Stretch]] = {}
    for row in rows:
        found.setdefault(row["person_key"], []).append(stretch_of(row))
    return found


def stretch_of(row: Mapping[str, Any]) -> Stretch:
    return Stretch(row["id"], row["identity"], row["class"], row["source"], row["since"], row["until"])


def quote_by_lists(
    office: Office, lists: Lists | None, personal: Mapping[str, Any], region: str, year: int, day: date
) -> dict[str, Any]:
    """What a registered person would be quoted on `day`; `personal` is what was sealed with the registration."""
    facts: dict[str, Any] = personal["facts"]
    if lists is None:
        return office.quote_for(facts, region, year, day)
    if not findable(personal["applicant"]):
        return _noted(office.quote_for(facts, region, year, day), _unchecked(facts, lists.covered))
    on = day.isoformat()
    now = list(listed(lists.stretches, on))
    quoted = office.quote_for(by_word_of(now, facts, lists.covered), region, year, day)
    quoted = _noted(quoted, [*_not_listed(facts, now, lists.covered, on), *_class_declared(facts, now)])
    return _ending(quoted, holds_until(lists.stretches, on))


def findable(applicant: Mapping[str, Any]) -> bool:
    """Lists name people by their own resident ID: who is registered without one can't be found on them."""
    try:
        birth_date_of(applicant["id_number"].replace(" ", "").upper())
    except WrongNumber:
        return False
    return bool(applicant["id_type"] != GUARDIAN)


def by_word_of(now: Iterable[Listed], facts: Mapping[str, Any], covered: Collection[str]) -> dict[str, Any]:
    """The facts with the identities as the lists have them. A class that a list leaves open is as declared."""
    declared = {i["code"]: i for i in facts.get("identities") or ()}
    found: list[dict[str, Any]] = []
    for one in now:
        class_ = one.class_ or declared.get(one.code, {}).get("class")
        found.append({"code": one.code, "since": one.since} | ({"class": class_} if class_ else {}))
    known = {i["code"] for i in found}
    found += [i for code, i in declared.items() if code not in known and code not in covered]
    return {**facts, "identities": found}


def _names(codes: Iterable[str]) -> str:
    return "、".join(IDENTITIES.get(code, code) for code in codes)


def _note(code: str, text: str) -> dict[str, str]:
    return {"code": code, "text": text, "clause": _CLAUSE}


def _not_listed(
    facts: Mapping[str, Any], now: Iterable[Listed], covered: Collection[str], on: str
) -> list[dict[str, str]]:
    held = {one.code for one in now if one.since <= on}
    missing = [i["code"] for i in facts.get("identities") or () if i["code"] in covered and i["code"] not in held]
    if not missing:
        return []
    text = f"所报身份（{_names(missing)}）不在部门名单中，未按该身份计算；如有异议请向认定部门核实。"
    return [_note("declared_not_listed", text)]


def _class_declared(facts: Mapping[str, Any], now: Iterable[Listed]) -> list[dict[str, str]]:
    declared = {i["code"] for i in facts.get("identities") or () if i.get("class")}
    open_ = [one.code for one in now if one.class_ is None and one.code in declared]
    return [_note("class_as_declared", f"名单没有写明{_names(open_)}的类别，按所报类别计算。")] if open_ else []


def _unchecked(facts: Mapping[str, Any], covered: Collection[str]) -> list[dict[str, str]]:
    said = [i["code"] for i in facts.get("identities") or () if i["code"] in covered]
    if not said:
        return []
    text = f"登记时没有本人身份证号，所报身份（{_names(said)}）未能与部门名单核对。"
    return [_note("not_checked_against_lists", text)]


def _noted(quoted: dict[str, Any], notes: Sequence[dict[str, str]]) -> dict[str, Any]:
    return {**quoted, "notes": [*quoted["notes"], *notes]} if notes else quoted


def _ending(quoted: dict[str, Any], until: str | None) -> dict[str, Any]:
    """A price that rests on an identity holds no longer than the list has it."""
    through = quoted["valid_through"]
    if until is None or through is None or through < until:
        return quoted
    return {**quoted, "valid_through": (date.fromisoformat(until) - timedelta(days=1)).isoformat()}
