"""The only reader of YAML: strings, lists and mappings, nothing converted behind anybody's back.

YAML's own guesses (`no` is False, `1:30` is 90, a second key overwrites the first) are not used: the parser's tree is
taken as it is, and the forms say which strings they take. Every refusal names the file, the line and the reason.
"""

import hashlib
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app.packs.form import PackForm
from app.packs.lower import lower
from app.packs.mistakes import Mistake, PackRefused
from app.rules.policy import Policy

Place = tuple[str | int, ...]
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_pack(path: Path) -> tuple[PackForm, Policy]:
    """The pack as written and as the engine knows it; raises PackRefused."""
    raw = path.read_bytes()
    tree, lines = read_tree(path.name, raw)
    try:
        form = PackForm.model_validate(tree)
        _check_file_name(path, form)
        return form, lower(form, "sha256:" + hashlib.sha256(raw).hexdigest())
    except ValidationError as error:
        found = [(_line_of(lines, e["loc"]), _sentence(e)) for e in error.errors(include_url=False)]
        raise PackRefused(path.name, sorted(found)) from None
    except Mistake as mistake:
        raise PackRefused(path.name, [(_line_of(lines, mistake.path), mistake.sentence)]) from None


def read_tree(file: str, raw: bytes, *, nulls: bool = False) -> tuple[Any, dict[Place, int]]:
    """Nested dicts, lists and strings, and the line on which each of them stands. A pack has no empty values; with
    `nulls` (cases do say that a field is null) a plain `null` is None."""
    lines: dict[Place, int] = {}
    try:
        node = yaml.compose(raw.decode("utf-8"), Loader=_LOADER)
    except UnicodeDecodeError:
        raise PackRefused(file, [(1, "the file is not UTF-8")]) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        why = getattr(error, "problem", None) or "cannot be read"
        raise PackRefused(file, [(mark.line + 1 if mark else 1, f"this is not YAML: {why}")]) from None
    if node is None:
        raise PackRefused(file, [(1, "the file is empty")])
    return _Tree(file, lines, nulls).value(node, ()), lines


class _Tree:
    """Walks the parser's nodes; `lines` is filled on the way."""

    def __init__(self, file: str, lines: dict[Place, int], nulls: bool) -> None:
        self.file, self.lines, self.nulls = file, lines, nulls

    def value(self, node: yaml.Node, place: Place) -> Any:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, i)) for i, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode) and not node.style and node.value in ("", "~", "null"):
            if not self.nulls:
                raise self._refusal(node, "a key without a value; leave the key out instead")
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

    def _refusal(self, node: yaml.Node, sentence: str) -> PackRefused:
        return PackRefused(self.file, [(node.start_mark.line + 1, sentence)])


def _check_file_name(path: Path, form: PackForm) -> None:
    expected = f"{form.region}-{form.coverage_year}.yaml"
    if path.name != expected:
        raise Mistake(("region",), f"the file of this region and year must be called {expected}")


def _line_of(lines: dict[Place, int], place: Place) -> int:
    """The line of the nearest place that exists; pydantic's places also name keys that are missing."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def _sentence(error: ErrorDetails) -> str:
    where = ".".join(str(part) for part in error["loc"])
    match error["type"]:
        case "extra_forbidden":
            return f"{where}: this key is not part of the pack language"
        case "missing" if error["loc"][-1] == "cite":
            return f"{where}: a value without its clause; add cite"
        case "missing":
            return f"{where}: this key is missing"
        case "literal_error":
            expected = error.get("ctx", {}).get("expected", "")
            return f"{where}: {error['input']!r} is not in the vocabulary; it knows {expected}"
        case _:
            return f"{where}: {error['msg'].removeprefix('Value error, ')}"
