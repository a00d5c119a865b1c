"""`canbao reconcile`: the tax bureau's daily statement beside what is booked, and what is to be done about it."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.table import Table

from app.administration import open_office, settings, stop
from app.api.problems import TABLE
from app.contract.reconciled import REGION
from app.contract.words import Day
from app.enrollment.reconciliation import TYPES, Scope
from app.storage.database import open_database
from app.workflows.difference_sheets import export_differences, import_decisions
from app.workflows.office import OPERATOR, Office, Refused
from app.workflows.reconcile_day import Asked, reconcile_day
from app.workflows.show_reconciliation import reconciliation

reconcile = typer.Typer(no_args_is_help=True, help="与税务日对账单核对 (the tax bureau's daily statements)")
Out = Annotated[Path | None, typer.Option("--out", help="差异另存为 XLSX (differences as a workbook)")]


@reconcile.command("day")
def reconcile_one(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="对账单 (the statement)")],
    day: Annotated[str | None, typer.Option(help="业务日期，不填由流水得出 (its day)")] = None,
    region: Annotated[str, typer.Option(help="对账范围：区划代码，空为全部 (which orders it is about)")] = "",
    year: Annotated[int, typer.Option(min=0, max=9999, help="对账范围：年度，0为全部 (which year's)")] = 0,
    out: Out = None,
) -> None:
    """核对一天的对账单 (compare a day's statement; exit code 1 where there are differences)."""
    office = _by_key(open_office())
    if region and not re.match(REGION, region):
        raise stop("地区应为区划代码 (a division code)")
    try:
        with file.open("rb") as content:
            asked = Asked(content, _day(day), Scope(region, year), OPERATOR)
            found, new = reconcile_day(office, asked)
    except Refused as why:
        raise stop(_said(why)) from None
    _show(office, found, new, out)


@reconcile.command("show")
def reconcile_show(id: str, out: Out = None) -> None:
    """显示一次对账 (an earlier one)."""
    office = open_office()
    try:
        found = reconciliation(office, id)
    except Refused as why:
        raise stop(_said(why)) from None
    _show(office, found, False, out)


@reconcile.command("decide")
def reconcile_decide(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="填好处理的 XLSX (the filled-in workbook)")],
) -> None:
    """导入处理结果；命令行对的账须由经办人员经接口处理 (what was run here is decided by a clerk, over HTTP)."""
    try:
        with file.open("rb") as content:
            found = import_decisions(open_office(), None, content, OPERATOR)
    except Refused as why:
        raise stop(_said(why)) from None
    print(f"同意 {found['approved']}，驳回 {found['rejected']}，未成 {found['failed']} (approved, rejected, failed)")
    for failure in found["failures"]:
        print(f"{failure['number']}: {TABLE[failure['code']][1]}")
    if found["failed"]:
        raise typer.Exit(1)


def _by_key(office: Office) -> Office:
    """The same office with a database that is asked by key, as comparing asks it."""
    return replace(office, database=open_database(settings().database, by_key=True))


def _day(text: str | None) -> Any:
    try:
        return None if text is None else TypeAdapter(Day).validate_python(text)
    except ValidationError:
        raise stop("日期应为 YYYY-MM-DD (not a date)") from None


def _said(why: Refused) -> str:
    return f"{why.detail or TABLE[why.code][1]} ({why.code})"


def _show(office: Office, found: dict[str, Any], new: bool, out: Path | None) -> None:
    if found["state"] != "done":
        raise stop(f"{found['id']}: {found['state']} {found['reason'] or ''}")
    summary = found["summary"]
    print(f"{found['id']} {found['day']}{'' if new else '（已核对过 compared before）'}")
    for name, side in (("对账单 statement", "statement"), ("通知 arrived", "arrived"), ("参保 covering", "covering")):
        print(f"{name}: {summary[side]['movements']} 笔 {summary[side]['fen'] / 100:.2f} 元")
    shown = Table("类型 (type)", "说明", "状态 (state)", "条 (lines)")
    for one in found["differences"]:
        shown.add_row(one["type"], TYPES[one["type"]], one["state"], str(one["lines"]))
    if found["differences"]:
        Console().print(shown)
    print(f"无差异 {summary['matched']} 行，差异 {summary['differences']} 条 (lines that agree, differences)")
    if out is not None:
        export_differences(office, found["id"], str(out))
        print(out)
    if summary["differences"]:
        raise typer.Exit(1)
