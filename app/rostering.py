"""`canbao roster import`: a change list from a file."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from app.administration import office_here, stop
from app.enrollment.rosters import SOURCES
from app.rosters.categories import source as source_named
from app.rosters.reading import ChangeList, errors_csv, read_list
from app.rosters.rows import MOST_BYTES, ListRefused
from app.rules.money import yuan
from app.workflows.import_roster import Arrival, dry_run, import_roster
from app.workflows.office import OPERATOR, Office, Refused
from app.workflows.show_roster import Shown, identity_text

roster = typer.Typer(no_args_is_help=True, help="困难人员名单 (hardship lists)")
_SOURCES = "、".join(f"{code} {name}" for code, name in SOURCES.items())
_RESULTS = {
    "added": "加入名单",
    "removed": "移出名单",
    "reclassified": "类别变更",
    "unchanged": "没有变化",
    "removed_not_listed": "待处理：名单上没有，不能退出",
    "added_twice": "待处理：已在名单，日期不同",
    "dates_out_of_order": "待处理：日期先后不符",
    "lists_disagree": "待处理：与其他名单不一致",
}


@roster.callback()
def _group() -> None:
    """困难人员名单 (hardship lists)."""


@roster.command("import")
def roster_import(
    file: Annotated[Path, typer.Argument(help="变动名单 .csv .xlsx (a change list)")],
    source: Annotated[str, typer.Option(help=f"来源部门 (source): {_SOURCES}")],
    region: Annotated[str, typer.Option(help="地区代码 (region)")],
    dry: Annotated[bool, typer.Option("--dry-run", help="只列出逐行结果，不写入 (write nothing)")] = False,
    errors: Annotated[Path | None, typer.Option(help="不能读取的行 (lines that can't be read)")] = None,
) -> None:
    """导入变动名单；同一文件再次导入没有作用 (the same file again has no effect; docs/rosters.md)."""
    code, content = source_named(source), _read(file)
    if code is None:
        raise stop(f"来源部门应为 (unknown source): {_SOURCES}")
    office = office_here()
    home = office.shelf.home(region)
    if home is None:
        raise stop("没有该地区的参保公告 (no notice for this region)")
    _write_errors(errors or file.with_name(f"{file.stem}.errors.csv"), content)
    arrival = Arrival(home, code, OPERATOR, content)
    try:
        result = dry_run(office, arrival, _print_line) if dry else _imported(office, arrival)
    except Refused:
        raise stop("同一文件正在导入 (the same file is being imported)") from None
    Console().print(_summary(result))


def _read(file: Path) -> ChangeList:
    if not file.is_file():
        raise stop(f"{file.name}: 没有这个文件 (no such file)")
    if file.stat().st_size > MOST_BYTES:
        raise stop(f"{file.name}: 文件过大 (too large)")
    try:
        return read_list(file.read_bytes())
    except ListRefused as why:
        raise stop(f"{file.name}: {why}") from None


def _write_errors(path: Path, content: ChangeList) -> None:
    path.unlink(missing_ok=True)
    if content.unreadable:
        path.write_text(errors_csv(content.unreadable), encoding="utf-8")
        print(f"{len(content.unreadable)} 行不能读取 (lines that can't be read): {path}")


def _imported(office: Office, arrival: Arrival) -> dict[str, object]:
    columns = BarColumn(), TextColumn("{task.completed}/{task.total} 行"), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=len(arrival.content.lines))
        return import_roster(office, arrival, lambda _: bar.advance(task))


def _print_line(shown: Shown) -> None:
    line = shown.plain()
    what = "新增" if line["action"] == "added" else "退出"
    told = [f"{line['line']}行", line["who"], what, identity_text(line["identity"], line["class"]), line["day"]]
    print(" ".join(told), _RESULTS[line["result"]], *(_effect(effect) for effect in line["effects"]), sep="；")


def _effect(effect: dict[str, object]) -> str:
    year = f"{effect['coverage_year']}年度"
    match effect["effect"]:
        case "repriced":
            price = effect["payable_fen"]
            return f"{year}应缴{_yuan(effect['from_fen'])}改为{'无' if price is None else _yuan(price)}"
        case "proposed":
            named = {"pays_back": "补发", "nothing": "不补不退", "not_stated": "公告未载明，待决定"}
            return f"{year}已缴费：{named[str(effect['kind'])]}{_yuan(effect['amount_fen'])}"
        case "proposal_withdrawn":
            return f"{year}撤销原处理建议"
        case _:
            return f"{year}缺少信息，不能计价"


def _yuan(fen: object) -> str:
    return yuan(fen) if isinstance(fen, int) and fen >= 0 else f"-{yuan(-fen)}" if isinstance(fen, int) else ""


def _summary(result: dict[str, object]) -> Table:
    title = "试运行，没有写入 (dry run)" if result["dry_run"] else "导入完成 (imported)"
    if result["repeated"]:
        title = "同一文件以前已导入，没有任何作用 (imported before: no effect)"
    shown = Table(Column("项目"), Column("数量", justify="right"), title=title)
    names = {"lines": "可读行", "refused": "不能读取", "added": "加入", "removed": "移出", "unchanged": "没有变化"}
    for name, told in (names | {"conflicts": "待处理", "repriced": "重新计价", "proposals": "处理建议"}).items():
        shown.add_row(told, str(result[name]))
    return shown
