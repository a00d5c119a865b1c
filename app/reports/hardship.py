"""困难人员台账 (2026 三(二)): who has a recognized identity, what the funds give and what they paid.

Whoever a fund has given something stands in it as well: what it comes to is what the settlement says.
"""

from collections.abc import Iterator

from app.reports import categories
from app.reports.by_place import places_of
from app.reports.people import DECLARED, Held, Person, Scope, Source
from app.reports.places import Places
from app.reports.registration import whole_or_masked
from app.reports.tables import Cell, Column, Row, Table
from app.rules.vocabulary import CLASSES

_MONEY = "缴费与资助（元）"
_SOURCES = {
    DECLARED: "本人申报",
    "civil_affairs": "民政",
    "rural_revitalization": "乡村振兴",
    "disabled_federation": "残联",
    "medical_security": "医保",
}
_COLUMNS = (
    Column("number", ("序号",), 6, "ordinal"),
    Column("township_name", ("乡镇（街道）",), 11, "text"),
    Column("village_name", ("村（社区）",), 14, "text"),
    Column("name", ("姓名",), 12, "text"),
    Column("id_number", ("身份证号码",), 20, "id"),
    Column("phone", ("联系电话",), 13, "id"),
    Column("identities", ("困难身份",), 18, "text"),
    Column("since", ("认定日期",), 12, "text"),
    Column("sources", ("名单来源",), 10, "text"),
    Column("contribution_fen", (_MONEY, "缴费标准"), 12, "fen", summed=True),
    Column("subsidy_fen", (_MONEY, "资助金额"), 12, "fen", summed=True),
    Column("paid_fen", (_MONEY, "个人实缴"), 12, "fen", summed=True),
    Column("paid_back_fen", (_MONEY, "缴后资助"), 12, "fen", summed=True),
    Column("paid_on", ("参保缴费日期",), 12, "date"),
    Column("state", ("参保情况",), 9, "text"),
)


_NO_MORE = "（截至当日无）"  # was given a subsidy, and is on no list


def hardship(scope: Scope, source: Source) -> list[Table]:
    places = places_of(scope)
    title = f"{places.title()}{scope.coverage_year}年度城乡居民基本医疗保险困难人员参保资助台账"
    subtitle = f"填报单位：{places.title()}", f"截至：{scope.day.isoformat()}"
    return [Table("困难人员台账", title, _COLUMNS, _rows(scope, places, source), subtitle, _FOOTNOTES)]


def _rows(scope: Scope, places: Places, source: Source) -> Iterator[Row]:
    number = 0
    for village, people in source.villages():
        names = places.township_name(places.township(village)), places.village_name(village)
        for person in people:
            if not (person.identities or person.subsidies_fen or person.paid_back_fen):
                continue
            number += 1
            yield (number, *names, *whole_or_masked(scope, person), *_identities(person), *_money(person))


def _identities(person: Person) -> tuple[Cell, ...]:
    held = sorted(person.identities, key=lambda each: each.code != categories.foremost(person.codes))
    since = "、".join(each.since or "—" for each in held)
    sources = "、".join(dict.fromkeys(_SOURCES.get(source, source) for each in held for source in each.sources))
    return "、".join(map(_named, held)) or _NO_MORE, since if since.strip("—、") else None, sources or None


def _named(held: Held) -> str:
    class_ = CLASSES[held.code].get(held.class_ or "") if held.code in CLASSES else None
    return f"{categories.name_of(held.code)}（{class_}）" if class_ else categories.name_of(held.code)


def _money(person: Person) -> tuple[Cell, ...]:
    paid_back = person.paid_back_fen or None
    if not person.covered:
        return None, None, None, paid_back, None, "未缴费"
    paid_on = (person.paid_on or person.registered_on).isoformat()
    return person.contribution_fen, person.subsidies_fen, person.paid_fen, paid_back, paid_on, "已参保"


_FOOTNOTES = (
    "缴费标准 = 资助金额 + 个人实缴；未缴费的登记没有金额。缴后资助为缴费后经审核另行发放的（负数为应收回的）。",
    "本表只列已登记的人员；名单上尚未登记参保的不在其中。",
)
