"""The sentences of an answer that speak of money: what is charged, what is taken off, what is left to pay."""

from collections.abc import Iterator

from app.rules import vocabulary as v
from app.rules import wording as w
from app.rules.money import yuan
from app.rules.policy import Policy, Route, Subsidy


def contribution(route: Route) -> Iterator[w.Line]:
    cite = route.charge_cites[0]
    if route.unpriced:
        least = f"，只写明不低于{yuan(route.personal_fen)}" if route.personal_fen else ""
        yield w.line("contribution", cite, f"个人缴费金额公告未载明{least}。")
    elif route.personal_fen == 0:
        yield w.line("contribution", cite, "个人缴费免缴。")
    else:
        whose = f"（{route.rate}）" if route.rate else ""
        yield w.line("contribution", cite, f"个人缴费{yuan(route.personal_fen)}{whose}。")
    if route.benefits_tier:
        yield w.line("benefits_tier", cite, f"按第{route.benefits_tier}档享受待遇。")
    if route.surcharge_fen and not route.unpriced:
        total = yuan(route.personal_fen + route.surcharge_fen)
        text = f"另须缴纳{route.surcharge_title}{yuan(route.surcharge_fen)}，合计{total}。"
        yield w.line("surcharge", w.clauses(route.charge_cites[1:]), text)


def years(route: Route) -> Iterator[w.Line]:
    """What the order pays for besides the coverage year."""
    parts = [
        f"补缴断保{y.count}年{yuan(y.fen)}" if y.kind == "repair" else f"{y.coverage_year}年度{yuan(y.fen)}"
        for y in route.years
    ]
    if parts:
        yield w.line("order_years", w.clauses(route.charge_cites), f"本次一并缴纳：{'、'.join(parts)}。")


def subsidy(policy: Policy, route: Route, row: Subsidy | None, who: str, held: tuple[str, ...]) -> Iterator[w.Line]:
    """Which subsidy is taken off and why this one, or why none is."""
    if route.unpriced or (not held and row is None):
        return
    named = [r for r in policy.subsidies if any(s.code in held for s in r.selectors)]
    if route.subsidy == "none" and route.personal_fen and (row or named):
        yield w.line("subsidy", route.subsidy_cite or route.cite, "按公告规定，此途径缴费不享受本年度资助。")
    elif row is None and route.personal_fen and policy.subsidies:
        yield _not_granted(policy, named, held)
    elif row is not None and route.subsidy == "applies":
        yield from _granted(policy, row, who, held, whole=row.fen == route.personal_fen)
    elif row is not None and route.subsidy == "not_settled":
        text = "缴费期外是否享受资助公告未作规定，本次不抵扣，请向医保经办机构核实。"
        yield w.line("subsidy", route.subsidy_cite or route.cite, text)


def _not_granted(policy: Policy, named: list[Subsidy], held: tuple[str, ...]) -> w.Line:
    """The notice doesn't name the identity, or it names it and the conditions are not met."""
    if named:
        text = f"所报身份（{w.names(policy, held)}）不符合公告规定的认定期限或条件，本次不予资助。"
        return w.line("subsidy", w.clauses(r.cite for r in named), text)
    text = f"所报身份（{w.names(policy, held)}）不在公告规定的资助范围内，不予资助。"
    return w.line("subsidy", w.clauses(r.cite for r in policy.subsidies), text)


def _how(row: Subsidy, *, whole: bool) -> str:
    funds = "、".join(v.FUNDS[fund] + (yuan(fen) if row.shares[1:] else "") for fund, fen in row.shares)
    if row.unknown:
        return f"资助（{funds}），公告未写明确切金额，只写明不低于{yuan(row.fen)}"
    if row.settled == "refunded":
        return f"资助{yuan(row.fen)}（{funds}），先由本人全额缴费，事后退还"
    if row.settled == "no_order":
        return f"全额资助{yuan(row.fen)}（{funds}），由资助部门代缴，本人没有缴费单"
    if whole:
        return f"全额资助{yuan(row.fen)}（{funds}），本人不缴费"
    return f"资助{yuan(row.fen)}（{funds}），缴费时直接抵扣"


def _granted(policy: Policy, row: Subsidy, who: str, held: tuple[str, ...], *, whole: bool) -> Iterator[w.Line]:
    how = _how(row, whole=whole)
    yield w.line("subsidy", row.cite, f"{w.names(policy, [who])}享受{how}。")
    if len(held) > 1:
        text = f"所报身份为{w.names(policy, held)}，每人只享受一项资助，取金额最高的一项（金额相同取公告列在前的）。"
        yield w.line("subsidy_choice", policy.one_subsidy_cite, text)


def total(route: Route, row: Subsidy | None) -> w.Line:
    """The sum, spoken out."""
    taken = row if row and route.subsidy == "applies" else None
    if route.unpriced or (taken and taken.unknown):
        cites = [*route.charge_cites, *([taken.cite] if taken and not route.unpriced else [])]
        return w.line("payable", w.clauses(cites), "公告的金额不详，本人实缴金额无法报出。")
    off = taken.off if taken else 0
    charged = route.personal_fen + route.surcharge_fen
    text = f"应缴{yuan(charged)}减资助{yuan(off)}，" if off else ""
    return w.line(
        "payable",
        w.clauses([*route.charge_cites, *([taken.cite] if taken and off else [])]),
        f"{text}本人实缴{yuan(charged - off)}。",
    )
