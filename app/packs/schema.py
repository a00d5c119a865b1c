"""The pack language and that of the cases as JSON Schema, for editors (yaml-language-server): made from the forms.

An editor reads numbers where the loader takes digits, so both are allowed; what only the loader can check (that a
window is there, that amounts agree) is left to `canbao packs check`. Draft 7, which every editor knows.
"""

import json
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from app.contract.answer import Answer
from app.packs.cases import REMEDY, CaseForm, VillageCaseForm
from app.packs.form import PackForm
from app.packs.scalars import DAY_PATTERN
from app.packs.schema_rules import Defs, Schema, changing, with_rules
from app.packs.schema_words import key_words, value_words
from app.rules.vocabulary import FUNDS

_DRAFT = "http://json-schema.org/draft-07/schema#"
_DIGITS = "^[0-9]+$"
_TRUTH = [True, False, "true", "false", "yes", "no"]
# A word or a list where the form also takes the long way of writing it.
_SHORT = {"CiteForm": "clause", "SelectorForm": "code"}


def pack_schema() -> Schema:
    """A pack: whole, or one that stands on another."""
    forms = _forms(PackForm)
    short = {name: _also_short(name, schema) for name, schema in with_rules(forms).items() if name in _SHORT}
    defs = with_rules(forms) | changing(forms | short) | short
    defs["AmendmentForm"]["properties"]["changes"] |= {"$ref": "#/definitions/ChangesForm"}
    whole, county = ({"$ref": f"#/definitions/{name}"} for name in ("PackForm", "CountyForm"))
    return {
        "$schema": _DRAFT,
        "title": "canbao 规则文件 (a pack)",
        "description": "一份公告：一个统筹地区、一个参保年度。\n\nOne notice: a region and a coverage year.",
        "type": "object",
        "if": {"required": ["extends"]},
        "then": county,
        "else": whole,
        "definitions": dict(sorted(defs.items())),
    }


def cases_schema() -> Schema:
    """The cases beside a pack."""
    defs = _forms(CaseForm) | _forms(VillageCaseForm)
    defs = {name: _taking_text(schema) for name, schema in defs.items()}
    defs["CaseForm"]["properties"]["expect"] |= _expected()
    return {
        "$schema": _DRAFT,
        "title": "canbao 案例 (cases of a pack)",
        "description": "规则文件旁边的案例：谁、哪天缴费、应得什么；村（社区）应得多少手续费、奖励。\n\n"
        "Who pays when, and what the answer must say; what a village is paid for collecting.",
        "type": "array",
        "items": {
            "if": {"required": ["village"]},
            "then": {"$ref": "#/definitions/VillageCaseForm"},
            "else": {"$ref": "#/definitions/CaseForm"},
        },
        "definitions": dict(sorted(defs.items())),
    }


def as_text(schema: Schema) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def _forms(model: type[BaseModel]) -> Defs:
    """Each form by its name, with words for its keys."""
    whole = model.model_json_schema(by_alias=True, ref_template="#/definitions/{model}")
    defs: Defs = whole.pop("$defs")
    defs[model.__name__] = whole
    return {name: _worded(name, _plain(schema)) for name, schema in defs.items()}


