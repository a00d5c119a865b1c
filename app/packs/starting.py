"""Starts a pack from another one: its text with the days moved and each value's line marked to be confirmed.

Text, not a tree, so that comments, order and layout stay as the officer knows them.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from app.packs.marks import MARK, marked_lines
from app.packs.shelf import Shelf

Place = tuple[str | int, ...]
_DAY = re.compile(r"(?<![0-9])([0-9]{4})-(0[1-9]|1[0-2])-([0-3][0-9])(?![0-9])")
_MONTH = re.compile(r"(?<![0-9/-])(20[0-9]{2})-(0[1-9]|1[0-2])(?![0-9-])")
_YEAR = re.compile(r"(20[0-9]{2})(?=年)")
_COVERAGE_YEAR = re.compile(r"(?<=coverage_year: )(20[0-9]{2})")
# What says which pack it is or how its parts are called: nothing to hold against the notice.
_OWN = ("pack", "region", "coverage_year", "version")
_NAMES = ("id", "code", "route")


@dataclass(frozen=True, slots=True)
class Begun:
    """What a new pack is started from, and which one it is to be."""

    source: str
    years: int
    region: str
    coverage_year: int
    name: str | None

    @property
    def id(self) -> str:
        return f"{self.region}-{self.coverage_year}"


def nearest(shelf: Shelf, region: str, year: int) -> tuple[str, int] | None:
    """The same region's latest year before, else the region with the longest common division code; None for neither.

    Drafts are passed over.
    """
    done = [key for key in shelf if not marked_lines(shelf.path(*key).read_bytes())]
    here = [key for key in done if key[0] == region]
    if here:
        return max(here, key=lambda key: (key[1] < year, -abs(key[1] - year)))
    others = [(_common(region, key[0]), key[1] <= year, -abs(key[1] - year), key) for key in done]
    best = max(others, default=None, key=lambda found: found[:3])
    return best[3] if best and best[0] >= 2 else None


def _common(one: str, other: str) -> int:
    """Digits that two division codes have in common at their beginning."""
    if not (one.isdigit() and other.isdigit()):
        return 0
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def start_pack(text: str, begun: Begun, schema: str) -> str:
    """The new pack's text."""
    root = _root(text)
    lines = text.splitlines()
    to_mark = {line for line, place in _values(root) if _decides(place)}
    dropped, header = _block(root, "amendments", len(lines)), _first(root)
    head = [
        f"# yaml-language-server: $schema={schema}",
        f"# {begun.id}，以 {begun.source} 为底稿：标有“{MARK}”的行都要对照公告核对，核对一行删去一个标记。",
        f"# Started from {begun.source}: hold each marked line against the notice, then take its mark away.",
    ]
    body = [
        _marked(_own(_moved(line, begun.years), begun), i in to_mark)
        for i, line in enumerate(lines)
        if i >= header and i not in dropped
    ]
    return "\n".join(head + body) + "\n"


def start_cases(text: str, begun: Begun, schema: str) -> str:
    """The new cases: everything in them moved, each to be confirmed."""
    root = _root(text)
    ends = {case.end_mark.line - (case.end_mark.column == 0) for case in root.value}
    lines = text.splitlines()
    ends = {_last_filled(lines, end) for end in ends}
    head = [
        f"# yaml-language-server: $schema={schema}",
        f"# {begun.id} 的案例，以 {begun.source} 的案例为底稿：逐个按公告算出应得结果，再删去“{MARK}”。",
        f"# Started from the cases of {begun.source}: work each out from the notice, then take its mark away.",
        "",
    ]
    body = [_marked(_moved(line, begun.years), i in ends) for i, line in enumerate(lines)]
    return "\n".join(head + body[_first(root) :]) + "\n"


def _root(text: str) -> Any:
    return yaml.compose(text, Loader=yaml.SafeLoader)


def _first(root: yaml.Node) -> int:
    """The line of the first key: what stands above it is the other pack's header."""
    return root.value[0][0].start_mark.line if isinstance(root, yaml.MappingNode) else root.start_mark.line


def _last_filled(lines: list[str], at: int) -> int:
    """A block ends where the next one begins: the last line before it that is neither empty nor a comment."""
    at = min(at, len(lines) - 1)
    while not lines[at].strip() or lines[at].lstrip().startswith("#"):
        at -= 1
    return at


def _block(root: yaml.MappingNode, name: str, end: int) -> range:
    """The lines of a key of the pack with what belongs to it."""
    starts = [(key.value, key.start_mark.line) for key, _ in root.value]
    for i, (key, line) in enumerate(starts):
        if key == name:
            return range(line, starts[i + 1][1] if i + 1 < len(starts) else end)
    return range(0)


def _values(node: yaml.Node, place: Place = ()) -> Iterator[tuple[int, Place]]:
    """The line on which each single value ends, and where in the pack it stands."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _values(value, (*place, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for i, item in enumerate(node.value):
            yield from _values(item, (*place, i))
    else:
        yield node.end_mark.line, place


def _decides(place: Place) -> bool:
    """Whether a value is one that the notice decides."""
    if (len(place) == 1 and place[0] in _OWN) or (place[0] == "notes" and (place[-1] == "kind" or "shown" in place)):
        return False
    return place[-1] not in _NAMES


def _marked(line: str, mark: bool) -> str:
    return f"{line.rstrip()}  # {MARK}" if mark else line


def _moved(line: str, years: int) -> str:
    """The line with its days, months and years so many years later; February's last day stays its last."""

    def moved(found: re.Match[str]) -> str:
        year, month, day = map(int, found.groups())
        if not 1 <= day <= monthrange(year, month)[1]:
            return found[0]
        end = monthrange(year + years, month)[1]
        return date(year + years, month, end if day == monthrange(year, month)[1] else day).isoformat()

    line = _DAY.sub(moved, line)
    line = _MONTH.sub(lambda found: f"{int(found[1]) + years}-{found[2]}", line)
    line = _YEAR.sub(lambda found: str(int(found[1]) + years), line)
    return _COVERAGE_YEAR.sub(lambda found: str(int(found[1]) + years), line)


def _own(line: str, begun: Begun) -> str:
    """What the new pack says of itself."""
    if line.startswith("region:"):
        return f'region: "{begun.region}"' if begun.region.isdigit() else f"region: {begun.region}"
    if line.startswith("region_name:") and begun.name:
        return f"region_name: {begun.name}"
    return 'version: "1"' if line.startswith("version:") else line
