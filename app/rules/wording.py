"""The sentences of an answer: Chinese that a clerk can read out, each with the clause it rests on.

A sentence is written once for a whole class of people; the days that differ between them are marks that are filled in
per person (skeleton.py).
"""

from collections.abc import Iterable, Iterator
from typing import Literal, TypedDict

from app.rules import vocabulary as v
from app.rules.conditions import Birth, CircumstanceDay, EmploymentEnd, Event
from app.rules.days import iso
from app.rules.policy import Cite, Policy, Route, Wait

PAY, START, EVENT, UNTIL = "\x01", "\x02", "\x03", "\x04"
CONVENTION = Cite("convention", "产品约定")


class Line(TypedDict):
    """One step of an explanation. `source`: notice, document (another one than the notice) or convention."""

    step: str
    clause: str
    text: str
    source: str


def line(step: str, cite: Cite, text: str) -> Line:
    return {"step": step, "clause": clause(cite), "text": text, "source": cite.source}


def clause(cite: Cite) -> str:
    return f"{cite.document} {cite.clause}".strip() if cite.document else cite.clause


def clauses(cites: Iterable[Cite]) -> Cite:
    """Several citations of one sentence as one, in the order given."""
    listed = list(dict.fromkeys(cites))
    if len(listed) == 1:
        return listed[0]
    sources = {c.source for c in listed}
    # A sentence that rests on another document or on a convention as well must not pass for the notice's own.
    rank: tuple[Literal["document", "convention", "notice"], ...] = ("document", "convention", "notice")
    return Cite(next(source for source in rank if source in sources), "、".join(clause(c) for c in listed))


def names(policy: Policy, codes: Iterable[str]) -> str:
    return "、".join(v.IDENTITIES.get(code) or policy.local_names.get(code, code) for code in codes)


def event_name(event: Event) -> str:
    match event:
        case Birth():
            return "出生日期"
        case EmploymentEnd():
            return "职工医保终止日期"
        case CircumstanceDay(code):
            return f"{v.CIRCUMSTANCES[code]}日期"


def way_in(policy: Policy, route: Route, *, late: bool, dated: bool) -> Iterator[Line]:
    """Which window or special situation applied."""
    main = policy.windows[0]
    window = next((w for w in policy.windows if w.name == route.in_window), None)
    if window is None:
        text = f"集中缴费期已于{iso(main.closes)}结束，缴费日为{PAY}。" if late else f"缴费日{PAY}在集中缴费期内。"
        yield line("window", main.cite, text)
    elif not window.stated_closing:
        yield line("window", CONVENTION, f"公告未载明缴费截止日期，缴费日为{PAY}。")
    elif window.stated_opening:
        yield line("window", window.cite, f"缴费日{PAY}在缴费期{iso(window.opens)}至{iso(window.closes)}内。")
    else:
        yield line("window", window.cite, f"缴费日{PAY}未超过缴费截止日{iso(window.closes)}。")
    event = f"，{event_name(route.event)}为{EVENT}" if dated and route.event else ""
    yield line("situation", route.cite, f"按“{route.title}”办理{event}。")


def choice(policy: Policy, opened: tuple[int, ...], taken: int) -> Iterator[Line]:
    if len(opened) > 1:
        titles = "”“".join(policy.routes[i].title for i in opened)
        best = policy.routes[taken].title
        yield line("choice", CONVENTION, f"同时符合“{titles}”，取对参保人最有利的“{best}”（产品约定）。")


def waiting(policy: Policy, route: Route, wait: Wait | None, *, late: bool) -> Iterator[Line]:
    if wait is not None:
        early = "" if late else "；等待期不使待遇早于参保年度开始"
        yield line("waiting", wait.cite, f"设{_length(wait)}待遇等待期，{_COUNTED[wait.counts_from]}{early}。")
    elif route.start.anchor != "not_stated":
        waits = any(r.waits for r in policy.routes)
        cite = route.start.cite if waits else Cite("convention", "产品约定：公告没有规定等待期")
        yield line("waiting", cite, "无待遇等待期。")


