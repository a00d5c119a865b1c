"""The JSON Schemas that editors use take what the loader takes, and refuse what is wrong in form."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from app.packs.read_pack import read_tree
from app.packs.schema import cases_schema, pack_schema
from app.packs.schema_words import all_keys, key_words
from app.packs.shelf import NOTICES

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PACK, CASES = Draft7Validator(pack_schema()), Draft7Validator(cases_schema())
FILES = [p for folder in (NOTICES, HERE / "made_up", HERE / "good") for p in sorted(folder.glob("*.yaml"))]
PACKS = [p for p in FILES if not p.name.endswith(".cases.yaml")]
# What only the whole of a pack can tell is the loader's; everything else an editor must see.
BEYOND_FORM = {
    "remedy_that_can_never_apply",
    "benefits_from_a_recognition_within_a_span", "bounds_that_cross", "days_without_payment_in_no_window",
    "end_of_a_wait_that_is_not_there", "parts_beside_a_rest", "tier_that_nobody_can_choose",
    "after_a_window_without_a_closing", "amended_to_an_impossible_window", "amendment_without_a_clause",
    "amendment_before_the_notice", "amendments_out_of_order", "benefits_from_an_end_not_asked_for",
    "bound_by_a_rate_there_is_not", "coverage_ends_before_it_starts",
    "days_without_payment_that_end_before_they_begin", "docked_for_an_identity_there_is_not",
    "duplicate_key", "extends_a_pack_that_is_not_there",
    "full_standard_without_fiscal_amount", "further_year_that_is_this_one", "local_identity_explained_by_itself",
    "no_order_with_something_to_pay", "not_yaml", "percentage_without_rounding", "rate_that_can_never_apply",
    "reward_of_nothing", "route_id_used_twice", "two_rewards_for_one_day",
    "shares_that_do_not_add_up", "span_of_days_that_is_empty",
    "subsidy_amounts_that_disagree", "subsidy_larger_than_the_charge", "subsidy_where_nothing_is_charged",
    "total_that_does_not_add_up", "undeclared_local_identity", "unknown_class", "unknown_document",
    "unknown_group_or_identity", "unknown_route_in_note", "unknown_window", "wait_beside_its_own_start",
    "wait_of_no_days", "wait_of_no_months", "window_closes_before_it_opens",
    "window_opens_on_a_day_without_payment", "wrong_file_name",
}  # fmt: skip
BROKEN = {p.parent.name: p for p in sorted((HERE / "broken").glob("*/*.yaml"))}


class Core(yaml.SafeLoader):
    """YAML 1.2 as editors read it: numbers are numbers, true and false are truth values, all else is text."""


Core.yaml_implicit_resolvers = {}
Core.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?[0-9]+$"), list("-+0123456789"))
Core.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+\.[0-9]+$"), list("-+0123456789"))
Core.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), list("tf"))
Core.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(null|~|)$"), ["n", "~", ""])
Core.add_constructor("tag:yaml.org,2002:int", lambda _, node: int(node.value))


def as_loader(path: Path) -> Any:
    return read_tree(path.name, path.read_bytes(), nulls=True)[0]


def as_editor(path: Path) -> Any:
    return yaml.load(path.read_text(), Loader=Core)


@pytest.mark.parametrize("read", [as_loader, as_editor])
@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_what_loads_is_accepted(path: Path, read: Any) -> None:
    validator = CASES if path.name.endswith(".cases.yaml") else PACK
    assert [f"{list(e.absolute_path)}: {e.message}" for e in validator.iter_errors(read(path))] == []


@pytest.mark.parametrize("read", [as_loader, as_editor])
@pytest.mark.parametrize("name", sorted(BROKEN.keys() - BEYOND_FORM))
def test_a_pack_that_is_wrong_in_form_is_refused(name: str, read: Any) -> None:
    read = as_loader if name == "amount_with_too_many_decimals" else read  # a number has no decimals to count
    assert list(PACK.iter_errors(read(BROKEN[name])))


@pytest.mark.parametrize("name", sorted(BEYOND_FORM - {"not_yaml", "duplicate_key"}))
def test_what_only_the_loader_can_tell_is_still_right_in_form(name: str) -> None:
    """Otherwise it belongs among the others."""
    assert not list(PACK.iter_errors(as_editor(BROKEN[name])))


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("- {name: A b c, person: {}, expect: {outcome: payable}}", "required"),
        ("- {name: A b c, pay_date: 2023-11-02, person: {age: 7}, expect: {outcome: payable}}", "additionalProperties"),
        ("- {name: A b c, pay_date: 2023-11-02, person: {}, expect: {outcom: payable}}", "additionalProperties"),
        ("- {name: A b c, pay_date: 2023-11-02, person: {}, expect: {outcome: paid}}", "anyOf"),
        ("- {name: A b c, pay_date: 2023.11.02, person: {}, expect: {outcome: payable}}", "pattern"),
        ("- {name: A b c, pay_date: 2023-11-02, person: {}, expect: {payable_fen: 380元}}", "anyOf"),
        ("- {name: A b c, pay_date: 2023-11-02, person: {}, expect: {}}", "minProperties"),
    ],
)
def test_a_case_that_is_wrong_in_form_is_refused(text: str, where: str) -> None:
    assert [e.validator for e in CASES.iter_errors(yaml.load(text, Loader=Core))] == [where]


def test_every_key_has_a_name_and_a_sentence_in_both_languages() -> None:
    missing, used = [], set()
    for schema in (pack_schema(), cases_schema()):
        for form, defined in schema["definitions"].items():
            for part in (defined, *defined.get("anyOf", ())):
                for key, value in part.get("properties", {}).items():
                    used |= {f"{form}.{key}", key}
                    if part is not defined and key in defined.get("properties", {}):
                        continue  # a further demand on a key that has its words
                    if not (value.get("title") and value.get("description")):
                        missing.append(f"{form}.{key}")
    assert missing == []
    assert all_keys() <= used
    assert key_words("PackForm", "windows") == ("缴费期", *key_words("PackForm", "windows")[1:])  # type: ignore[index]


@pytest.mark.parametrize("path", [p for p in FILES if p.parent == NOTICES], ids=lambda p: p.name)
def test_a_shipped_file_begins_with_the_way_to_its_schema(path: Path) -> None:
    mark = re.match(r"# yaml-language-server: \$schema=(\S+)\n", path.read_text())
    assert mark
    name = "cases.schema.json" if path.name.endswith(".cases.yaml") else "pack.schema.json"
    assert (path.parent / mark[1]).resolve() == ROOT / "docs" / name


def test_the_schemas_are_right_themselves() -> None:
    for schema in (pack_schema(), cases_schema()):
        Draft7Validator.check_schema(schema)
