"""First days with benefits that are the same for everybody who pays on a day."""

from collections.abc import Iterator

from app.proof.under import Under
from app.rules import days
from app.rules.policy import Start


def starts_on(under: Under, pay: int) -> Iterator[int]:
    """The days on which benefits can start for everybody who pays on this day, as the first pack meets them."""
    policy = under.policy
    yield from (under.back(policy.first_day), under.back(under.earliest), under.back(policy.last_day))
    for start, _ in under.starts:
        if start.anchor == "payment":
            yield under.back(from_payment(start, pay))
        if start.day is not None:
            yield under.back(start.day)
    for counts_from, months, more in under.waits:
        yield under.back(after_wait(counts_from, months, more, pay, policy.first_day))


def from_payment(start: Start, pay: int) -> int:
    """The day on which a start that follows payment lies."""
    day = pay + start.shift
    return days.next_month(day) if start.next_month else day


def after_wait(counts_from: str, months: int, more: int, pay: int, begun: int) -> int:
    """The first day after a wait of so many months and `more` days; `begun` is where benefits would start without."""
    match counts_from:
        case "payment":
            counted = pay
        case "day_after_payment":
            counted = pay + 1
        case "month_after_payment":
            counted = days.next_month(pay)
        case _:
            counted = begun
    return days.plus_months(counted, months) + more
