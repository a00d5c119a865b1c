"""Words and values that requests and packs share: the vocabulary as types, and a date that is only a date."""

import re
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, PlainValidator, Strict, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.rules.vocabulary import CIRCUMSTANCES, CLASSES, EMPLOYMENT, FUNDS, IDENTITIES, LOCAL, REASON_NAMES, SCHOOLS


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


_LOCAL_CODE = LOCAL + "[a-z][a-z0-9_]{0,59}"


def _identity(value: Any) -> str:
    """A shared identity, or one that a pack declares itself: whether it does is known only with the pack at hand."""
    if isinstance(value, str) and (value in IDENTITIES or re.fullmatch(_LOCAL_CODE, value)):
        return value
    raise PydanticCustomError("literal_error", "Input should be {expected}", {"expected": _EXPECTED})


_EXPECTED = ", ".join(map(repr, IDENTITIES)) + f" or '{LOCAL}…'"
_IDENTITY_SCHEMA = {
    "anyOf": [{"type": "string", "enum": list(IDENTITIES)}, {"type": "string", "pattern": f"^{_LOCAL_CODE}$"}]
}

if TYPE_CHECKING:
    IdentityCode = str
    CircumstanceCode = str
    ClassName = str
    Fund = str
    Reason = str
    Employment = str
    School = str
else:
    IdentityCode = Annotated[str, PlainValidator(_identity), WithJsonSchema(_IDENTITY_SCHEMA)]
    CircumstanceCode, Employment, School = _word(CIRCUMSTANCES), _word(EMPLOYMENT), _word(SCHOOLS)
    ClassName = _word(name for names in CLASSES.values() for name in names)
    Fund, Reason = _word(FUNDS), _word(REASON_NAMES)
