"""A person as a request describes them. Strict: nothing is converted, an unknown key or code is refused."""

from typing import Annotated, Any

from pydantic import Field

from app.contract.strict import Strict
from app.contract.words import CircumstanceCode, ClassName, Day, Employment, IdentityCode, School
from app.rules import person as rules
from app.rules.vocabulary import CIRCUMSTANCES, CLASSES, IDENTITIES, NUMBERS, SCHOOLS

Months = Annotated[int, Field(ge=0, le=12)]
Years = Annotated[int, Field(ge=0, le=NUMBERS["missed_years"])]
ManyYears = Annotated[int, Field(ge=0, le=NUMBERS["continuous_years"])]
_SCHOOL_INDEX = {name: i for i, name in enumerate(SCHOOLS)}


def _legend(names: Any) -> str:
    return "；".join(f"`{code}` {name}" for code, name in names.items())


class IdentityForm(Strict):
    """A recognized hardship status."""

    code: IdentityCode = Field(description=f"身份代码：{_legend(IDENTITIES)}", examples=["subsistence_allowance"])
    class_: ClassName | None = Field(
        None,
        alias="class",
        description=f"低保类别，只用于 `subsistence_allowance`：{_legend(CLASSES['subsistence_allowance'])}",
        examples=["rural_1"],
    )
    since: Day | None = Field(None, description="认定日期；不填按缴费期开始前已认定处理", examples=["2023-05-01"])


class CircumstanceForm(Strict):
    """A special situation that may open a way in outside the payment window."""

    code: CircumstanceCode = Field(description=f"情形代码：{_legend(CIRCUMSTANCES)}", examples=["military_discharge"])
    on: Day | None = Field(
        None, description="发生日期；不填表示已发生、日期不详，影响结果时会要求补充", examples=["2024-03-03"]
    )


class EmployeeInsuranceForm(Strict):
    """Employee medical insurance. "This year" is the coverage year; a field that is left out is unknown."""

    status: Employment = Field(description="`none` 未参加；`active` 在保；`ended` 已终止", examples=["ended"])
    ended_on: Day | None = Field(None, description="终止日期；晚于缴费日的视为缴费日仍在保", examples=["2024-02-01"])
    months_paid_this_year: Months | None = Field(None, description="参保年度内职工医保缴费月数")
    months_paid_last_year: Months | None = Field(
        None, description="上一年度职工医保缴费月数；1个月以上即视为上年已参保"
    )
    gap_this_year: bool | None = Field(None, description="参保年度内职工医保是否断缴")
    lapsed_last_year: bool | None = Field(None, description="上一年度职工医保是否中断")


class PersonForm(Strict):
    """What is known of a person. What is left out is unknown, and asked for only if it matters."""

    birth_date: Day | None = Field(
        None, description="出生日期；可晚于缴费日（未出生的填预产期）", examples=["1985-06-15"]
    )
    identities: list[IdentityForm] | None = Field(None, description="困难身份，不填为没有", max_length=50)
    circumstances: list[CircumstanceForm] | None = Field(None, description="特殊情形，不填为没有", max_length=50)
    employee_insurance: EmployeeInsuranceForm | None = Field(None, description="职工医保情况，不填为未参加")
    insured_last_year: bool | None = Field(None, description="参保年度的上一年是否参加过任何基本医疗保险")
    zero_claims_last_year: bool | None = Field(None, description="上一年是否零报销；不填为否")
    parent_insured_in_province: bool | None = Field(None, description="新生儿：父母一方是否在本省参加基本医保")
    insured_elsewhere: bool | None = Field(None, description="本参保年度是否已在其他地方参加居民医保；不填为否")
    tier: Annotated[int, Field(ge=1, le=NUMBERS["tier"])] | None = Field(None, description="选择的缴费档次")
    school: School | None = Field(None, description=f"就读学校：{_legend(SCHOOLS)}")
    missed_years: Years | None = Field(None, description="断保年数（如何计算以公告为准；10年以上填10）")
    repaid_years: Years | None = Field(None, description="本次一并补缴（修复）的断保年数；不填为0")
    continuous_years: ManyYears | None = Field(None, description="截至上一年度连续参保的年数（20年以上填20）；不填为0")
    zero_claim_years: ManyYears | None = Field(None, description="累计零报销的年数（20年以上填20）；不填为0")

    def person(self) -> rules.Person:
        """The same facts as the engine takes them."""
        job = self.employee_insurance
        return rules.Person(
            self.birth_date,
            tuple([rules.Identity(i.code, i.class_, i.since) for i in self.identities]) if self.identities else (),
            tuple([rules.Circumstance(c.code, c.on) for c in self.circumstances]) if self.circumstances else (),
            rules.EmployeeInsurance(
                job.status,
                job.ended_on,
                job.months_paid_this_year,
                job.months_paid_last_year,
                job.gap_this_year,
                job.lapsed_last_year,
            )
            if job
            else None,
            self.insured_last_year,
            bool(self.zero_claims_last_year),
            self.parent_insured_in_province,
            bool(self.insured_elsewhere),
            () if self.model_fields_set.isdisjoint(NUMBERS) else self._numbers(),
        )

    def _numbers(self) -> tuple[tuple[str, int], ...]:
        school = None if self.school is None else _SCHOOL_INDEX[self.school]
        said = ((name, school if name == "school" else getattr(self, name)) for name in NUMBERS)
        return tuple((name, value) for name, value in said if value is not None)
