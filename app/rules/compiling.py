"""Compiles a policy into one straight function from (day of payment, facts) to a verdict: once per pack, at load.

Two flavors come from the same writer: `decide`, which also says how long its verdict holds, and `decide_plain` for
facts that have holes in them. A verdict is a plain tuple, because a quote builds several:

    (code, offer, granted, incentives, route, wait, subsidy, identity, opened, start, until)

code: vocabulary.OPEN or the reason why there is no way in; offer: the first route of the same name and price; granted:
the first subsidy with the same shares as the one taken off; incentives, route, wait, subsidy: indexes into the policy;
-1 stands for none; identity: what the subsidy is for; opened: every route that was open; start: first day with benefits
before the year's end is looked at, None where not stated; until: last day on which the same comparisons come out.
`valid_through` speaks of the first four.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from app.rules import conditions as c
from app.rules import unknown
from app.rules.changes import Thresholds, thresholds_of
from app.rules.choice import earlier_of, present, recognized
from app.rules.emit import Writer
from app.rules.facts import Facts
from app.rules.policy import Policy, Route, Start
from app.rules.vocabulary import (
    EMPLOYEE_INSURED,
    INSURED_ELSEWHERE,
    NOT_YET_BORN,
    NOT_YET_OPEN,
    OPEN,
    WINDOW_CLOSED,
    YEAR_OVER,
)

Verdict = tuple[int, int, int, tuple[int, ...], int, int, int, str, tuple[int, ...], Any, int]
Decide = Callable[[int, Facts], Verdict]
Aside = Callable[[int, Facts], bool]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A policy with its functions. `asides`: the conditions of its conditional notes, by index; `kinds` keeps
    the answers that quoting.py has written so far."""

    policy: Policy
    decide: Decide
    decide_plain: Decide
    asides: dict[int, Aside]
    thresholds: Thresholds
    kinds: dict[Any, Any] = field(default_factory=dict, compare=False)


def compile_policy(policy: Policy) -> Compiled:
    return Compiled(
        policy,
        _load(policy, "decide", source(policy, tracking=True)),
        _load(policy, "decide", source(policy, tracking=False)),
        {i: _aside(policy, note.when) for i, note in enumerate(policy.notes) if note.conditional},
        thresholds_of(policy),
    )


def source(policy: Policy, *, tracking: bool) -> str:
    """The text of the compiled function, for a person to read: `canbao packs show --code`."""
    writer = Writer(tracking)
    gates = list(_gates(policy, writer))
    # Behind the gates the day of payment lies between the first opening and the year's end.
    writer.first, writer.last = policy.opens, policy.last_day
    rest = [*_subsidies(policy, writer), *_routes(policy, writer), *_ending(policy, writer)]
    body = [*gates, *writer.hoisted(), *rest]
    names = [f"{name} = frozenset({sorted(codes)!r})" for name, codes in writer.constants.items()]
    return "\n".join([*names, "def decide(pay, f):", *(f"    {line}" for line in body), ""])


def _load(policy: Policy, name: str, text: str) -> Any:
    namespace: dict[str, Any] = {
        "plus_months": unknown.plus_months,
        "next_month": unknown.next_month,
        "present": present,
        "recognized": recognized,
        "earlier_of": partial(earlier_of, policy),
    }
    exec(compile(text, f"<{policy.id}>", "exec"), namespace)
    return namespace[name]


def _aside(policy: Policy, when: c.Condition) -> Any:
    writer = Writer(tracking=False)
    test = writer.test(when)
    names = [f"{name} = frozenset({sorted(codes)!r})" for name, codes in writer.constants.items()]
    held = [
        f"    {name} = {value}"
        for name, value in (
            ("ids", "f.identities and present(f.identities, pay, pay)[0]"),
            ("circ", "f.circumstances and present(f.circumstances, pay, pay)[0]"),
            ("birth", "f.birth"),
            ("had_job", "f.had_job"),
            ("ended", "f.ended"),
        )
        if name in test
    ]
    return _load(policy, "aside", "\n".join([*names, "def aside(pay, f):", *held, f"    return bool({test})", ""]))


def _refuse(code: int, until: str = "until") -> str:
    return f"return ({code}, -1, -1, (), -1, -1, -1, '', (), None, {until})"


def _gates(policy: Policy, writer: Writer) -> Iterator[str]:
    """Year over, ineligible, not yet open: in this order, before any way in is looked at."""
    track = writer.tracking
    yield f"if pay > {policy.last_day}: {_refuse(YEAR_OVER, str(policy.last_day))}"
    yield f"until = {policy.last_day}"
    yield "if pay < f.employed_before:"
    yield f"    {_refuse(EMPLOYEE_INSURED, 'min(until, f.employed_before - 1)')}"
    yield f"if f.elsewhere: {_refuse(INSURED_ELSEWHERE)}"
    yield "ids, circ, birth, had_job, ended = f.identities, f.circumstances, f.birth, f.had_job, f.ended"
    yield "if birth > pay:"
    if track:
        yield "    until = min(until, birth - 1)"
    child = policy.eligibility.expected_child
    yield f"    if {writer.test(c.Not(child)) if child else 'True'}: {_refuse(NOT_YET_BORN)}"
    yield f"if pay < {policy.opens}: {_refuse(NOT_YET_OPEN, f'min(until, {policy.opens - 1})')}"
    yield "if ids: ids, until = present(ids, pay, until)"
    yield "if circ: circ, until = present(circ, pay, until)"


