"""The kinds of value a pack may hold. YAML gives strings only; each kind says exactly which strings it takes."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema

from app.rules.money import fen_from_yuan
from app.rules.vocabulary import IDENTITIES

_SPAN = re.compile(r"([0-9]{1,4}) (day|month)s?")
_EDGE = re.compile(r"[a-z][a-z0-9_]*\.(opens|closes)")


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"expected {what}")
    return value


def _day(value: Any) -> date:
    text = _text(value, "a date such as 2023-12-31")
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(f"{text!r} is not a date such as 2023-12-31")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a day of the calendar") from None


def _edge_or_day(value: Any) -> date | str:
    text = _text(value, "a date, or a window's edge such as main.closes")
    return text if _EDGE.fullmatch(text) else _day(text)


def _count(value: Any) -> int:
    text = _text(value, "a whole number")
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise ValueError(f"{text!r} is not a whole number")
    return int(text)


def _yuan(value: Any) -> int:
    return fen_from_yuan(_text(value, "an amount in yuan"))


@dataclass(frozen=True, slots=True)
class Unsaid:
    """An amount or a percentage that the notice does not give; at most it names the least it is."""

    at_least: int = 0


def _amount(value: Any) -> int | Unsaid:
    if value == "not_known":
        return Unsaid()
    least = _least(value)
    return _yuan(value) if least is None else Unsaid(_yuan(least))


def _percent_or_least(value: Any) -> int | Unsaid:
    least = _least(value)
    found = _count(value if least is None else least)
    if not 1 <= found <= 100:
        raise ValueError("expected a percentage from 1 to 100")
    return found if least is None else Unsaid(found)


def _least(value: Any) -> Any:
    """What `{at_least: …}` names, None where the value is no such thing."""
    return value["at_least"] if isinstance(value, dict) and list(value) == ["at_least"] else None


def _unsaid_json(value: int | Unsaid) -> Any:
    if isinstance(value, int):
        return value
    return {"at_least": value.at_least} if value.at_least else "not_known"


def _opening(value: Any) -> date | str:
    text = _text(value, "a date, a month such as 2024-09, or not_stated")
    if text == "not_stated":
        return text
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}", text):
        _day(f"{text}-01")
        return text
    return _day(text)


def _closing(value: Any) -> date | str:
    text = _text(value, "a date such as 2023-12-31, or not_stated")
    return text if text == "not_stated" else _day(text)


def _day_or_payment(value: Any) -> date | str:
    text = _text(value, "a date, or payment")
    return text if text == "payment" else _day(text)


def _span(value: Any) -> tuple[int, str]:
    text = _text(value, "a span such as 90 days or 3 months")
    match = _SPAN.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a span such as 90 days or 3 months")
    return int(match[1]), match[2] + "s"


def _yes(value: Any) -> bool:
    if value not in ("yes", "no"):
        raise ValueError("expected yes or no")
    return bool(value == "yes")


def _sentence(value: str) -> str:
    if not value.strip() or any(ord(ch) < 32 for ch in value):
        raise ValueError("expected a sentence on one line")
    return value


def _schema(pattern: str, kind: Literal["string", "integer", "number"] = "string", **more: int) -> WithJsonSchema:
    """What an editor sees. It reads YAML's numbers as numbers where the loader takes their digits."""
    types: Any = "string" if kind == "string" else ["string", kind]
    return WithJsonSchema({"type": types, "pattern": f"^({pattern})$", **more})


def whole(low: int, high: int, digits: str = "") -> WithJsonSchema:
    """A whole number within bounds; `digits` is its pattern where listing the numbers would be long."""
    listed = digits or "|".join(map(str, range(low, high + 1)))
    return _schema(f"0*({listed})", "integer", minimum=low, maximum=high)


def _at_least(value: WithJsonSchema) -> dict[str, Any]:
    only = {"type": "object", "properties": {"at_least": value.json_schema}, "required": ["at_least"]}
    return {**only, "additionalProperties": False}


_MONTH = "[0-9]{4}-(0[1-9]|1[0-2])"
DAY_PATTERN = (
    "[0-9]{4}-((01|03|05|07|08|10|12)-(0[1-9]|[12][0-9]|3[01])|(04|06|09|11)-(0[1-9]|[12][0-9]|30)|"
    "02-(0[1-9]|[12][0-9]))"
)
_YUAN = _schema(r"[0-9]{1,9}(\.[0-9]{1,2})?", "number", minimum=0)
_PERCENT = whole(1, 100, "[1-9]|[1-9][0-9]|100")
_NAME = "[a-z][a-z0-9_]*"

Day = Annotated[date, BeforeValidator(_day), _schema(DAY_PATTERN)]
DayOrEdge = Annotated[date | str, BeforeValidator(_edge_or_day), _schema(rf"{DAY_PATTERN}|{_NAME}\.(opens|closes)")]
Count = Annotated[int, BeforeValidator(_count), _schema("[0-9]{1,6}", "integer", minimum=0)]
Percent = Annotated[Count, Field(ge=1, le=100), _PERCENT]
Tier = Annotated[Count, Field(ge=1, le=5), whole(1, 5)]
CoverageYear = Annotated[Count, Field(ge=2003, le=2100), whole(2003, 2100, "200[3-9]|20[1-9][0-9]|2100")]
Yuan = Annotated[int, BeforeValidator(_yuan), _YUAN]
Amount = Annotated[
    int | Unsaid,
    PlainValidator(_amount),
    PlainSerializer(_unsaid_json),
    WithJsonSchema({"anyOf": [_YUAN.json_schema, {"const": "not_known"}, _at_least(_YUAN)]}),
]
PercentOrLeast = Annotated[
    int | Unsaid,
    PlainValidator(_percent_or_least),
    PlainSerializer(_unsaid_json),
    WithJsonSchema({"anyOf": [_PERCENT.json_schema, _at_least(_PERCENT)]}),
]
Opening = Annotated[date | str, PlainValidator(_opening), _schema(f"{DAY_PATTERN}|{_MONTH}|not_stated")]
Closing = Annotated[date | str, PlainValidator(_closing), _schema(f"{DAY_PATTERN}|not_stated")]
DayOrPayment = Annotated[date | str, PlainValidator(_day_or_payment), _schema(f"{DAY_PATTERN}|payment")]
DayOfMonth = Annotated[Count, Field(ge=1, le=31), whole(1, 31, "[1-9]|[12][0-9]|3[01]")]
Span = Annotated[
    tuple[int, str],
    BeforeValidator(_span),
    PlainSerializer(lambda s: f"{s[0]} {s[1]}", return_type=str),
    _schema("[0-9]{1,4} (days?|months?)"),
]
YesNo = Annotated[bool, BeforeValidator(_yes), WithJsonSchema({"enum": ["yes", "no"]})]
Sentence = Annotated[str, AfterValidator(_sentence), _schema(r"[^\x00-\x1f]*[^\x00-\x1f\s][^\x00-\x1f]*", "number")]
Name = Annotated[str, Field(pattern=f"^{_NAME}$")]
# An identity, of the vocabulary or of this pack, or the name of a group of this pack.
Reference = Annotated[
    str,
    Field(pattern=f"^(local:)?{_NAME}$"),
    WithJsonSchema({"anyOf": [{"enum": list(IDENTITIES)}, {"type": "string", "pattern": f"^(local:)?{_NAME}$"}]}),
]
NotStated = Literal["not_stated"]
