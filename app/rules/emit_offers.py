"""Writes the part of a compiled policy that looks at the ways in: what each offers, and which is the most favorable."""

from collections.abc import Iterator

from app.rules import conditions as c
from app.rules.earliest import earliest
from app.rules.emit import Writer
from app.rules.policy import Policy, Route, Wait

# An amount that nobody knows ranks behind every one that is known; among themselves the least named amount counts.
_UNPRICED = 10**12
_COUNTED = {
    "payment": "pay",
    "day_after_payment": "pay + 1",
    "month_after_payment": "next_month(pay)",
    "benefit_start": "start",
}


def write_routes(policy: Policy, writer: Writer) -> Iterator[str]:
    """Every route that is open, and of those the most favorable (conventions: choice.py).

    While unknown facts are explored, a route that could not beat the best one so far is not looked at: each test left
    out is a fact that need not be split. There the cheap routes come first; the index in the offer keeps the order.
    """
    yield "best, opened = None, ()"
    routes = list(enumerate(policy.routes))
    if not writer.tracking:
        routes.sort(key=lambda pair: pair[1].personal_fen + pair[1].surcharge_fen)
    for index, route in routes:
        hopeful = "" if writer.tracking else f"(best is None or {_at_best(index, route, policy)} < best) and "
        yield f"if {hopeful}{writer.test(route.when)}:"
        for line in _offer(index, route, policy, writer):
            yield f"    {line}"


def suffix(policy: Policy, route: Route) -> str:
    """Which of the subsidies, chosen for each contribution there is, this way in takes; "" is the first."""
    level = policy.level(route)
    return str(level) if level else ""


def _payable(policy: Policy, route: Route) -> str:
    charged = route.personal_fen + route.surcharge_fen
    if route.unpriced:
        return repr(_UNPRICED + charged)
    return f"{charged} - off{suffix(policy, route)}" if route.subsidy == "applies" else repr(charged)


def _at_best(index: int, route: Route, policy: Policy) -> str:
    """The best offer that a route can make to anybody who pays on this day."""
    waits = any(wait.when == c.ALWAYS for wait in route.waits)
    start = route.start
    if start.anchor == "not_stated":
        return f"({_payable(policy, route)}, 0, 1, 0, {index})"
    fixed = start.day if start.anchor == "day" else policy.first_day
    first = repr(fixed if start.anchor in ("day", "coverage_year") else earliest(policy, route))
    if start.anchor == "payment":
        first = f"max({first}, {'next_month(pay)' if start.next_month else 'pay'})"
    return f"({_payable(policy, route)}, {waits}, 0, {first}, {index})"


def _offer(index: int, route: Route, policy: Policy, writer: Writer) -> Iterator[str]:
    if route.start.anchor == "not_stated":
        yield f"offer = ({_payable(policy, route)}, 0, 1, 0, {index}, -1)"
    else:
        yield f"start, wait = {_start(route, policy, writer)}, -1"
        for n, wait in enumerate(route.waits):
            yield f"{'elif' if n else 'if'} {writer.test(wait.when)}: start, wait = max(start, {_waited(wait)}), {n}"
        waits = "wait >= 0" if route.waits else "False"
        yield f"offer = ({_payable(policy, route)}, {waits}, 0, start, {index}, wait)"
    if writer.tracking:
        yield f"opened += ({index},)"
        yield "if best is None or offer[0] < best[0]: best = offer"
        yield "elif offer[0] == best[0]: best, until = earlier_of(best, offer, pay, until)"
    else:
        yield "if best is None or offer < best: best = offer"


def _waited(wait: Wait) -> str:
    """The first day after the wait."""
    counted = _COUNTED[wait.counts_from]
    if wait.months:
        end = f"plus_months({counted}, {wait.months})"
        return f"{end} + {wait.shift}" if wait.shift else end
    return f"{counted} + {wait.days + wait.shift}"


def _start(route: Route, policy: Policy, writer: Writer) -> str:
    """The first day with benefits: never before birth, nor before the coverage year (or an earlier one that the same
    order pays for) unless the notice names the day."""
    start = route.start
    if start.anchor == "day":
        return f"(birth if birth > {start.day} else {start.day})"
    if start.anchor == "coverage_year":
        return f"(birth if birth > {policy.first_day} else {policy.first_day})"
    if start.anchor == "payment":
        day = "pay"
    elif start.anchor == "recognition":
        assert start.recognition is not None
        r = start.recognition
        day = f"recognized(ids, {writer.constant(r.codes)}, {r.first!r}, {r.last!r})"
    else:
        assert start.event is not None
        day = writer.day(start.event)
    if start.shift:
        day = f"{day} + {start.shift}"
    if start.next_month:
        day = f"next_month({day})"
    return f"max({earliest(policy, route)}, birth{'' if day == 'birth' else f', {day}'})"
