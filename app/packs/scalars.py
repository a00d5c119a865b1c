"""The kinds of value a pack may hold. YAML gives strings only; each kind says exactly which strings it takes."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema

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


Day = Annotated[date, BeforeValidator(_day), _schema(r"\d{4}-\d{2}-\d{2}")]
DayOrEdge = Annotated[
    date | str, BeforeValidator(_edge_or_day), _schema(r"(\d{4}-\d{2}-\d{2}|[a-z0-9_]+\.(opens|closes))")
]
Count = Annotated[int, BeforeValidator(_count), _schema(r"\d{1,6}")]
Percent = Annotated[Count, Field(ge=1, le=100)]
Yuan = Annotated[int, BeforeValidator(_yuan), _schema(r"\d{1,9}(\.\d{1,2})?")]
Span = Annotated[
    tuple[int, str],
    BeforeValidator(_span),
    PlainSerializer(lambda s: f"{s[0]} {s[1]}", return_type=str),
    _schema(r"\d{1,4} (days?|months?)"),
]
YesNo = Annotated[bool, BeforeValidator(_yes), WithJsonSchema({"enum": ["yes", "no"]})]
Sentence = Annotated[str, AfterValidator(_sentence)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
NotStated = Literal["not_stated"]
