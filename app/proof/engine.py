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
        self._last: dict[Hashable, Answers] = {}  # by where the day lies in the year
        self._known: dict[Hashable, Verdict] = {}
        self._seen: dict[int, tuple[Group, ...]] = {}  # by id, with what it is the id of

    def day(self, crowd: Crowd, stretch: Stretch) -> Day:
        """The day's groups, each compared with what the engine says to its people."""
        answers = Answers(crowd)
        answers = Answers(crowd, like=self._last.get(answers.state))
        self._last[answers.state] = answers
        parts = list(answers.parts("years"))
        fresh = {id(some) for some in parts if id(some) not in self._seen}
        self._seen |= {id(some): some for some in parts}
        groups = [(group, id(some) in fresh) for some in parts for group in some]
        told = [self._verdict(answers, group, n, len(groups)) for n, (group, _) in enumerate(groups)]
        new = [(group, verdict) for (group, isnew), verdict in zip(groups, told, strict=True) if isnew]
        return Day(answers, tuple(group for group, _ in groups), tuple(told), tuple(new), stretch)

    def _verdict(self, answers: Answers, group: Group, n: int, count: int) -> Verdict:
        """For somebody of the group, or, where there are many and its turn has not come, as it was on another day."""
        key, few = answers.kind(group), count <= self._few
        known = self._known.get(key)
        if known is None or few or len(group.offers) > 1 or (n + answers.there) % _TURN == 0:
            ends = (True, False) if few else ((n + answers.there) % 2 == 0,)
            known = self._known[key] = [asked(answers, group, high=high) for high in ends][-1]
        return known


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