def _subsidies(policy: Policy, writer: Writer) -> Iterator[str]:
    """The largest subsidy the person has a claim to; of equal ones the first in the notice (sorting is stable)."""
    yield "subsidy, who, off = -1, '', 0"
    branches = [
        (index, row.fen, s.code, c.all_of([row.when, s.when]))
        for index, row in sorted(enumerate(policy.subsidies), key=lambda pair: -pair[1].fen)
        for s in row.selectors
    ]
    guarded = all(any(isinstance(t, c.HasIdentity | c.HasClass) for t in _demands(when)) for *_, when in branches)
    indent = "    " if guarded else ""
    if guarded and branches:
        yield "if ids:"
    for n, (index, fen, code, when) in enumerate(branches):
        word = "elif" if n else "if"
        yield f"{indent}{word} {writer.test(when)}: subsidy, who, off = {index}, {code!r}, {fen}"


def _demands(when: c.Condition) -> tuple[c.Condition, ...]:
    return when.parts if isinstance(when, c.All) else (when,)


def _routes(policy: Policy, writer: Writer) -> Iterator[str]:
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


def _payable(route: Route) -> str:
    charged = route.personal_fen + route.surcharge_fen
    return f"{charged} - off" if route.subsidy == "applies" else repr(charged)


def _at_best(index: int, route: Route, policy: Policy) -> str:
    """The best offer that a route can make to anybody who pays on this day."""
    waits = any(wait.when == c.ALWAYS for wait in route.waits)
    start = route.start
    if start.anchor == "not_stated":
        return f"({_payable(route)}, 0, 1, 0, {index})"
    earliest = repr(start.day if start.anchor == "day" else policy.first_day)
    if start.anchor == "payment":
        earliest = f"max({earliest}, {'next_month(pay)' if start.next_month else 'pay'})"
    return f"({_payable(route)}, {waits}, 0, {earliest}, {index})"


def _offer(index: int, route: Route, policy: Policy, writer: Writer) -> Iterator[str]:
    if route.start.anchor == "not_stated":
        yield f"offer = ({_payable(route)}, 0, 1, 0, {index}, -1)"
    else:
        yield f"start, wait = {_start(route.start, policy, writer)}, -1"
        for n, wait in enumerate(route.waits):
            yield f"{'elif' if n else 'if'} {writer.test(wait.when)}: start, wait = max(start, pay + {wait.days}), {n}"
        waits = "wait >= 0" if route.waits else "False"
        yield f"offer = ({_payable(route)}, {waits}, 0, start, {index}, wait)"
    if writer.tracking:
        yield f"opened += ({index},)"
        yield "if best is None or offer[0] < best[0]: best = offer"
        yield "elif offer[0] == best[0]: best, until = earlier_of(best, offer, pay, until)"
    else:
        yield "if best is None or offer < best: best = offer"


def _start(start: Start, policy: Policy, writer: Writer) -> str:
    """The first day with benefits: never before birth, nor before the coverage year unless the notice names the day."""
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
    if start.next_month:
        day = f"next_month({day})"
    return f"max({policy.first_day}, birth{'' if day == 'birth' else f', {day}'})"


def _ending(policy: Policy, writer: Writer) -> Iterator[str]:
    yield f"if best is None: {_refuse(WINDOW_CLOSED)}"
    yield "perks = ()"
    for index, incentive in enumerate(policy.incentives):
        yield f"if {writer.test(incentive.when)}: perks += ({index},)"
    yield "_, _, unstated, start, route, wait = best"
    first: dict[tuple[str, int, int], int] = {}
    same = [first.setdefault((r.id, r.personal_fen, r.surcharge_fen), i) for i, r in enumerate(policy.routes)]
    shares: dict[tuple[tuple[str, int], ...], int] = {}
    alike = (*[shares.setdefault(row.shares, i) for i, row in enumerate(policy.subsidies)], -1)
    granting = tuple(r.subsidy == "applies" for r in policy.routes)
    yield f"granted = {alike!r}[subsidy]" + ("" if all(granting) else f" if {granting!r}[route] else -1")
    known = "route" if same == list(range(len(same))) else f"{tuple(same)!r}[route]"
    start = "None if unstated else start"
    yield f"return ({OPEN}, {known}, granted, perks, route, wait, subsidy, who, opened, {start}, until)"
