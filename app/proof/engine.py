"""The days of a proof, one after the other: who gets which answer, and that the engine says so too.

Most days differ from the one before in nothing but the days themselves: the same people can be told apart, and each
rule holds for the same classes. Their answers are the same then, and only the engine is asked about that day's people.
"""

from collections.abc import Hashable

from app.proof.crowd import Crowd
from app.proof.findings import Day
from app.proof.groups import Answers
from app.proof.layers import Group
from app.proof.season import Stretch
from app.rules.compiling import Verdict
from app.rules.facts import read_facts

# So many answers a day are all put to the engine, at both ends; of more those that are new, those with several offers
# and every `_TURN`th, at one end.
FEW = 200
_TURN = 8


class Disagreement(AssertionError):  # noqa: N818 - nobody's mistake but the product's
    """The engine says otherwise than the proof: a defect of the product, not of the pack."""


class Days:
    """Makes each day; `few`: so many answers a day are all put to the engine."""

    def __init__(self, few: int = FEW) -> None:
        self._few = few
        # By where the day lies in the year: the last such day, and the groups that were seen since its rules began to
        # hold for these people; by id, with what it is the id of.
        self._last: dict[Hashable, tuple[Answers, dict[int, tuple[Group, ...]]]] = {}
        self._known: dict[Hashable, Verdict] = {}  # of the groups of one table of people
        self._table: object = None

    def day(self, crowd: Crowd, stretch: Stretch) -> Day:
        """The day's groups, each compared with what the engine says to its people."""
        if crowd.table is not self._table:
            self._table, self._known = crowd.table, {}
        answers = Answers(crowd)
        before, seen = self._last.get(answers.state, (None, {}))
        answers = Answers(crowd, like=before)
        if before is None or answers.layers is not before.layers:
            seen = {}
        parts = list(answers.parts("years"))
        groups = [(group, id(some) not in seen) for some in parts for group in some]
        self._last[answers.state] = answers, seen | {id(some): some for some in parts}
        told = [self._verdict(answers, group, n, len(groups)) for n, (group, _) in enumerate(groups)]
        fresh = [(group, verdict) for (group, is_fresh), verdict in zip(groups, told, strict=True) if is_fresh]
        return Day(answers, tuple(group for group, _ in groups), tuple(told), tuple(fresh), stretch)

    def _verdict(self, answers: Answers, group: Group, n: int, count: int) -> Verdict:
        """For somebody of the group, or, where there are many and its turn has not come, as it was on another day."""
        turn = n + answers.there
        if count <= self._few:
            return [asked(answers, group, high=high) for high in (True, False)][-1]
        key = answers.kind(group)
        if key not in self._known or len(group.offers) > 1 or turn % _TURN == 0:
            self._known[key] = asked(answers, group, high=turn % 2 == 0)
        return self._known[key]


def asked(answers: Answers, group: Group, *, high: bool) -> Verdict:
    """What the engine says at one of the two ends of a group; raises Disagreement where that is none of its offers."""
    crowd, compiled = answers.crowd, answers.under.compiled
    number = crowd.table.last(group.bits) if high else crowd.table.first(group.bits)
    person = crowd.person(number, high=high)
    verdict = compiled.decide(answers.there, read_facts(person, compiled.policy.coverage_year))
    offered = any(o.route == verdict[4] and o.wait == verdict[5] and o.subsidy == verdict[6] for o in group.offers)
    if verdict[0] != group.code or (group.offers and not offered):
        raise Disagreement(f"{compiled.policy.id} {answers.there}: {person}: {verdict[:9]} is none of {group.offers}")
    return verdict
