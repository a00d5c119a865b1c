"""Enrollments, suspense and balances, as the OpenAPI document describes them."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from app.contract.answer import Answer, Fen


class Receivable(BaseModel):
    payable_fen: Fen = Field(description="应缴金额，单位分")
    due_through: str = Field(description="按此金额缴费的最后日期")


class Repriced(BaseModel):
    """The price had run out and was made anew on this day."""

    from_fen: Fen
    on: str


class Enrollment(BaseModel):
    """A registration; `order_no` is null where nothing is levied."""

    id: str
    order_no: str | None
    state: Literal["awaiting_payment", "covered", "reversed", "cancelled"]
    region: str
    coverage_year: int
    village: str
    receivable: Receivable | None = Field(description="应缴；当日没有缴费途径的为 null")
    quote: Answer
    created_at: str
    updated_at: str
    repriced: Repriced | None = Field(None, description="刚刚重新报价的，原金额和日期；否则没有这一项")


class EnrollmentList(BaseModel):
    enrollments: list[Enrollment]
    next_cursor: str | None


class CoverageAnswer(BaseModel):
    covered: bool
    enrollment: Enrollment | None


class SuspenseItem(BaseModel):
    """Money that arrived (or was taken back) and could not be booked."""

    id: str
    region: str
    event_id: str
    order_no: str
    coverage_year: int | None
    type: str
    reason: str = Field(
        description="`unknown_order`、`amount_mismatch`、`second_payment`、`order_cancelled`、"
        "`no_price_on_payment_day`、`reversal_without_payment`、`already_reversed`"
    )
    amount_fen: Fen
    paid_at: str
    state: Literal["open", "settled"]
    settlement: str | None
    settled_by: str | None
    remark: str | None
    opened_at: str
    settled_at: str | None


class SuspenseList(BaseModel):
    suspense: list[SuspenseItem]
    next_cursor: str | None


class DeadLetter(BaseModel):
    """A message about an order that was given up; it is sent again when a clerk says so."""

    id: str
    region: str
    enrollment_id: str
    kind: Literal["receivable.opened", "receivable.changed", "receivable.withdrawn"]
    revision: int = Field(description="该登记的第几条信息")
    attempts: int
    state: Literal["dead", "waiting", "sent"]
    last_error: str | None = Field(description="对方回答的状态码，或连接失败的种类")
    created_at: str


class DeadLetterList(BaseModel):
    dead_letters: list[DeadLetter]
    next_cursor: str | None


class AuditRecord(BaseModel):
    """Who did what; `number` counts the region's records."""

    number: int
    at: str
    actor: str = Field(description="客户端编号；`collector` 税务通知、`system` 系统、`operator` 命令行")
    deed: str
    about: dict[str, Any]


class AuditList(BaseModel):
    records: list[AuditRecord]


class Balance(BaseModel):
    """What stands on an account; debits are above zero."""

    region: str
    coverage_year: int | None
    account: str = Field(description="`collector`、`personal`、`surcharge`、`suspense`、`subsidy:资金`")
    balance_fen: Fen


class BalanceList(BaseModel):
    balances: list[Balance]
