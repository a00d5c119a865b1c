"""Prices that change where no clause says so: on a day that is cited to nothing, or for a few days only."""

from collections.abc import Iterator
from datetime import date

from app.proof.findings import Day, Finding, Pack, Watch
from app.proof.groups import Rank
from app.rules import conditions as c
from app.rules import vocabulary as v
from app.rules.days import iso
from app.rules.facts import read_facts
from app.rules.finding import find
from app.rules.person import Person
from app.rules.policy import Cite

_UNSAID = "公告未载明"
_FEW = 7  # days: a way that is closed for less is no period of the notice's


class Jumps(Watch):
    """A way in, a rate or a window with a day of its own that is cited to no clause, and decides for somebody."""

    def __init__(self, pack: Pack) -> None:
        super().__init__(pack)
        self._found: dict[str, Finding] = {}
        self._before: tuple[Day, set[Rank | None]] | None = None

    def see(self, day: Day) -> None:
        ranks = {group.rank for group in day.groups}
        if self._before is not None and self._before[1] != ranks:
            self._edges(day)
        self._before = day, ranks
        for group, verdict in zip(day.groups, day.verdicts, strict=True):
            if group.code != v.OPEN:
                continue
            route = self.policy.routes[verdict[4]]
            if _unsaid(route.cite) and any(_dated(test) for test in c.leaves(route.when)):
                told = f"“{route.title}”有期限而没有出处 (a day or span that no clause is cited for)"
                place = self.place("routes", route.entry)
                found = Finding("jump", (route.entry,), place, told, day.example(group.bits), day.pay)
                self._found.setdefault(route.entry, found)

    def _edges(self, day: Day) -> None:
        """The day on which a window opens or has closed, where the window has no clause."""
        for window in self.policy.windows:
            stated = {window.opens: window.stated_opening, window.closes + 1: window.stated_closing}
            if stated.get(day.answers.there) and _unsaid(window.cite):
                told = f"价格在{iso(day.answers.there)}变动，缴费期“{window.name}”没有出处"
                sentence = f"{told} (the price changes at a window that no clause is cited for)"
                person = day.example(day.groups[0].bits)
                found = Finding("jump", (window.name,), ("windows", window.name), sentence, person, day.pay)
                self._found.setdefault(window.name, found)

    def found(self) -> Iterator[Finding]:
        yield from self._found.values()


def _unsaid(cite: Cite) -> bool:
    return cite.source == "notice" and cite.clause == _UNSAID


def _dated(test: c.Condition) -> bool:
    return isinstance(test, c.EventBy) or (isinstance(test, c.PaidBy) and isinstance(test.limit, c.After))


class Gaps(Watch):
    """People for whom the way is closed for a few days and then open again at the same price."""

    def __init__(self, pack: Pack) -> None:
        super().__init__(pack)
        self._found: Finding | None = None

    def see(self, day: Day) -> None:
        answers = day.answers
        if self._found is not None or answers.there != answers.pay:
            return
        closed = [group.bits for group in day.groups if group.code == v.WINDOW_CLOSED]
        if not closed:
            return
        asked = answers.crowd.sample(_FEW)
        if day.stretch.last - day.stretch.first >= _FEW:
            asked &= answers.crowd.narrow(_FEW)
        for bits in closed:
            for number in answers.crowd.table.numbers(bits & asked):
                self._look(day, answers.crowd.person(number))
                if self._found is not None:
                    return

    def _look(self, day: Day, person: Person) -> None:
        facts, there = read_facts(person, self.policy.coverage_year), day.answers.there
        after = there
        while after < there + _FEW and find(self.compiled, facts, after)[0] == v.WINDOW_CLOSED:  # type: ignore[index]
            after += 1
        before = there - 1
        while before > there - _FEW and find(self.compiled, facts, before)[0] == v.WINDOW_CLOSED:  # type: ignore[index]
            before -= 1
        if after - before > _FEW or after > self.policy.last_day or self._paused(before, after):
            return
        one, other = find(self.compiled, facts, before), find(self.compiled, facts, after)
        assert isinstance(one, tuple)
        assert isinstance(other, tuple)
        if one[0] == other[0] == v.OPEN and self._price(one[4], one[6]) == self._price(other[4], other[6]):
            told = f"{iso(before + 1)}至{iso(after - 1)}没有途径，前后价格相同"
            sentence = f"{told} (closed for a few days, the same price before and after)"
            self._found = Finding("gap", (), ("windows",), sentence, person, date.fromordinal(there))

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
