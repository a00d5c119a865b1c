"""What the rules say of a person on one day: a verdict, or the question that has to be answered first.

A fact that is missing is asked for only if it matters: the possible people are explored class by class (unknown.py),
and a fact is `missing` where two classes that differ in this fact alone lead to different answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from app.rules import days
from app.rules.changes import next_change
from app.rules.compiling import Compiled, Verdict
from app.rules.facts import Facts, facts_in, unknown_ranges
from app.rules.unknown import Hole, Leaf, Undecided, World, explore


@dataclass(frozen=True, slots=True)
class Prospect:
    """One distinct answer. `start` is the first day with benefits: None where unstated or where none are left, and
    where `follows` names the unknown fact that it moves with."""

    code: int
    route: str | None
    waiting_days: int | None
    start: int | None
    none_left: bool
    follows: str | None
    personal: int
    surcharge: int
    off: int
    incentives: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """The facts that would settle the answer, and the answers they lead to; holds through `until`."""

    missing: tuple[str, ...]
    possible: tuple[Prospect, ...]
    until: int


Finding = Verdict | Question


def find(compiled: Compiled, facts: Facts, day: int) -> Finding:
    """The verdict for a payment on `day`, or what has to be known first."""
    try:
        return compiled.decide(day, facts)
    except Undecided:
        return _explored(compiled, facts, day)


def taken_off(compiled: Compiled, verdict: Verdict) -> int:
    """The subsidy that is taken off at payment, in fen."""
    route, subsidy = verdict[1], verdict[4]
    if route < 0 or subsidy < 0 or compiled.policy.routes[route].subsidy != "applies":
        return 0
    return compiled.policy.subsidies[subsidy].fen


def holds_through(compiled: Compiled, facts: Facts, finding: Finding) -> int:
    """The last day of payment on which outcome, reason, amounts and route (or the question) stay the same."""
    key, until = _lasting(compiled, finding), _until(finding)
    while until < compiled.policy.last_day:
        later = find(compiled, facts, until + 1)
        if _lasting(compiled, later) != key:
            break
        until = _until(later)
    return until


def _until(finding: Finding) -> int:
    return finding.until if isinstance(finding, Question) else finding[8]


def _lasting(compiled: Compiled, finding: Finding) -> object:
    if isinstance(finding, Question):
        return finding.missing, frozenset((p.code, p.route, p.off) for p in finding.possible)
    route = compiled.policy.routes[finding[1]] if finding[1] >= 0 else None
    return (
        finding[0],
        route and (route.id, route.personal_fen, route.surcharge_fen),
        taken_off(compiled, finding),
        finding[7],
    )


def _explored(compiled: Compiled, facts: Facts, day: int) -> Finding:
    year = compiled.policy.coverage_year

    def run(world: World) -> tuple[Prospect, Verdict]:
        verdict = compiled.decide_plain(day, facts_in(world, facts, year))
        return _prospect(compiled, verdict), verdict

    leaves = list(explore(run, unknown_ranges(facts, day, year)))
    until = next_change(compiled.policy, compiled.thresholds, facts, day) - 1
    missing = _missing(leaves)
    prospects = {leaf.result[0] for leaf in leaves}
    if missing:
        return Question(missing, tuple(sorted(prospects, key=_order)), until)
    prospect, verdict = leaves[-1].result
    # Other ways in may be open for some of the possible people only: the one taken is the only one to speak of.
    return (*verdict[:3], prospect.start if not prospect.none_left else days.LAST, *verdict[4:6], (), verdict[7], until)


def _prospect(compiled: Compiled, verdict: Verdict) -> Prospect:
    code, number, wait, start, _, _, _, incentives, _ = verdict
    none_left = start is not None and start > compiled.policy.last_day
    follows, first = None, None if none_left else start
    if isinstance(first, Hole):
        low, high = first.bounds()
        follows, first = (first.fact.partition("#")[0], None) if low < high else (None, low)
    off = taken_off(compiled, verdict)
    if number < 0:
        return Prospect(code, None, None, first, none_left, follows, 0, 0, off, incentives)
    route = compiled.policy.routes[number]
    price = route.personal_fen, route.surcharge_fen
    return Prospect(code, route.id, route.waiting_days(wait), first, none_left, follows, *price, off, incentives)


def _order(p: Prospect) -> tuple[Any, ...]:
    payable = p.personal + p.surcharge - p.off
    return p.code, payable, p.route or "", p.waiting_days or 0, p.start or days.LAST, p.follows or ""


def _missing(leaves: Sequence[Leaf]) -> tuple[str, ...]:
    """Field paths of the unknown facts of which some value changes the answer, all others staying as they are."""
    found = {leaf.result[0].follows for leaf in leaves} - {None}
    for one, other in combinations(leaves, 2):
        if one.result[0] == other.result[0]:
            continue
        apart = _only_difference(one, other)
        if apart is not None:
            found.add(apart.partition("#")[0])
    return tuple(sorted(f for f in found if f))


def _only_difference(one: Leaf, other: Leaf) -> str | None:
    """The single fact in which no person can be in both classes; None where there are several."""
    apart = None
    for fact, (low, high) in one.ranges.items():
        low2, high2 = other.ranges[fact]
        if low > high2 or low2 > high:
            if apart is not None:
                return None
            apart = fact
    return apart
