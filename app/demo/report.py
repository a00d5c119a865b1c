"""The end of the demo on a terminal: tables that fit into 80 columns, Chinese with English beside."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.table import Table

from app.demo.acting import Outcome
from app.demo.checking import Check
from app.demo.deeds import Deed
from app.demo.report_counties import differences, lists, proposals, reports
from app.demo.tables import table, yuan
from app.demo.village import COUNTIES

_STATES = {"covered": "已参保\ncovered", "awaiting_payment": "待缴费\nawaiting", "reversed": "已退费\nreversed",
           "cancelled": "已取消\ncancelled"}  # fmt: skip
_REASONS = {
    "amount_mismatch": "金额不符",
    "order_cancelled": "登记已取消",
    "second_payment": "重复缴费",
    "unknown_order": "订单不存在",
}
_ACCOUNTS = {
    "collector": "税务征收",
    "personal": "个人缴费",
    "subsidy:medical_assistance": "资助：医疗救助",
    "subsidy:unspecified": "资助：公告未载明资金",
    "suspense": "待处理款项",
    "payout:one_card": "补发：一卡通",
    "payout:not_stated": "补发：公告未载明",
}
_RESULTS = {
    "delivered": "已送达",
    "tampered_refused": "伪造、过期、篡改，被拒",
    "refused": "其中攻击，无真实缴费",
    "given_up": "放弃",
}


def show(console: Console, deeds: Iterable[Deed], found: Outcome, checks: list[Check], seconds: float) -> None:
    ends = _people(found), _suspense(found), _funds(found), _callbacks(found)
    counties = lists(found.rosters), proposals(found.rosters), differences(found.compared), reports(found.reports)
    for shown in (_deeds(deeds), *counties[:2], *ends, *counties[2:], _checks(checks)):
        console.print()
        console.print(shown)
    wrong = [one for one in checks if not one.holds]
    for one in wrong:
        console.print(one.title, style="bold red", markup=False)
        for which, wanted, came in one.apart():
            console.print(f"  {which} 计划 wanted {wanted}, 结果 found {came}", style="red", markup=False)
    verdict = "[bold red]与计划不符 not as planned" if wrong else "[bold green]全部相符 all as planned"
    console.print(f"\n{verdict}[/]  {len(checks) - len(wrong)}/{len(checks)}, {seconds:.1f} s", highlight=False)


def _deeds(deeds: Iterable[Deed]) -> Table:
    """Two to a line, so that the table is not longer than a screen."""
    counted = Counter((deed.title, deed.name) for deed in deeds)
    cells = [(f"{title} {name.replace('_', ' ')}", str(number)) for (title, name), number in counted.most_common()]
    half = (len(cells) + 1) // 2
    shown = table("经过 what happened", "情形 case", "人数")
    shown.add_column("情形 case", overflow="fold")
    shown.add_column("人数", justify="right")
    for left, right in zip(cells[:half], [*cells[half:], ("", "")], strict=False):
        shown.add_row(*left, *right)
    return shown


def _people(found: Outcome) -> Table:
    shown = table("人员 people", "地区\ncounty", "登记\npeople", *_STATES.values())

    def row(name: str, some: list[dict[str, Any]]) -> None:
        counted = Counter(e["state"] for e in some)
        shown.add_row(name, str(len(some)), *(str(counted[state]) for state in _STATES))

    for region, name in COUNTIES.items():
        row(name, [e for e in found.enrollments if e["region"] == region])
    shown.add_section()
    row("合计 total", found.enrollments)
    row("其中免缴 exempt", [e for e in found.enrollments if e["order_no"] is None])
    return shown


def _suspense(found: Outcome) -> Table:
    shown = table("待处理款项 suspense", "原因 reason", "笔数 items", "金额（元） yuan")
    items: dict[str, list[int]] = {}
    for item in found.suspense:
        items.setdefault(item["reason"], []).append(item["amount_fen"])
    for reason, amounts in sorted(items.items()):
        shown.add_row(f"{_REASONS.get(reason, '')} {reason}", str(len(amounts)), yuan(sum(amounts)))
    shown.add_section()
    shown.add_row("合计 total", str(len(found.suspense)), yuan(sum(map(sum, items.values()))))
    return shown


def _funds(found: Outcome) -> Table:
    shown = table("资金 money by fund, yuan", "账户 account", *COUNTIES.values())
    accounts = sorted({account for _, account in found.balances})
    for account in accounts:
        here = (yuan(found.balances.get((region, account), 0)) for region in COUNTIES)
        shown.add_row(f"{_ACCOUNTS.get(account, '')} {account}", *here)
    shown.add_section()
    sums = (sum(fen for (of, _), fen in found.balances.items() if of == region) for region in COUNTIES)
    shown.add_row("合计 total", *map(yuan, sums))
    shown.add_row("对账单合计 statements of both", "", yuan(found.statement.fen))
    return shown


def _callbacks(found: Outcome) -> Table:
    shown = table("回调 callbacks", "结果 result", "个数 number")
    for name, title in _RESULTS.items():
        shown.add_row(f"{title} {name}", str(found.callbacks[name]))
    shown.add_row("按对账单补登后又到 taken over, came after all", str(found.compared.late))
    return shown


def _checks(checks: list[Check]) -> Table:
    shown = table("计划与结果 plan and result", "核对 check", "结果 result")
    shown.add_column("")
    for one in checks:
        shown.add_row(one.title, _brief(one.found), "[green]✓[/]" if one.holds else "[red]✗[/]")
    return shown


def _brief(found: Any) -> str:
    """A plain number; sets of numbers stand in the tables above."""
    return f"{found:,}" if isinstance(found, int) else ""
