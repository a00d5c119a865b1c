"""The contract's answer for one class of people, with marks where the days differ (skeleton.py fills them in)."""

from collections.abc import Iterable, Iterator
from typing import Any

from app.rules import vocabulary as v
from app.rules import wording as w
from app.rules import wording_prices as wp
from app.rules.days import iso
from app.rules.finding import Prospect, Question
from app.rules.money import yuan
from app.rules.policy import Note, Policy, Route, Subsidy
from app.rules.standing import NONE_LEFT, NOT_SETTLED, STATED, Class, notes_of


def shape(policy: Policy, c: Class) -> dict[str, Any]:
    """The answer for everybody in the class `c`."""
    if c.code != v.OPEN:
        return _turned_away(policy, c)
    route = policy.routes[c.route]
    notes, amounts = list(notes_of(policy, c, route)), _amounts(policy, c, route)
    return {
        "outcome": "exempt" if amounts["payable_fen"] == 0 else "payable",
        "reason": None,
        "missing": [],
        "possible": [],
        **amounts,
        "waiting_days": route.waiting_days(c.wait),
        "waiting_months": route.waiting_months(c.wait),
        "benefits_start": w.START if c.start == STATED else None,
        "benefits_end": None if c.start == NONE_LEFT else iso(policy.last_day),
        "valid_through": w.UNTIL,
        "route": route.id,
        **_beside(policy, c, route),
        "notes": _note_items(notes),
        "explanation": [*_steps(policy, c, route), *_silences(notes)],
        "policy": _policy(policy),
    }


def _amounts(policy: Policy, c: Class, route: Route) -> dict[str, Any]:
    """What is charged and taken off, None where the notice does not let it be known."""
    row = policy.subsidies[c.subsidy] if c.subsidy >= 0 else None
    taken = row if row and route.subsidy == "applies" and not route.unpriced else None
    off = taken.off if taken else 0
    payable = None if route.unpriced or (taken and taken.unknown) else route.personal_fen + route.surcharge_fen - off
    shares = taken.shares if taken and taken.off and not taken.unknown else ()
    return {
        "personal_fen": None if route.unpriced else route.personal_fen,
        "surcharge_fen": None if route.unpriced else route.surcharge_fen,
        "subsidy_fen": None if payable is None else off,
        "payable_fen": payable,
        "subsidies": [{"fund": fund, "identity": c.who, "amount_fen": fen} for fund, fen in shares],
        **_later(c, taken, payable),
    }


def _later(c: Class, taken: Subsidy | None, payable: int | None) -> dict[str, Any]:
    """What comes back after payment, and what is left as a cost."""
    shares = taken.shares if taken and taken.settled == "refunded" and not taken.unknown else ()
    refund = None if payable is None else sum(fen for _, fen in shares)
    return {
        "refund_fen": refund,
        "refunds": [{"fund": fund, "identity": c.who, "amount_fen": fen} for fund, fen in shares],
        "net_cost_fen": None if payable is None or refund is None else payable - refund,
    }


def _beside(policy: Policy, c: Class, route: Route) -> dict[str, Any]:
    """What comes besides the contribution: advantages, other insurances, the tier whose benefits are had."""
    found = [policy.incentives[i] for i in c.incentives]
    return {
        "incentives": [{"code": x.code, "amount_fen": x.fen} for x in found if x.kind == "incentive"],
        "add_ons": [{"code": x.code, "title": x.title, "amount_fen": x.fen} for x in found if x.kind == "add_on"],
        "benefits_tier": route.benefits_tier,
        "order_years": [
            {"kind": y.kind, "coverage_year": y.coverage_year, "count": y.count, "amount_fen": y.fen}
            for y in route.years
        ],
    }


def question_shape(policy: Policy, question: Question) -> dict[str, Any]:
    """The answer that asks: what is missing, and which answers it leads to."""
    asked = "；".join(v.QUESTIONS[path] for path in question.missing)
    routes = [policy.route(p.route) for p in question.possible if p.route]
    cite = w.clauses(r.cite for r in routes) if routes else policy.eligibility.not_yet_born
    return {
        **_nothing("needs_information", None),
        "missing": list(question.missing),
        "possible": [_possible(policy, p) for p in question.possible],
        "explanation": [
            w.line("missing", cite, f"须先补充以下信息才能确定结果：{asked}。"),
            *_without_repeats(_prospect_line(policy, p) for p in question.possible),
        ],
        "policy": _policy(policy),
    }


def _turned_away(policy: Policy, c: Class) -> dict[str, Any]:
    reason = v.REASONS[c.code]
    assert reason is not None
    closed = c.code in v.CLOSED
    lines = list(w.closing(policy, c.code)) if closed else [w.refusal(policy, reason)]
    notes = list(notes_of(policy, c, None))
    return {
        **_nothing("closed" if closed else "ineligible", reason),
        "valid_through": w.UNTIL if c.code in v.CLOSED - {v.YEAR_OVER} else None,
        "notes": _note_items(notes),
        "explanation": [*lines, *_silences(notes)],
        "policy": _policy(policy),
    }


