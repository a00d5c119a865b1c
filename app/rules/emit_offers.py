"""Writes the part of a compiled policy that looks at the ways in: what each offers, and which is the most favorable."""

from collections import Counter
from collections.abc import Iterator, Mapping

from app.rules import conditions as c
from app.rules.earliest import earliest
from app.rules.emit import Writer
from app.rules.emit_lists import ARGUMENTS, nested, parts_of, write_list
from app.rules.policy import Policy, Route, Wait

# The functions for waits, by name.
Shared = Mapping[tuple[Wait, ...], str]
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
    shared = _write_waits(policy, writer)
    routes = list(enumerate(policy.routes))
    if writer.tracking:
        yield from nested([(parts_of(r.when), list(_offer(i, r, policy, shared, writer))) for i, r in routes], writer)
        return
    routes.sort(key=lambda pair: pair[1].personal_fen + pair[1].surcharge_fen)
    for index, route in routes:
        yield f"if (best is None or {_at_best(index, route, policy)} < best) and {writer.test(route.when)}:"
        yield from (f"    {line}" for line in _offer(index, route, policy, shared, writer))


def of_level(n: int) -> str:
    """The call for the largest subsidy off the contribution with this index."""
    return f"subsidy{n}, who{n}, off{n}, until = subsidies{n}({ARGUMENTS})"


def _write_waits(policy: Policy, writer: Writer) -> Shared:
    """The names of the functions for waits that several ways in share, as the variants of one do."""
    shared = Counter(route.waits for route in policy.routes if route.start.anchor != "not_stated")
    named = {waits: f"waits{n}" for n, (waits, count) in enumerate(shared.items()) if count > 1 and len(waits) > 1}
    for waits, name in named.items():
        write_list(name, _rules(waits), "start, -1", writer)
    return named


def _level(policy: Policy, route: Route) -> str:
    """Which of the subsidies, chosen for each contribution there is, this way in takes; "" where there is only one."""
    return str(policy.level(route)) if len(policy.levels) > 1 else ""


def _payable(policy: Policy, route: Route) -> str:
    charged = route.personal_fen + route.surcharge_fen
    if route.unpriced:
        return repr(_UNPRICED + charged)
    return f"{charged} - off{_level(policy, route)}" if route.subsidy == "applies" else repr(charged)


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


def _offer(index: int, route: Route, policy: Policy, shared: Shared, writer: Writer) -> Iterator[str]:
    level = _level(policy, route)
    if level and writer.tracking:
        yield f"if who{level} is None: {of_level(int(level))}"
    if route.start.anchor == "not_stated":
        yield f"offer = ({_payable(policy, route)}, 0, 1, 0, {index}, -1)"
    else:
        yield f"start, wait = {_start(route, policy, writer)}, -1"
        yield from _wait(route, shared, writer)
        waits = "wait >= 0" if route.waits else "False"
        yield f"offer = ({_payable(policy, route)}, {waits}, 0, start, {index}, wait)"
    if writer.tracking:
        yield f"opened += ({index},)"
        yield "if best is None or offer[0] < best[0]: best = offer"
        yield "elif offer[0] == best[0]: best, until = earlier_of(best, offer, pay, until)"
    else:
        yield "if best is None or offer < best: best = offer"


def _wait(route: Route, shared: Shared, writer: Writer) -> Iterator[str]:
    if route.waits in shared:
        yield f"start, wait, until = {shared[route.waits]}({ARGUMENTS}, start)"
        return
    for n, (when, gives) in enumerate(_rules(route.waits)):
        yield f"{'elif' if n else 'if'} {writer.test(when)}: start, wait = {gives}"


def _rules(waits: tuple[Wait, ...]) -> list[tuple[c.Condition, str]]:
    return [(wait.when, f"max(start, {_waited(wait)}), {n}") for n, wait in enumerate(waits)]


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
