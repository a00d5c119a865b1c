"""What can happen to somebody in the village, in two days: with their money, with the lists, with the statements."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from app.demo.village import COUNTIES, GAOTAI, HENGDONG, PERSONAL_FEN, Kind

WRONG_BY = 100  # fen: what the simulator's slip takes off


@dataclass(frozen=True, slots=True)
class Standing:
    """What a list says that somebody is, and what the notice takes off for it."""

    identity: str | None
    class_: str | None
    subsidy_fen: int


_ALLOWANCE = {
    HENGDONG: Standing("subsistence_allowance", None, 19000),
    GAOTAI: Standing("subsistence_allowance", "rural_1", 31000),
}
_EXTREME = dict.fromkeys(COUNTIES, Standing("extreme_poverty", None, PERSONAL_FEN))
NOTHING = dict.fromkeys(COUNTIES, Standing(None, None, 0))


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody gets who had paid before the list changed, and what a second clerk makes of it."""

    kind: Literal["pays_back", "nothing", "not_stated"]
    fen: int
    decision: Literal["approve", "reject"]
    account: str = "payout:not_stated"


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the change list of the second day, and what somebody is `then`. A line that does not fit is a
    `conflict`: its kind, and how a clerk settles it."""

    action: Literal["added", "removed"]
    then: Mapping[str, Standing]
    conflict: tuple[str, str] | None = None
    proposal: Proposal | None = None
    is_underway: bool = False  # the money had been paid, and nobody here knew


@dataclass(frozen=True, slots=True)
class Deed:
    """A course of events: how many of 300 people it meets, how their enrollment ends, the open suspense item that
    stays (and how much less than the price it is), movements of money, tampered callbacks among them.

    `day` is when it begins, `next_day` how many of the movements are of the day after. `feed` are the changes that
    others are told of. `differs` is what a statement shows before anybody has decided on anything, `still` afterwards;
    `slip` is what the bureau did wrong in its first statement of the day.
    """

    name: str
    title: str
    of_300: int
    ends: str
    suspense: str | None = None
    less_fen: int = 0
    movements: int = 1
    tampered: int = 0
    day: int = 1
    next_day: int = 0
    feed: tuple[str, ...] = ("covered",)
    differs: tuple[str, ...] = ()
    still: tuple[str, ...] = ()
    slip: str | None = None
    fits: Callable[[Kind], bool] = lambda _: True
    declares: bool = True
    is_listed: bool = True
    change: Change | None = None


def _plain(*regions: str) -> Callable[[Kind], bool]:
    return lambda kind: kind.is_plain and kind.region in regions


def _allowance(*regions: str) -> Callable[[Kind], bool]:
    return lambda kind: kind.identity == "subsistence_allowance" and kind.region in regions


def _has_subsidy(kind: Kind) -> bool:
    return kind.subsidy_fen > 0


_BOTH = (HENGDONG, GAOTAI)
_BACK = ("covered", "reversed")
_NEW_PRICE = ("repriced", "covered")
_BOOKED = ("not_booked/order_cancelled",)
_AMOUNT = ("amount_differs/receivable",)
_TWICE = ("paid_twice/suspended",)
_STRANGE = ("unknown_order",)
_MISSED = ("callback_missed",)
# 高台 三.1: paid back next month onto the one-card account; who had a subsidy keeps it. 衡东 says nothing of either.
_PAID_BACK = Proposal("pays_back", 31000, "approve", "payout:one_card")
_SILENT = Proposal("not_stated", 19000, "approve")
_KEPT = Proposal("nothing", 0, "approve")
_SILENT_GONE = Proposal("not_stated", -19000, "reject")

PAYS = Deed("pays", "按期缴费", 0, "covered")
EXEMPT = Deed("exempt", "无须缴费", 0, "covered", movements=0, feed=())
MONEY = (
    Deed("never_pays", "一直未缴", 12, "awaiting_payment", movements=0, feed=()),
    Deed("next_day", "次日缴费", 30, "covered", day=2),
    Deed("cancels", "缴费前取消", 6, "cancelled", movements=0, feed=("cancelled",)),
    Deed("cancels_too_late", "款在途中取消", 3, "cancelled", "order_cancelled", feed=("cancelled",),
         differs=_BOOKED, still=_BOOKED),
    Deed("duplicate", "通知重复", 8, "covered"),
    Deed("delay", "通知延迟", 5, "covered"),
    Deed("reorder", "通知乱序", 6, "covered"),
    Deed("forged", "签名伪造", 6, "covered", tampered=1),
    Deed("stale", "时间过期", 5, "covered", tampered=1),
    Deed("altered", "内容篡改", 5, "covered", tampered=1, day=2),
    Deed("attack", "只有伪造", 3, "awaiting_payment", movements=0, tampered=1, feed=()),
    Deed("wrong_amount", "金额不符", 3, "awaiting_payment", "amount_mismatch", less_fen=WRONG_BY, feed=(),
         differs=_AMOUNT, still=_AMOUNT),
    Deed("wrong_amount_settled", "金额不符已退", 2, "awaiting_payment", movements=2, feed=(), day=2),
    Deed("second_payment", "重复缴费", 2, "covered", "second_payment", movements=2, day=2, differs=_TWICE),
    Deed("second_payment_settled", "重复缴费已退", 2, "covered", movements=3),
    Deed("second_takes_over", "第二笔顶替", 2, "covered", movements=3, feed=(*_BACK, "covered")),
    Deed("unknown_order", "订单不存在", 3, "awaiting_payment", "unknown_order", day=2, feed=(), differs=_STRANGE),
    Deed("late_reversal", "迟到的退费", 5, "reversed", movements=2, next_day=1, feed=_BACK),
    Deed("reversed", "退费", 6, "reversed", movements=2, feed=_BACK),
    Deed("reversed_and_paid_again", "退费后再缴", 4, "covered", movements=3, feed=(*_BACK, "covered")),
    Deed("reversal_first", "退费通知先到", 4, "awaiting_payment", movements=2, feed=()),
)  # fmt: skip
STATEMENTS = (
    Deed("missing", "通知缺失补登", 4, "covered", differs=_MISSED),
    Deed("missing_sent", "通知缺失补发", 3, "covered", differs=_MISSED),
    Deed("missing_next_day", "次日通知缺失", 2, "covered", differs=_MISSED, day=2),
    Deed("reversal_missing", "退费通知缺失", 2, "reversed", movements=2, feed=_BACK, differs=("reversed/not_arrived",)),
    Deed("second_missing", "重复缴费缺通知", 2, "covered", "second_payment", movements=2,
         differs=(*_MISSED, "paid_twice/not_arrived"), still=_TWICE),
    Deed("misfiled", "对账单串县", 2, "covered", slip="misfiled"),
    Deed("misstated", "对账单金额误", 2, "covered", slip="misstated"),
    Deed("mistimed", "对账单时间误", 2, "covered", slip="mistimed"),
    Deed("left_out", "对账单漏退费", 2, "reversed", movements=2, feed=_BACK, slip="left_out"),
)  # fmt: skip
LISTS = (
    Deed("not_listed", "所报不在名单", 3, "covered", fits=_has_subsidy, is_listed=False),
    Deed("undeclared", "在名单未申报", 3, "covered", fits=_has_subsidy, declares=False),
    Deed("recognized", "新增后缴费", 4, "covered", day=2, feed=_NEW_PRICE, fits=_plain(*_BOTH),
         change=Change("added", _ALLOWANCE)),
    Deed("struck_off", "退出后缴费", 3, "covered", day=2, feed=_NEW_PRICE, fits=_allowance(*_BOTH),
         change=Change("removed", NOTHING)),
    Deed("made_extreme", "改列特困免缴", 2, "covered", movements=0, day=2, feed=("repriced",), fits=_allowance(*_BOTH),
         change=Change("added", _EXTREME, ("lists_disagree", "apply"))),
    Deed("mistaken_line", "名单误列退出", 2, "covered", day=2, fits=_plain(*_BOTH),
         change=Change("removed", NOTHING, ("removed_not_listed", "dismiss"))),
    Deed("paid_back", "缴后新增补发", 3, "covered", fits=_plain(GAOTAI),
         change=Change("added", _ALLOWANCE, proposal=_PAID_BACK)),
    Deed("underway", "款在途中新增", 2, "covered", feed=_NEW_PRICE, fits=_plain(GAOTAI), differs=_MISSED,
         change=Change("added", _ALLOWANCE, proposal=_PAID_BACK, is_underway=True)),
    Deed("kept", "缴后退出不退", 2, "covered", fits=_allowance(GAOTAI),
         change=Change("removed", NOTHING, proposal=_KEPT)),
    Deed("added_silent", "缴后新增未载明", 2, "covered", fits=_plain(HENGDONG),
         change=Change("added", _ALLOWANCE, proposal=_SILENT)),
    Deed("removed_silent", "缴后退出未载明", 2, "covered", fits=_allowance(HENGDONG),
         change=Change("removed", NOTHING, proposal=_SILENT_GONE)),
)  # fmt: skip
# Who is to be found among few comes first.
DEEDS = tuple(sorted(LISTS, key=lambda deed: deed.name == "not_listed")) + STATEMENTS + MONEY
