"""The tables of what the counties do: lists, proposals, statements, reports."""

from rich.table import Table

from app.demo.differences import Compared
from app.demo.lists import OFFICES
from app.demo.reports import REPORTS, Made
from app.demo.rosters import Brought
from app.demo.tables import table, yuan
from app.demo.village import COUNTIES

_SHORT = {region: name.split()[0] for region, name in COUNTIES.items()}
_OFFICES = {"civil_affairs": "civil", "rural_revitalization": "rural", "disabled_federation": "disabled"}
_COUNTED = ("可读\nlines", "不可读\nunread", "新增\nadded", "退出\ngone", "未变\nsame", "待定\nopen", "改价\nprice",
            "建议\nprop.")  # fmt: skip
_KINDS = {"pays_back": "补发", "nothing": "不补不退", "not_stated": "公告未载明"}
_STATES = {
    "approved": "同意 approved",
    "rejected": "驳回 rejected",
    "open": "待定 open",
    "superseded": "作废 superseded",
}
_TYPES = {
    "callback_missed": "没有收到通知",
    "not_on_statement": "对账单上没有",
    "amount_differs/callback": "金额与通知不同",
    "amount_differs/receivable": "金额与应缴不同",
    "content_differs/paid_at": "时间不同",
    "reversed/not_arrived": "退费通知未到",
    "reversed/not_on_statement": "退费不在对账单",
    "paid_twice/suspended": "重复缴费待处理",
    "paid_twice/not_arrived": "重复缴费通知未到",
    "not_booked/order_cancelled": "登记已取消",
    "wrong_region": "其他地区的订单",
    "unknown_order": "没有这个订单",
}
_ROUNDS = {"first": "", "corrected": "\n更正后\ncorrected"}
# Of each report the figures that are shown: key, and what it is.
_FIGURES = {
    "progress": (("insured", "已参保 insured"), ("aided", "资助参保 subsidized")),
    "survey": (("unpaid", "未缴费 unpaid"),),
    "registration": (("people", "登记 people"), ("paid_fen", "个人缴费 paid, yuan")),
    "new-enrollments": (("people", "新增 people"),),
    "tasks": (("remaining", "尚差 remaining"),),
    "payers": (("people", "公示 payers"),),
    "hardship": (("people", "困难人员 people"), ("subsidy_fen", "资助 subsidies, yuan")),
    "settlement": (("total_fen", "资金结算 funds, yuan"),),
}


def lists(found: Brought) -> Table:
    shown = table("困难人员名单 hardship lists, lines", "名单 list", *_COUNTED)
    for (region, office, round), counts in sorted(found.counts.items(), key=lambda one: (one[0][2] == "change", one)):
        name = f"{OFFICES[office]} {_OFFICES[office]}" if round == "first" else "变动 changes"
        shown.add_row(f"{_SHORT[region]} {name}", *map(str, counts))
    return shown


def proposals(found: Brought) -> Table:
    headings = "县 county", "笔数 items", "每笔（元） each, yuan", "决定 decision"
    shown = table("缴费后名单变动 changes after payment", "公告规定 notice", *headings)
    for (region, kind, fen, state), number in sorted(found.proposals.items()):
        shown.add_row(f"{_KINDS[kind]} {kind}", _SHORT[region], str(number), yuan(fen), _STATES[state])
    return shown


def differences(found: Compared) -> Table:
    rounds = sorted(found.types, key=lambda at: (at[0], at[2] == "corrected", at[1]))
    headings = [f"{_SHORT[region]}\n{day[5:]}{_ROUNDS[round]}" for day, region, round in rounds]
    shown = table("对账差异 differences", "类型 type", *headings)
    for key, title in _TYPES.items():
        counts = [found.types[at][key] for at in rounds]
        if any(counts):
            said = key.replace("_", " ").replace("/", ", ")
            shown.add_row(f"{title} {said}", *(str(n or "") for n in counts))
    shown.add_section()
    shown.add_row("同意 approved", *(str(found.decided[at]["approved"]) for at in rounds))
    shown.add_row("驳回 rejected", *(str(found.decided[at]["rejected"]) for at in rounds))
    return shown


def reports(found: Made) -> Table:
    shown = table("报表 reports", "报表 report", *COUNTIES.values())
    for name, figures in _FIGURES.items():
        for key, title in figures:
            values = (found.figures[region, name].get(key, 0) for region in COUNTIES)
            told = (yuan(value) if key.endswith("_fen") else str(value) for value in values)
            shown.add_row(f"{REPORTS[name]} {name}：{title}", *told)
    return shown
