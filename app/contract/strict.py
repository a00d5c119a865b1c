"""The base of everything a request may say."""

from pydantic import BaseModel, ConfigDict

# Databases can't store NUL, and no control character belongs into a name or a reference.
PRINTABLE = r"^[^\x00-\x1f\x7f]*$"


class Strict(BaseModel):
    """A request's object: unknown keys are refused, and nothing is converted (`true` is no number, "3" is none)."""

    model_config = ConfigDict(extra="forbid", strict=True)
