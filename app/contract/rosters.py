"""Hardship lists, their work list and proposals, as the OpenAPI document describes them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from app.contract.answer import DateText, Fen
from app.contract.quote import Region
from app.contract.strict import PRINTABLE, Strict

Action = Literal["added", "removed"]
ConflictKind = Literal["removed_not_listed", "added_twice", "dates_out_of_order", "lists_disagree", "price_not_settled"]
Remark = Annotated[str, Field(min_length=1, max_length=500, pattern=PRINTABLE)]


class RosterImport(BaseModel):
    """A change list that was taken in, by counts of its lines."""

    id: str | None = Field(description="试运行没有编号")
    region: str
    source: str = Field(
        description="`civil_affairs`、`rural_revitalization`、`disabled_federation`、`medical_security`"
    )
    state: Literal["running", "sweeping", "done", "dry_run"]
    imported_by: str
    lines: int = Field(description="可以读取的行数")
    refused: int = Field(description="不能读取的行数")
    added: int
    removed: int
    unchanged: int = Field(description="名单上已是如此，没有变化")
    conflicts: int = Field(description="进入待处理清单的行数")
    repriced: int = Field(description="重新计价的未缴费登记")
    proposals: int = Field(description="给已缴费人员的处理建议")
    content_sha256: str
    started_at: str
    finished_at: str | None


class RosterImportList(BaseModel):
    imports: list[RosterImport]
    next_cursor: str | None


class RosterEffect(BaseModel):
    """What a line does to an enrollment; which figures there are depends on the effect."""

    enrollment_id: str
    coverage_year: int
    effect: Literal["repriced", "proposed", "proposal_withdrawn", "price_not_settled"]
    from_fen: Fen | None = None
    payable_fen: Fen | None = None
    kind: Literal["pays_back", "nothing", "not_stated"] | None = None
    amount_fen: Fen | None = None


class RosterLine(BaseModel):
    """A line of the list and what became of it, or would."""

    line: int
    who: str = Field(description="身份证号，已遮盖")
    action: Action
    identity: str
    class_: str | None = Field(alias="class")
    day: DateText
    result: Literal["added", "removed", "reclassified", "unchanged"] | ConflictKind
    effects: list[RosterEffect]


class RosterError(BaseModel):
    """A line that could not be read, and is left out."""

    line: int
    who: str = Field(description="身份证号，已遮盖；看不出号码的为空")
    reason: str


class RosterResult(RosterImport):
    """The import with its lines."""

    dry_run: bool
    repeated: bool = Field(description="同一文件以前已导入，这次没有任何作用")
    changes: list[RosterLine] = Field(description="逐行结果，最多5000行")
    errors: list[RosterError] = Field(description="不能读取的行，最多5000行")
    left_out: int = Field(description="没有列出的行数")


class RosterConflict(BaseModel):
    """A line that does not fit what stands, or a price that needs a fact; a clerk settles it."""

    id: str
    region: str
    kind: ConflictKind
    import_id: str
    line: int
    action: Action
    identity: str
    identity_name: str
    class_: str | None = Field(alias="class")
    source: str
    source_name: str
    day: DateText
    township: str
    village: str
    name: str
    who: str = Field(description="身份证号，已遮盖")
    standing: list[dict[str, Any]] = Field(description="与之冲突的已有记录")
    enrollment_id: str | None
    state: Literal["open", "settled"]
    decision: Literal["apply", "dismiss"] | None
    settled_by: str | None
    remark: str | None
    opened_at: str
    settled_at: str | None


class RosterConflictList(BaseModel):
    conflicts: list[RosterConflict]
    next_cursor: str | None


class SettleConflictRequest(Strict):
    decision: Literal["apply", "dismiss"] = Field(description="`apply` 按该行执行；`dismiss` 保持现状")
    remark: Remark = Field(description="处理依据")


class TimelineRequest(Strict):
    """Whose timeline; a POST, so that no number stands in a URL or an access log."""

    region: Region
    id_number: Annotated[str, Field(min_length=1, max_length=40)]


class Listing(BaseModel):
    """An identity that a source lists from `since` until (not including) `until`."""

    identity: str
    identity_name: str
    class_: str | None = Field(alias="class")
    source: str
    source_name: str
    since: DateText
    until: DateText | None
    township: str
    village: str
    added_by: str
    removed_by: str | None


class Timeline(BaseModel):
    sources: list[str] = Field(description="该地区已有哪些部门的名单；没有名单的地区按本人申报")
    listings: list[Listing]


class Basis(BaseModel):
    clause: str
    text: str


class FundShare(BaseModel):
    fund: str = Field(description="资金，同报价")
    amount_fen: Fen


class Proposal(BaseModel):
    """What somebody who has paid gets because a list has changed; a second clerk decides."""

    id: str
    region: str
    enrollment_id: str
    coverage_year: int
    kind: Literal["pays_back", "nothing", "not_stated"] = Field(
        description="`pays_back` 公告规定补发；`nothing` 公告规定不补不退；`not_stated` 公告未载明，由经办人员决定"
    )
    cause: Literal["recognized", "ended", "reversed"] = Field(
        description="`recognized` 新认定；`ended` 身份终止；`reversed` 补发之后缴费被退回"
    )
    identity: str
    identity_name: str
    changed_on: DateText
    amount_fen: Fen = Field(description="大于零付给本人，小于零须向本人追回")
    shares: list[FundShare]
    pays_to: Literal["one_card", "payer"] | None = Field(description="`one_card` 一卡通账户；`payer` 原缴费账户")
    due_month: str | None = Field(description="应发放的月份 YYYY-MM")
    old: Basis = Field(description="原价格所依据的条款")
    new: Basis = Field(description="按新身份的条款")
    rule_clause: str = Field(description="公告对缴费后身份变动的规定；没有规定为“公告未载明”")
    import_id: str
    imported_by: str
    proposed_by: str
    state: Literal["open", "approved", "rejected", "superseded"]
    decided_by: str | None
    remark: str | None
    proposed_at: str
    decided_at: str | None


class ProposalList(BaseModel):
    proposals: list[Proposal]
    next_cursor: str | None


class DecideRequest(Strict):
    remark: Remark | None = Field(None, description="说明；驳回时必填")
