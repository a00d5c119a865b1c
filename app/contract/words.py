"""Words and values that requests and packs share: the vocabulary as types, and a date that is only a date."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Strict
from pydantic_core import PydanticCustomError

from app.rules.vocabulary import CIRCUMSTANCES, CLASSES, EMPLOYMENT, FUNDS, IDENTITIES, REASON_NAMES


def _iso_only(value: Any) -> Any:
    """pydantic also takes seconds since 1970, as a number or as text; a date here is YYYY-MM-DD and nothing else."""
    if isinstance(value, date) or (isinstance(value, str) and len(value) == 10 and value[4] == "-"):
        return value
    raise PydanticCustomError("date_parsing", "expected YYYY-MM-DD")


# Checked by hand and then parsed: behind a function, pydantic's strict date would refuse JSON's strings.
Day = Annotated[date, Strict(False), BeforeValidator(_iso_only)]


def _word(known: Iterable[str]) -> Any:
    """A word of the closed vocabulary: a Literal for the reader and for the JSON Schema, a string for the types."""
    return Literal[tuple(known)]


if TYPE_CHECKING:
    IdentityCode = str
    CircumstanceCode = str
    ClassName = str
    Fund = str
    Reason = str
    Employment = str
else:
    IdentityCode, CircumstanceCode, Employment = _word(IDENTITIES), _word(CIRCUMSTANCES), _word(EMPLOYMENT)
    ClassName = _word(name for names in CLASSES.values() for name in names)
    Fund, Reason = _word(FUNDS), _word(REASON_NAMES)
