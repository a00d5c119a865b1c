"""Packs and answers on a terminal, for a clerk or a policy officer."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from app.packs.form import PackForm
from app.rules.compiling import Compiled
from app.rules.days import iso
from app.rules.money import yuan
from app.rules.policy import Route, Start
from app.rules.wording import clause, event_name

OUTCOMES = {
    "payable": "应缴费",
    "exempt": "无须缴费",
    "closed": "当日没有缴费途径",
    "ineligible": "不能参保",
    "needs_information": "须补充信息",
}
_TAKEN = {"applies": "抵扣", "none": "不资助", "not_settled": "未规定"}
_SETTLED = {"at_payment": "缴费时抵扣", "no_order": "免征代缴", "refunded": "先缴后退"}
_SHOWN = 3  # so many waits of a way in are listed
_STARTS = {
    "coverage_year": "参保年度首日",
    "payment": "缴费",
    "recognition": "认定",
    "not_stated": "未载明",
}


def show_answer(console: Console, answer: dict[str, Any]) -> None:
    """The result first, then the steps with their clauses, then the notes."""
    price = "" if answer["payable_fen"] is None else f"：{yuan(answer['payable_fen'])}"
    console.print(f"[bold]{OUTCOMES[answer['outcome']]}{price}[/]")
    if answer["valid_through"]:
        console.print(f"情况不变时，到{answer['valid_through']}为止结果相同")
    steps = _table("步骤", "说明", "出处")
    for line in answer["explanation"]:
        steps.add_row(line["step"], escape(line["text"]), escape(line["clause"]))
    console.print(steps)
    if answer["missing"]:
        console.print("须补充：" + "、".join(answer["missing"]), markup=False)
    for note in answer["notes"]:
        console.print(f"注：{note['text']}（{note['clause']}）", markup=False)
    console.print(f"依据：{answer['policy']['title']}", markup=False)


def show_policy(console: Console, form: PackForm, compiled: Compiled, unconfirmed: int = 0) -> None:
    """`unconfirmed`: so many lines of the pack are still to be held against the notice."""
    policy = compiled.policy
    if unconfirmed:
        console.print(f"[bold red]草稿，{unconfirmed} 行待核，不能用于报价 (a draft: lines to be confirmed)[/]")
    console.print(f"[bold]{escape(policy.title)}[/]")
    console.print(f"{form.region_name}  {policy.coverage_year}年度  {policy.digest}", markup=False)
    windows = _table("缴费期", "开始", "截止", "出处")
    for w in policy.windows:
        opens, closes = iso(w.opens) if w.stated_opening else "未载明", iso(w.closes) if w.stated_closing else "未载明"
        windows.add_row(w.name, iso(w.opens)[:7] if w.month_only else opens, closes, clause(w.cite))
    console.print(windows)
    console.print(_routes(compiled))
    console.print(_subsidies(compiled))
    for note in policy.notes:
        console.print(f"{note.kind}: {note.text}（{clause(note.cite)}）", markup=False)


def _table(*headings: str) -> Table:
    """Chinese has no spaces to wrap at: fold, so that nothing is cut off."""
    return Table(*[Column(heading, overflow="fold") for heading in headings])


def _routes(compiled: Compiled) -> Table:
    shown = _table("途径", "名称", "应缴", "资助", "待遇起始", "等待期", "出处")
    for r in compiled.policy.routes:
        price = "不详" if r.unpriced else yuan(r.personal_fen + r.surcharge_fen)
        title = f"{r.title}（{r.rate}）" if r.rate else r.title
        shown.add_row(r.id, escape(title), price, _TAKEN[r.subsidy], _starts(r.start), _waits(r), clause(r.cite))
    return shown


def _waits(route: Route) -> str:
    """Each wait; a ladder of them, as one that grows with missed years, from the shortest to the longest."""
    lengths = dict.fromkeys((w.months, w.days) for w in route.waits)
    told = [f"{months}个月" if months else f"{days}天" for months, days in lengths]
    if len(told) <= _SHOWN:
        return "、".join(told)
    ordered = sorted(zip(lengths, told, strict=True), key=lambda pair: pair[0][0] * 31 + pair[0][1])
    return f"{ordered[0][1]}至{ordered[-1][1]}，共{len(told)}档"


def _starts(start: Start) -> str:
    if start.anchor == "day" and start.day is not None:
        return iso(start.day)
    name = event_name(start.event).removesuffix("日期") if start.event else _STARTS[start.anchor]
    if start.anchor in ("coverage_year", "not_stated"):
        return name
    return name + ("次月1日" if start.next_month else "次日" if start.shift else "当日")


def _subsidies(compiled: Compiled) -> Table:
    """Each subsidy for each contribution that it is taken off from, where there are several."""
    shown = _table("资助", "身份", "所缴", "金额", "结算", "资金", "出处")
    for row in compiled.policy.subsidies:
        funds = "、".join(f"{fund} {yuan(fen)}" for fund, fen in row.shares)
        who = "、".join(dict.fromkeys(s.code for s in row.selectors))
        charged = "" if row.of_fen is None else yuan(row.of_fen)
        fen = ("不低于" if row.unknown else "") + yuan(row.fen)
        shown.add_row(row.id, who, charged, fen, _SETTLED[row.settled], funds, clause(row.cite))
    return shown
