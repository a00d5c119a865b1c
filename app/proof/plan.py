"""What is the same on every day of payment: the packs, their rules, and which codes they treat alike."""

from collections.abc import Hashable, Iterable, Sequence
from functools import cached_property
from typing import Any

from app.proof.alike import circumstances_of, identities_of
from app.proof.asked import Rule, rules_of
from app.proof.axes import Ask
from app.proof.under import Under
from app.proof.values import CIRCUMSTANCE, IDENTITY
from app.rules import conditions as c

_DATED = ("birth", "ended")


class Plan:
    """What is the same on every day: the packs, their rules, and the codes that they treat alike.

    Advantages are not among the rules: no way in or price hangs on them, and each number of years that brings another
    reward would multiply everybody. Who looks at them hands in what is to be asked of them as `more`.
    """

    def __init__(self, unders: Sequence[Under], more: Iterable[tuple[int, Rule]] = ()) -> None:
        self.unders = tuple(unders)
        rules = ((k, rule) for k, under in enumerate(unders) for rule in rules_of(under.policy))
        self.rules = [(k, rule) for k, rule in rules if rule.kind != "incentive"]
        self.rules += more
        policies = [under.policy for under in unders]
        groups = [(IDENTITY + g[0], g) for g in identities_of(policies)]
        groups += [(CIRCUMSTANCE + g[0], g) for g in circumstances_of(policies)]
        self.groups = dict(groups)
        self._known: dict[tuple[str, Any], tuple[bool, ...]] = {}

    @cached_property
    def group_of(self) -> dict[str, str]:
        """The axis of each code."""
        return {prefix + code: name for name, g in self.groups.items() for code in g for prefix in _prefix(name)}

    @cached_property
    def deciding(self) -> dict[str, list[Ask]]:
        """By axis, what decides whether a way in is open and at which price, on any day of payment."""
        found: dict[str, list[Ask]] = {}
        for k, rule in self.rules:
            if rule.kind in ("route", "subsidy", "expected"):
                under = self.unders[k]
                for leaf in c.leaves(rule.when):
                    for axis in self.axes_of(leaf):
                        found.setdefault(axis, []).append(Ask(under, under.policy.first_day, leaf))
        return {axis: list(dict.fromkeys(asks)) for axis, asks in found.items()}

    def decisive(self, values: dict[str, Any]) -> Hashable:
        """What the ways in and their prices can hang on of these values: days as they are, of the rest what holds."""
        return tuple(self._told(axis, values[axis]) for axis in values if axis in self.deciding)

    def _told(self, axis: str, value: Any) -> Hashable:
        if axis in _DATED or axis in self.groups:
            return value if isinstance(value, Hashable) else tuple(value)
        key = axis, value
        if key not in self._known:
            self._known[key] = tuple(ask.holds({axis: value}) for ask in self.deciding[axis])
        return self._known[key]

    def axes_of(self, leaf: c.Condition) -> set[str]:
        """What a test asks about."""
        match leaf:
            case c.HasIdentity(codes) | c.PaidBy(c.After(c.LastRecognition(codes))):
                return {self.group_of[IDENTITY + code] for code in codes if IDENTITY + code in self.group_of}
            case c.PaidBy(c.After(event)) | c.EventBy(c.After(event)) | c.EventBy(event):
                return {self._event_axis(event)}
            case c.HasClass(code):
                return {self.group_of[IDENTITY + code]}
            case c.HasCircumstance(code):
                return {self.group_of[CIRCUMSTANCE + code]}
            case c.HadJob():
                return {"ended"}
            case c.IsTrue(fact):
                return {fact}
            case c.AtLeast(fact) | c.IsOneOf(fact):
                return {"years" if fact in ("missed_years", "repaid_years") else fact}
            case c.Owes():
                return {"years"}
            case _:
                return set()

    def _event_axis(self, event: Any) -> str:
        match event:
            case c.Birth():
                return "birth"
            case c.EmploymentEnd():
                return "ended"
            case c.After(inner):
                return self._event_axis(inner)
            case _:
                return self.group_of[CIRCUMSTANCE + event.code]


def _prefix(name: str) -> tuple[str]:
    return (IDENTITY,) if name.startswith(IDENTITY) else (CIRCUMSTANCE,)
