"""新增参保登记表 (离石 annex 4): who was not registered for the year before."""

from collections.abc import Iterator

from app.reports import categories
from app.reports.by_place import places_of
from app.reports.people import Person, Scope, Source
from app.reports.places import Places
from app.reports.registration import remark, whole_or_masked
from app.reports.tables import Column, Row, Table

_NAMES = categories.GROUPS | {categories.NONE: "普通居民"}
_COLUMNS = (
    Column("number", ("序号",), 7, "ordinal"),
    Column("township_name", ("乡镇（街道）或学校",), 18, "text"),
    Column("village_name", ("村（社区）或班级",), 18, "text"),
    Column("name", ("姓名",), 14, "text"),
    Column("id_number", ("身份证号码",), 22, "id"),
    Column("phone", ("联系电话",), 15, "id"),
    Column("category", ("人员类别",), 16, "text"),
    Column("remark", ("备注",), 18, "text"),
)


def new_enrollments(scope: Scope, source: Source) -> list[Table]:
    places = places_of(scope)
    title = f"{places.title()}{scope.coverage_year}年度城乡居民基本医疗保险新增参保人员登记表"
    subtitle = f"填报单位：{places.title()}", f"截至：{scope.day.isoformat()}"
    return [Table("新增参保", title, _COLUMNS, _rows(scope, places, source), subtitle, _FOOTNOTES)]


def _rows(scope: Scope, places: Places, source: Source) -> Iterator[Row]:
    number = 0
    for village, people in source.villages(earlier=True):
        names = places.township_name(places.township(village)), places.village_name(village)
        for person in people:
            if person.earlier or person.facts.get("insured_last_year"):
                continue
            number += 1
            kind = category(person, scope.coverage_year)
            yield (number, *names, *whole_or_masked(scope, person), kind, remark(person))


def category(person: Person, year: int) -> str:
    """A hardship group goes before 新生儿: it says what the person pays."""
    group = categories.group(person.codes)
    if group == categories.NONE and _is_newborn(person, year):
        return "新生儿"
    if group == categories.OTHER:
        return categories.name_of(str(categories.foremost(person.codes)))
    return _NAMES[group]


def _is_newborn(person: Person, year: int) -> bool:
    """Registered by the guardian's number, or born in the coverage year."""
    born = str(person.facts.get("birth_date") or "")
    return bool(person.applicant["id_type"].startswith("guardian") or born.startswith(f"{year:04d}-"))


_FOOTNOTES = ("新增：上一年度在本系统没有登记、也没有申报上一年度已参保的人员。",)
