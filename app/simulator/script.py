"""Scripts: what the simulator does by itself, step by step, once. The YAML is read elsewhere; this is its form.

Every value arrives as a string, so the forms here convert; a mistake is named with the line that it stands on.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from app.contract.callback import Reference
from app.simulator.faults import OF_REVERSALS, Fault
from app.simulator.forms import Mode
from app.simulator.statement import Encoding

Place = tuple[str | int, ...]


def _percent(value: Any) -> int:
    if not isinstance(value, str) or not re.fullmatch(r"\d{1,3}%", value) or int(value[:-1]) > 100:
        raise ValueError("expected a share such as 80%")
    return int(value[:-1])


def _probabilities(value: Any) -> Any:
    """A script's numbers are strings."""
    if not isinstance(value, dict):
        return value
    return {name: _number(name, text) for name, text in value.items()}


def _number(name: str, text: Any) -> Any:
    if name == "then_honest" and text in ("yes", "no"):
        return text == "yes"
    return float(text) if isinstance(text, str) and re.fullmatch(r"[01](\.\d{1,6})?", text) else text


Percent = Annotated[int, BeforeValidator(_percent)]


class Form(BaseModel):
    """Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid")


class Wait(Form):
    """Until so many orders have arrived, or until no callback is on its way."""

    orders: Annotated[int, Field(ge=1, le=10**6)] | None = None
    callbacks: Literal["through"] | None = None
    seconds: Annotated[float, Field(gt=0, le=86400)] = 60

    @model_validator(mode="after")
    def _for_something(self) -> "Wait":
        if (self.orders is None) == (self.callbacks is None):
            raise ValueError("wait for orders or for callbacks")
        return self


class Pay(Form):
    """A share of the orders that are due."""

    share: Percent = 100
    fault: Fault | None = None
    channel: Reference = "simulator"


class Reverse(Form):
    """A share of the orders that are paid."""

    share: Percent
    fault: Fault | None = None

    @model_validator(mode="after")
    def _fits(self) -> "Reverse":
        if self.fault is not None and self.fault not in OF_REVERSALS:
            raise ValueError(f"a reversal has no {self.fault}")
        return self


class Write(Form):
    """The statement of a day, today's where none is named, into the folder of statements."""

    day: date | None = None
    encoding: Encoding = "utf-8"


class Step(Form):
    """One thing to do: a mapping with exactly one of these keys."""

    wait: Wait | None = None
    pay: Pay | None = None
    reverse: Reverse | None = None
    faults: Annotated[Mode, BeforeValidator(_probabilities)] | None = None
    statement: Write | None = None

    @model_validator(mode="before")
    @classmethod
    def _one(cls, value: Any) -> Any:
        if isinstance(value, dict) and len(value) != 1:
            raise ValueError(f"a step is one of {', '.join(cls.model_fields)}")
        return value

    @property
    def name(self) -> str:
        return next(iter(self.model_fields_set))


class Script(Form):
    """`script` is the version of this language."""

    script: Literal["1"]
    steps: Annotated[list[Step], Field(min_length=1)]


class ScriptRefused(Exception):  # noqa: N818 - the outcome of reading
    """A script that is not run; the message names file, line and reason of each mistake."""


def read_script(file: str, tree: Any, lines: Mapping[Place, int]) -> Script:
    """`tree` is of strings, lists and mappings; `lines` tells on which line each place stands."""
    try:
        return Script.model_validate(tree)
    except ValidationError as error:
        found = sorted((_line(lines, e["loc"]), _sentence(e)) for e in error.errors(include_url=False))
        raise ScriptRefused("\n".join(f"{file}:{line}: {sentence}" for line, sentence in found)) from None


def _line(lines: Mapping[Place, int], place: Place) -> int:
    """Of the nearest place that is there: a missing key has none."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def _sentence(error: ErrorDetails) -> str:
    where = ".".join(map(str, error["loc"])) or "the script"
    match error["type"]:
        case "extra_forbidden":
            return f"{where}: there is no such key"
        case "missing":
            return f"{where}: this key is missing"
        case "literal_error" | "enum":
            return f"{where}: expected {error.get('ctx', {}).get('expected', '')}"
        case _:
            return f"{where}: {error['msg'].removeprefix('Value error, ')}"
