"""Prices that change where no clause says so, on a day that is cited to nothing."""

from collections.abc import Iterator

from app.proof.findings import Day, Finding, Pack, Watch
from app.proof.offers import Rank
from app.rules import conditions as c
from app.rules import vocabulary as v
from app.rules.days import iso
from app.rules.policy import Cite

_UNSAID = "公告未载明"


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
