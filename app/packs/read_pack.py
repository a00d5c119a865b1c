"""The only reader of YAML: strings, lists and mappings, nothing converted behind anybody's back.

YAML's own guesses (`no` is False, `1:30` is 90, a second key overwrites the first) are not used: the parser's tree is
taken as it is, and the forms say which strings they take. Every refusal names the file, the line and the reason.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from app.packs.form import AmendmentForm, PackForm
from app.packs.lower import lower
from app.packs.marks import unconfirmed
from app.packs.mistakes import Mistake, PackRefused
from app.packs.overlay import OWN, Overlay, cited_to, without
from app.packs.refusals import sentence
from app.packs.slips import slip_in, slip_near
from app.rules.policy import Policy

Place = tuple[str | int, ...]
Find = Callable[[str, str], Path]
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Written:
    """A pack as it stands with all that is laid over it: as a tree, with the line of each place, and as its parts."""

    tree: Any
    lines: dict[Place, int]
    form: PackForm
    policy: Policy

    def line(self, place: Place) -> int:
        return line_of(self.lines, place)


def read_pack(
    path: Path, find: Find | None = None, as_of: date | None = None, *, drafts: bool = False
) -> tuple[PackForm, Policy]:
    """The pack as written and as the engine knows it; raises PackRefused.

    `find` gives the file of a pack that this one extends (without it, the one beside it); `as_of` leaves out what was
    made known later; with `drafts` lines that are still to be confirmed are no mistake.
    """
    written = read_written(path, find, as_of, drafts=drafts)
    return written.form, written.policy


def read_written(path: Path, find: Find | None = None, as_of: date | None = None, *, drafts: bool = False) -> Written:
    """The pack, and where in its file each part of it stands; raises PackRefused."""
    raws: list[bytes] = []
    open_ = [] if drafts else unconfirmed(path.read_bytes())
    beside = find or (lambda region, year: path.with_name(f"{region}-{year}.yaml"))
    tree, lines, above = _whole(path, beside, raws, as_of)
    try:
        tree, lines, own = _amended(tree, lines, as_of)
        digest = "sha256:" + hashlib.sha256(b"\0".join(raws)).hexdigest()
        form, policy = from_tree(path, tree, digest)
    except ValidationError as error:
        _check_above(tree, beside, as_of)
        found = [(line_of(lines, e["loc"]), sentence(e)) for e in error.errors(include_url=False)]
        raise PackRefused(path.name, sorted(found + open_)) from None
    except Mistake as mistake:
        _check_above(tree, beside, as_of)
        found = [(line_of(lines, mistake.path), mistake.sentence)]
        raise PackRefused(path.name, sorted(found + open_)) from None
    if open_:
        raise PackRefused(path.name, open_)
    _check_confirmed(path, raws, drafts)
    days = tuple(sorted(above + own))
    return Written(tree, lines, form, replace(policy, amendment_days=days))


def _check_above(tree: Any, find: Find, as_of: date | None) -> None:
    """A mistake of the pack that this one extends is told with that one's file and line; raises PackRefused."""
    said = tree.get("extends") if isinstance(tree, dict) else None
    if isinstance(said, dict) and isinstance(said.get("region"), str):
        read_written(
            find(said["region"], str(said.get("coverage_year", tree.get("coverage_year", "")))),
            find,
            as_of,
            drafts=True,
        )


def _check_confirmed(path: Path, raws: list[bytes], drafts: bool) -> None:
    """A pack that stands on a draft is one itself."""
    if not drafts and any(unconfirmed(raw) for raw in raws):
        raise PackRefused(path.name, [(1, "the pack that this one extends has lines that are not confirmed yet")])


def from_tree(path: Path, tree: Any, digest: str) -> tuple[PackForm, Policy]:
    """The pack that a tree says; raises ValidationError or Mistake."""
    form = PackForm.model_validate(tree)
    _check_file_name(path, form)
    return form, lower(form, digest)


def _whole(
    path: Path, find: Find, raws: list[bytes], as_of: date | None, depth: int = 0
) -> tuple[Any, dict[Place, int], list[date]]:
    """The tree with the pack that it extends underneath, as that was amended, and the days of those amendments.

    `raws` collects the files that it is made of.
    """
    raw = path.read_bytes()
    raws.append(raw)
    tree, lines = read_tree(path.name, raw)
    said = tree.get("extends") if isinstance(tree, dict) else None
    if not isinstance(said, dict) or not isinstance(said.get("region"), str):
        return tree, lines, []
    line = lines[("extends",)]
    under = find(said["region"], str(said.get("coverage_year", tree.get("coverage_year", ""))))
    if not under.is_file() or depth > 2:
        raise PackRefused(path.name, [(line, f"the pack that this one extends is not there: {under.name}")])
    base, days = _above(under, find, raws, as_of, depth + 1)
    name, notice = f"of_{_as_name(said['region'])}", base.get("notice", {})
    document = {key: notice[key] for key in ("title", "number") if notice.get(key, "not_stated") != "not_stated"}
    below = cited_to({key: value for key, value in base.items() if key not in OWN}, name)
    below["documents"] = {**below.get("documents", {}), name: document}
    overlay = Overlay(lines)
    try:
        merged = overlay.merged(without(below, tree.get("leaves_out")), tree)
    except Mistake as mistake:
        raise PackRefused(path.name, [(line_of(lines, mistake.path), mistake.sentence)]) from None
    return merged, {(): line, **{place: at for place, at in overlay.lines.items() if place}}, days


