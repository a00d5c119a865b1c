"""Reconciliations, their differences and what clerks decide on them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.contract.answer import Fen
from app.contract.strict import PRINTABLE, Strict

REGION = r"^[0-9a-z]([0-9a-z-]{0,62}[0-9a-z])?$"
Type = Literal[
    "callback_missed",
    "not_on_statement",
    "amount_differs",
    "content_differs",
    "reversed",
    "paid_twice",
    "not_booked",
    "wrong_region",
    "wrong_year",
    "unknown_order",
]
_REASON = (
    "细项，如 `reversed` 的 `not_arrived`（通知未到）、`not_on_statement`，`amount_differs` 的 `receivable`、`ledger`"
)


class Side(BaseModel):
    """Movements of money on one side; what went back counts below zero."""

    movements: int
    fen: Fen


class Summary(BaseModel):
    statement: Side = Field(description="对账单")
    arrived: Side = Field(description="当天的税务通知")
    covering: Side = Field(description="对账单各笔中现为参保所依据的，及其入账金额")
    matched: int = Field(description="对账单上没有差异的行数")
    differences: int


class DifferenceCount(BaseModel):
    type: Type
    state: Literal["open", "approved", "rejected"]
    lines: int


class ReconciliationItem(BaseModel):
    """A day's statement as it was compared, or refused."""

    id: str
    day: str | None
    state: Literal["running", "done", "refused"]
    region: str | None = Field(description="对账范围；不限地区的为 null")
    coverage_year: int | None = Field(description="对账范围；不限年度的为 null")
    reason: str | None = Field(description="拒绝的原因")
    line: int | None
    file_hash: str = Field(description="文件的 SHA-256")
    summary: Summary | None
    superseded_by: str | None = Field(description="同一天有更新的对账单时，新对账的编号")
    created_by: str
    created_at: str
    finished_at: str | None


class Reconciliation(ReconciliationItem):
    differences: list[DifferenceCount]


class ReconciliationList(BaseModel):
    reconciliations: list[ReconciliationItem]
    next_cursor: str | None


class Difference(BaseModel):
    """In what statement, ledger and cover differ."""

    number: int
    type: Type
    text: str
    advice: str = Field(description="可以怎么办")
    reason: str | None = Field(description=_REASON)
    line: int | None = Field(description="对账单的行号；对账单上没有的为 null")
    event_id: str
    event_type: str
    order_no: str
    statement_fen: Fen | None
    booked_fen: Fen | None = Field(description="本系统的金额")
    paid_at: str
    reverses_event_id: str | None
    voucher_no: str | None
    channel: str | None
    enrollment_id: str | None
    coverage_year: int | None
    state: Literal["open", "approved", "rejected", "resolved"] = Field(description="`resolved`：通知后来到了")
    can_be_taken_over: bool = Field(description="同意后按对账单补登入账")
    result: str | None = Field(description="补登的结果，同税务通知：`covered`、`suspended`、…；`repeated` 通知已先到")
    remark: str | None
    decided_by: str | None
    decided_at: str | None


class DifferenceList(BaseModel):
    differences: list[Difference]
    next_cursor: str | None


class DecisionRequest(Strict):
    """A clerk's decision on a difference."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"decision": "approve", "remark": "已与税务核实"}]})

    decision: Literal["approve", "reject"]
    remark: Annotated[str, Field(max_length=500, pattern=PRINTABLE)] | None = None


class Failure(BaseModel):
    number: int
    code: str


class ImportedDecisions(BaseModel):
    """What came of a workbook's decisions."""

    reconciliation: str
    decisions: int
    approved: int
    rejected: int
    failed: int
    failures: list[Failure] = Field(description="最多列100条")
