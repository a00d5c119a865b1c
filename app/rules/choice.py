"""Choosing among open routes, and the small questions that compiled rules ask of a person's identities."""

from typing import Any

from app.rules import days
from app.rules.policy import Policy

# (payable, waits, start unstated, start, index of the route, index of its wait): Python's order of tuples is the
# convention's order: lowest payable, no wait, a stated start, the earlier start, then the notice's order.
Offer = tuple[int, bool, int, Any, int, int]
# How a start moves that does not simply lie so many days after payment.
_BY_MONTHS, _DAY_BY_DAY = -1, -2


def present(dated: dict[str, Any], pay: int, until: int) -> tuple[dict[str, Any], int]:
    """What already counts on the day of payment; a later one ends the verdict's reach on the day before it."""
    for day in dated.values():
        if type(day) is int and day > pay:
            break
    else:
        return dated, until  # nearly always; hence the quick look first
    now = {code: day for code, day in dated.items() if type(day) is not int or day <= pay}
    return now, min(until, min(day for code, day in dated.items() if code not in now) - 1)


def recognized(ids: dict[str, int], codes: frozenset[str], first: int | None, last: int | None) -> int | None:
    """The earliest recognition among `codes` within the bounds, None where there is none."""
    found = None
    for code, since in ids.items():
        fits = code in codes and (first is None or since >= first) and (last is None or since <= last)
        if fits and (found is None or since < found):
            found = since
    return found


def last_recognized(ids: dict[str, int], codes: frozenset[str]) -> int:
    """The latest recognition among `codes`; the first day there is where none has a day (or none is held)."""
    return max((since for code, since in ids.items() if code in codes), default=0) or 1


def earlier_of(policy: Policy, best: Offer, offer: Offer, pay: int, until: int) -> tuple[Offer, int]:
    """The more favorable of two offers, and how long that is sure to stay so.

    Prices and waits change with comparisons that are tracked already. Where only the starts decide, one of them may
    move with the day of payment: then the order holds until the moving start meets the other one (or, to be safe, the
    end of the month where a start moves by months; the walk over days just looks again there).
    """
    chosen = min(best, offer)
    if best[:3] != offer[:3] or best[2]:
        return chosen, until
    leads = [_lead(policy, o) for o in (best, offer)]
    for lead, other in ((leads[0], offer), (leads[1], best)):
        if lead is not None:
            until = min(until, _meeting(lead, other[3], pay))
    return chosen, until


def _lead(policy: Policy, offer: Offer) -> int | None:
    """How many days after payment the offer's start lies, None where it does not follow payment, or how it moves."""
    route = policy.routes[offer[4]]
    if offer[5] >= 0:
        wait = route.waits[offer[5]]
        return wait.days if wait.plain and route.start.anchor != "payment" else _DAY_BY_DAY
    if route.start.anchor != "payment":
        return None
    return _BY_MONTHS if route.start.next_month else route.start.shift


def _meeting(lead: int, other: int, pay: int) -> int:
    if lead == _DAY_BY_DAY:
        return pay
    if lead == _BY_MONTHS:
        return days.next_month(pay) - 1
    # Before it, behind it and level with it are three states: the next change after `pay`.
    return min((day for day in (other - lead - 1, other - lead) if day >= pay), default=days.LAST)
