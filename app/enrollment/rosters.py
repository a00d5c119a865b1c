"""Hardship lists: what a line of a change list does to a person's timeline, and which identities count on a day.

A timeline is made of stretches: an identity that a source lists from a day (included) until a day (not included any
more). Days are `YYYY-MM-DD`, so that they compare as text. What does not fit together is a conflict for a clerk.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

Action = Literal["added", "removed"]
# Who sends lists, and which identities are theirs to recognize. An identity of no source is as the applicant says.
SOURCES = MappingProxyType(
    {
        "civil_affairs": "民政",
        "rural_revitalization": "乡村振兴（农业农村）",
        "disabled_federation": "残联",
        "medical_security": "医保部门汇总",
    }
)
_AID = frozenset({"extreme_poverty", "orphan", "unattended_child", "subsistence_allowance", "subsistence_marginal"})
_MONITORED = frozenset({"unstable_lifted", "at_risk_of_poverty", "sudden_hardship"})
_LIFTED = frozenset({"relapsed_poverty", "lifted_from_poverty", "registered_poor", "social_security_backstop"})
_DISABLED = frozenset({"disability_1", "disability_2", "disability_3", "disability_4"})
COVERS = MappingProxyType(
    {
        "civil_affairs": _AID,
        "rural_revitalization": _MONITORED | _LIFTED,
        "disabled_federation": _DISABLED,
        "medical_security": _AID | _MONITORED | _LIFTED | _DISABLED,
    }
)
# Of each group somebody can have one at a time.
_EXCLUDING = (
    frozenset({"extreme_poverty", "subsistence_allowance", "subsistence_marginal"}),
    _MONITORED,
    _DISABLED,
)


class Conflict(StrEnum):
    """Why a line waits for a clerk. `PRICE_NOT_SETTLED` is about what a change does: the new price needs a fact."""

    REMOVED_NOT_LISTED = "removed_not_listed"
    ADDED_TWICE = "added_twice"
    DATES_OUT_OF_ORDER = "dates_out_of_order"
    LISTS_DISAGREE = "lists_disagree"
    PRICE_NOT_SETTLED = "price_not_settled"


@dataclass(frozen=True, slots=True)
class Stretch:
    """`until` is the first day on which the source does not list the identity any more; None while it does."""

    id: str
    identity: str
    class_: str | None
    source: str
    since: str
    until: str | None = None

    def holds_on(self, day: str) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Change:
    """What a line says: from `day` on somebody is, or is not any more, on this source's list."""

    action: Action
    identity: str
    class_: str | None
    day: str
    source: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """What becomes of a change. `closes` ends on `closed_on`; `opens` begins on the change's day, and ends on
    `until` where that is not None; `redates` begins on the change's day instead of its own."""

    result: Literal["added", "removed", "reclassified", "unchanged", "conflict"]
    conflict: Conflict | None = None
    closes: Stretch | None = None
    closed_on: str | None = None
    redates: Stretch | None = None
    opens: bool = False
    until: str | None = None


_UNCHANGED = Ruling("unchanged")


def rule(standing: Sequence[Stretch], change: Change) -> Ruling:
    """`standing`: all that any source has said of the person."""
    own = [s for s in standing if (s.source, s.identity) == (change.source, change.identity)]
    return _added(standing, own, change) if change.action == "added" else _removed(standing, own, change)


def _added(standing: Sequence[Stretch], own: Sequence[Stretch], change: Change) -> Ruling:
    day, class_ = change.day, change.class_
    if any(s.since == day and s.until != day and class_ in (None, s.class_) for s in own):
        return _UNCHANGED
    current = next((s for s in own if s.until is None), None)
    if current is not None:
        if class_ in (None, current.class_):
            return _conflict(Conflict.ADDED_TWICE)
        if day < current.since or (day == current.since and current.class_ is not None):
            return _conflict(Conflict.DATES_OUT_OF_ORDER)
    elif any(s.until is not None and day < s.until for s in own):
        return _conflict(Conflict.DATES_OUT_OF_ORDER)
    if _disagree(standing, change):
        return _conflict(Conflict.LISTS_DISAGREE)
    if current is not None:
        return Ruling("reclassified", closes=current, closed_on=day, opens=True)
    return Ruling("added", opens=True)


