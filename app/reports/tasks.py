"""Task and progress (2020 annex 1), with the fee and the reward of the village where the notice names them (五(三))."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from app.reports.by_place import Figures, all_villages, by_place, counted, covered, places_of
from app.reports.categories import name_of
from app.reports.people import Person, Scope, Source, Target
from app.reports.places import is_whole
from app.reports.tables import Cell, Column, Table
from app.rules.collection import Collection, Docked, Village
from app.rules.wording import clause

_FEE, _REWARD = "征收手续费", "完成任务奖励"


def _columns(collection: Collection | None) -> tuple[Column, ...]:
    return (
        *counted(
            Column("hukou_population", ("上年户籍人口",), 7),
            Column("last_target", ("上年任务数",), 8),
            Column("growth", ("预计净增",), 7),
            Column("target", ("任务数",), 8),
            Column("registered", ("已登记人数",), 8),
            Column("insured", ("已参保人数",), 8),
        ),
        Column("remaining", ("尚差人数",), 8, lacking=("target", "insured")),
        Column("rate", ("完成率",), 9, "rate", ratio=("insured", "target")),
        *(_pay_columns(collection) if collection else ()),
        Column("remark", ("备注",), 24, "text"),
    )


def _pay_columns(collection: Collection) -> Iterator[Column]:
    if collection.fee_cite:
        yield Column("fee_rate_fen", (_FEE, "每人（元）"), 7, "fen")
        formula = "{insured}*{fee_rate_fen}"
        yield from counted(Column("fee_fen", (_FEE, "金额（元）"), 11, "fen", formula=formula))
    if collection.rewards:
        yield Column("reached", (_REWARD, "达到"), 13, "text")
        yield Column("reward_rate_fen", (_REWARD, "每人（元）"), 7, "fen")
        formula = "{insured}*{reward_rate_fen}"
        yield from counted(Column("reward_fen", (_REWARD, "金额（元）"), 11, "fen", formula=formula))


def tasks(scope: Scope, source: Source) -> list[Table]:
    villages = ((village, _figures(scope, village, people)) for village, people in all_villages(scope, source))
    title = f"{places_of(scope).title()}{scope.coverage_year}年度城乡居民基本医疗保险参保任务完成情况表"
    return by_place(scope, title, _columns(scope.collection), villages, list(_footnotes(scope.collection)))


def _figures(scope: Scope, village: str, people: Sequence[Person]) -> Figures:
    target, paid = scope.targets.get(village), covered(people)
    found: dict[str, Cell] = {"registered": len(people), "insured": len(paid)}
    found |= _told(target)
    if scope.collection:
        found |= _pay(scope.collection, None if is_whole(village) else target, people, paid)
    return found


def _told(target: Target | None) -> Figures:
    names = ("hukou_population", "last_target", "growth", "target")
    return {name: getattr(target, name) if target else None for name in names}


def _pay(
    collection: Collection, target: Target | None, people: Sequence[Person], paid: Sequence[Person]
) -> dict[str, Cell]:
    found: dict[str, Cell] = {"fee_rate_fen": collection.fee_fen, "fee_fen": len(paid) * collection.fee_fen}
    village = _village(collection, target, people, paid)
    step = collection.best_step(village)
    rate = step.fen if step else 0
    found |= {"reward_rate_fen": rate, "reward_fen": len(paid) * rate}
    if step:
        found["reached"] = f"{date.fromordinal(step.by).isoformat()}前达{step.percent}%"
    return found | {"remark": "；".join(map(_remark, collection.docked_for(village))) or None}


def _village(
    collection: Collection, target: Target | None, people: Sequence[Person], paid: Sequence[Person]
) -> Village:
    days = Counter(person.paid_on.toordinal() for person in paid if person.paid_on)
    wanted = [docked.identities for docked in collection.docked if docked.identities]
    groups = {some: [person for person in people if person.codes & set(some)] for some in wanted}
    listed = {some: (len(group), len(covered(group))) for some, group in groups.items()}
    return Village(target.target if target else None, len(paid), days, listed)


def _remark(docked: Docked) -> str:
    whose = "、".join(map(name_of, docked.identities))
    return f"{whose}参保率不足{docked.below_percent}%，手续费应扣减（{clause(docked.cite)}）"


def _footnotes(collection: Collection | None) -> Iterator[str]:
    yield "任务数取自导入的任务表；已参保人数为截至当日已入账缴费、未退费的人员和无须缴费的人员。"
    yield "尚差人数 = 任务数 − 已参保人数，负数为超额；没有任务数的村，其参保人数也计入乡镇和合计的尚差人数、完成率。"
    if collection is None:
        return
    if collection.fee_cite:
        yield f"手续费按实际参保人数计（{clause(collection.fee_cite)}）；公告未载明扣减多少，表中金额为扣减前。"
    if collection.rewards:
        cites = "、".join(dict.fromkeys(clause(step.cite) for step in collection.rewards))
        yield f"奖励按缴费日期判断完成任务的时间，取达到的最高一档，按实际参保人数计（{cites}）。"
