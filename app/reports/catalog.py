"""The reports that there are, by name."""

from collections.abc import Callable
from dataclasses import dataclass

from app.reports.hardship import hardship
from app.reports.new_enrollments import new_enrollments
from app.reports.payers import payers
from app.reports.people import Scope, Source
from app.reports.progress import progress
from app.reports.registration import registration
from app.reports.settlement import settlement
from app.reports.survey import survey
from app.reports.tables import Table
from app.reports.tasks import tasks


@dataclass(frozen=True, slots=True)
class Report:
    """`names`: people stand in it by name and number, whole or masked as whoever asks may see them."""

    name: str
    title: str
    make: Callable[[Scope, Source], list[Table]]
    names: bool = False


REPORTS = {
    report.name: report
    for report in (
        Report("progress", "参保缴费进度周报表", progress),
        Report("survey", "参保情况摸底表", survey),
        Report("registration", "参保缴费登记表", registration, names=True),
        Report("new-enrollments", "新增参保人员登记表", new_enrollments, names=True),
        Report("tasks", "参保任务完成情况表", tasks),
        Report("payers", "缴费人员名单公示", payers),
        Report("hardship", "困难人员参保资助台账", hardship, names=True),
        Report("settlement", "参保资助资金结算表", settlement),
    )
}
