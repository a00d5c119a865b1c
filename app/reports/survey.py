"""摸底 (离石 annex 6), as far as its columns are legible: insured and not insured, by hukou and by hardship group.

The form numbers its columns A1 to A33; which is which the copy does not show, so they have no numbers here.
"""

from collections import Counter
from collections.abc import Sequence

from app.reports import categories
from app.reports.by_place import Figures, all_villages, by_place, counted, places_of
from app.reports.people import Person, Scope, Source, Target
from app.reports.progress import HUKOU, should_be_insured, should_columns
from app.reports.tables import Column, Table

_INSURED, _RESIDENT, _NOT = "已参保", "居民医保", "未参保"


def _columns() -> tuple[Column, ...]:
    insured = tuple(Column(f"insured_{k}", (_INSURED, _RESIDENT, "按户籍", t), 7) for k, t in HUKOU.items())
    groups = tuple(
        Column(f"insured_{k}", (_INSURED, _RESIDENT, "按人员类别", t), 6.5) for k, t in categories.GROUPS.items()
    )
    unpaid = tuple(Column(f"unpaid_{k}", (_NOT, "已登记未缴费", t), 6.5) for k, t in categories.GROUPS.items())
    return (
        *should_columns(),
        *counted(
            Column("insured", (_INSURED, "合计"), 7.5, formula="SUM({employee},{resident})"),
            Column("employee", (_INSURED, "职工医保"), 7.5),
            Column("resident", (_INSURED, _RESIDENT, "小计"), 7.5, formula=_sum(insured)),
            *insured,
            *groups,
        ),
        Column("not_insured", (_NOT, "合计"), 7.5, lacking=("should", "insured")),
        *counted(
            Column("unpaid", (_NOT, "已登记未缴费", "小计"), 7.5, formula=_sum(unpaid)),
            *unpaid,
        ),
    )


def _sum(columns: Sequence[Column]) -> str:
    return f"SUM({{{columns[0].key}}}:{{{columns[-1].key}}})"


def survey(scope: Scope, source: Source) -> list[Table]:
    villages = (
        (village, _figures(scope.targets.get(village), people)) for village, people in all_villages(scope, source)
    )
    title = f"{places_of(scope).title()}{scope.coverage_year}年度城乡居民基本医疗保险参保情况摸底表"
    return by_place(scope, title, _columns(), villages, _FOOTNOTES)


def _figures(target: Target | None, people: Sequence[Person]) -> Figures:
    keys = [f"insured_{name}" for name in (*HUKOU, *categories.GROUPS)]
    found = Counter(dict.fromkeys((*keys, *(f"unpaid_{name}" for name in categories.GROUPS)), 0))
    for person in people:
        group = categories.group(person.codes)
        if person.covered:
            found.update((f"insured_{group}", f"insured_{person.hukou}"))
        else:
            found[f"unpaid_{group}"] += 1
    resident = sum(person.covered for person in people)
    should, employee = should_be_insured(target), target.employee_insured if target else None
    return {
        **should,
        **found,
        "employee": employee,
        "resident": resident,
        "insured": resident + (employee or 0),
        "unpaid": len(people) - resident,
    }


_FOOTNOTES = (
    "应参保、职工医保人数取自导入的任务表，未导入的为空；未参保合计 = 应参保 − 已参保。",
    "原表列号A1至A33在来源文本中无法辨认，本表只列可以辨认的项目。",
)
