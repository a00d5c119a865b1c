"""The values of two packs side by side with their clauses: what was added, removed or changed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from app.diffing.aligning import moved
from app.packs.read_pack import Written
from app.packs.schema_words import key_words

Path = tuple[str, str, str]  # section, which of its things, which key of that
Kind = Literal["added", "removed", "changed", "clause", "moved", "same"]
# In the order of the pack; what is of the notice itself (its title, number) is not compared.
_SECTIONS = (
    "coverage", "standards", "windows", "no_payment", "eligibility", "local_identities", "groups", "routes",
    "one_subsidy", "subsidies_not_known", "subsidies", "incentives", "rewards", "rewards_cap", "add_ons", "notes",
)  # fmt: skip
_SINGLE = frozenset({"coverage", "no_payment", "one_subsidy", "subsidies_not_known", "rewards_cap"})
# Shown even where only the year has changed: what everybody asks first.
_ALWAYS = frozenset({"standards", "windows"})


@dataclass(frozen=True, slots=True)
class Row:
    """One value; `clause`: the same value by another clause, `moved`: the same day so many years later."""

    kind: Kind
    section: str
    thing: str
    key: str
    old: str | None
    old_clause: str | None
    new: str | None
    new_clause: str | None

    @property
    def label(self) -> str:
        """What the value is, in Chinese."""
        parts = [_title("PackForm", self.section), self.thing]
        if self.key:
            parts.append(_title(_FORMS.get(self.section, ""), self.key))
        return " ".join(part for part in parts if part)


_YEAR = re.compile(r"(20[0-9]{2})(?=年)")  # in titles and notes
_FORMS = {"routes": "RouteForm", "subsidies": "SubsidyForm", "rewards": "RewardForm", "notes": "NoteForm"}


def _title(form: str, key: str) -> str:
    words = key_words(form, key)
    return words[0] if words else key


def rows(old: Written, new: Written) -> list[Row]:
    """Every value that differs, and the windows and prices whether they do or not."""
    years = new.policy.coverage_year - old.policy.coverage_year
    before, after = dict(_values(old.tree)), dict(_values(new.tree))
    later = dict(_values({key: moved(old.tree[key], years) for key in _SECTIONS if key in old.tree}))
    later = {path: (_YEAR.sub(lambda m: str(int(m[1]) + years), told), at) for path, (told, at) in later.items()}
    found = []
    for path in dict.fromkeys((*before, *after)):
        kind = _kind(before.get(path), later.get(path), after.get(path))
        if kind not in ("same", "moved") or path[0] in _ALWAYS:
            found.append(Row(kind, *path, *before.get(path, (None, None)), *after.get(path, (None, None))))
    return list(_with_whole_things(found, old.tree, new.tree))


Value = tuple[str, str | None]


def _kind(before: Value | None, later: Value | None, after: Value | None) -> Kind:
    if before is None or later is None:
        return "added"
    if after is None:
        return "removed"
    if before[0] == after[0]:
        return "same" if before[1] == after[1] else "clause"
    return "moved" if later[0] == after[0] else "changed"


def _with_whole_things(found: list[Row], old: Any, new: Any) -> Iterator[Row]:
    """A thing that is new or gone is one row, not one for each of its keys."""
    seen = set()
    for row in found:
        whole = (row.section, row.thing)
        tree = new if row.kind == "added" else old
        other = old if row.kind == "added" else new
        if row.kind not in ("added", "removed") or row.section in _SINGLE or _thing(other, *whole) is not None:
            yield row
        elif whole not in seen:
            seen.add(whole)
            told, clause = flow(_thing(tree, *whole)), _clause(_thing(tree, *whole))
            if row.kind == "added":
                yield Row("added", *whole, "", None, None, told, clause)
            else:
                yield Row("removed", *whole, "", told, clause, None, None)


def _values(tree: dict[str, Any]) -> Iterator[tuple[Path, Value]]:
    for section in _SECTIONS:
        for name, thing in _things(section, tree.get(section)):
            parts = thing.items() if isinstance(thing, dict) else [("", thing)]
            for key, value in parts:
                if key not in ("cite", "id", "code"):
                    yield (section, name, key), (flow(value), _clause(value) or _clause(thing))
            if isinstance(thing, dict) and set(thing) == {"cite"}:
                yield (section, name, ""), ("", _clause(thing))


def _things(section: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The things that a section holds, by their names."""
    if value is None:
        return
    if section in _SINGLE:
        yield "", value
    elif isinstance(value, list):
        yield from ((item.get("id") or item["code"], item) for item in value)
    else:
        for name, thing in value.items():
            if name == "rates":
                yield from ((rate["id"], rate) for rate in thing)
            else:
                yield name, thing


def _thing(tree: dict[str, Any], section: str, name: str) -> Any:
    return dict(_things(section, tree.get(section))).get(name)


def _clause(value: Any) -> str | None:
    """The clause that a value itself carries."""
    said = value.get("cite") if isinstance(value, dict) else None
    if isinstance(said, dict):
        return " ".join(str(said[key]) for key in ("document", "clause", "convention") if key in said)
    return said


def flow(value: Any) -> str:
    """A value as the pack writes it, in one line and without its clauses."""
    if isinstance(value, dict):
        shown = {key: part for key, part in value.items() if key != "cite"}
        return "{" + ", ".join(f"{key}: {flow(part)}" for key, part in shown.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return str(value)