def _disagree(standing: Sequence[Stretch], change: Change) -> bool:
    """Another list has the identity in another class, or somebody has an identity that excludes it."""
    excluding = next((group for group in _EXCLUDING if change.identity in group), frozenset[str]())
    for s in standing:
        if not s.holds_on(change.day):
            continue
        other_class = s.class_ and change.class_ and s.class_ != change.class_
        if s.identity == change.identity and s.source != change.source and other_class:
            return True
        if s.identity != change.identity and s.identity in excluding:
            return True
    return False


def _removed(standing: Sequence[Stretch], own: Sequence[Stretch], change: Change) -> Ruling:
    day = change.day
    meant = [s for s in own if change.class_ is None or s.class_ in (None, change.class_)]
    if any(s.until == day for s in meant):
        return _UNCHANGED
    current = next((s for s in meant if s.until is None), None)
    if current is None:
        return _conflict(Conflict.REMOVED_NOT_LISTED)
    if day < current.since:
        return _conflict(Conflict.DATES_OUT_OF_ORDER)
    if any(s.identity == change.identity and s.source != change.source and s.holds_on(day) for s in standing):
        return _conflict(Conflict.LISTS_DISAGREE)
    return Ruling("removed", closes=current, closed_on=day)


def _conflict(why: Conflict) -> Ruling:
    return Ruling("conflict", conflict=why)


def force(standing: Sequence[Stretch], change: Change) -> Ruling:
    """What becomes of a change that a clerk wants as it stands, whatever speaks against it."""
    own = [s for s in standing if (s.source, s.identity) == (change.source, change.identity)]
    current = next((s for s in own if s.until is None), None)
    if change.action == "removed":
        if current is None:  # on record, and on the list on no day
            return Ruling("removed", opens=True, until=change.day)
        return Ruling("removed", closes=current, closed_on=max(change.day, current.since))
    if current is not None and change.class_ in (None, current.class_):
        return Ruling("added", redates=current)
    later = [s.since for s in own if s.since > change.day]
    if current is not None and current.since <= change.day:
        return Ruling("reclassified", closes=current, closed_on=change.day, opens=True)
    return Ruling("added", opens=True, until=min(later, default=None))


@dataclass(frozen=True, slots=True)
class Listed:
    """An identity as the lists have it; `since` is the day of recognition."""

    code: str
    class_: str | None
    since: str


def listed(stretches: Collection[Stretch], day: str) -> Iterator[Listed]:
    """The identities that the lists have on the day, and those they will have later."""
    for code in sorted({s.identity for s in stretches}):
        own = [s for s in stretches if s.identity == code and s.until != s.since]
        now = [s for s in own if s.holds_on(day)]
        coming = sorted((s for s in own if s.since > day), key=lambda s: s.since)
        for found in now or coming[:1]:
            class_ = found.class_ or next((s.class_ for s in now if s.class_), None)
            yield Listed(code, class_, recognized(own, found))
            break


def recognized(own: Collection[Stretch], found: Stretch) -> str:
    """Since when without a break: a change of class, or of the source, is no new recognition."""
    since = found.since
    while True:
        before = [s.since for s in own if s.since < since and (s.until is None or s.until >= since)]
        if not before:
            return since
        since = min(before)


def holds_until(stretches: Collection[Stretch], day: str) -> str | None:
    """The first day after `day` on which something ends, as far as it is known."""
    return min((s.until for s in stretches if s.until is not None and s.holds_on(day)), default=None)


def covered_by(sources: Collection[str]) -> frozenset[str]:
    """The identities that these sources' lists decide."""
    return frozenset(code for source in sources for code in COVERS[source])
