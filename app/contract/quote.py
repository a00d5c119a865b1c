"""Requests for quotes."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from app.contract.person import PersonForm
from app.contract.strict import PRINTABLE, Strict
from app.contract.words import Day

Region = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        pattern=PRINTABLE,
        description="统筹地区代码：6位区划代码，或其下9位、12位代码；匿名地区用固定标识",
        examples=["430424"],
    ),
]
CoverageYear = Annotated[int, Field(ge=1, le=9999, description="参保年度（待遇年度）", examples=[2024])]
PayDate = Annotated[
    Day | None,
    Field(default=None, description="缴费日期，北京时间；不填为今天", examples=["2023-11-02"]),
]
AsOf = Annotated[
    Day | None,
    Field(default=None, description="按这一天已公布的修订回答；不填为已有的全部修订", examples=["2024-12-01"]),
]
_EXAMPLE: dict[str, Any] = {
    "region": "430424",
    "coverage_year": 2024,
    "pay_date": "2023-11-02",
    "person": {"birth_date": "1985-06-15", "identities": [{"code": "subsistence_allowance", "since": "2022-01-01"}]},
}


class QuoteRequest(Strict):
    """Who pays, where, for which year and on which day."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    region: Region
    coverage_year: CoverageYear
    pay_date: PayDate
    as_of: AsOf
    person: PersonForm


class CalendarRequest(Strict):
    """A quote's question without its day."""

    model_config = ConfigDict(json_schema_extra={"examples": [{k: v for k, v in _EXAMPLE.items() if k != "pay_date"}]})

    region: Region
    coverage_year: CoverageYear
    as_of: AsOf
    person: PersonForm


class BatchRequest(Strict):
    """Many people of one region, year and day. `people` are read one by one: one that can't be read spoils no other."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "region": "430424",
                    "coverage_year": 2024,
                    "pay_date": "2023-11-02",
                    "people": [{"birth_date": "1985-06-15"}, {"birth_date": "2030-13-01"}],
                }
            ]
        }
    )

    region: Region
    coverage_year: CoverageYear
    pay_date: PayDate
    as_of: AsOf
    people: list[Any] = Field(
        description="1,000人以内，每项同报价请求的 `person`",
        # Anything may stand there: what is no person gets its problem in its place.
        json_schema_extra={"items": {"anyOf": [{"$ref": "#/components/schemas/PersonForm"}, {}]}, "maxItems": 1000},
    )
