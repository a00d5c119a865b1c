"""What the rules say of a person on one day: a verdict, or the question that has to be answered first.

A fact that is missing is asked for only if it matters: the possible people are explored class by class (unknown.py),
and a fact is `missing` where two classes that differ in this fact alone lead to different answers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

from app.rules import days
from app.rules.changes import next_change
from app.rules.compiling import Compiled, Verdict
from app.rules.facts import Facts, facts_in, is_day, unknown_ranges
from app.rules.unknown import Hole, Leaf, Undecided, World, explore


@dataclass(frozen=True, slots=True)
class Prospect:
    """One distinct answer. `start` is the first day with benefits: None where unstated or where none are left, and
    where it moves with an unknown fact: then `follows` names the fact, and `moves` is how (None: it is that day).
    Amounts that are not known are None."""

    code: int
    route: str | None
    waiting_days: int | None
    waiting_months: int | None
    start: int | None
    none_left: bool
    follows: str | None
    personal: int | None
    surcharge: int | None
    off: int | None
    granted: int
    incentives: tuple[int, ...]
    moves: Callable[[int], int] | None = field(default=None, compare=False)

    @property
    def payable(self) -> int | None:
        """What is to be paid, None where it is not known."""
        if self.personal is None or self.surcharge is None or self.off is None:
            return None
        return self.personal + self.surcharge - self.off

    def start_when(self, value: int) -> int | None:
        """The first day with benefits where the fact that it follows has this value."""
        return self.start if self.follows is None else self.moves(value) if self.moves else value


@dataclass(frozen=True, slots=True)
class Question:
    """The facts that would settle the answer, and the answers they lead to; holds through `until`."""

    missing: tuple[str, ...]
    possible: tuple[Prospect, ...]
    until: int

    def asks_like(self, other: "Question") -> bool:
        """The same facts missing, leading to the same amounts by the same ways in (benefit days may move)."""
        return self.missing == other.missing and self._prices() == other._prices()

    def _prices(self) -> frozenset[tuple[int, str | None, int]]:
        return frozenset((p.code, p.route, p.granted) for p in self.possible)


Finding = Verdict | Question


def find(compiled: Compiled, facts: Facts, day: int) -> Finding:
    """The verdict for a payment on `day`, or what has to be known first."""
    try:
        return compiled.decide(day, facts)
    except Undecided:
        return _explored(compiled, facts, day)


def holds_through(compiled: Compiled, facts: Facts, finding: Finding) -> int:
    """The last day of payment on which outcome, reason, amounts and route (or the question) stay the same."""
    until, last = _until(finding), compiled.policy.last_day
    while until < last and _same(finding, later := find(compiled, facts, until + 1)):
        until = _until(later)
    return until


def _until(finding: Finding) -> int:
    return finding[10] if type(finding) is tuple else finding.until  # type: ignore[union-attr]


def _same(one: Finding, other: Finding) -> bool:
    if type(one) is tuple and type(other) is tuple:
        return one[:4] == other[:4]
    return isinstance(one, Question) and isinstance(other, Question) and one.asks_like(other)


def _explored(compiled: Compiled, facts: Facts, day: int) -> Finding:
    year = compiled.policy.coverage_year
    ranges = unknown_ranges(facts, day, compiled.asked)
    # Where no day is unknown, the verdicts say themselves how long they hold.
    dated = any(is_day(fact) for fact in ranges)
    decide = compiled.decide_plain if dated else compiled.decide

    def run(world: World) -> tuple[Prospect, Verdict]:
        verdict = decide(day, facts_in(world, facts, year))
        return _prospect(compiled, verdict), verdict

    leaves = list(explore(run, ranges))
    if dated:
        until = next_change(compiled.policy, compiled.thresholds, facts, day) - 1
    else:
        until = min(leaf.result[1][10] for leaf in leaves)
    boxes = merged([Leaf(leaf.ranges, leaf.result[0]) for leaf in leaves])
    missing = missing_facts(boxes)
    if missing:
        return Question(missing, tuple(sorted(dict.fromkeys(map(_settled, boxes)), key=_order)), until)
    # Other ways in may be open for some of the possible people only: the one taken is the only one to speak of.
    prospect, verdict = _settled(boxes[0]), leaves[-1].result[1]
    start = days.LAST if prospect.none_left else prospect.start
    return (*verdict[:8], (), start, until)


def _prospect(compiled: Compiled, verdict: Verdict) -> Prospect:
    code, _, granted, incentives, number, wait, _, _, _, start, _ = verdict
    if number < 0:
        return Prospect(code, None, None, None, None, False, None, 0, 0, 0, granted, incentives)
    none_left = start is not None and start > compiled.policy.last_day
    hole = start if isinstance(start, Hole) and not none_left else None
    route = compiled.policy.routes[number]
    row = compiled.policy.subsidies[granted] if granted >= 0 else None
    return Prospect(
        code,
        route.id,
        route.waiting_days(wait),
        route.waiting_months(wait),
        None if none_left or hole else start,
        none_left,
        hole.fact if hole else None,
        None if route.unpriced else route.personal_fen,
        None if route.unpriced else route.surcharge_fen,
        None if route.unpriced or (row and row.unknown) else row.off if row else 0,
        granted,
        incentives,
        hole.step if hole else None,
    )


def _settled(box: Leaf) -> Prospect:
    """The prospect of a class; a start that moves with a fact of which one value is left is that day."""
    prospect: Prospect = box.result
    if prospect.follows is None:
        return prospect
    low, high = (prospect.start_when(x) for x in box.ranges[prospect.follows])
    if low == high:
        return replace(prospect, follows=None, start=low)
    return replace(prospect, follows=prospect.follows.partition("#")[0])


def _order(p: Prospect) -> tuple[Any, ...]:
    """The cheaper first; the order is the same in every process."""
    price, wait = (p.payable is None, p.payable or 0), (p.waiting_days or 0, p.waiting_months or 0)
    alike = p.personal or 0, p.surcharge or 0, p.granted, p.incentives, p.none_left
    return p.code, price, p.route or "", wait, p.start or days.LAST, p.follows or "", *alike


def missing_facts(boxes: Sequence[Leaf]) -> tuple[str, ...]:
    """Field paths of the unknown facts of which some value changes the answer, all others staying as they are."""
    found = {box.result.follows for box in boxes if _settled(box).follows}
    for one, other in combinations(boxes, 2):
        if one.result is other.result and one.result.follows is None:
            continue
        apart = _only_difference(one, other)
        if apart is not None and apart not in found and _differ(one, other, apart):
            found.add(apart)
    return tuple(sorted({fact.partition("#")[0] for fact in found}))


def _differ(one: Leaf, other: Leaf, apart: str) -> bool:
    """Whether two people who differ in `apart` alone, one of each class, get different answers."""
    a, b = one.result, other.result
    if replace(a, start=None, follows=None) != replace(b, start=None, follows=None):
        return True
    if a.follows != b.follows and None not in (a.follows, b.follows) and apart not in (a.follows, b.follows):
        # The later of two unknown days, told apart differently: the third fact has no part in it.
        return False
    starts = [{p.start_when(x) for x in _reach(box, b2, p, apart)} for p, box, b2 in ((a, one, other), (b, other, one))]
    return len(starts[0] | starts[1]) > 1 and not (a.follows == b.follows != apart)


def _reach(box: Leaf, other: Leaf, prospect: Prospect, apart: str) -> tuple[int, ...]:
    """The outermost values of the fact that the start follows, among the people of the pair."""
    if prospect.follows is None:
        return (0,)
    low, high = box.ranges[prospect.follows]
    if prospect.follows != apart:
        low2, high2 = other.ranges[prospect.follows]
        low, high = max(low, low2), min(high, high2)
    return low, high


def merged(leaves: Sequence[Leaf]) -> list[Leaf]:
    """Fewer and larger classes: neighbors with the same answer that differ in the range of one fact become one."""
    answers: dict[Prospect, Prospect] = {}
    boxes = [Leaf(leaf.ranges, answers.setdefault(leaf.result, leaf.result)) for leaf in leaves]
    before = 0
    while len(boxes) != before:
        before = len(boxes)
        for fact in boxes[0].ranges:
            boxes = _merged_along(fact, boxes)
    return boxes


def _merged_along(fact: str, boxes: list[Leaf]) -> list[Leaf]:
    rows: dict[Any, list[Leaf]] = {}
    for box in boxes:
        rest = tuple(r for f, r in box.ranges.items() if f != fact)
        rows.setdefault((id(box.result), rest), []).append(box)
    found: list[Leaf] = []
    for row in rows.values():
        row.sort(key=lambda box: box.ranges[fact])
        found.append(row[0])
        for box in row[1:]:
            low, high = found[-1].ranges[fact]
            if box.ranges[fact][0] == high + 1:
                found[-1] = Leaf({**box.ranges, fact: (low, box.ranges[fact][1])}, box.result)
            else:
                found.append(box)
    return found


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
