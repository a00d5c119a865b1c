"""登记表 (2020 annex 2): one line a person, household by household, page by page, each page with its totals."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from app.reports import categories
from app.reports.by_place import places_of
from app.reports.masking import masked_name, masked_number
from app.reports.people import Person, Scope, Source
from app.reports.places import Places
from app.reports.tables import Cell, Column, Pages, Row, Table

LINES = 20  # on a page
_DIGITS = re.compile("([0-9]+)")
_PAID = "缴费情况*"
_RELATIONS = {"head": "户主", "spouse": "配偶", "child": "子女", "parent": "父母", "grandchild": "孙子女",
              "grandparent": "祖父母", "sibling": "兄弟姐妹", "member": "家庭成员", "other": "其他"}  # fmt: skip
_COLUMNS = (
    Column("township", ("乡镇",), hidden=True, kind="text"),
    Column("village", ("村",), hidden=True, kind="text"),
    Column("number", ("序号",), 6, "ordinal"),
    Column("attribute", ("户属性*",), 14, "text"),
    Column("relation", ("与户主关系*",), 11, "text"),
    Column("name", ("姓名",), 14, "text"),
    Column("id_number", ("身份证号码*",), 21, "id"),
    Column("phone", ("联系电话",), 14, "id"),
    Column("paid_fen", (_PAID, "缴费金额"), 10, "fen", summed=True),
    Column("subsidy_fen", (_PAID, "资助金额"), 10, "fen", summed=True),
    Column("signature", ("签字*",), 12, "text"),
    Column("remark", ("备注",), 12, "text"),
    Column("people", ("人数",), hidden=True, summed=True),
    Column("households", ("户数",), hidden=True, summed=True),
    Column("all_allowance", ("全低保户",), hidden=True, summed=True),
    Column("all_registered_poor", ("全建档立卡户",), hidden=True, summed=True),
    Column("all_disabled", ("全残疾3、4级户",), hidden=True, summed=True),
)
_WHOLLY = ("普通低保", "建档立卡", "残疾3、4级")  # in the order of the last columns
_PAGES = Pages(
    LINES,
    sheet="township",
    part="village",
    caption="{township}　{village}　　第{page}页",
    totals="本页合计",
    said="本页总户数：{households}　总人数：{people}　全低保户：{all_allowance}"
    "　全建档立卡户：{all_registered_poor}　全残疾3、4级户：{all_disabled}",
    signatures="收款人（签字）：　　　　　　　　缴费操作员（签字）：　　　　　　　　村卫生室（签字）：",
)


def registration(scope: Scope, source: Source) -> list[Table]:
    places = places_of(scope)
    title = f"{places.title()}{scope.coverage_year}年度城乡居民基本医疗保险参保缴费登记表"
    found = Table("登记表", title, _COLUMNS, _rows(scope, places, source), pages=_PAGES, footnotes=_FOOTNOTES)
    found.subtitle = (f"填报单位：{places.title()}", f"截至：{scope.day.isoformat()}　（*为必填项）")
    return [found]


def _rows(scope: Scope, places: Places, source: Source) -> Iterator[Row]:
    for village, people in source.villages():
        names = places.township_name(places.township(village)), places.village_name(village)
        number = 0
        for household in households(people):
            flags: tuple[Cell, ...] = (1, *_wholly(household))
            for person in household:
                number += 1
                yield (*names, number, *_line(scope, person), 1, *flags)
                flags = (None,) * 4


def households(people: Sequence[Person]) -> Iterator[Sequence[Person]]:
    """By household number (9 before 10), the head first; who has none is a household alone, and comes last. In the
    order of registration else."""

    def place(person: Person) -> tuple[bool, list[str | int], str, bool, str]:
        household = person.household
        if household is None:
            return True, [], person.id, True, person.id
        number = household["household_no"]
        return False, _by_value(number), number, household["relation"] not in ("head", "户主"), person.id

    ordered = sorted(people, key=place)
    for _, members in groupby(ordered, key=lambda person: place(person)[:3]):
        yield list(members)


def _by_value(number: str) -> list[str | int]:
    """In pieces that sort as people count: every second one is a number."""
    return [int(piece) if n % 2 else piece for n, piece in enumerate(_DIGITS.split(number))]


def _wholly(household: Sequence[Person]) -> tuple[Cell, ...]:
    found = {categories.attribute(person.codes) for person in household}
    return tuple(1 if found == {name} else None for name in _WHOLLY)


def _line(scope: Scope, person: Person) -> tuple[Cell, ...]:
    household = person.household
    relation = household["relation"] if household else ""
    name, id_number, phone = whole_or_masked(scope, person)
    return (
        categories.attribute(person.codes),
        _RELATIONS.get(relation, relation) or None,
        name,
        id_number,
        phone,
        person.paid_fen if person.covered else None,
        person.subsidies_fen if person.covered else None,
        None,
        remark(person),
    )


def remark(person: Person) -> str | None:
    """What has to be known of a line."""
    guardian = "监护人证件" if person.applicant["id_type"].startswith("guardian") else None
    return "、".join(filter(None, (None if person.covered else "未缴费", guardian))) or None


def whole_or_masked(scope: Scope, person: Person) -> tuple[str, str, str | None]:
    """Name, number and telephone, as the report may show them."""
    who = person.applicant
    name, number, phone = who["name"], who["id_number"], who.get("phone") or None
    if scope.whole:
        return name, number, phone
    return masked_name(name), masked_number(number), masked_number(phone) if phone else None


_FOOTNOTES = ("户数按户编号计，没有户编号的每人计一户；一户跨页的，计在第一行所在的页。",)
