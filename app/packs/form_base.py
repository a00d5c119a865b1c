"""What every part of a pack is made of: closed forms, and a citation beside each value."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from app.packs.scalars import Name, Sentence


class Form(BaseModel):
    """A part of a pack; a key that it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


class CiteForm(Form):
    """Where a value comes from; exactly one of clause, document (with or without its clause) and convention."""

    clause: Sentence | None = None
    document: Name | None = None
    convention: Sentence | None = None

    @model_validator(mode="after")
    def _says_one(self) -> "CiteForm":
        if (self.convention is None) == (self.clause is None and self.document is None):
            raise ValueError("cite names a clause, a document or a convention")
        return self


def _short_cite(value: Any) -> Any:
    return {"clause": value} if isinstance(value, str) else value


CiteRef = Annotated[CiteForm, BeforeValidator(_short_cite)]


class Cited(Form):
    """A part of a pack with its citation."""

    cite: CiteRef


def one_or_several(value: Any) -> Any:
    """One thing where there may be a list of them."""
    return [value] if isinstance(value, dict) else value


class OneOrSeveral:
    """What an editor is told: one, or a list of them."""

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> Any:
        several = handler(schema)
        return {"anyOf": [several["items"], several]}
