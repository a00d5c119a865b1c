"""A reconciliation's differences as a workbook: out, and in again with a clerk's decisions and nothing else changed."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from app.contract.strict import PRINTABLE
from app.storage import reconciliation_register as register
from app.workflows.decide_difference import Decision, decide_difference
from app.workflows.office import Office, Refused
from app.workflows.show_reconciliation import all_differences, difference, finished, reconciliation

if TYPE_CHECKING:
    from app.sheets.difference_sheet import Line
# The libraries for workbooks are loaded when somebody wants one: neither service nor command line waits for them.

_AT_A_TIME = 2000
_MOST_TOLD = 100
_LONGEST_REMARK = 500


class _Decided(NamedTuple):
    number: int
    decision: Decision
    remark: str | None


def export_differences(office: Office, id: str, file: IO[bytes] | str) -> None:
    """Raises Refused."""
    from app.sheets.difference_sheet import SheetRefused, write_sheet

    finished(office, id)
    try:
        write_sheet(file, _about(reconciliation(office, id)), all_differences(office, id))
    except SheetRefused as why:
        raise Refused("decisions_refused", f"{why}。") from None


def _about(whole: dict[str, Any]) -> dict[str, Any]:
    scope = {"地区": whole["region"] or "全部", "年度": whole["coverage_year"] or "全部"}
    told = {"对账编号": whole["id"], "业务日期": whole["day"], **scope, "对账单 SHA-256": whole["file_hash"]}
    for name, side in (("对账单", "statement"), ("通知", "arrived"), ("参保", "covering")):
        one = whole["summary"][side]
        told[name] = f"{one['movements']}笔 {one['fen'] / 100:.2f}元"
    told |= {"无差异": f"{whole['summary']['matched']}行", "差异": f"{whole['summary']['differences']}条"}
    return told | {"处理": "只填“处理”（同意、驳回）和“备注”两列，其他内容不得改动"}


def import_decisions(office: Office, id: str | None, file: IO[bytes], actor: str) -> dict[str, Any]:
    """How many were approved, rejected, or could not be decided, and why. `id` is None where the workbook says it.

    The whole workbook is read and held against what is stored before the first decision is carried out; each is a deed
    of its own, so an import that is broken off can be repeated. Raises Refused.
    """
    from app.sheets.difference_sheet import SheetRefused, open_sheet

    try:
        said, lines = open_sheet(file)
        if id is not None and said != id:
            raise SheetRefused("这是另一次对账的处理表")
        if finished(office, said)["created_by"] == actor:
            raise Refused("second_clerk_needed")
        wanted = list(_checked(office, said, lines))
    except SheetRefused as why:
        raise Refused("decisions_refused", f"处理表未被接受，没有保存其中任何内容。{why}。") from None
    return _decide_all(office, said, wanted, actor)


def _decide_all(office: Office, id: str, wanted: list[_Decided], actor: str) -> dict[str, Any]:
    counts, failures = Counter[str](), list[dict[str, Any]]()
    for one in wanted:
        try:
            found = decide_difference(office, id, one.number, one.decision, one.remark, actor)
        except Refused as why:
            counts["failed"] += 1
            failures.append({"number": one.number, "code": why.code})
        else:
            counts[found["state"]] += 1
    told = {name: counts[name] for name in ("approved", "rejected", "failed")}
    return {"reconciliation": id, "decisions": len(wanted), **told, "failures": failures[:_MOST_TOLD]}


def _checked(office: Office, id: str, lines: "Iterator[Line]") -> Iterator[_Decided]:
    """The decisions of rows that are, but for them, what was exported. Raises SheetRefused."""
    from app.sheets.difference_sheet import SheetRefused

    seen = set[int]()
    while some := list(islice(lines, _AT_A_TIME)):
        with office.database.reading() as connection:
            rows = register.by_numbers(connection, id, [line.number for line in some])
        stored = {row["number"]: difference(row) for row in rows}
        for line in some:
            _check(line, stored.get(line.number), seen)
            seen.add(line.number)
            if line.decision is not None:
                yield _Decided(line.number, line.decision, line.remark)
    with office.database.reading() as connection:
        there = sum(row["lines"] for row in register.counts(connection, id))
    if len(seen) != there:
        raise SheetRefused(f"应有{there}条差异，表中有{len(seen)}条")


def _check(line: "Line", stored: dict[str, Any] | None, seen: set[int]) -> None:
    from app.sheets.difference_sheet import SheetRefused, cells_of, changed_heading

    if stored is None or line.number in seen:
        raise SheetRefused(f"第{line.row}行：{'没有这条差异' if stored is None else '序号重复'}")
    if heading := changed_heading(line.cells, cells_of(stored)):
        raise SheetRefused(f"第{line.row}行：“{heading}”被改动")
    if line.remark and (len(line.remark) > _LONGEST_REMARK or not re.match(PRINTABLE, line.remark)):
        raise SheetRefused(f"第{line.row}行：备注最多{_LONGEST_REMARK}字，不能换行")
