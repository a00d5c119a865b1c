"""The contract's answer for one class of people, with marks where the days differ (skeleton.py fills them in)."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from app.rules import vocabulary as v
from app.rules import wording as w
from app.rules.days import iso
from app.rules.finding import Prospect, Question
from app.rules.money import yuan
from app.rules.policy import Note, Policy, Route

STATED, UNSTATED, NONE_LEFT = range(3)
_NOT_SETTLED = "subsidy_outside_window_not_settled"  # the explanation says it in its line about the subsidy


class Class(NamedTuple):
    """Everything an answer depends on but the days themselves. `held`: identities that count, sorted; `late`: paid
    after the main window; `dated`: the route's event has a known day; `notes`: indexes of the conditional notes."""

    code: int
    route: int
    wait: int
    start: int
    subsidy: int
    who: str
    opened: tuple[int, ...]
    incentives: tuple[int, ...]
    held: tuple[str, ...]
    late: bool
    dated: bool
    notes: tuple[int, ...]


def shape(policy: Policy, c: Class) -> dict[str, Any]:
    """The answer for everybody in the class `c`."""
    if c.code != v.OPEN:
        return _turned_away(policy, c)
    route = policy.routes[c.route]
    row = policy.subsidies[c.subsidy] if c.subsidy >= 0 else None
    taken = row if row and route.subsidy == "applies" else None
    off = taken.fen if taken else 0
    payable = route.personal_fen + route.surcharge_fen - off
    notes = list(_notes(policy, c, route))
    return {
        "outcome": "payable" if payable else "exempt",
        "reason": None,
        "missing": [],
        "possible": [],
        "personal_fen": route.personal_fen,
        "surcharge_fen": route.surcharge_fen,
        "subsidy_fen": off,
        "payable_fen": payable,
        "subsidies": [
            {"fund": fund, "identity": c.who, "amount_fen": fen} for fund, fen in (taken.shares if taken else ())
        ],
        "waiting_days": route.waiting_days(c.wait),
        "benefits_start": w.START if c.start == STATED else None,
        "benefits_end": None if c.start == NONE_LEFT else iso(policy.last_day),
        "valid_through": w.UNTIL,
        "route": route.id,
        "incentives": [
            {"code": policy.incentives[i].code, "amount_fen": policy.incentives[i].fen} for i in c.incentives
        ],
        "notes": _note_items(notes),
        "explanation": [*_steps(policy, c, route), *_silences(notes)],
        "policy": _policy(policy),
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
    closed = c.code in (v.NOT_YET_OPEN, v.WINDOW_CLOSED, v.YEAR_OVER)
    lines = list(w.closing(policy, reason)) if closed else [w.refusal(policy, reason)]
    notes = list(_notes(policy, c, None))
    return {
        **_nothing("closed" if closed else "ineligible", reason),
        "valid_through": w.UNTIL if c.code in (v.NOT_YET_OPEN, v.WINDOW_CLOSED) else None,
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
        "waiting_days": None,
        "benefits_start": None,
        "benefits_end": None,
        "valid_through": None,
        "route": None,
        "incentives": [],
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
    }


def _steps(policy: Policy, c: Class, route: Route) -> Iterator[w.Line]:
    row = policy.subsidies[c.subsidy] if c.subsidy >= 0 else None
    yield from w.way_in(policy, route, late=c.late, dated=c.dated)
    yield from w.choice(policy, c.opened, c.route)
    yield from w.contribution(route)
    yield from w.subsidy(policy, route, row, c.who, c.held)
    yield w.total(route, row)
    yield from w.waiting(policy, route, route.waits[c.wait] if c.wait >= 0 else None, late=c.late)
    yield w.benefits(policy, route, none_left=c.start == NONE_LEFT)
    for i in c.incentives:
        incentive = policy.incentives[i]
        yield w.line("incentive", incentive.cite, f"{incentive.title}{yuan(incentive.fen)}。")


def _notes(policy: Policy, c: Class, route: Route | None) -> Iterator[Note]:
    """The notes of the pack that belong to this answer, then the standing ones that no note of the pack replaces."""
    chosen = [
        note
        for i, note in enumerate(policy.notes)
        if belongs(note, c.code, route, taken_subsidy(policy, route, c.subsidy))
        and (not note.conditional or i in c.notes)
    ]
    yield from chosen
    taken = {note.code for note in chosen}
    yield from (note for note in _standing(policy, c, route) if note.code not in taken)


def taken_subsidy(policy: Policy, route: Route | None, subsidy: int) -> str | None:
    """The id of the subsidy that is taken off on this way in."""
    return policy.subsidies[subsidy].id if subsidy >= 0 and route and route.subsidy == "applies" else None


def belongs(note: Note, code: int, route: Route | None, subsidy: str | None) -> bool:
    """Whether a note is for this way in, subsidy or refusal; one that names none of them is for every answer."""
    if not (note.routes or note.subsidies or note.reasons):
        return True
    if route is None:
        return v.REASONS[code] in note.reasons
    return not note.routes.isdisjoint((route.id, route.entry)) or subsidy in note.subsidies


def _standing(policy: Policy, c: Class, route: Route | None) -> Iterator[Note]:
    main = policy.windows[0]
    if not main.stated_opening and (c.code == v.NOT_YET_OPEN or (route and route.in_window == main.name)):
        text = f"公告未载明缴费开始日期，按{iso(main.opens)}起可缴处理（产品约定）。"
        yield Note("window_opening_not_stated", "silence", text, main.cite)
    if route is None:
        return
    if c.start == UNSTATED:
        text = "公告未载明此途径的待遇起始日，请向医保经办机构核实。"
        yield Note("benefits_start_not_stated", "silence", text, route.start.cite)
    if c.start == NONE_LEFT:
        text = "按规定计算，待遇开始时本参保年度已结束：现在缴费不会得到本年度待遇，请先向医保经办机构咨询。"
        yield Note("no_benefits_left", "rule", text, route.start.cite)
    if route.subsidy == "not_settled" and c.subsidy >= 0:
        text = "公告只规定缴费期内同缴同补，缴费期外是否资助未作规定，本次不抵扣，请向医保经办机构核实。"
        yield Note(_NOT_SETTLED, "silence", text, route.subsidy_cite or route.cite)


def _note_items(notes: list[Note]) -> list[dict[str, str]]:
    return [{"code": n.code, "text": n.text, "clause": w.clause(n.cite)} for n in notes]


def _silences(notes: list[Note]) -> list[w.Line]:
    return [w.line("silence", n.cite, n.text) for n in notes if n.kind == "silence" and n.code != _NOT_SETTLED]


def _possible(policy: Policy, p: Prospect) -> dict[str, Any]:
    """One distinct answer; `benefits_start_follows` names the missing fact that the first day moves with."""
    if p.route is None:
        closed = p.code in (v.NOT_YET_OPEN, v.WINDOW_CLOSED, v.YEAR_OVER)
        fields = _nothing("closed" if closed else "ineligible", v.REASONS[p.code])
    else:
        payable = p.personal + p.surcharge - p.off
        fields = {
            "outcome": "payable" if payable else "exempt",
            "reason": None,
            "personal_fen": p.personal,
            "surcharge_fen": p.surcharge,
            "subsidy_fen": p.off,
            "payable_fen": payable,
            "waiting_days": p.waiting_days,
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
    "waiting_days",
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
    text = f"可能的结果：按“{route.title}”办理，应缴{yuan(p.personal + p.surcharge - p.off)}"
    if p.waiting_days:
        text += f"，等待期{p.waiting_days}天"
    if p.follows:
        text += f"，待遇起始日随{v.QUESTIONS[p.follows]}而定"
    elif p.start is not None:
        text += f"，待遇自{iso(p.start)}起"
    return w.line("possible", route.cite, text + "。")
