"""One answer as far as two notices can be compared by it, and what the change does to whoever gets it."""

from dataclasses import dataclass
from typing import Any, Literal

from app.rules import vocabulary as v
from app.rules.money import yuan
from app.rules.policy import Policy

Effect = Literal["gains", "loses", "pays_more", "pays_less", "later", "earlier", "not_known", "same", "closed", "asked"]
EFFECTS: dict[Effect, str] = {
    "gains": "新增途径，原来不能缴费",
    "loses": "失去途径，现在不能缴费",
    "pays_more": "多缴",
    "pays_less": "少缴",
    "later": "价格不变，待遇更晚",
    "earlier": "价格不变，待遇更早",
    "not_known": "金额不详，不能比较",
    "same": "不变",
    "closed": "两边都不能缴费",
    "asked": "须补充信息",
}
ENGLISH: dict[Effect, str] = {
    "gains": "a way in that was not there",
    "loses": "no way in any more",
    "pays_more": "pays more",
    "pays_less": "pays less",
    "later": "same price, covered later",
    "earlier": "same price, covered earlier",
    "not_known": "amounts not known",
    "same": "the same",
    "closed": "no way in on either side",
    "asked": "facts are missing",
}


@dataclass(frozen=True, slots=True)
class Side:
    """What one notice says: `net` is what is left after a refund; `way` the way in, `who` the identity subsidized."""

    outcome: str
    reason: str | None = None
    way: str | None = None
    personal: int | None = None
    surcharge: int | None = None
    subsidy: int | None = None
    payable: int | None = None
    refund: int | None = None
    net: int | None = None
    days: int | None = None
    months: int | None = None
    who: str | None = None

    @property
    def open(self) -> bool:
        return self.outcome in ("payable", "exempt")


# Side's fields by the answer's.
FIELDS = {
    "outcome": "outcome", "reason": "reason", "way": "route", "personal": "personal_fen", "surcharge": "surcharge_fen",
    "subsidy": "subsidy_fen", "payable": "payable_fen", "refund": "refund_fen", "net": "net_cost_fen",
    "days": "waiting_days", "months": "waiting_months",
}  # fmt: skip


def side_of(answer: dict[str, Any]) -> Side:
    granted = [*answer["subsidies"], *answer["refunds"]]
    who = granted[0]["identity"] if granted else None
    return Side(**{name: answer[field] for name, field in FIELDS.items()}, who=who)


def starts_later(before: dict[str, Any], after: dict[str, Any]) -> int:
    """1 where benefits start later by the second answer, -1 where earlier, 0 for neither or where one does not say."""
    one, other = _start(before), _start(after)
    return 0 if one is None or other is None else (other > one) - (other < one)


def _start(answer: dict[str, Any]) -> str | None:
    """The first day with benefits; one behind all others where a wait outlasts the year."""
    waits = answer["waiting_days"] is not None or answer["waiting_months"] is not None
    start: str | None = answer["benefits_start"]
    return start or ("9999-12-31" if waits else None)


def effect_of(before: Side, after: Side, later: int) -> Effect:
    """What the change does; `later` as `starts_later` says it."""
    if "needs_information" in (before.outcome, after.outcome):
        return "asked"
    if not before.open or not after.open:
        return "gains" if after.open else "loses" if before.open else "closed"
    if before.payable is None or after.payable is None:
        return "not_known"
    paid, pays = (before.payable, before.net or 0), (after.payable, after.net or 0)
    if paid != pays:
        return "pays_more" if pays > paid else "pays_less"
    return "later" if later > 0 else "earlier" if later < 0 else "same"


def in_words(side: Side, policy: Policy) -> str:
    """The side in Chinese, in one line."""
    if not side.open:
        return v.REASON_NAMES.get(side.reason or "", "须补充信息")
    title = next((r.title for r in policy.routes if r.id == side.way), side.way or "")
    if side.payable is None:
        return f"{title}：金额不详{_waiting(side)}"
    parts = [f"个人缴费{yuan(side.personal or 0)}"]
    if side.surcharge:
        parts.append(f"另缴{yuan(side.surcharge)}")
    for fen, word in ((side.subsidy, "资助"), (side.refund, "缴费后退")):
        if fen:
            parts.append(f"{word}{yuan(fen)}" + (f"（{_who(side.who, policy)}）" if side.who else ""))
    price = "无须缴费" if side.outcome == "exempt" else f"缴{yuan(side.payable)}"
    return f"{title}：{price}" + (f"（{'，'.join(parts)}）" if len(parts) > 1 else "") + _waiting(side)


def _waiting(side: Side) -> str:
    return f"，等待{side.days}天" if side.days else f"，等待{side.months}个月" if side.months else ""


def _who(code: str, policy: Policy) -> str:
    return v.IDENTITIES.get(code) or policy.local_names.get(code, code)
