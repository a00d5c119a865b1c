"""What the forms check across several keys, as JSON Schema can say it; the schema of packs that change others."""

from typing import Any

Schema = dict[str, Any]
Defs = dict[str, Schema]
# What a pack that changes another one never takes over from it (overlay.py), and so must say itself.
_OWN = ("pack", "region", "region_name", "coverage_year", "version", "notice", "extends")


def _has(*keys: str) -> Schema:
    return {"required": list(keys)}


def _any(*keys: str) -> Schema:
    return {"anyOf": [_has(key) for key in keys]}


def _one(*keys: str) -> Schema:
    return {"oneOf": [_has(key) for key in keys]}


def _kind(*kinds: str) -> Schema:
    return {"properties": {"kind": {"enum": list(kinds)}}, "required": ["kind"]}


def _floor(unit: str) -> Schema:
    other = "days" if unit == "months" else "months"
    return {"properties": {"floor": _has(unit)}, "not": _has(f"at_most_{other}")}


# Form -> what holds for its keys together.
RULES: Defs = {
    "CiteForm": {"oneOf": [_has("convention"), _any("clause", "document")]},
    "StandardsForm": _one("personal", "rates"),
    "ChargeForm": {
        "allOf": [
            {"if": _kind("stated"), "then": _one("yuan", "rates"), "else": {"not": _any("yuan", "rates")}},
            {
                "if": _kind("full_standard", "waived"),
                "then": {"not": _any("surcharge_yuan", "per_repaid_year", "further_years")},
            },
        ]
    },
    "WaitForm": {
        **_one("days", "months"),
        "allOf": [
            {"if": _has(unit), "then": {"properties": {"per_missed_year": {"allOf": [_has(unit), _floor(unit)]}}}}
            for unit in ("days", "months")
        ],
    },
    "MissedForm": _one("days", "months"),
    "FloorForm": _one("days", "months"),
    "BenefitsForm": _one(
        "from",
        "day_after",
        "day",
        "circumstance",
        "day_after_circumstance",
        "month_after_circumstance",
        "recognition",
        "month_after",
        "month_after_recognition",
    ),
    "CollectionForm": {
        "anyOf": [_has("fee"), {"properties": {"rewards": {"minItems": 1}}, "required": ["rewards"]}],
        "dependencies": {"docked": ["fee"]},
    },
    "ShareForm": _one("yuan", "percent", "parts", "rest"),
    "SubsidyForm": {
        "allOf": [_one("fund", "shares"), _any("all", "yuan", "percent", "person_pays", "shares")],
        "dependencies": {"at_least_yuan": ["percent"]},
    },
    "PackForm": {"dependencies": {"leaves_out": ["extends"]}},
    "RemedyForm": {**_one("pays_back", "nothing"), "dependencies": {"pays_back": ["to"], "to": ["pays_back"]}},
    "Test": {"minProperties": 1},
    "PaidTest": {"minProperties": 1},
    "DayTest": {"minProperties": 1},
    "NewlyRecognizedTest": {"not": _has("within", "to")},
    "MonthsTest": {"minProperties": 1},
    "AgeTest": _any("at_least", "below"),
}


def with_rules(defs: Defs) -> Defs:
    """The forms, each with what holds for its keys together."""
    return {name: schema | RULES.get(name, {}) for name, schema in defs.items()}


def changing(defs: Defs) -> Defs:
    """The forms again, for a county's pack or an amendment: it says only what it changes, so nothing is required of it
    but the id (or code) of each thing in a list, which tells what it is laid over. `Changed…` are their names."""
    found = {f"Changed{name}": _changed(schema, defs) for name, schema in defs.items() if "properties" in schema}
    whole = found.pop("ChangedPackForm")
    found["CountyForm"] = whole | {
        "required": [key for key in defs["PackForm"]["required"] if key in _OWN] + ["extends"]
    }
    own = (*_OWN, "leaves_out", "amendments")
    found["ChangesForm"] = whole | {
        "properties": {key: value for key, value in whole["properties"].items() if key not in own},
    }
    return found


def _changed(schema: Schema, defs: Defs) -> Schema:
    properties = {key: _reference(value, defs) for key, value in schema["properties"].items()}
    named = [key for key in ("id", "code") if key in schema.get("required", ())]
    return schema | {"properties": properties, "required": named}


def _reference(value: Schema, defs: Defs) -> Schema:
    """A part that is merged key by key is a changed one; a list of nameless things is replaced as a whole."""
    if "$ref" in value:
        return value | _ref(value["$ref"], defs)
    if "items" in value and {"id", "code"} & set(_form(value["items"], defs).get("required", ())):
        return value | {"items": _ref(value["items"]["$ref"], defs)}
    if "additionalProperties" in value and isinstance(value["additionalProperties"], dict):
        inner = value["additionalProperties"]
        return value | {"additionalProperties": _reference(inner, defs)}
    return value


def _form(items: Schema, defs: Defs) -> Schema:
    return defs.get(items.get("$ref", "").rpartition("/")[2], {})


def _ref(target: str, defs: Defs) -> Schema:
    name = target.rpartition("/")[2]
    return {"$ref": f"#/definitions/Changed{name}" if "properties" in defs[name] else target}
