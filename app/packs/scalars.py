"""The kinds of value a pack may hold. YAML gives strings only; each kind says exactly which strings it takes."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema

from app.rules.money import fen_from_yuan

_SPAN = re.compile(r"(\d{1,4}) (day|month)s?")
_EDGE = re.compile(r"[a-z][a-z0-9_]*\.(opens|closes)")


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"expected {what}")
    return value


def _day(value: Any) -> date:
    text = _text(value, "a date such as 2023-12-31")
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
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
    if not re.fullmatch(r"\d{1,6}", text):
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
    if re.fullmatch(r"\d{4}-\d{2}", text):
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


def _schema(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$"})


_YUAN = {"type": "string", "pattern": r"^\d{1,9}(\.\d{1,2})?$"}
_COUNT = {"type": "string", "pattern": r"^\d{1,6}$"}


def _at_least(value: dict[str, Any]) -> dict[str, Any]:
    only = {"type": "object", "properties": {"at_least": value}, "required": ["at_least"]}
    return {**only, "additionalProperties": False}


Day = Annotated[date, BeforeValidator(_day), _schema(r"\d{4}-\d{2}-\d{2}")]
DayOrEdge = Annotated[
    date | str, BeforeValidator(_edge_or_day), _schema(r"(\d{4}-\d{2}-\d{2}|[a-z0-9_]+\.(opens|closes))")
]
Count = Annotated[int, BeforeValidator(_count), _schema(r"\d{1,6}")]
Percent = Annotated[Count, Field(ge=1, le=100)]
Yuan = Annotated[int, BeforeValidator(_yuan), _schema(r"\d{1,9}(\.\d{1,2})?")]
Amount = Annotated[
    int | Unsaid,
    PlainValidator(_amount),
    PlainSerializer(_unsaid_json),
    WithJsonSchema({"anyOf": [_YUAN, {"const": "not_known"}, _at_least(_YUAN)]}),
]
PercentOrLeast = Annotated[
    int | Unsaid,
    PlainValidator(_percent_or_least),
    PlainSerializer(_unsaid_json),
    WithJsonSchema({"anyOf": [_COUNT, _at_least(_COUNT)]}),
]
Opening = Annotated[date | str, PlainValidator(_opening), _schema(r"(\d{4}-\d{2}-\d{2}|\d{4}-\d{2}|not_stated)")]
Closing = Annotated[date | str, PlainValidator(_closing), _schema(r"(\d{4}-\d{2}-\d{2}|not_stated)")]
DayOrPayment = Annotated[date | str, PlainValidator(_day_or_payment), _schema(r"(\d{4}-\d{2}-\d{2}|payment)")]
DayOfMonth = Annotated[Count, Field(ge=1, le=31)]
Span = Annotated[
    tuple[int, str],
    BeforeValidator(_span),
    PlainSerializer(lambda s: f"{s[0]} {s[1]}", return_type=str),
    _schema(r"\d{1,4} (days?|months?)"),
]
YesNo = Annotated[bool, BeforeValidator(_yes), WithJsonSchema({"enum": ["yes", "no"]})]
Sentence = Annotated[str, AfterValidator(_sentence)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
# A name of this pack, or an identity of its own.
Reference = Annotated[str, Field(pattern=r"^(local:)?[a-z][a-z0-9_]*$")]
NotStated = Literal["not_stated"]
