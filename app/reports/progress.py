"""周进度 (离石 annex 5): who should be insured and who is, by township and village."""

from collections import Counter
from collections.abc import Sequence

from app.reports import categories
from app.reports.by_place import Figures, all_villages, by_place, counted, covered, places_of
from app.reports.people import Person, Scope, Source, Target
from app.reports.tables import Column, Table

HUKOU = {"local": "本地户籍", "elsewhere": "外地户籍", "unknown": "户籍未登记"}
_BOTH = 'IF(COUNT({should_local},{should_elsewhere})=0,"",SUM({should_local},{should_elsewhere}))'
_SHOULD, _DONE = "应参保人数", "已参保人数"
_SELF, _AIDED = "个人缴费", "资助参保"
_SELF_KEYS = tuple(f"self_{name}" for name in HUKOU)
_AIDED_KEYS = tuple(f"aided_{name}" for name in categories.SUBSIDIZED)


def _sum_of(keys: Sequence[str]) -> str:
    return f"SUM({','.join(f'{{{key}}}' for key in keys)})"


def should_columns() -> tuple[Column, ...]:
    """What the imported tasks say of who should be insured."""
    return counted(
        Column("should", (_SHOULD, "合计"), 8, formula=_BOTH),
        Column("should_local", (_SHOULD, "本地户籍"), 8),
        Column("should_elsewhere", (_SHOULD, "外地户籍（持居住证）"), 10),
    )


def should_be_insured(target: Target | None) -> dict[str, int | None]:
    if target is None or (target.should_local is None and target.should_elsewhere is None):
        return dict.fromkeys(("should", "should_local", "should_elsewhere"))
    local, elsewhere = target.should_local or 0, target.should_elsewhere or 0
    return {"should": local + elsewhere, "should_local": local, "should_elsewhere": elsewhere}


def _columns() -> tuple[Column, ...]:
    return (
        *should_columns(),
        *counted(
            Column("insured", (_DONE, "合计"), 8, formula=_sum_of((*_SELF_KEYS, *_AIDED_KEYS))),
            *(Column(f"self_{name}", (_DONE, _SELF, title), 8) for name, title in HUKOU.items()),
            *(Column(f"aided_{name}", (_DONE, _AIDED, title), 7.5) for name, title in categories.SUBSIDIZED.items()),
        ),
        Column("rate", ("参保率",), 9, "rate", ratio=("insured", "should")),
        Column("remark", ("备注",), 14, "text"),
    )


def progress(scope: Scope, source: Source) -> list[Table]:
    villages = (
        (village, {**should_be_insured(scope.targets.get(village)), **_insured(people)})
        for village, people in all_villages(scope, source)
    )
    title = f"{places_of(scope).title()}{scope.coverage_year}年度城乡居民基本医疗保险参保缴费进度周报表"
    return by_place(scope, title, _columns(), villages, _FOOTNOTES)


def _insured(people: Sequence[Person]) -> Figures:
    """Who gets a subsidy stands under it, whoever else has paid for themselves."""
    found = Counter(dict.fromkeys((*_SELF_KEYS, *_AIDED_KEYS), 0))
    for person in covered(people):
        aided = person.subsidies_fen + person.paid_back_fen > 0
        found[f"aided_{categories.subsidized(person.codes)}" if aided else f"self_{person.hukou}"] += 1
    return found | {"insured": sum(found.values())}


_FOOTNOTES = (
    "应参保人数取自导入的任务表，未导入的为空；已参保人数为截至当日已入账缴费、未退费的人员和无须缴费的人员。",
    "参保率 = 已参保人数 ÷ 应参保人数；没有应参保人数的村，其人数也计入乡镇和合计的参保率。",
    "享受资助的按身份计入“资助参保”，其余计入“个人缴费”；登记时未注明户籍的列入“户籍未登记”。",
)
