"""What somebody who has paid gets when their identities change afterwards: what the notice says of it, and how much."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.rules.days import next_month
from app.rules.policy import Policy, Remedy

Funds = dict[str, int]  # fen by fund


@dataclass(frozen=True, slots=True)
class Due:
    """`remedy`: what the notice says, None where it says nothing. `shares`: what is moved, in fen by fund, and `month`
    (2024-03) in which it is paid back."""

    shares: Funds
    remedy: Remedy | None = None
    month: str | None = None

    @property
    def kind(self) -> str:
        """The remedy's, or `not_stated`."""
        return self.remedy.kind if self.remedy else "not_stated"

    @property
    def to(self) -> str | None:
        return self.remedy.to if self.remedy else None


def due(policy: Policy, had: Funds, now: Funds, changed: date, paid: date) -> Due | None:
    """What follows from a change on `changed` for who paid on `paid` and `had` so much from funds, and would have `now`
    so much; None where that is the same. A payment that the person would have to make is none."""
    difference = less(now, had)
    if not difference:
        return None
    remedies = policy.changed_after_subsidy if had else policy.recognized_after_payment
    found = next((remedy for remedy in remedies if remedy.is_for(changed.toordinal())), None)
    if found is None or (found.kind == "pays_back" and sum(difference.values()) <= 0):
        return Due(difference)
    if found.kind == "nothing":
        return Due({}, found)
    month = date.fromordinal(next_month(max(changed, paid).toordinal())).isoformat()[:7]
    return Due(difference, found, month)


def funds_of(answer: Mapping[str, Any]) -> Funds:
    """What each fund pays for a person, at payment or afterwards."""
    return total({s["fund"]: s["amount_fen"]} for s in (*answer["subsidies"], *answer["refunds"]))


def total(parts: Iterable[Funds]) -> Funds:
    """Fund by fund, without those that come to nothing."""
    found: Funds = {}
    for part in parts:
        for fund, fen in part.items():
            found[fund] = found.get(fund, 0) + fen
    return {fund: fen for fund, fen in found.items() if fen}


def less(more: Funds, off: Funds) -> Funds:
    """The first without the second, fund by fund."""
    return total([more, {fund: -fen for fund, fen in off.items()}])
