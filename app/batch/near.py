"""Which of a person's days have to be told apart, and which can stand for a whole stretch of days.

A day is *near* where it, or it moved by one of the pack's long moves (an age), comes within reach of a day that the
pack compares with, of the day of payment or of the coverage year. Near days are told apart one by one: every date in an
answer that moves with the person's own day rests on a near one. Between them lie stretches whose days stand on the
same side of everything, however they are moved, and reach into no answer: one day stands for all of them.
"""

from bisect import bisect_right

from app.batch.comparisons import Comparisons, comparisons_of
from app.rules import days
from app.rules.compiling import Compiled
from app.rules.earliest import earliest_of_all

_MONTH_ENDS = 4  # months differ in length: going back so many months can miss by so many days


class Near:
    """For days of payment from `first` to `last`: the days that stand for themselves and those that stand for many."""

    def __init__(self, known: Comparisons | None, first: int, last: int) -> None:
        self._known, self.first, self.last = known, first, last
        self.missed: int | None = None
        self.ranges = [(days.FIRST, days.LAST)] if known is None else _near_ranges(known, first, last)
        self._starts = [low for low, _ in self.ranges]

    def stand_in(self, day: int) -> int:
        """The day itself, or the first day of the stretch that it lies in."""
        i = bisect_right(self._starts, day) - 1
        if i < 0:
            return days.FIRST
        end = self.ranges[i][1]
        return day if day <= end else end + 1

    def expect(self, pay: int) -> int:
        """A day of payment, which always stands for itself; `missed` remembers one that was not reckoned with."""
        if not self.first <= pay <= self.last:
            self.missed = pay
        return pay

    def widened(self) -> "Near":
        """For the day that was missed as well, and as far again beyond it."""
        first, last, missed = self.first, self.last, self.missed
        assert missed is not None
        if missed < first:
            return Near(self._known, max(days.FIRST, 2 * missed - first), last)
        return Near(self._known, first, min(days.LAST, 2 * missed - last))


def of_season(compiled: Compiled, pay: int) -> Near:
    """For every day of payment from before the window to the year's end, and for `pay`."""
    policy = compiled.policy
    return Near(
        comparisons_of(compiled), min(policy.opens - 3, earliest_of_all(policy), pay), max(policy.last_day + 3, pay)
    )


def _near_ranges(known: Comparisons, first: int, last: int) -> list[tuple[int, int]]:
    slack = known.slack
    lows = [d for d in known.fixed if d >= first - 2 * 366]  # days of the season and the year before it
    low = min([first, *lows])
    # Later days are all told apart: an answer may name them, and somebody not yet born has one.
    found = [(low - slack, days.LAST)]
    targets = [(low, last), *((d, d) for d in known.fixed)]
    for start, end in targets:
        found.append((start - slack, end + slack))
        for count, unit in known.long:
            found.append((_back(start, count, unit) - slack, _back(end, count, unit) + slack))
    return _joined(found)


def _back(day: int, count: int, unit: str) -> int:
    """The day from which the move leads to `day`, give or take the slack of months."""
    if unit == "days":
        return day - count
    year = day - days.FIRST
    if count > 0 and year < count * 31:
        return days.FIRST
    return days.plus_months(day, -count)


def _joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The ranges in order, overlapping ones made one."""
    found: list[tuple[int, int]] = []
    for low, high in sorted((low - _MONTH_ENDS, high + _MONTH_ENDS) for low, high in ranges):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found
