"""Days on which no payment is taken although the window is open (settlement at the month's end).

What the rules say of such a day is put off: whoever could pay when payments resume is told to wait, and whoever could
not is told that the window has closed. Refusals for other reasons stand as on any day.
"""

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

from app.rules.policy import Policy
from app.rules.vocabulary import NOT_YET_MAIN, OPEN, PAUSED, WINDOW_CLOSED

Decide = Callable[[int, Any], tuple[Any, ...]]


def put_off(policy: Policy) -> Callable[[Decide, int, Any], tuple[Any, ...]]:
    """The function that compiled code calls for a pack with such days."""
    spans = policy.pause.spans if policy.pause else ()
    firsts = [first for first, _ in spans]

    def paused(decide: Decide, pay: int, facts: Any) -> tuple[Any, ...]:
        verdict, at = decide(pay, facts), bisect_right(firsts, pay)
        if at and pay <= spans[at - 1][1]:
            resumes = spans[at - 1][1] + 1
            until = min(verdict[10], resumes - 1)
            if verdict[0] not in (OPEN, WINDOW_CLOSED, NOT_YET_MAIN):
                return (*verdict[:10], until)
            code = PAUSED if decide(resumes, facts)[0] == OPEN else WINDOW_CLOSED
            if code == WINDOW_CLOSED and pay < policy.main_opens:
                code, until = NOT_YET_MAIN, min(until, policy.main_opens - 1)
            return (code, -1, -1, (), -1, -1, -1, "", (), None, until)
        if at < len(firsts) and verdict[10] >= firsts[at]:
            return (*verdict[:10], firsts[at] - 1)
        return verdict

    return paused
