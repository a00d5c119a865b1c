"""`canbao report` and `canbao targets`: what counties owe, as workbooks or JSON."""

import shutil
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from app.administration import open_office, stop
from app.packs.mistakes import PackRefused
from app.packs.shelf import PolicyNotFound
from app.reports.catalog import REPORTS
from app.reports.target_rows import WrongTargets
from app.workflows.import_targets import import_targets
from app.workflows.make_report import Asked, make_report
from app.workflows.office import OPERATOR, Refused

targets = typer.Typer(no_args_is_help=True, help="参保任务 (tasks of villages)")
Region = Annotated[str, typer.Option(help="县、乡镇或村的区划代码 (region, township or village)")]
Year = Annotated[int, typer.Option(help="参保年度 (coverage year)")]


def report(
    name: Annotated[str, typer.Argument(help=f"{', '.join(REPORTS)}")],
    region: Region,
    year: Year,
    as_of: Annotated[str | None, typer.Option(help="截至这一天结束时，不填为此刻 (as of the end of that day)")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="表格文件 .xlsx (the workbook)")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出 (JSON)")] = False,
    masked: Annotated[bool, typer.Option("--masked", help="隐去姓名和证件号码 (names and numbers masked)")] = False,
) -> None:
    """生成一份报表 (docs/reports.md)."""
    if name not in REPORTS:
        raise stop(f"报表只有以下几种 (reports are): {', '.join(REPORTS)}")
    if (output is None) != as_json or (output and output.suffix.lower() != ".xlsx"):
        raise stop("用 -o FILE.xlsx 或 --json 之一 (either -o FILE.xlsx or --json)")
    if output and (output.is_dir() or not output.parent.is_dir()):
        raise stop("没有这个文件夹，或它本身是文件夹 (no such folder, or it is one itself)")
    asked = Asked(name, region, year, _day(as_of), REPORTS[name].names and not masked, "json" if as_json else "xlsx")
    with tempfile.TemporaryDirectory(prefix="canbao-report-") as folder:
        made = Path(folder) / "report"
        made.touch(mode=0o600)  # names and numbers are in it
        try:
            make_report(open_office(), asked, made, OPERATOR)
        except (PolicyNotFound, PackRefused, Refused) as why:
            raise stop(_reason(why)) from None
        if output:
            shutil.move(made, output)
        else:
            with made.open(encoding="utf-8") as text:
                shutil.copyfileobj(text, sys.stdout)
                print()


@targets.command("import")
def targets_import(
    file: Annotated[
        Path, typer.Argument(help="任务表 .csv 或 .xlsx (villages and their tasks)", exists=True, dir_okay=False)
    ],
    region: Region,
    year: Year,
) -> None:
    """导入各村参保任务 (docs/reports.md)."""
    from app.sheets.reading import Unreadable  # with Calamine, which the other commands need not load

    try:
        named, changed = import_targets(open_office(), file, region, year)
    except (PolicyNotFound, PackRefused) as why:
        raise stop(_reason(why)) from None
    except (Unreadable, WrongTargets) as why:
        raise stop(str(why)) from None
    print(f"{named} 个村，其中新增或变更 {changed} 个 ({changed} of {named} villages are new or changed)")


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:  # other ways of writing it are for nobody here
        raise stop("日期格式为 YYYY-MM-DD (a day is YYYY-MM-DD)")
    return day


def _reason(why: Exception) -> str:
    match why:
        case PolicyNotFound():
            return "没有该地区该年度的公告 (no notice for this region and year)"
        case Refused(code="report_too_large"):
            return "超过一张表的行数，请按乡镇分别生成 (too many rows for a sheet; make it by township)"
        case _:
            return str(why)
