"""The columns of a people file, read off the contract's person, and what a cell's text means.

Every field of `PersonForm` is a column: plain fields by their own name, the fields of employee insurance as
`employee_…`, lists as `code/class@date;code@date`. Cells are checked by the contract itself.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError

from app.contract.person import PersonForm
from app.contract.words import Day

Problems = tuple[tuple[str, str], ...]  # (field, sentence in Chinese)
Explain = Callable[[ValidationError], list[tuple[str, str]]]
_WORDS = {"true": True, "是": True, "false": False, "否": False}
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE = re.compile(r"-?\d{1,9}(\.0)?")


class PayDay(BaseModel):
    """The one column that is a quote's and not a person's."""

    pay_date: Day | None = None


@dataclass(frozen=True)
class Column:
    """One fact. `model` checks it as its field `field`; `group` is the object inside the person that it belongs to."""

    name: str
    model: type[BaseModel]
    field: str
    group: str | None = None

    @cached_property
    def types(self) -> set[Any]:
        """What the field may be, `None` and bounds left out."""
        return set(_bare(self.model.model_fields[self.field].annotation)) - {type(None)}

    @cached_property
    def is_day(self) -> bool:
        return date in self.types

    @cached_property
    def item(self) -> type[BaseModel] | None:
        """What a list holds."""
        return next((t for t in self.types if isinstance(t, type) and issubclass(t, BaseModel)), None)

    def value(self, text: str) -> Any:
        """The contract's value for a cell, as far as the text allows; None for an empty one."""
        text = text.strip()
        if not text:
            return None
        if self.item is not None:
            return [_entry(self.item, part.strip()) for part in re.split("[;；]", text) if part.strip()]
        if bool in self.types:
            return _WORDS.get(text.lower(), text)
        return int(float(text)) if int in self.types and _WHOLE.fullmatch(text) else text

    def read(self, text: str, explain: Explain) -> tuple[Any, Problems]:
        """The value and what is wrong with it."""
        value = self.value(text)
        if self.is_day and _is_day(value):
            return value, ()  # as the contract would say, and there are tens of thousands of them
        try:
            self.model.model_validate({self.field: value})
        except ValidationError as why:
            own = [(path, told) for path, told in explain(why) if path.split(".")[0] == self.field]
            return value, tuple((self.name + path[len(self.field) :], told) for path, told in own)
        return value, ()


def _is_day(text: str | None) -> bool:
    try:
        return text is not None and bool(_DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def _bare(annotation: Any) -> Iterator[Any]:
    """The plain types in an annotation: through Optional, Annotated and list; the words of a Literal are text."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        yield str
    elif origin is Annotated:
        yield from _bare(parts[0])
    elif parts:
        yield from (bare for part in parts for bare in _bare(part))
    else:
        yield annotation


def _entry(item: type[BaseModel], text: str) -> dict[str, Any]:
    """`code/class@date` as the contract writes it."""
    code, _, day = text.partition("@")
    code, slash, class_ = code.partition("/")
    entry: dict[str, Any] = {"code": code.strip()}
    if slash:
        entry["class"] = class_.strip()
    if "@" in text:
        entry[day_of(item)] = day.strip()
    return entry


@cache
def day_of(item: type[BaseModel]) -> str:
    """The name of an item's own day: `since`, `on`."""
    return next(name for name, info in item.model_fields.items() if date in set(_bare(info.annotation)))


def _columns() -> Iterator[Column]:
    for name, info in PersonForm.model_fields.items():
        column = Column(name, PersonForm, name)
        if column.item is None or "list" in str(info.annotation):
            yield column
        else:
            word = name.partition("_")[0]
            yield from (Column(f"{word}_{sub}", column.item, sub, name) for sub in column.item.model_fields)


PAY_DAY = Column("pay_date", PayDay, "pay_date")
FACTS = {column.name: column for column in _columns()}


def person_of(values: dict[str, Any]) -> dict[str, Any]:
    """The contract's person from the values of columns; a group of which nothing is said is left out."""
    person: dict[str, Any] = {}
    for name, value in values.items():
        if value is None:
            continue
        column = FACTS[name]
        place = person if column.group is None else person.setdefault(column.group, {})
        place[column.field] = value
    return person
