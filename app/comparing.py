"""`canbao packs diff`: what changes between two packs, and for whom."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from app.administration import stop
from app.api.problems import from_validation
from app.contract.words import Day
from app.diffing.aligning import aligned
from app.diffing.everybody import Change, Comparison, by_effect, person_in_words
from app.diffing.report import as_json, money_name
from app.diffing.sides import EFFECTS, ENGLISH, Effect, in_words
from app.diffing.values import Row, rows
from app.packs.mistakes import PackRefused
from app.packs.read_pack import Written, read_written
from app.packs.shelf import Shelf
from app.rules.compiling import compile_policy
from app.rules.money import yuan
from app.settings import Settings, UnsafeSettings

_MARKS = {
    "added": "[green]新增[/]",
    "removed": "[red]删去[/]",
    "changed": "[yellow]改动[/]",
    "clause": "出处",
    "moved": "顺延",
    "same": "不变",
}
_UNCHANGED: tuple[Effect, ...] = ("same", "closed")
_SHOWN = 12  # groups of an effect on a terminal; --json has all


def diff(
    old: Annotated[str, typer.Argument(help="原规则文件：地区-年度，或文件 (REGION-YEAR or a file)")],
    new: Annotated[str, typer.Argument(help="新规则文件 (the new one)")],
    people: Annotated[Path | None, typer.Option(help="人员文件 (people: .csv .ndjson .parquet .xlsx)")] = None,
    pay_date: Annotated[str | None, typer.Option(help="人员的缴费日期，不填为新缴费期首日 (day of payment)")] = None,
    as_data: Annotated[bool, typer.Option("--json", help="输出 JSON (as JSON)")] = False,
    folder: Annotated[Path | None, typer.Option("--packs", help="更多规则文件所在的文件夹 (further packs)")] = None,
) -> None:
    """两份规则文件有什么不同，对谁有什么影响 (what changes between two packs, and for whom)."""
    before, after = _written(old, folder), _written(new, folder)
    try:
        comparison = Comparison(aligned(before, after.policy.coverage_year), compile_policy(after.policy))
    except (PackRefused, ValidationError) as why:
        raise stop(f"{old}: {why}") from None
    with Console(stderr=True).status("逐类比较 (comparing)"):
        values, changes = rows(before, after), comparison.changes()
    counted = _people(people, comparison, pay_date) if people else None
    if as_data:
        report = as_json(before, after, values, changes, counted)
        print(json.dumps(report, ensure_ascii=False, indent=2, default=str))
        return
    console = Console()
    console.print(f"[bold]{escape(before.policy.title)}[/] → [bold]{escape(after.policy.title)}[/]")
    console.print(_values([row for row in values if row.kind != "clause"]))
    if recited := sum(row.kind == "clause" for row in values):
        console.print(f"另有 {recited} 处数值不变、条款不同，见 --json (the same values by other clauses)")
    _everybody(console, changes, comparison)
    if counted:
        _counted(console, counted, comparison)


def _written(name: str, folder: Path | None) -> Written:
    """A pack by its name on the shelf, or by its file; drafts are compared as well."""
    try:
        path = Path(name)
        folders = Settings.read().pack_folders
        shelf = Shelf((*folders, folder) if folder else folders, drafts=True)
        if path.suffix == ".yaml":
            if not path.is_file():
                raise stop(f"{name}: 没有这个文件 (no such file)")
            return read_written(path, drafts=True)
        found = re.fullmatch(r"(.+)-([0-9]{4})", name)
        if not found or (found[1], int(found[2])) not in set(shelf):
            there = "、".join(f"{region}-{year}" for region, year in shelf)
            raise stop(f"{name}: 没有这份规则文件，已有 (no such pack; there are): {there}")
        return shelf.written(found[1], int(found[2]))
    except (UnsafeSettings, PackRefused) as why:
        raise stop(str(why)) from None


def _people(source: Path, comparison: Comparison, pay_date: str | None) -> Any:
    # Polars is heavy; nothing else of the command line waits for it.
    from app.batch.chunks import FileRefused
    from app.diffing.people import people_of
    from app.quote_file import bar

    try:
        first = date.fromordinal(comparison.new.policy.windows[0].opens)
        pay = TypeAdapter(Day).validate_python(pay_date) if pay_date else first
    except ValidationError:
        raise stop("日期应为 YYYY-MM-DD (not a date)") from None
    try:
        with bar(Console(stderr=True)) as shown:
            task = shown.add_task("", total=None, rows=0)
            return people_of(
                source,
                comparison.old,
                comparison.new,
                pay,
                lambda why: from_validation(why).errors or [],
                lambda done, total, count: shown.update(task, completed=done, total=total, rows=count),
            )
    except FileRefused as why:
        raise stop(str(why)) from None


def _table(*headings: str) -> Table:
    return Table(*[Column(heading, overflow="fold") for heading in headings])


def _values(found: list[Row]) -> Table:
    """What differs, and windows and prices in any case."""
    shown = _table("规则", "", "原", "出处", "新", "出处")
    for row in found:
        cells = (row.old, row.old_clause, row.new, row.new_clause)
        shown.add_row(escape(row.label), _MARKS[row.kind], *(escape(cell or "") for cell in cells))
    return shown


def _everybody(console: Console, changes: list[Change], comparison: Comparison) -> None:
    counts = by_effect(changes)
    shown = _table("影响", "effect", "人群类别数 (classes)")
    for effect, words in EFFECTS.items():
        if effect in counts:
            shown.add_row(words, ENGLISH[effect], f"{counts[effect]:,}")
    console.print(shown)
    for effect, words in EFFECTS.items():
        listed = [c for c in changes if c.effect == effect]
        if listed and effect not in _UNCHANGED:
            console.print(_changes(words, listed[:_SHOWN], comparison))
            if len(listed) > _SHOWN:
                console.print(f"……另有 {len(listed) - _SHOWN} 组，见 --json (further groups)")


def _changes(title: str, listed: list[Change], comparison: Comparison) -> Table:
    shown = _table("原", "新", "差额", "类别数", "缴费日", "例")
    shown.title = title
    for change in listed:
        first, last = change.days[0][0], max(last for _, last in change.days)
        sign = _signed(change.difference) if change.difference else ""
        shown.add_row(
            escape(in_words(change.before, comparison.old.policy)),
            escape(in_words(change.after, comparison.new.policy)),
            sign + {1: " 待遇更晚", -1: " 待遇更早"}.get(change.timing, ""),
            f"{change.classes:,}",
            f"{first}至{last}" if first != last else str(first),
            escape("，".join(person_in_words(change.person, comparison.new.policy)) + f"；{change.pay}缴费"),
        )
    return shown


def _signed(fen: int) -> str:
    return f"{'+' if fen > 0 else '-' if fen else ''}{yuan(abs(fen))}"


def _counted(console: Console, counted: Any, comparison: Comparison) -> None:
    shown = _table("影响", "人数 (people)")
    for effect, words in EFFECTS.items():
        if effect in counted.effects:
            shown.add_row(words, f"{counted.effects[effect]:,}")
    console.print(shown)
    listed = [g for g in counted.groups if g.effect not in _UNCHANGED]
    if listed:
        groups = _table("原", "新", "人数")
        for group in listed[:_SHOWN]:
            before, after = in_words(group.before, comparison.old.policy), in_words(group.after, comparison.new.policy)
            groups.add_row(escape(before), escape(after), f"{group.people:,}")
        console.print(groups)
    money = _table("资金", "原", "新", "差额")
    for name, (before, after) in counted.money.items():
        money.add_row(money_name(name), yuan(before), yuan(after), _signed(after - before))
    console.print(money)
    if counted.not_known:
        console.print(f"{counted.not_known:,} 人的金额不详，未计入 (amounts not known)")
    if counted.refused:
        console.print(f"{counted.refused:,} 行不能读取 (rows could not be read)")
