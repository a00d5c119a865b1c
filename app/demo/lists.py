"""The hardship lists of three offices as files: the first ones before registration, civil affairs' changes later."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from app.demo.deeds import Change
from app.demo.plan import Plan
from app.demo.processes import DAYS
from app.demo.village import COUNTIES, GAOTAI, HENGDONG, VILLAGES, Person
from app.demo.workbooks import workbook

CIVIL, RURAL, DISABLED = "civil_affairs", "rural_revitalization", "disabled_federation"
OFFICES = {CIVIL: "民政", RURAL: "乡村振兴", DISABLED: "残联"}
_HEADINGS = ("姓名", "身份证号", "乡镇", "村", "人员类别", "变动类型", "变动日期", "联系电话")
_ACTIONS = {"added": "新增", "removed": "退出"}
# Identity and class: whose list it is on, and what it is called there.
_CATEGORIES = {
    ("extreme_poverty", None): (CIVIL, "农村特困"),
    ("orphan", None): (CIVIL, "孤儿"),
    ("subsistence_allowance", None): (CIVIL, "农村低保"),
    ("subsistence_allowance", "rural_1"): (CIVIL, "农村低保一类"),
    ("subsistence_allowance", "rural_3"): (CIVIL, "农村低保三类"),
    ("subsistence_marginal", None): (CIVIL, "低保边缘家庭成员"),
    ("at_risk_of_poverty", None): (RURAL, "边缘易致贫户"),
    ("lifted_from_poverty", None): (RURAL, "脱贫户"),
    ("disability_1", None): (DISABLED, "一级残疾"),
    ("disability_2", None): (DISABLED, "残疾二级"),
}
_UNREADABLE = {CIVIL: ("号码有误", "999000199001010000", "农村低保"), DISABLED: ("等级不明", "", "重度残疾")}
_REPEATED = 2  # lines of the first list that stand in the change list once more
Row = tuple[str, ...]
Counts = tuple[int, ...]
COUNTED = ("lines", "refused", "added", "removed", "unchanged", "conflicts", "repriced", "proposals")


@dataclass(frozen=True, slots=True)
class HardshipList:
    """A file as it leaves the office, and what its import must count (`COUNTED`)."""

    region: str
    office: str
    round: Literal["first", "change"]
    form: Literal["csv", "xlsx"]
    rows: Sequence[Row]
    counts: Counts

    @property
    def file(self) -> str:
        return f"{self.region}-{self.office}-{self.round}.{self.form}"

    def content(self) -> bytes:
        return workbook({"名单": [("困难人员名单",), _HEADINGS, *self.rows]}) if self.form == "xlsx" else self._csv()

    def _csv(self) -> bytes:
        text = io.StringIO()
        csv.writer(text).writerows([_HEADINGS, *self.rows])
        return text.getvalue().encode("gb18030")


def first_lists(people: Sequence[Person], planned: Plan) -> list[HardshipList]:
    """One for each county and office; rural revitalization sends workbooks."""
    rows: dict[tuple[str, str], list[Row]] = {(region, office): [] for region in COUNTIES for office in OFFICES}
    for n, person in _in_order(people):
        if person.kind.identity is not None and planned[n].is_listed:
            office, _ = _CATEGORIES[person.kind.identity, person.kind.class_]
            rows[person.kind.region, office].append(_row_of(person))
    return [_first(region, office, some) for (region, office), some in rows.items()]


def _first(region: str, office: str, rows: list[Row]) -> HardshipList:
    wrong = [_unreadable(region, office)] if office in _UNREADABLE else []
    counts = (len(rows), len(wrong), len(rows), 0, 0, 0, 0, 0)
    return HardshipList(region, office, "first", "xlsx" if office == RURAL else "csv", [*rows, *wrong], counts)


def change_lists(people: Sequence[Person], planned: Plan) -> list[HardshipList]:
    """Of civil affairs: 衡东 sends a workbook, 高台 a CSV file."""
    first = {one.region: one.rows[:_REPEATED] for one in first_lists(people, planned) if one.office == CIVIL}
    found = []
    for region, form in ((HENGDONG, "xlsx"), (GAOTAI, "csv")):
        changes = [
            (person, change)
            for n, person in _in_order(people)
            if person.kind.region == region and (change := planned[n].change)
        ]
        rows = [_change(person, change) for person, change in changes]
        counts = _counts(change for _, change in changes)
        found.append(HardshipList(region, CIVIL, "change", form, [*rows, *first[region]], counts))  # type: ignore[arg-type]
    return found


def _counts(changes: Iterable[Change]) -> Counts:
    """A payment underway counts as not paid: its order is priced anew."""
    found: Counter[str] = Counter(lines=_REPEATED, unchanged=_REPEATED)
    for change in changes:
        found["lines"] += 1
        found["conflicts" if change.conflict else change.action] += 1
        if change.conflict is None:
            found["proposals" if change.proposal and not change.is_underway else "repriced"] += 1
    return tuple(found[name] for name in COUNTED)


def _in_order(people: Sequence[Person]) -> Iterator[tuple[int, Person]]:
    return iter(sorted(enumerate(people), key=lambda one: one[1].number))


def _row_of(person: Person) -> Row:
    """Somebody who has been on the list since a day of this year."""
    kind, number = person.kind, person.number
    _, category = _CATEGORIES[str(kind.identity), kind.class_]
    since = f"2023-{number % 9 + 1:02d}-{number % 28 + 1:02d}"
    return _row(person, category, "added", since)


def _change(person: Person, change: Change) -> Row:
    """Who is removed is removed from what they are on the list for; a mistaken line is about nobody's allowance."""
    then = change.then[person.kind.region]
    identity, class_ = then.identity, then.class_
    if change.action == "removed":
        identity, class_ = person.kind.identity or "subsistence_allowance", person.kind.class_
    return _row(person, _CATEGORIES[str(identity), class_][1], change.action, DAYS[1])


def _row(person: Person, category: str, action: str, day: str) -> Row:
    who, village = person.body["applicant"], VILLAGES[person.kind.region]
    return (who["name"], who["id_number"], village[:9], village, category, _ACTIONS[action], day, who["phone"])


def _unreadable(region: str, office: str) -> Row:
    """A number that a spreadsheet has rounded; a disability without its grade."""
    name, number, category = _UNREADABLE[office]
    village = VILLAGES[region]
    return (name, number, village[:9], village, category, "新增", "2023-10-10", "")
