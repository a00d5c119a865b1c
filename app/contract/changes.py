"""The feed of enrollment changes, and coverage of many people, as the OpenAPI document describes them."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.contract.answer import Fen, Problem
from app.contract.enrolled import CoverageAnswer
from app.contract.quote import CoverageYear
from app.contract.strict import Strict

_PERSON: dict[str, Any] = {"id_type": "resident_id", "id_number": "430424198506150016"}


class Change(BaseModel):
    """What happened to an enrollment, as things stood then. Nothing personal."""

    id: str = Field(description="稳定编号：地区和该地区的序号")
    type: Literal["registered", "repriced", "covered", "reversed", "cancelled"]
    at: str
    region: str
    coverage_year: int
    village: str
    enrollment_id: str
    order_no: str | None
    state: Literal["awaiting_payment", "covered", "reversed", "cancelled"] = Field(description="变动之后的状态")
    payable_fen: Fen | None = Field(description="变动之后的应缴；没有缴费途径、或这种变动不涉及的为 null")
    from_fen: Fen | None = Field(description="`repriced`：原应缴")
    amount_fen: Fen | None = Field(description="`covered`、`reversed`：入账、退回的金额")
    event_id: str | None = Field(description="`covered`、`reversed`：所依据的税务通知")


class ChangeList(BaseModel):
    changes: list[Change]
    next_cursor: str = Field(description="下次从这里接着读；没有新变动时也会给出")
    has_more: bool = Field(description="现在就可以接着读")


class CoverageBatchRequest(Strict):
    """Are they covered? `people` are read one by one: one that can't be read spoils no other."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"coverage_year": 2024, "people": [_PERSON]}]})

    coverage_year: CoverageYear
    people: list[Any] = Field(
        description="1,000人以内，每项为 `id_type`、`id_number`",
        json_schema_extra={"items": {"anyOf": [{"$ref": "#/components/schemas/DocumentForm"}, {}]}, "maxItems": 1000},
    )


class CoverageBatchAnswer(BaseModel):
    """Answers in the order of the people; the place of somebody who could not be read holds the problem."""

    results: list[CoverageAnswer | Problem]
