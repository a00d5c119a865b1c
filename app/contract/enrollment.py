"""Requests that register people."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import ConfigDict, Field

from app.contract.person import PersonForm
from app.contract.quote import CoverageYear, Region
from app.contract.strict import PRINTABLE, Strict

# Spelled out here because requests know no registers; tests hold it against app.enrollment.id_numbers.
ID_TYPES = (
    "resident_id",
    "guardian_resident_id",
    "foreign_permanent_residence",
    "mainland_travel_permit",
    "passport",
    "birth_certificate",
)
if TYPE_CHECKING:
    IdType = str
    OwnIdType = str
else:
    IdType = Literal[ID_TYPES]
    OwnIdType = Literal[tuple(name for name in ID_TYPES if not name.startswith("guardian"))]

Word = Annotated[str, Field(min_length=1, max_length=64, pattern=PRINTABLE)]
_EXAMPLE: dict[str, Any] = {
    "region": "430424",
    "coverage_year": 2024,
    "village": "430424106201",
    "channel": "wechat_mini_program",
    "applicant": {"name": "张三", "id_type": "resident_id", "id_number": "430424198506150016", "phone": "13800000000"},
    "household": {"household_no": "430424106201-017", "relation": "head"},
    "person": {"identities": [{"code": "subsistence_allowance"}]},
}


class ApplicantForm(Strict):
    """Who is registered. Kept encrypted; found by a keyed hash."""

    name: Word = Field(description="姓名")
    id_type: IdType = Field(
        description="证件类型；没有号码的新生儿、未出生的孩子用 `guardian_resident_id`（监护人身份证）"
    )
    id_number: Annotated[str, Field(min_length=1, max_length=40)] = Field(description="证件号码")
    phone: Annotated[str, Field(max_length=32, pattern=PRINTABLE)] | None = Field(None, description="联系电话")
    hukou: Literal["local", "elsewhere"] | None = Field(
        None, description="户籍：`local` 本地，`elsewhere` 外地（持居住证等）；只用于统计报表，不影响应缴"
    )


class HouseholdForm(Strict):
    household_no: Word = Field(description="户编号")
    relation: Word = Field(description="与户主关系，如 `head`、`spouse`、`child`")


class EnrollmentRequest(Strict):
    """A registration for one coverage year."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    region: Region
    coverage_year: CoverageYear
    village: Annotated[str, Field(max_length=64, pattern=PRINTABLE)] | None = Field(
        None, description="村（社区）区划代码"
    )
    channel: Word = Field(description="登记渠道")
    applicant: ApplicantForm
    household: HouseholdForm | None = None
    person: PersonForm = Field(description="同报价请求；有身份证号的可不填出生日期")


class DocumentForm(Strict):
    """Somebody by a document of their own."""

    id_type: OwnIdType
    id_number: Annotated[str, Field(min_length=1, max_length=40)]


class LookupRequest(DocumentForm):
    """Is somebody covered? A POST, so that no number stands in a URL or an access log.

    By a document of their own: a child registered by its guardian is found through the household or its enrollment.
    """

    coverage_year: CoverageYear


class SettleRequest(Strict):
    reason: Annotated[str, Field(min_length=1, max_length=500, pattern=PRINTABLE)] = Field(description="处理依据")