_COUNTED = {
    "payment": "缴费当日为第1天",
    "day_after_payment": "缴费次日为第1天",
    "month_after_payment": "自缴费次月1日起算",
    "benefit_start": "自待遇应开始之日起算",
}


def _length(wait: Wait) -> str:
    return f"{wait.months}个月" if wait.months else f"{wait.days}天"


def benefits(policy: Policy, route: Route, *, none_left: bool) -> Line:
    last = iso(policy.last_day)
    if route.start.anchor == "not_stated":
        return line("benefits", route.start.cite, f"公告未载明待遇起始日；待遇至{last}止。")
    if none_left:
        return line("benefits", route.start.cite, f"按规定待遇最早在{last}之后才开始，本参保年度内已无待遇可享。")
    return line("benefits", route.start.cite, f"待遇享受期为{START}至{last}。")


def closing(policy: Policy, code: int) -> Iterator[Line]:
    """Why nothing can be paid on this day."""
    main, last = policy.windows[0], iso(policy.last_day)
    if code == v.PAUSED:
        assert policy.pause is not None
        text = f"{policy.pause.text}，不受理缴费，缴费日为{PAY}；到{UNTIL}（含当日）为止，次日起恢复受理。"
        yield line("pause", policy.pause.cite, text)
    elif code == v.YEAR_OVER:
        yield line("coverage_year", policy.coverage_cite, f"{policy.coverage_year}参保年度已于{last}结束，不能再缴费。")
    elif code == v.NOT_YET_MAIN:
        text = f"集中缴费期从{iso(main.opens)}开始，缴费日{PAY}只受理公告另行规定的人员。"
        yield line("window", main.cite, text)
    elif code == v.NOT_YET_OPEN:
        opening = min(policy.windows, key=lambda w: w.opens)
        if opening.stated_opening:
            yield line("window", opening.cite, f"缴费期从{iso(opening.opens)}开始，缴费日{PAY}还没有到缴费期。")
        else:
            yield line("window", CONVENTION, f"公告未载明缴费开始日期，{iso(opening.opens)}以前不受理，缴费日为{PAY}。")
        yield line("not_yet_open", CONVENTION, "缴费期开始以前，任何情形都不能缴费（产品约定）。")
    else:
        ended = f"集中缴费期已于{iso(main.closes)}结束，" if main.stated_closing else ""
        yield line("window", main.cite, f"{ended}{PAY}不在缴费期内。")
        yield from _no_way_in(policy)


def _no_way_in(policy: Policy) -> Iterator[Line]:
    others = [r for r in policy.routes if r.in_window != policy.windows[0].name]
    if others:
        titles = "；".join(dict.fromkeys(r.title for r in others))
        # On a day without payment it is the day on which payments resume that counts, which may be too late.
        when = f"（{policy.pause.text}不受理缴费，缴费日在其中的，以恢复受理之日为准）" if policy.pause else ""
        cites = [*(r.cite for r in others), *([policy.pause.cite] if policy.pause else [])]
        yield line("situation", clauses(cites), f"所报情况{when}不符合公告规定的其他途径：{titles}。")
    else:
        yield line("situation", policy.windows[0].cite, "公告没有规定缴费期外的缴费途径。")


def refusal(policy: Policy, reason: str) -> Line:
    text = {
        "employee_insured": f"{PAY}仍在参加职工医保，不能同时参加城乡居民医保。",
        "insured_elsewhere": "本参保年度已在其他地方参加居民医保，不能重复参保。",
        "not_yet_born": f"{PAY}尚未出生，不能参保缴费。",
    }[reason]
    return line("eligibility", refusal_cite(policy, reason), text)


def refusal_cite(policy: Policy, reason: str) -> Cite:
    """The clause behind a refusal or a closed door."""
    rules = policy.eligibility
    return {
        "employee_insured": rules.employee_insured,
        "insured_elsewhere": rules.insured_elsewhere,
        "not_yet_born": rules.not_yet_born,
        "year_over": policy.coverage_cite,
    }.get(reason, policy.windows[0].cite)
