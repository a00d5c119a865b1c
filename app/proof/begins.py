"""First days with benefits that are the same for everybody who pays on a day."""

from app.rules import days
from app.rules.policy import Start


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
