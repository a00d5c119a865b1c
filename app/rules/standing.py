"""Which notes an answer carries: those of the pack that belong to it, and the standing ones of the product."""

from collections.abc import Iterator
from typing import NamedTuple

from app.rules import vocabulary as v
from app.rules.days import iso
from app.rules.money import yuan
from app.rules.policy import Note, Policy, Route, Window

NOT_SETTLED = "subsidy_outside_window_not_settled"  # the explanation says it in its line about the subsidy
STATED, UNSTATED, NONE_LEFT = range(3)


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


def notes_of(policy: Policy, c: Class, route: Route | None) -> Iterator[Note]:
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
    window = next((w for w in policy.windows if route and w.name == route.in_window), None)
    if c.code in (v.NOT_YET_OPEN, v.NOT_YET_MAIN):
        yield from _opening(main)
    if route is None:
        return
    if window:
        yield from (*_opening(window), *_closing(window))
    yield from _benefits(c, route)
    yield from _amounts(policy, c, route)


def _opening(window: Window) -> Iterator[Note]:
    if window.stated_opening:
        return
    text = f"公告未载明缴费开始日期，按{iso(window.opens)}起可缴处理（产品约定）。"
    if window.month_only:
        text = f"公告只写明缴费开始的月份，按{iso(window.opens)}起可缴处理（产品约定）。"
    yield Note("window_opening_not_stated", "silence", text, window.cite)


def _closing(window: Window) -> Iterator[Note]:
    if not window.stated_closing:
        text = "公告未载明缴费截止日期，缴费前请向医保经办机构核实当日是否仍可缴费。"
        yield Note("window_closing_not_stated", "silence", text, window.cite)


def _benefits(c: Class, route: Route) -> Iterator[Note]:
    if c.start == UNSTATED:
        text = "公告未载明此途径的待遇起始日，请向医保经办机构核实。"
        yield Note("benefits_start_not_stated", "silence", text, route.start.cite)
    if c.start == NONE_LEFT:
        text = "按规定计算，待遇开始时本参保年度已结束：现在缴费不会得到本年度待遇，请先向医保经办机构咨询。"
        yield Note("no_benefits_left", "rule", text, route.start.cite)


def _amounts(policy: Policy, c: Class, route: Route) -> Iterator[Note]:
    if route.unpriced:
        least = f"，只写明不低于{yuan(route.personal_fen)}" if route.personal_fen else ""
        text = f"公告的缴费金额不详{least}，本次不能报出金额，请向医保经办机构核实。"
        yield Note("amounts_not_known", "silence", text, route.charge_cites[-1])
    if not policy.subsidies_known and c.held:
        text = "公告的资助办法不详，所报身份是否资助、资助多少，请向医保经办机构核实。"
        yield Note("subsidies_not_known", "silence", text, policy.one_subsidy_cite)
    row = policy.subsidies[c.subsidy] if c.subsidy >= 0 else None
    if row and row.unknown and route.subsidy == "applies" and not route.unpriced:
        text = f"公告没有写明资助的确切金额，只写明不低于{yuan(row.fen)}，请向医保经办机构核实。"
        yield Note("subsidy_amount_not_known", "silence", text, row.cite)
    if route.subsidy == "not_settled" and c.subsidy >= 0:
        text = "公告只规定缴费期内同缴同补，缴费期外是否资助未作规定，本次不抵扣，请向医保经办机构核实。"
        yield Note(NOT_SETTLED, "silence", text, route.subsidy_cite or route.cite)