def _above(path: Path, find: Find, raws: list[bytes], as_of: date | None, depth: int) -> tuple[Any, list[date]]:
    """The pack that another one extends, with its amendments: what prolongs a prefecture's window prolongs it in every
    county that does not say otherwise."""
    tree, lines, days = _whole(path, find, raws, as_of, depth)
    try:
        tree, _, own = _amended(tree, lines, as_of)
    except Mistake as mistake:
        raise PackRefused(path.name, [(line_of(lines, mistake.path), mistake.sentence)]) from None
    return tree, days + own


def _amended(tree: Any, lines: dict[Place, int], as_of: date | None) -> tuple[Any, dict[Place, int], list[date]]:
    """The tree with the amendments that were known, in their order, and their days."""
    said = tree.get("amendments") if isinstance(tree, dict) else None
    days: list[date] = []
    for i, amendment in enumerate(said if isinstance(said, list) else []):
        place = ("amendments", i)
        checked = _amendment(amendment, place)
        if days and checked.known_from <= days[-1]:
            raise Mistake((*place, "known_from"), "amendments stand in the order in which they were made known")
        if as_of is not None and checked.known_from > as_of:
            break
        days.append(checked.known_from)
        name = f"amendment_{i + 1}_of_{_as_name(tree.get('region'))}"  # the pack above may have a first one, too
        forbidden = next((key for key in checked.changes if key in OWN), None)
        if forbidden:
            raise Mistake((*place, "changes", forbidden), f"an amendment does not change {forbidden}")
        overlay = Overlay(lines, lines, (*place, "changes"))
        documents = {**tree.get("documents", {}), name: amendment["document"]}
        tree = overlay.merged(tree, cited_to(checked.changes, name)) | {"documents": documents}
        lines = overlay.lines
    return tree, lines, days


def _as_name(region: Any) -> str:
    return str(region).replace("-", "_")


def _amendment(raw: Any, place: Place) -> AmendmentForm:
    try:
        return AmendmentForm.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise Mistake((*place, *first["loc"]), sentence(first)) from None


def read_tree(file: str, raw: bytes, *, nulls: bool = False) -> tuple[Any, dict[Place, int]]:
    """Nested dicts, lists and strings, and the line on which each of them stands. A pack has no empty values; with
    `nulls` (cases do say that a field is null) a plain `null` is None."""
    lines: dict[Place, int] = {}
    try:
        node = yaml.compose(raw.decode("utf-8"), Loader=_LOADER)
    except UnicodeDecodeError:
        raise PackRefused(file, [(1, "the file is not UTF-8")]) from None
    except yaml.YAMLError as error:
        raise PackRefused(file, [_not_yaml(raw.decode("utf-8"), error)]) from None
    if node is None:
        raise PackRefused(file, [(1, "the file is empty")])
    return _Tree(file, raw.decode("utf-8"), lines, nulls).value(node, ()), lines


def _not_yaml(text: str, error: yaml.YAMLError) -> tuple[int, str]:
    """Line and sentence; more often than not it is a sign of the Chinese keyboard."""
    end, start = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    why, what = getattr(error, "problem", None) or "cannot be read", getattr(error, "context", None) or ""
    unclosed = start if "flow" in what or "quoted" in what else None
    mark = unclosed or end or start
    line, advice = slip_near(text.splitlines(), mark.line if mark else 0, f"{why} {what}" if unclosed else why)
    return line + 1, f"this is not YAML: {advice}"


class _Tree:
    """Walks the parser's nodes; `lines` is filled on the way."""

    def __init__(self, file: str, text: str, lines: dict[Place, int], nulls: bool) -> None:
        self.file, self.text, self.lines, self.nulls = file, text, lines, nulls

    def value(self, node: yaml.Node, place: Place) -> Any:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, i)) for i, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode) and not node.style and node.value in ("", "~", "null"):
            if not self.nulls:
                raise self._refusal(node, f"a key without a value; {self._advice(node, place)}")
            return None
        return node.value

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._refusal(key, "a key must be a plain word")
            if key.value in found:
                raise self._refusal(key, f"the key {key.value!r} stands here twice")
            self.lines[(*place, key.value)] = key.start_mark.line + 1
            found[key.value] = self.value(value, (*place, key.value))
        return found

    def _advice(self, node: yaml.Node, place: Place) -> str:
        if place and str(place[-1]).isdigit():
            return "an amount has no comma: 4000"
        slip = slip_in(self.text.splitlines()[node.start_mark.line])
        return f"{slip}, or leave the key out" if slip else "leave the key out instead"

    def _refusal(self, node: yaml.Node, sentence: str) -> PackRefused:
        return PackRefused(self.file, [(node.start_mark.line + 1, sentence)])


def _check_file_name(path: Path, form: PackForm) -> None:
    expected = f"{form.region}-{form.coverage_year}.yaml"
    if path.name != expected:
        raise Mistake(("region",), f"the file of this region and year must be called {expected}")


def line_of(lines: dict[Place, int], place: Place) -> int:
    """The line of the nearest place that exists; pydantic's places also name keys that are missing."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)