def _plain(schema: Any) -> Any:
    """Without what pydantic adds for programs: titles made from names, defaults, null for what may be left out."""
    if isinstance(schema, list):
        return [_plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "anyOf" in schema and {"type": "null"} in schema["anyOf"]:
        rest = [item for item in schema["anyOf"] if item != {"type": "null"}]
        others = {key: value for key, value in schema.items() if key != "anyOf"}
        schema = others | (rest[0] if len(rest) == 1 else {"anyOf": rest})
    found = {key: _plain(value) for key, value in schema.items() if key not in ("title", "default", "examples")}
    if "properties" in schema:
        found["properties"] = {key: _plain(value) for key, value in schema["properties"].items()}
    if "patternProperties" in found:
        (pattern, inner), *_ = found.pop("patternProperties").items()
        found |= {"propertyNames": {"pattern": pattern}, "additionalProperties": inner}
    if "enum" in found and (told := value_words(found["enum"])):
        found["enumDescriptions"] = told
    return found


def _worded(form: str, schema: Schema) -> Schema:
    for key, value in schema.get("properties", {}).items():
        words = None if "description" in value else key_words(form, key)
        if words is None:  # a part of a request, which explains itself
            value["title"] = key
            continue
        title, chinese, english = words
        value |= {"title": f"{title} {key}", "description": f"{chinese}\n\n{english}"}
        if legend := list(_legend(value)):
            value["description"] += "\n\n" + "；".join(legend)
    return schema


def _legend(value: Schema) -> Iterator[str]:
    """The words that may stand there, with their Chinese."""
    if "enumDescriptions" in value:
        yield from (f"`{word}` {told}" for word, told in zip(value["enum"], value["enumDescriptions"], strict=True))
    for inner in (*value.get("anyOf", ()), *([value["items"]] if "items" in value else ())):
        yield from _legend(inner)


def _also_short(name: str, schema: Schema) -> Schema:
    """The form with the short way of writing it beside it: a clause alone, an identity alone."""
    one = {
        key: value for key, value in schema["properties"][_SHORT[name]].items() if key not in ("title", "description")
    }
    return {"anyOf": [one, schema]}


def _taking_text(schema: Any) -> Any:
    """Cases are text to the loader: a number or a truth value may stand there as text, too."""
    if isinstance(schema, list):
        return [_taking_text(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _taking_text(value) for key, value in schema.items()}
    if found.get("type") == "integer":
        found |= {"type": ["integer", "string"], "pattern": _DIGITS}
    elif found.get("type") == "boolean":
        del found["type"]
        found["enum"] = _TRUTH
    elif found.get("format") == "date":
        found["pattern"] = f"^({DAY_PATTERN})$"
    return found


_TOLD = {
    "without_notes": "答案里不应出现的说明\n\nNotes that the answer must not have",
    "remedy": "缴费后身份变动的处理：pays_back 次月补发，nothing 不补不退，not_stated 公告未载明，null 没有差别\n\n"
    "What follows from `then`; null where it makes no difference",
    "remedy_funds": "补发的金额，按资金渠道以分计\n\nWhat is moved, in fen by fund",
    "remedy_to": "发到 one_card 一卡通账户、payer 原缴费账户\n\nWhere it is paid to",
    "remedy_month": "补发月份，如 2024-03\n\nThe month in which it is paid",
}


def _expected() -> Schema:
    """The answer's fields as cases write them: amounts in fen, sums by fund or code, codes of notes."""
    fen, words = {"type": ["integer", "string"], "pattern": _DIGITS}, {"type": "array", "items": {"type": "string"}}
    sums: Schema = {"type": "object", "additionalProperties": fen}
    by_fund = sums | {"propertyNames": {"enum": list(FUNDS)}}
    moved = by_fund | {"type": ["object", "null"], "additionalProperties": fen | {"pattern": "^-?[0-9]+$"}}
    kinds: Defs = dict.fromkeys(("notes", "without_notes", "missing"), words) | dict.fromkeys(
        ("incentives", "add_ons", "order_years"), sums
    )
    kinds |= {key: {"type": ["string", "null"]} for key in REMEDY}
    kinds |= dict.fromkeys(("subsidies", "refunds"), by_fund) | {"remedy_funds": moved}
    answer = _plain(Answer.model_json_schema())["properties"]
    found = {}
    for key in CaseForm.model_json_schema()["properties"]["expect"]["propertyNames"]["enum"]:
        said = kinds.get(key) or {"anyOf": [_taking_text(answer[key]), {"type": "null"}]}
        found[key] = said | {"title": key, "description": _TOLD.get(key) or answer[key].get("description", "")}
    return {"properties": found, "additionalProperties": False, "propertyNames": {}}
