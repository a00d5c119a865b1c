"""Ways that are closed for a few days only, with the same price before and after."""

from collections.abc import Iterator

from app.proof.bits import Bits
from app.proof.examples import Kinds, alike, kinds, narrow
from app.proof.findings import Day, Finding, Pack, Watch
from app.proof.near import near
from app.rules import vocabulary as v
from app.rules.days import iso
from app.rules.facts import Facts, read_facts
from app.rules.finding import find
from app.rules.person import Person

_FEW = 7  # days: a way that is closed for less is no period of the notice's


class Gaps(Watch):
    """People for whom the way is closed for a few days and then open again at the same price."""

    def __init__(self, pack: Pack) -> None:
        super().__init__(pack)
        self._found: Finding | None = None

    def see(self, day: Day) -> None:
        crowd = day.answers.crowd
        if self._found is not None or day.answers.there != day.answers.pay:
            return
        closed = crowd.none
        for group in day.groups:
            closed |= group.bits if group.code == v.WINDOW_CLOSED else crowd.none
        if day.stretch.last - day.stretch.first >= _FEW:
            closed &= narrow(crowd, _FEW)
        if closed and (deciding := near(crowd.plan, crowd.pay, _FEW)) is not None:
            self._found = next(self._look(day, closed, *(kinds(crowd, _FEW, what) for what in deciding)), None)

    def _look(self, day: Day, closed: Bits, opens: Kinds, closes: Kinds, priced: Kinds) -> Iterator[Finding]:
        """First for people for whom a way opens soon, then among them for those who are shut out for a few days,
        whatever the price, then among these for the same price."""
        crowd = day.answers.crowd
        for early, soon in alike(crowd, closed, opens):
            for person, shut in alike(crowd, soon, closes) if self._opens(day, early) else ():
                for one, _ in alike(crowd, shut, priced) if self._shut(day, person) else ():
                    days = self._shut(day, one)
                    if days is not None and self._same_price(one, *days):
                        told = f"{iso(days[0] + 1)}至{iso(days[1] - 1)}没有途径，前后价格相同"
                        sentence = f"{told} (closed for a few days, the same price before and after)"
                        yield Finding("gap", (), ("windows",), sentence, one, day.pay)

    def _opens(self, day: Day, person: Person) -> int | None:
        """The first of the next few days on which somebody finds a way in."""
        facts, there = read_facts(person, self.policy.coverage_year), day.answers.there
        return next((d for d, _, closed in self._walk(facts, there, there + _FEW) if not closed), None)

    def _shut(self, day: Day, person: Person) -> tuple[int, int] | None:
        """The last day before and the first one after the few days for which somebody finds no way in."""
        facts, there, after = read_facts(person, self.policy.coverage_year), day.answers.there, self._opens(day, person)
        if after is None or after > self.policy.last_day:
            return None
        spans = self._walk(facts, after - _FEW, there)
        before = max((min(until, there - 1) for _, until, closed in spans if not closed), default=None)
        return None if before is None or self._paused(before, after) else (before, after)

    def _same_price(self, person: Person, before: int, after: int) -> bool:
        facts = read_facts(person, self.policy.coverage_year)
        one, other = find(self.compiled, facts, before), find(self.compiled, facts, after)
        assert isinstance(one, tuple)
        assert isinstance(other, tuple)
        return one[0] == other[0] == v.OPEN and self._price(one[4], one[6]) == self._price(other[4], other[6])

    def _walk(self, facts: Facts, first: int, end: int) -> Iterator[tuple[int, int, bool]]:
        """The days up to an end in spans of one answer: the first day, the last, and whether the way is closed."""
        day = first
        while day < end:
            found = find(self.compiled, facts, day)
            assert isinstance(found, tuple)
            yield day, found[10], found[0] == v.WINDOW_CLOSED
            day = found[10] + 1

    def _price(self, route: int, row: int) -> int:
        found = self.policy.routes[route]
        off = self.policy.subsidies[row].off if row >= 0 and found.subsidy == "applies" else 0
        return found.personal_fen + found.surcharge_fen - off

    def _paused(self, before: int, after: int) -> bool:
        spans = self.policy.pause.spans if self.policy.pause else ()
        return any(first <= after and last >= before for first, last in spans)

    def found(self) -> Iterator[Finding]:
        if self._found is not None:
            yield self._found
