"""The 2026 notice written out by hand, as one would hard-code it: the yardstick for the engine.

It takes the same person and gives the same answer for everybody whose facts are known: outcome, amounts, dates,
valid_through, notes and the explanation with its clauses. It can't do what the engine does besides: ask for a missing
fact, or serve another notice. `bench.engine` checks that both say the same before it times them.
"""

from datetime import date, timedelta
from typing import Any

from app.rules.person import Person

FIRST, LAST, CLOSE, OPENS = date(2026, 1, 1), date(2026, 12, 31), date(2026, 1, 31), date(2025, 1, 1)
FULL = {"extreme_poverty", "orphan", "unattended_child", "disability_1", "disability_2"}
HALF = {
    "subsistence_allowance", "unstable_lifted", "at_risk_of_poverty", "sudden_hardship", "subsistence_marginal",
    "disability_3", "disability_4",
}  # fmt: skip
NAMES = {"at_risk_of_poverty": "边缘易致贫人口", "subsistence_allowance": "低保对象", "orphan": "孤儿"}
NINETY = timedelta(days=90)
FAMILY = "职工的个人账户可为配偶、父母、子女、兄弟姐妹、祖父母、外祖父母、孙子女、外孙子女缴费。"
LOST_YEARS = (
    "来源文本部分年份缺字，按上下文理解（情形1为2025年10月1日至12月31日，情形3为2025年无中断，"
    "情形4为2026年，二(六)2为2025年10月2日至12月31日中断）。"
)


def answer(person: Person, pay: date, policy: dict[str, Any]) -> dict[str, Any]:
    """Window, late price, lapsed employees, subsidies: the situations of `bench.engine`'s people."""
    job = person.employee_insurance
    birth = person.birth_date
    assert birth is not None
    who, off = "", 0
    for identity in person.identities:
        if identity.since is None or identity.since <= CLOSE:
            if identity.code in FULL:
                who, off = identity.code, 40000
                break
            if identity.code in HALF:
                who, off = identity.code, 20000
    lines: list[dict[str, str]] = []
    notes: list[dict[str, str]] = []

    def say(step: str, clause: str, text: str) -> None:
        lines.append({"step": step, "clause": clause, "text": text, "source": "notice"})

    surcharge, wait, through = 0, 0, LAST
    if pay <= CLOSE:
        route, start, through = "window", max(FIRST, birth), CLOSE
        say("window", "二(四)", f"缴费日{pay.isoformat()}未超过缴费截止日2026-01-31。")
        say("situation", "二(四)", "按“集中缴费期缴费”办理。")
        if not person.insured_last_year:
            wait, start = 90, max(start, pay + NINETY)
    elif (
        job
        and job.ended_on
        and job.ended_on.year == 2026
        and pay <= job.ended_on + NINETY
        and not job.lapsed_last_year
        and (not job.gap_this_year or (job.months_paid_this_year or 0) >= 3)
    ):
        route, start, through, off = "employment_ended", max(FIRST, job.ended_on), min(LAST, job.ended_on + NINETY), 0
        say("window", "二(四)", f"集中缴费期已于2026-01-31结束，缴费日为{pay.isoformat()}。")
        ended = job.ended_on.isoformat()
        say("situation", "二(四)情形3", f"按“2026年职工医保中断90日内参保”办理，职工医保终止日期为{ended}。")
    else:
        route, surcharge, wait, start, off = "late", 70000, 90, max(FIRST, birth, pay + NINETY), 0
        say("window", "二(四)", f"集中缴费期已于2026-01-31结束，缴费日为{pay.isoformat()}。")
        say("situation", "二(四)", "按“缴费期外缴费，个人缴费加财政补助”办理。")
    clause = "二(四)情形3" if route == "employment_ended" else "二(四)"
    clause2 = "二(四)、二(四)情形3" if route == "employment_ended" else "二(四)"
    if route == "employment_ended":
        text = "同时符合“缴费期外缴费，个人缴费加财政补助”“2026年职工医保中断90日内参保”，取对参保人最有利的“"
        text += "2026年职工医保中断90日内参保”（产品约定）。"
        lines.append({"step": "choice", "clause": "产品约定", "text": text, "source": "convention"})
    say("contribution", "二(四)", "个人缴费400元。")
    if surcharge:
        say("surcharge", "二(四)、二(三)", "另须缴纳财政补助标准部分700元，合计1100元。")
    if off:
        how = f"资助{off // 100}元（资金渠道公告未载明），缴费时直接抵扣"
        if off == 40000:
            how = "全额资助400元（资金渠道公告未载明），本人不缴费"
        say(
            "subsidy",
            "二(五)",
            f"{NAMES[who]}享受{how}。",
        )
        notes.append({"code": "subsidy_fund_not_named", "text": "公告没有写明资助出自哪项资金。", "clause": "二(五)"})
        say("payable", "二(四)、二(五)", f"应缴400元减资助{off // 100}元，本人实缴{(40000 - off) // 100}元。")
    else:
        say("payable", "二(四)、二(三)" if surcharge else clause2, f"本人实缴{(40000 + surcharge) // 100}元。")
    if wait:
        say(
            "waiting",
            "二(六)1",
            "设90天待遇等待期，缴费当日为第1天" + ("。" if surcharge else "；等待期不使待遇早于参保年度开始。"),
        )
    else:
        say("waiting", clause, "无待遇等待期。")
    left = start <= LAST
    say("benefits", "二(六)1" if surcharge else clause, f"待遇享受期为{start.isoformat()}至2026-12-31。")
    if route == "window":
        if wait:
            waits = "缴费期内缴费但2025年未参加任何基本医保的，自缴费日起等待90天；新入学大学生和新生儿除外。"
            notes.insert(0, {"code": "not_insured_last_year_waits", "text": waits, "clause": "二(六)1"})
        opening = "公告未载明缴费开始日期，按2025-01-01起可缴处理（产品约定）。"
        notes.append({"code": "window_opening_not_stated", "text": opening, "clause": "二(四)"})
        if off:
            say("silence", "二(五)", "公告没有写明资助出自哪项资金。")
        say("silence", "二(四)", opening)
    if route != "employment_ended":
        at = next((i for i, n in enumerate(notes) if n["code"] == "window_opening_not_stated"), len(notes))
        notes.insert(at, {"code": "family_account_may_pay", "text": FAMILY, "clause": "三(三)"})
    else:
        notes.append({"code": "lost_years_read_from_context", "text": LOST_YEARS, "clause": "二(四)"})
    payable = 40000 + surcharge - off
    return {
        "outcome": "payable" if payable else "exempt",
        "reason": None,
        "missing": [],
        "possible": [],
        "personal_fen": 40000,
        "surcharge_fen": surcharge,
        "subsidy_fen": off,
        "payable_fen": payable,
        "subsidies": [{"fund": "unspecified", "identity": who, "amount_fen": off}] if off else [],
        "refund_fen": 0,
        "refunds": [],
        "net_cost_fen": payable,
        "waiting_days": wait,
        "waiting_months": None,
        "benefits_start": start.isoformat() if left else None,
        "benefits_end": "2026-12-31" if left else None,
        "valid_through": through.isoformat(),
        "route": route,
        "incentives": [],
        "add_ons": [],
        "benefits_tier": None,
        "order_years": [],
        "notes": notes,
        "explanation": lines,
        "policy": policy,
    }
