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

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from app.rules import conditions as c
from app.rules import unknown
from app.rules.changes import Thresholds, tests_of, thresholds_of
from app.rules.choice import earlier_of, last_recognized, present, recognized
from app.rules.emit import Writer
from app.rules.emit_lists import parts_of, write_list
from app.rules.emit_offers import of_level, write_routes
from app.rules.facts import Facts
from app.rules.pauses import put_off
from app.rules.person import Known
from app.rules.policy import Policy
from app.rules.vocabulary import (
    EMPLOYEE_INSURED,
    INSURED_ELSEWHERE,
    NOT_YET_BORN,
    NOT_YET_MAIN,
    NOT_YET_OPEN,
    NUMBERS,
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
    the answers that quoting.py has written so far; `asked`: the numbers that its rules ask for, with their bounds;
    `known`: the words that are this notice's own."""

    policy: Policy
    decide: Decide
    decide_plain: Decide
    asides: dict[int, Aside]
    thresholds: Thresholds
    asked: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    known: Known = field(default_factory=Known)
    kinds: dict[Any, Any] = field(default_factory=dict, compare=False)


def compile_policy(policy: Policy) -> Compiled:
    asked = _asked(policy)
    return Compiled(
        policy,
        _load(policy, "decide", source(policy, tracking=True)),
        _load(policy, "decide", source(policy, tracking=False)),
        {i: test_of(policy, note.when) for i, note in enumerate(policy.notes) if note.conditional},
        thresholds_of(policy),
        asked,
        Known(policy.local_names.keys(), _tiers(policy) if "tier" in asked else None),
    )


def _asked(policy: Policy) -> dict[str, tuple[int, int]]:
    """The numbers that the rules ask for."""
    facts: set[str] = {test.fact for test in tests_of(policy) if isinstance(test, c.AtLeast | c.IsOneOf)}
    if any(isinstance(test, c.Owes) for test in tests_of(policy)):
        facts |= {"missed_years", "repaid_years"}
    bounds: dict[str, tuple[int, int]] = {fact: (0, most) for fact, most in NUMBERS.items() if fact in facts}
    if "tier" in bounds:
        bounds["tier"] = (min(_tiers(policy)), max(_tiers(policy)))
    return bounds


def _tiers(policy: Policy) -> set[int]:
    """The tiers that there are: those that a rule names."""
    named = (test for test in tests_of(policy) if isinstance(test, c.IsOneOf) and test.fact == "tier")
    return {tier for test in named for tier in test.values}


def source(policy: Policy, *, tracking: bool) -> str:
    """The text of the compiled function, for a person to read: `canbao packs show --code`."""
    writer = Writer(tracking)
    gates = list(_gates(policy, writer))
    # Behind the gates the day of payment lies between the first opening and the year's end.
    writer.first, writer.last = policy.opens, policy.last_day
    rest = [*_subsidies(policy, writer), *write_routes(policy, writer), *_ending(policy, writer)]
    body = [*gates, *writer.hoisted(), *rest]
    names = [f"{name} = frozenset({sorted(codes)!r})" for name, codes in writer.constants.items()]
    head = [*names, *writer.functions.values()]
    if policy.pause is None:
        return "\n".join([*head, "def decide(pay, f):", *(f"    {line}" for line in body), ""])
    whole = ["def decide(pay, f): return paused(decide_open, pay, f)", ""]
    return "\n".join([*head, "def decide_open(pay, f):", *(f"    {line}" for line in body), *whole])


def _load(policy: Policy, name: str, text: str) -> Any:
    namespace: dict[str, Any] = {
        "plus_months": unknown.plus_months,
        "next_month": unknown.next_month,
        "owes": unknown.owes,
        "present": present,
        "recognized": recognized,
        "last_recognized": last_recognized,
        "earlier_of": partial(earlier_of, policy),
        "paused": put_off(policy),
    }
    exec(compile(text, f"<{policy.id}>", "exec"), namespace)
    return namespace[name]


def test_of(policy: Policy, when: c.Condition) -> Aside:
    """A single condition as a compiled function of (day of payment, facts)."""
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
    found: Aside = _load(
        policy, "aside", "\n".join([*names, "def aside(pay, f):", *held, f"    return bool({test})", ""])
    )
    return found


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
    born = writer.test(c.Not(child)) if child else "True"
    # What lies behind the day of payment does not count for an expected child either.
    yield from (
        f"    if {held}: {held}, until = present({held}, pay, until)" for held in ("ids", "circ") if held in born
    )
    yield f"    if {born}: {_refuse(NOT_YET_BORN)}"
    yield f"if pay < {policy.opens}: {_refuse(NOT_YET_OPEN, f'min(until, {policy.opens - 1})')}"
    yield "if ids: ids, until = present(ids, pay, until)"
    yield "if circ: circ, until = present(circ, pay, until)"


def _subsidies(policy: Policy, writer: Writer) -> Iterator[str]:
    """For each contribution there is, the largest subsidy that the person has a claim to; of equal ones the first in
    the notice (sorting is stable). Of several contributions each is looked at when a way in that charges it is open;
    while unknown facts are explored, before the ways in, which are compared by what is left to pay."""
    for n, level in enumerate(policy.levels):
        rows = [(i, row) for i, row in enumerate(policy.subsidies) if row.of_fen == level]
        rows.sort(key=lambda pair: -pair[1].fen)
        branches = [
            (c.all_of([row.when, s.when]), f"{i}, {s.code!r}, {row.off}") for i, row in rows for s in row.selectors
        ]
        guard = "ids" if all(map(_asks_for_identity, (when for when, _ in branches))) else ""
        if len(policy.levels) == 1:
            yield from _largest(branches, guard, writer)
        else:
            write_list(f"subsidies{n}", branches, "-1, '', 0", writer, guard)
            yield f"subsidy{n}, who{n}, off{n} = -1, None, 0" if writer.tracking else of_level(n)


def _largest(branches: list[tuple[c.Condition, str]], guard: str, writer: Writer) -> Iterator[str]:
    yield "subsidy, who, off = -1, '', 0"
    indent = "    " if guard else ""
    if guard and branches:
        yield f"if {guard}:"
    for n, (when, gives) in enumerate(branches):
        yield f"{indent}{'elif' if n else 'if'} {writer.test(when)}: subsidy, who, off = {gives}"


def _asks_for_identity(when: c.Condition) -> bool:
    return any(isinstance(test, c.HasIdentity | c.HasClass) for test in parts_of(when))


def _ending(policy: Policy, writer: Writer) -> Iterator[str]:
    if policy.main_opens > policy.opens:
        early = _refuse(NOT_YET_MAIN, f"min(until, {policy.main_opens - 1})")
        yield f"if best is None and pay < {policy.main_opens}: {early}"
    yield f"if best is None: {_refuse(WINDOW_CLOSED)}"
    yield "perks = ()"
    for index, incentive in enumerate(policy.incentives):
        yield f"if {writer.test(incentive.when)}: perks += ({index},)"
    yield "_, _, unstated, start, route, wait = best"
    if len(policy.levels) > 1:
        at = f"[{tuple(policy.level(r) for r in policy.routes)!r}[route]]"
        for name in ("subsidy", "who"):
            yield f"{name} = ({', '.join(f'{name}{n}' for n in range(len(policy.levels)))}){at}"
    first: dict[tuple[str, int, int, bool], int] = {}
    keys = [(r.id, r.personal_fen, r.surcharge_fen, r.unpriced) for r in policy.routes]
    same = [first.setdefault(key, i) for i, key in enumerate(keys)]
    shares: dict[object, int] = {}
    alike = (*[shares.setdefault(row.worth, i) for i, row in enumerate(policy.subsidies)], -1)
    granting = tuple(r.subsidy == "applies" and not r.unpriced for r in policy.routes)
    yield f"granted = {alike!r}[subsidy]" + ("" if all(granting) else f" if {granting!r}[route] else -1")
    known = "route" if same == list(range(len(same))) else f"{tuple(same)!r}[route]"
    start = "None if unstated else start"
    yield f"return ({OPEN}, {known}, granted, perks, route, wait, subsidy, who, opened, {start}, until)"
