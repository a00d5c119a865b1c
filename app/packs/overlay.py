"""Lays changes over a pack: a county's over the province's, an amendment's over the notice. Trees, not yet forms.

Mappings are merged key by key, lists of things with an id (or code) thing by thing, everything else is replaced. What
can be said in one way only (`benefits`, `not`, a charge of another kind, `fund` or `shares`) is replaced as a whole: a
key that the change does not repeat would contradict it. Each value keeps the document it comes from, and its line.
"""

from collections.abc import Iterator
from typing import Any

from app.packs.mistakes import Mistake

Place = tuple[str | int, ...]
Lines = dict[Place, int]
# What a pack says of itself: never taken over from the pack that it extends.
OWN = ("pack", "region", "region_name", "coverage_year", "version", "notice", "extends", "leaves_out", "amendments")

# One statement each: what is left of the old one would contradict the new one, or narrow it unseen.
WHOLE = ("benefits", "not", "identities")
INSTEAD = (("personal", "rates"), ("fund", "shares"), ("all", "percent", "yuan", "person_pays"))


def cited_to(tree: Any, document: str) -> Any:
    """The tree with every clause of "the notice" as a clause of that document."""
    if isinstance(tree, list):
        return [cited_to(item, document) for item in tree]
    if not isinstance(tree, dict):
        return tree
    found = {key: cited_to(value, document) for key, value in tree.items()}
    cite = tree.get("cite")
    if isinstance(cite, str) and cite != "not_stated":
        found["cite"] = {"document": document, "clause": cite}
    elif isinstance(cite, dict) and set(cite) == {"clause"}:
        found["cite"] = {"document": document, **cite}
    return found


def without(tree: dict[str, Any], left_out: Any) -> dict[str, Any]:
    """The tree of the pack above without what a county leaves out (form.LeftOutForm; what else is said there the form
    refuses); raises Mistake where there is no such thing."""
    for n, said in enumerate(left_out if isinstance(left_out, list) else []):
        if isinstance(said, dict) and isinstance(said.get("of"), str):
            holder, key = ("standards", "rates") if said["of"] == "rates" else ("", said["of"])
            inside = tree.get(holder) if holder else tree
            things = inside.get(key) if isinstance(inside, dict) else None
            kept = [thing for thing in things or [] if _name(thing) != said.get("name")]
            if len(kept) == len(things or []):
                raise Mistake(("leaves_out", n, "name"), f"the pack above has none of this name among its {key}")
            tree = tree | ({holder: {**tree[holder], key: kept}} if holder else {key: kept})
    return tree


class Overlay:
    """Changes laid over a tree; `lines` of the result are those of the changes, where they speak.

    `lines_of_base`: the lines of what is not changed, where it stands in the same file.
    """

    def __init__(self, change_lines: Lines, lines_of_base: Lines | None = None, prefix: Place = ()) -> None:
        self.change_lines, self.prefix = change_lines, prefix
        self.lines: Lines = dict(lines_of_base or {})

    def merged(self, base: Any, change: Any, at: Place = (), origin: Place = ()) -> Any:
        """The base with the change; raises Mistake at the place of the changes that is wrong."""
        self._mark(at, origin)
        if _bound(base):
            return self._filled(base["at_least"], change, origin)
        if isinstance(base, dict) and isinstance(change, dict):
            self._check_cited(base, change, origin)
            found = {} if _other_charge(at, base, change) else _without_what_it_replaces(base, change)
            for key, value in change.items():
                place = (*at, key)
                if key in found and key not in ("cite", *WHOLE):
                    found[key] = self.merged(base[key], value, place, (*origin, key))
                else:
                    found[key] = self._taken(value, place, (*origin, key))
            return found
        if _named(base) and _named(change):
            return self._merged_list(base, change, at, origin)
        return self._taken(change, at, origin)

    def _merged_list(self, base: list[Any], change: list[Any], at: Place, origin: Place) -> list[Any]:
        found, where = list(base), {_name(item): i for i, item in enumerate(base)}
        for n, item in enumerate(change):
            i = where.get(_name(item))
            if i is None:
                found.append(self._taken(item, (*at, len(found)), (*origin, n)))
            else:
                found[i] = self.merged(found[i], item, (*at, i), (*origin, n))
        return found

    def _filled(self, least: Any, value: Any, origin: Place) -> Any:
        """A value that was left open with a bound."""
        if isinstance(value, str) and isinstance(least, str) and _number(value) < _number(least):
            place = (*self.prefix, *origin)
            raise Mistake(place, f"{value} is below {least}, the least that the document above it allows")
        return value

    def _check_cited(self, base: dict[str, Any], change: dict[str, Any], origin: Place) -> None:
        plain = any(not isinstance(value, dict | list) or "at_least" in value for value in change.values())
        if "cite" in base and plain and "cite" not in change:
            raise Mistake((*self.prefix, *origin), "a changed value without its clause; add cite")

    def _taken(self, value: Any, at: Place, origin: Place) -> Any:
        """A part of the changes as it is, with its lines."""
        self._mark(at, origin)
        for place in list(_places(value)):
            self._mark((*at, *place), (*origin, *place))
        return value

    def _mark(self, at: Place, origin: Place) -> None:
        line = self.change_lines.get((*self.prefix, *origin))
        if line is not None:
            self.lines[at] = line


def _without_what_it_replaces(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """The base without the keys that the change says in another way; a bound stays, the change must keep it."""
    gone = {key for ways in INSTEAD if any(way in change for way in ways) for key in ways if key not in change}
    return {key: value for key, value in base.items() if key not in gone or _bound(value)}


def _other_charge(at: Place, base: dict[str, Any], change: dict[str, Any]) -> bool:
    """Whether it charges in another way: what the old way charged on top is not said of the new one."""
    return at[-1:] == ("charge",) and change.get("kind", base.get("kind")) != base.get("kind")


def _bound(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"at_least"}


def _places(value: Any) -> Iterator[Place]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in items:
        yield (key,)
        yield from ((key, *rest) for rest in _places(part))


def _name(item: Any) -> Any:
    return (item.get("id") or item.get("code")) if isinstance(item, dict) else None


def _named(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(_name(item) for item in value)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0  # the form refuses it with its own sentence
