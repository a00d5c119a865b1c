"""The guide for officers: its packs load, its cases hold, its mistakes are refused as it says; both languages agree."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from app.packs.case_runs import run_case
from app.packs.cases import CaseForm, VillageCaseForm, read_cases
from app.packs.mistakes import PackRefused
from app.packs.read_pack import read_pack, read_tree
from app.packs.schema import pack_schema
from app.packs.schema_words import key_words
from app.packs.shelf import Shelf
from app.rules import vocabulary as v

DOCS = Path(__file__).parent.parent.parent / "docs"
GUIDE, CHINESE = (DOCS / name for name in ("writing-a-pack.md", "writing-a-pack.zh-CN.md"))
_BLOCK = re.compile(r"<!-- test: (\S+) ?(\S*) -->\n```yaml\n(.*?)```", re.DOTALL)
BLOCKS = _BLOCK.findall(GUIDE.read_text())
PACKS = {name: text for kind, name, text in BLOCKS if kind == "pack"}
CHANGES = [text for kind, _, text in BLOCKS if kind == "change"]
MISTAKES = re.findall(
    r"^\| `(.*?)` \| `(.*?)` \| (.*?) \|$", GUIDE.read_text().split("<!-- test: mistakes -->")[1], re.MULTILINE
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for _, name, text in BLOCKS:
        if name:
            (tmp_path / name).write_text(text)
    return tmp_path


def test_its_packs_load_and_its_cases_hold(folder: Path) -> None:
    shelf = Shelf((folder,))
    cases = read_cases(folder / "900301-2026.cases.yaml")
    assert [run_case(shelf.find("900301", 2026), case) for case in cases] == [[]] * len(cases)
    assert {case.name for case in cases}
    assert shelf.find("900302", 2026).policy.routes[0].personal_fen == 42000


@pytest.mark.parametrize("guide", [GUIDE, CHINESE], ids=["English", "Chinese"])
def test_cases_of_changes_and_villages_hold_where_the_pack_says_what_it_shows(tmp_path: Path, guide: Path) -> None:
    base, _ = read_tree("", PACKS["900301-2026.yaml"].encode())
    wanted = {"collection", "recognized_after_payment", "changed_after_subsidy"}
    for change in (read_tree("", text.encode())[0] for text in CHANGES):
        base |= {key: value for key, value in change.items() if key in wanted}
    path, cases = tmp_path / "900301-2026.yaml", tmp_path / "900301-2026.cases.yaml"
    path.write_text(yaml.dump(base, allow_unicode=True, sort_keys=False))
    cases.write_text(next(text for kind, _, text in _BLOCK.findall(guide.read_text()) if kind == "held"))
    compiled = Shelf((tmp_path,)).find("900301", 2026)
    held = read_cases(cases)
    assert [run_case(compiled, case) for case in held] == [[]] * len(held)
    assert {type(case.form) for case in held} == {CaseForm, VillageCaseForm}


def changed(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Ways in, subsidies and notes are replaced by their id or added; every other key is replaced."""
    found = dict(base)
    for key, value in change.items():
        if key in ("routes", "subsidies"):
            kept = [x for x in found[key] if x["id"] not in {y["id"] for y in value}]
            value = kept + value
        found[key] = value
    return found


@pytest.mark.parametrize("text", CHANGES, ids=range(len(CHANGES)))
def test_each_construct_that_it_shows_loads_in_the_first_pack(tmp_path: Path, text: str) -> None:
    base, _ = read_tree("", PACKS["900301-2026.yaml"].encode())
    change, _ = read_tree("", text.encode())
    whole = changed(base, change)
    assert list(Draft7Validator(pack_schema()).iter_errors(whole)) == []
    path = tmp_path / "900301-2026.yaml"
    path.write_text(yaml.dump(whole, allow_unicode=True, sort_keys=False))
    read_pack(path)


@pytest.mark.parametrize(("wrong", "right", "message"), MISTAKES, ids=[wrong for wrong, _, _ in MISTAKES])
def test_its_mistakes_are_refused_in_its_words(tmp_path: Path, wrong: str, right: str, message: str) -> None:
    text = PACKS["900301-2026.yaml"]
    assert right in text
    path = tmp_path / "900301-2026.yaml"
    path.write_text(text.replace(right, wrong, 1))
    with pytest.raises(PackRefused) as refused:
        read_pack(path)
    assert message in str(refused.value)


def test_there_are_examples_to_test() -> None:
    assert (len(PACKS), len(CHANGES) >= 10, len(MISTAKES) >= 10) == (2, True, True)


@pytest.mark.parametrize("guide", [GUIDE, CHINESE], ids=lambda p: p.name)
def test_it_lists_every_word_of_the_vocabulary(guide: Path) -> None:
    text = guide.read_text().split("<!-- test: words -->")[1]
    listed = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|$", text, re.MULTILINE))
    words = (v.IDENTITIES, v.CLASSES["subsistence_allowance"], v.CIRCUMSTANCES, v.SCHOOLS, v.FUNDS, v.REASON_NAMES)
    assert listed == {code: name for known in words for code, name in known.items()}


def test_both_languages_have_the_same_examples() -> None:
    assert _BLOCK.findall(CHINESE.read_text()) == BLOCKS
    rows = CHINESE.read_text().split("<!-- test: mistakes -->")[1]
    assert re.findall(r"^\| `(.*?)` \| `(.*?)` \| (.*?) \|$", rows, re.MULTILINE) == MISTAKES


KEYS = sorted({key for form in pack_schema()["definitions"].values() for key in form.get("properties", {})})


@pytest.mark.parametrize("guide", [GUIDE, CHINESE], ids=lambda p: p.name)
def test_it_shows_every_key_of_the_language(guide: Path) -> None:
    text = guide.read_text()
    assert [key for key in KEYS if key_words("PackForm", key) and not re.search(rf"\b{key}\b", text)] == []
