"""A comparison of two packs as plain data, for programs."""

from dataclasses import asdict
from typing import Any

from app.diffing.everybody import Change, by_effect, person_in_words
from app.diffing.sides import Side, in_words
from app.diffing.values import Row
from app.packs.read_pack import Written
from app.proof.telling import facts
from app.rules.policy import Policy
from app.rules.vocabulary import FUNDS


def as_json(old: Written, new: Written, values: list[Row], changes: list[Change], people: Any = None) -> dict[str, Any]:
    """Everything that the terminal shows, and all groups; `people` where a file was given."""
    report: dict[str, Any] = {
        "old": _pack(old.policy),
        "new": _pack(new.policy),
        "values": [asdict(row) | {"label": row.label} for row in values],
        "classes": by_effect(changes),
        "cohorts": [_change(change, old.policy, new.policy) for change in changes],
    }
    if people is not None:
        report["people"] = {
            "rows": people.rows,
            "refused": people.refused,
            "facts": people.facts,
            "effects": people.effects,
            "amounts_not_known": people.not_known,
            "money": [
                {"fund": name, "title": money_name(name), "old_fen": before, "new_fen": after}
                for name, (before, after) in people.money.items()
            ],
            "groups": [
                {
                    "effect": group.effect,
                    "people": group.people,
                    "old": _side(group.before, old.policy),
                    "new": _side(group.after, new.policy),
                }
                for group in people.groups
            ],
        }
    return report


def money_name(name: str) -> str:
    """Who pays, in Chinese."""
    if name == "personal":
        return "个人缴纳"
    fund = name.removeprefix("refunded:")
    return FUNDS[fund] + ("（缴费后退还）" if fund != name else "")


def _pack(policy: Policy) -> dict[str, Any]:
    return {"id": policy.id, "version": policy.version, "digest": policy.digest, "title": policy.title}


def _change(change: Change, old: Policy, new: Policy) -> dict[str, Any]:
    return {
        "effect": change.effect,
        "benefits": {1: "later", -1: "earlier"}.get(change.timing, "same"),
        "difference_fen": change.difference,
        "classes": change.classes,
        "days": [[first.isoformat(), last.isoformat()] for first, last in change.days],
        "old": _side(change.before, old),
        "new": _side(change.after, new),
        "example": {
            "pay_date": change.pay.isoformat(),
            "person": _said(facts(change.person)),
            "words": "，".join(person_in_words(change.person, new)),
        },
    }


def _side(side: Side, policy: Policy) -> dict[str, Any]:
    return asdict(side) | {"words": in_words(side, policy)}


def _said(value: Any) -> Any:
    """The facts as a request writes them: what nobody said is left out."""
    if isinstance(value, dict):
        return {key.strip("'"): _said(part) for key, part in value.items() if part is not None}
    return [_said(part) for part in value] if isinstance(value, list | tuple) else value
