"""Answers, as the OpenAPI document describes them. The engine writes the same shape (app/rules/shape.py)."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Fen = int
DateText = Annotated[str, Field(json_schema_extra={"format": "date"})]
REASONS = Literal["not_yet_open", "window_closed", "year_over", "employee_insured", "insured_elsewhere", "not_yet_born"]


class SubsidyItem(BaseModel):
    """A part of the subsidy, by fund."""

    fund: str = Field(description="资金：`medical_assistance` 医疗救助；`fiscal` 财政；`unspecified` 公告未载明")
    identity: str = Field(description="据以资助的身份代码")
    amount_fen: Fen = Field(description="金额，单位分")


class IncentiveItem(BaseModel):
    """An advantage besides the price."""

    code: str = Field(description="激励代码，如 `critical_illness_ceiling` 大病保险封顶线提高")
    amount_fen: Fen = Field(description="金额，单位分")


class AddOnItem(BaseModel):
    """Another insurance that is collected together with the contribution; not part of what is payable for this one."""

    code: str = Field(description="代码，如 `long_term_care` 长期护理保险")
    title: str
    amount_fen: Fen = Field(description="金额，单位分")


class OrderYearItem(BaseModel):
    """A part of an order that pays for more than the coverage year."""

    kind: Literal["current", "further", "repair"] = Field(description="本年度、其他年度、补缴断保年度")
    coverage_year: int | None = Field(description="年度；补缴断保年度为 null")
    count: int = Field(description="年数")
    amount_fen: Fen = Field(description="金额，单位分")


class NoteItem(BaseModel):
    """A reading of the notice, something it is silent about, or a further rule."""

    code: str = Field(description="稳定的英文代码")
    text: str = Field(description="可以直接给群众看的中文说明")
    clause: str = Field(description="条款出处")


class ExplanationLine(BaseModel):
    """One step of the reasoning, in order; a clerk can read it out."""

    step: str = Field(description="步骤：`window`、`situation`、`contribution`、`subsidy`、`waiting`、`benefits` 等")
    clause: str = Field(description="条款出处，如 `四(四)2`")
    text: str = Field(description="中文说明")
    source: Literal["notice", "document", "convention"] = Field(description="出自公告、其他文件或产品约定")


class PossibleAnswer(BaseModel):
    """One of the answers that the missing facts lead to."""

    outcome: Literal["payable", "exempt", "closed", "ineligible"]
    reason: REASONS | None
    personal_fen: Fen | None
    surcharge_fen: Fen | None
    subsidy_fen: Fen | None
    payable_fen: Fen | None
    refund_fen: Fen | None
    waiting_days: int | None
    waiting_months: int | None
    benefits_start: DateText | None
    benefits_end: DateText | None
    route: str | None
    benefits_start_follows: str | None = Field(description="待遇起始日随哪一项缺少的信息变化；否则为 null")


class PolicyRef(BaseModel):
    """Which notice, in which version, the answer rests on."""

    id: str
    version: str
    digest: str = Field(description="规则文件的 SHA-256，同一摘要必得同一答案")
    title: str
    region: str
    coverage_year: int
    amended_on: DateText | None = Field(description="最近一次已计入的修订公布日期；没有修订为 null")


_EXAMPLE: dict[str, Any] = {
    "outcome": "payable",
    "reason": None,
    "missing": [],
    "possible": [],
    "personal_fen": 38000,
    "surcharge_fen": 0,
    "subsidy_fen": 19000,
    "payable_fen": 19000,
    "subsidies": [{"fund": "unspecified", "identity": "subsistence_allowance", "amount_fen": 19000}],
    "refund_fen": 0,
    "refunds": [],
    "net_cost_fen": 19000,
    "waiting_days": 0,
    "waiting_months": None,
    "benefits_start": "2024-01-01",
    "benefits_end": "2024-12-31",
    "valid_through": "2023-12-31",
    "route": "window",
    "incentives": [],
    "add_ons": [],
    "order_years": [],
    "benefits_tier": None,
    "notes": [{"code": "subsidy_fund_not_named", "text": "公告没有写明资助出自哪项资金。", "clause": "四(四)"}],
    "explanation": [{"step": "contribution", "clause": "二", "text": "个人缴费380元。", "source": "notice"}],
    "policy": {
        "id": "430424-2024",
        "version": "1",
        "digest": "sha256:…",
        "title": "衡东县高湖镇2024年度城乡居民基本医疗保险参保缴费工作方案",
        "region": "430424",
        "coverage_year": 2024,
        "amended_on": None,
    },
}


class Answer(BaseModel):
    """What is to be paid, why, and from when it covers. Amounts are integer fen."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    outcome: Literal["payable", "exempt", "closed", "ineligible", "needs_information"] = Field(
        description="`payable` 应缴费；`exempt` 无须缴费；`closed` 当日没有缴费途径；`ineligible` 不能参保；"
        "`needs_information` 须补充信息"
    )
    reason: REASONS | None = Field(
        description="closed：`not_yet_open`、`window_closed`、`year_over`；"
        "ineligible：`employee_insured`、`insured_elsewhere`、`not_yet_born`"
    )
    missing: list[str] = Field(description="须补充的信息，字段路径")
    possible: list[PossibleAnswer] = Field(description="补充后可能得到的不同结果")
    personal_fen: Fen | None = Field(description="个人缴费（资助前），免缴为0，单位分")
    surcharge_fen: Fen | None = Field(description="期外缴费另缴的财政补助部分，单位分")
    subsidy_fen: Fen | None = Field(description="缴费时抵扣的资助，单位分")
    payable_fen: Fen | None = Field(
        description="本人实缴 = personal + surcharge - subsidy，单位分；公告的金额不详时与其他金额同为 null，并附说明"
    )
    subsidies: list[SubsidyItem] = Field(description="抵扣的资助，按资金分列")
    refund_fen: Fen | None = Field(description="先缴后退的资助：缴费后退还的金额，单位分；没有为0")
    refunds: list[SubsidyItem] = Field(description="缴费后退还的资助，按资金分列")
    net_cost_fen: Fen | None = Field(description="退还后本人实际负担 = payable - refund，单位分")
    waiting_days: int | None = Field(
        description="待遇等待期天数；没有为0；公告未载明待遇起始日的、等待期按月计的为 null"
    )
    waiting_months: int | None = Field(description="按月计的待遇等待期月数；其他为 null")
    benefits_start: DateText | None = Field(description="待遇起始日；公告未载明或本年度已无待遇为 null")
    benefits_end: DateText | None = Field(description="待遇终止日")
    valid_through: DateText | None = Field(description="其他情况不变时，结果、金额和途径保持不变的最后缴费日")
    route: str | None = Field(description="所走途径的稳定标识")
    incentives: list[IncentiveItem] = Field(description="价格以外的激励")
    add_ons: list[AddOnItem] = Field(description="一并收取的其他保险，不含在 payable 中")
    order_years: list[OrderYearItem] = Field(description="一次缴纳多个年度的，各年度金额；只缴本年度的为空")
    benefits_tier: int | None = Field(description="按哪一档享受待遇；公告不分档的为 null")
    notes: list[NoteItem] = Field(description="公告的解读、没有写明的事项和其他规定，可直接给群众看")
    explanation: list[ExplanationLine] = Field(description="逐步说明，可照着念")
    policy: PolicyRef = Field(description="所依据的公告、版本和摘要")


class FieldProblem(BaseModel):
    field: str = Field(description="字段路径")
    message: str = Field(description="中文说明")


class Problem(BaseModel):
    """An error after RFC 9457. It never repeats what was sent."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "Unprocessable Content",
                    "status": 422,
                    "detail": "请求内容有误，请按提示修改。",
                    "code": "invalid_request",
                    "errors": [{"field": "person.birth_date", "message": "应为 YYYY-MM-DD 格式的真实日期"}],
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    detail: str = Field(description="可以直接给群众或经办人员看的中文说明")
    code: str = Field(description="稳定的英文错误代码，见文档开头的列表")
    errors: list[FieldProblem] | None = None


class BatchAnswer(BaseModel):
    """Answers in the order of the people; the place of somebody who could not be read holds the problem."""

    quotes: list[Answer | Problem]


class CalendarSegment(BaseModel):
    """A run of days of payment with the same outcome, reason, amounts and route; `quote` is that of the first day."""

    from_: DateText = Field(alias="from")
    to: DateText
    quote: Answer


class CalendarAnswer(BaseModel):
    segments: list[CalendarSegment]