def _nothing(outcome: str, reason: str | None) -> dict[str, Any]:
    """Every field of an answer that carries no figures."""
    return {
        "outcome": outcome,
        "reason": reason,
        "missing": [],
        "possible": [],
        "personal_fen": None,
        "surcharge_fen": None,
        "subsidy_fen": None,
        "payable_fen": None,
        "subsidies": [],
        "refund_fen": None,
        "refunds": [],
        "net_cost_fen": None,
        "waiting_days": None,
        "waiting_months": None,
        "benefits_start": None,
        "benefits_end": None,
        "valid_through": None,
        "route": None,
        "incentives": [],
        "add_ons": [],
        "benefits_tier": None,
        "order_years": [],
        "notes": [],
        "explanation": [],
        "policy": None,
    }


def _policy(policy: Policy) -> dict[str, Any]:
    return {
        "id": policy.id,
        "version": policy.version,
        "digest": policy.digest,
        "title": policy.title,
        "region": policy.region,
        "coverage_year": policy.coverage_year,
        "amended_on": policy.amended_on,
    }


def _steps(policy: Policy, c: Class, route: Route) -> Iterator[w.Line]:
    row = policy.subsidies[c.subsidy] if c.subsidy >= 0 else None
    yield from w.way_in(policy, route, late=c.late, dated=c.dated)
    yield from w.choice(policy, c.opened, c.route)
    yield from wp.contribution(route)
    yield from wp.years(route)
    yield from wp.subsidy(policy, route, row, c.who, c.held)
    yield wp.total(route, row)
    yield from w.waiting(policy, route, route.waits[c.wait] if c.wait >= 0 else None, late=c.late)
    yield w.benefits(policy, route, none_left=c.start == NONE_LEFT)
    for i in c.incentives:
        incentive = policy.incentives[i]
        text = f"另须缴纳{incentive.title}" if incentive.kind == "add_on" else incentive.title
        yield w.line(incentive.kind, incentive.cite, f"{text}{yuan(incentive.fen)}。")


def _note_items(notes: list[Note]) -> list[dict[str, str]]:
    return [{"code": n.code, "text": n.text, "clause": w.clause(n.cite)} for n in notes]


def _silences(notes: list[Note]) -> list[w.Line]:
    return [w.line("silence", n.cite, n.text) for n in notes if n.kind == "silence" and n.code != NOT_SETTLED]


def _possible(policy: Policy, p: Prospect) -> dict[str, Any]:
    """One distinct answer; `benefits_start_follows` names the missing fact that the first day moves with."""
    if p.route is None:
        fields = _nothing("closed" if p.code in v.CLOSED else "ineligible", v.REASONS[p.code])
    else:
        row = policy.subsidies[p.granted] if p.granted >= 0 else None
        refund = None if p.payable is None else row.fen if row and row.settled == "refunded" else 0
        fields = {
            "outcome": "exempt" if p.payable == 0 else "payable",
            "reason": None,
            "personal_fen": p.personal,
            "surcharge_fen": p.surcharge,
            "subsidy_fen": p.off,
            "payable_fen": p.payable,
            "refund_fen": refund,
            "waiting_days": p.waiting_days,
            "waiting_months": p.waiting_months,
            "benefits_start": iso(p.start) if p.start is not None else None,
            "benefits_end": None if p.none_left else iso(policy.last_day),
            "route": p.route,
        }
    return {k: fields[k] for k in POSSIBLE_FIELDS} | {"benefits_start_follows": p.follows}


POSSIBLE_FIELDS = (
    "outcome",
    "reason",
    "personal_fen",
    "surcharge_fen",
    "subsidy_fen",
    "payable_fen",
    "refund_fen",
    "waiting_days",
    "waiting_months",
    "benefits_start",
    "benefits_end",
    "route",
)


def _without_repeats(lines: Iterable[w.Line]) -> list[w.Line]:
    return list({line["text"]: line for line in lines}.values())


def _prospect_line(policy: Policy, p: Prospect) -> w.Line:
    if p.route is None:
        reason = v.REASONS[p.code] or ""
        return w.line("possible", w.refusal_cite(policy, reason), f"可能的结果：{v.REASON_NAMES[reason]}。")
    route = policy.route(p.route)
    price = "应缴金额公告未载明" if p.payable is None else f"应缴{yuan(p.payable)}"
    text = f"可能的结果：按“{route.title}”办理，{price}"
    if p.waiting_days or p.waiting_months:
        text += f"，等待期{p.waiting_days}天" if p.waiting_days else f"，等待期{p.waiting_months}个月"
    if p.follows:
        text += f"，待遇起始日随{v.QUESTIONS[p.follows]}而定"
    elif p.start is not None:
        text += f"，待遇自{iso(p.start)}起"
    return w.line("possible", route.cite, text + "。")
