"""The public list of a village's payers, names masked (衡东 五(三)).

No amounts and no identities: from either a neighbor could tell who is poor. Whoever is paid for in full stands among
the others, since who is left out would show as well.
"""

from collections.abc import Iterator

from app.reports.by_place import covered, places_of
from app.reports.masking import masked_name
from app.reports.people import Scope, Source
from app.reports.places import Places
from app.reports.tables import Column, Pages, Row, Table

LINES = 34  # on a page
_COLUMNS = (
    Column("township", ("乡镇",), hidden=True, kind="text"),
    Column("village", ("村",), hidden=True, kind="text"),
    Column("number", ("序号",), 10, "ordinal"),
    Column("name", ("姓名",), 24, "text"),
    Column("paid_on", ("参保缴费日期",), 20, "date"),
    Column("remark", ("备注",), 30, "text"),
    Column("people", ("人数",), hidden=True, summed=True),
)
_PAGES = Pages(
    LINES,
    sheet="township",
    part="village",
    caption="{township}　{village}　　第{page}页",
    said="本页{people}人",
    signatures="公示时间：　　　　年　　月　　日至　　　　年　　月　　日　　　　　（盖章）",
)


def payers(scope: Scope, source: Source) -> list[Table]:
    places = places_of(scope)
    title = f"{places.title()}{scope.coverage_year}年度城乡居民基本医疗保险缴费人员名单公示"
    subtitle = "", f"截至：{scope.day.isoformat()}"
    rows = _rows(places, source)
    return [Table("公示名单", title, _COLUMNS, rows, subtitle, _FOOTNOTES, pages=_PAGES, landscape=False)]


def _rows(places: Places, source: Source) -> Iterator[Row]:
    for village, people in source.villages():
        names = places.township_name(places.township(village)), places.village_name(village)
        for number, person in enumerate(covered(people), 1):
            paid_on = (person.paid_on or person.registered_on).isoformat()
            yield (*names, number, masked_name(person.applicant["name"]), paid_on, None, 1)


_FOOTNOTES = ("姓名已作隐去处理；对名单有异议的，请向村（居）民委员会或医保部门反映。",)
