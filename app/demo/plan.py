"""What happens to whom, and what must come of it: known before anything is done, so that the end can be checked."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.demo.village import PERSONAL_FEN, Person

WRONG_BY = 100  # fen: what the simulator's slip takes off


@dataclass(frozen=True, slots=True)
class Deed:
    """A course of events: how many of 300 people it meets, how their enrollment ends, the open suspense item that
    stays (and how much less than the price it is), movements of money, tampered callbacks among them.
    """

    name: str
    title: str
    of_300: int
    ends: str
    suspense: str | None = None
    less_fen: int = 0
    movements: int = 1
    tampered: int = 0


PAYS = Deed("pays", "按期缴费", 0, "covered")
EXEMPT = Deed("exempt", "无须缴费", 0, "covered", movements=0)
DEEDS = (
    Deed("never_pays", "一直未缴", 12, "awaiting_payment", movements=0),
    Deed("cancels", "缴费前取消", 6, "cancelled", movements=0),
    Deed("cancels_too_late", "款在途中取消", 3, "cancelled", "order_cancelled"),
    Deed("duplicate", "通知重复", 8, "covered"),
    Deed("delay", "通知延迟", 5, "covered"),
    Deed("reorder", "通知乱序", 6, "covered"),
    Deed("missing", "通知缺失", 4, "covered"),
    Deed("forged", "签名伪造", 6, "covered", tampered=1),
    Deed("stale", "时间过期", 5, "covered", tampered=1),
    Deed("altered", "内容篡改", 5, "covered", tampered=1),
    Deed("attack", "只有伪造", 3, "awaiting_payment", movements=0, tampered=1),
    Deed("wrong_amount", "金额不符", 3, "awaiting_payment", "amount_mismatch", less_fen=WRONG_BY),
    Deed("wrong_amount_settled", "金额不符已退", 2, "awaiting_payment", movements=2),
    Deed("second_payment", "重复缴费", 2, "covered", "second_payment", movements=2),
    Deed("second_payment_settled", "重复缴费已退", 2, "covered", movements=3),
    Deed("second_takes_over", "第二笔顶替", 2, "covered", movements=3),
    Deed("unknown_order", "订单不存在", 3, "awaiting_payment", "unknown_order"),
    Deed("late_reversal", "迟到的退费", 5, "reversed", movements=2),
    Deed("reversed", "退费", 6, "reversed", movements=2),
    Deed("reversed_and_paid_again", "退费后再缴", 4, "covered", movements=3),
    Deed("reversal_first", "退费通知先到", 4, "awaiting_payment", movements=2),
)


@dataclass
class Expected:
    """Every number that the end must show."""

    people: int = 0
    levied: int = 0
    states: Counter[tuple[str, str]] = field(default_factory=Counter)  # by region and state
    suspense: Counter[str] = field(default_factory=Counter)
    suspense_fen: Counter[str] = field(default_factory=Counter)
    accounts: Counter[str] = field(default_factory=Counter)
    movements: int = 0
    tampered: int = 0
    attacks: int = 0
    missing_fen: int = 0


def assign(people: Sequence[Person], seed: int) -> dict[int, Deed]:
    """A deed for each person, by their place in the village. Each deed happens at least once."""
    places = [n for n, person in enumerate(people) if person.is_levied]
    random.Random(f"{seed} deeds").shuffle(places)
    planned = {n: EXEMPT for n, person in enumerate(people) if not person.is_levied}
    for deed in DEEDS:
        for _ in range(max(1, (deed.of_300 * len(people) + 150) // 300)):
            planned[places.pop()] = deed
    return planned | dict.fromkeys(places, PAYS)


def expect(people: Sequence[Person], planned: dict[int, Deed]) -> Expected:
    found = Expected(people=len(people), levied=sum(person.is_levied for person in people))
    for n, person in enumerate(people):
        deed, price = planned[n], person.kind.payable_fen
        found.states[person.kind.region, deed.ends] += 1
        found.movements += deed.movements
        found.tampered += deed.tampered
        found.attacks += deed.name == "attack"
        found.missing_fen += price if deed.name == "missing" else 0
        if deed.ends == "covered":
            found.accounts["collector"] += price
            found.accounts[f"subsidy:{person.kind.fund}"] += person.kind.subsidy_fen
            found.accounts["personal"] -= PERSONAL_FEN
        if deed.suspense:
            found.suspense[deed.suspense] += 1
            found.suspense_fen[deed.suspense] += price - deed.less_fen
            found.accounts["collector"] += price - deed.less_fen
            found.accounts["suspense"] -= price - deed.less_fen
    return found
