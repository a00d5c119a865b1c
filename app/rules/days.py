"""Calendar days as proleptic ordinals (`date.toordinal()`): a quote mostly compares and adds integers.

The counting conventions are the product's own (docs/conventions.md): "within N days" counts the event's day as day 0,
months are calendar months clamped to the month's last day.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import Literal

FIRST = date.min.toordinal()
LAST = date.max.toordinal()


@lru_cache(maxsize=8192)
def iso(day: int) -> str:
    """Ordinal -> `YYYY-MM-DD`."""
    return date.fromordinal(day).isoformat()


@lru_cache(maxsize=8192)
def plus_months(day: int, months: int) -> int:
    """The same day of the month `months` later, clamped to that month's last day and to the calendar's end."""
    start = date.fromordinal(day)
    year, month0 = divmod(start.year * 12 + start.month - 1 + months, 12)
    if year > date.max.year:
        return LAST
    return date(year, month0 + 1, min(start.day, monthrange(year, month0 + 1)[1])).toordinal()


@lru_cache(maxsize=8192)
def next_month(day: int) -> int:
    """The first day of the calendar month after the one `day` lies in; a day before all days is the first of them."""
    start = date.fromordinal(max(day, FIRST))
    if (start.year, start.month) == (date.max.year, 12):
        return LAST
    return date(start.year + start.month // 12, start.month % 12 + 1, 1).toordinal()


def monthly_spans(first: int, last: int, start: int, end: int | Literal["month_end"]) -> Iterator[tuple[int, int]]:
    """In every month between two days the days of the month from `start` to `end`; where a month has them."""
    month = next_month(first) - monthrange(date.fromordinal(first).year, date.fromordinal(first).month)[1]
    while month <= last:
        after = next_month(month)
        span = month + start - 1, after - 1 if end == "month_end" else min(month + end - 1, after - 1)
        if span[0] < after:
            yield span
        month = after


def runs(days: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last day of every unbroken run among days in their order."""
    run: tuple[int, int] | None = None
    for day in days:
        if run is not None and day > run[1] + 1:
            yield run
            run = None
        run = (run[0] if run else day, day)
    if run is not None:
        yield run


def year_bounds(year: int) -> tuple[int, int]:
    """First and last day of a calendar year."""
    return date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
