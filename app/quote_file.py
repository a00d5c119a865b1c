"""`canbao quote-file`: a whole file of people, quoted."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from app.administration import stop
from app.api.problems import from_validation
from app.contract.words import Day
from app.packs.mistakes import PackRefused
from app.packs.shelf import PolicyNotFound, Shelf
from app.rules.compiling import Compiled
from app.settings import Settings, UnsafeSettings

_ENCODINGS = {"utf-8": "utf-8", "utf8": "utf-8", "gb18030": "gb18030", "gbk": "gb18030"}


def quote_file(
    people: Annotated[Path, typer.Argument(help="人员文件 (people: .csv .ndjson .parquet .xlsx)")],
    output: Annotated[Path, typer.Option("-o", "--output", help="结果文件 (the same with answers)")],
    region: Annotated[str, typer.Option(help="统筹地区代码 (region)")],
    year: Annotated[int, typer.Option(help="参保年度 (coverage year)")],
    pay_date: Annotated[str | None, typer.Option(help="缴费日期，不填为今天 (day of payment)")] = None,
    errors: Annotated[Path | None, typer.Option(help="不能读取的行 (rows that can't be read)")] = None,
    encoding: Annotated[str, typer.Option(help="CSV 结果的编码 (utf-8, gb18030)")] = "utf-8",
    columns: Annotated[str | None, typer.Option(help="只要这些结果列，以逗号分隔 (only these columns)")] = None,
    as_of: Annotated[str | None, typer.Option(help="按当日已知的规定 (as known on that day)")] = None,
    folder: Annotated[Path | None, typer.Option("--packs", help="更多规则文件所在的文件夹 (further packs)")] = None,
) -> None:
    """一个文件的人员逐人报价 (quote every person of a file; docs/quote-file.md)."""
    # Polars is heavy; nothing else of the command line waits for it.
    from app.batch.chunks import FileRefused
    from app.batch.people_file import Job, quote_people

    if encoding.lower() not in _ENCODINGS:
        raise stop("编码只能是 utf-8 或 gb18030 (unknown encoding)")
    compiled, pay = _notice(region, year, folder, as_of), _day(pay_date)
    job = Job(
        people,
        output,
        errors or output.with_name(f"{output.stem}.errors.csv"),
        compiled,
        pay,
        lambda why: from_validation(why).errors or [],
        _ENCODINGS[encoding.lower()],
        _chosen(columns),
    )
    console = Console(stderr=True)
    try:
        with bar(console) as shown:
            task = shown.add_task("", total=None, rows=0)
            report = quote_people(
                job, lambda done, total, rows: shown.update(task, completed=done, total=total, rows=rows)
            )
    except FileRefused as why:
        raise stop(str(why)) from None
    console.print(f"{report.rows:,} 行已报价 (rows quoted)，缴费日 {pay}，条件列 (facts): {', '.join(report.facts)}")
    if report.refused:
        console.print(f"{report.refused:,} 行不能读取 (rows could not be read): {job.errors}")
        if not report.rows:
            raise typer.Exit(1)


def bar(console: Console) -> Progress:
    """Rows done, and how long it will take."""
    count = TextColumn("{task.fields[rows]:,} 行")
    return Progress(BarColumn(), count, TimeElapsedColumn(), TimeRemainingColumn(), console=console, transient=True)


def _chosen(columns: str | None) -> tuple[str, ...]:
    """The answer's columns, in the order in which they are asked for."""
    from app.batch.answer_row import COLUMNS, USUAL

    names = tuple(name.strip() for name in columns.split(",")) if columns else USUAL
    if not set(names) <= set(COLUMNS) or len(set(names)) < len(names):
        raise stop(f"结果列只能是以下各列，每列一次 (columns are): {', '.join(COLUMNS)}")
    return names


def _notice(region: str, year: int, folder: Path | None, as_of: str | None) -> Compiled:
    try:
        folders = Settings.read().pack_folders
        return Shelf((*folders, folder) if folder else folders).find(region, year, _day(as_of) if as_of else None)
    except PolicyNotFound as why:
        there = ", ".join(map(str, why.years))
        raise stop(f"没有该地区该年度的公告 (no such notice; years there are): {there or '-'}") from None
    except (UnsafeSettings, PackRefused) as why:
        raise stop(str(why)) from None


def _day(text: str | None) -> date:
    try:
        return Settings.read().business_day() if text is None else TypeAdapter(Day).validate_python(text)
    except ValidationError:
        raise stop("日期应为 YYYY-MM-DD (not a date)") from None
