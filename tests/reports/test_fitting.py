"""What is printed fits: text into its cell, numbers into their columns, a page onto its paper."""

from datetime import date
from pathlib import Path

import pytest

from app.packs.shelf import Shelf
from app.reports.catalog import REPORTS
from app.reports.people import Scope, Share
from app.reports.tables import Column, Pages, Table
from app.sheets.fitting import units_of
from app.sheets.writing import write_workbook
from tests.reports.test_places import FIRST, Counted
from tests.reports.workbooks import Sheet, opened

LONG = "阿依古丽·吐尔逊江·艾合买提江"  # as names get in some places
NUMBER = "HKG-1234567890-1234567890"  # of a document that is no ID card
COLUMNS = (
    Column("s", ("镇",), hidden=True, kind="text"),
    Column("v", ("村",), hidden=True, kind="text"),
    Column("name", ("姓名",), 14, "text"),
    Column("number", ("证件号码",), 20, "id"),
    Column("n", ("数",), summed=True),
)
FORM = Pages(20, "s", "v", "{v}", "签字", said="{n}")


def written(folder: Path, people: dict[str, str], pages: Pages | None) -> Sheet:
    rows = [("镇", "村", name, number, 1) for name, number in people.items()]
    shown = 0 if pages else 2
    table = Table("表", "题", COLUMNS[shown:], [row[shown:] for row in rows], pages=pages)
    write_workbook(folder / "names.xlsx", [table])
    return opened(folder / "names.xlsx")["镇" if pages else "表"]


@pytest.mark.parametrize("pages", [None, FORM], ids=["table", "form"])
def test_what_is_too_long_is_written_smaller_in_a_higher_row(tmp_path: Path, pages: Pages | None) -> None:
    sheet = written(tmp_path, {"张三": "1", LONG: "2", "张小三": NUMBER}, pages)
    short, long, small = (sheet.place(text) for text in ("张三", LONG, NUMBER))
    assert (sheet.height(short), sheet.height(small)) == (None, 22)
    assert sheet.height(long) == 22
    assert sheet.looks[long] != sheet.looks[short] == sheet.looks[sheet.place("张小三")]
    assert sheet.looks[small] != sheet.looks[sheet.place("1")]


def test_a_chinese_character_is_two_columns_wide() -> None:
    assert [units_of(text) for text in ("张三", "John", "古丽·某")] == [4, 4, 8]


@pytest.mark.parametrize("name", REPORTS)
def test_the_lines_of_a_form_fit_on_its_page_and_other_sheets_on_a4(tmp_path: Path, name: str) -> None:
    """The survey is a form of its own size. A lying A4 page has room for 516 points, a standing one for 762."""
    for sheet in opened(report(tmp_path, name)).values():
        assert sheet.page["paperSize"] == ("8" if name == "survey" else "9")
        if "scale" in sheet.page:
            end = sheet.breaks[0] if sheet.breaks else 0
            points = sum(sheet.height(f"A{row}") or 19 for row in range(1, end + 1))
            assert points * int(sheet.page["scale"]) / 100 <= (516 if sheet.page["orientation"] == "landscape" else 762)


_MOST = {"count": "9999999", "rate": "999.99%", "ordinal": "99999"}


@pytest.mark.parametrize("name", REPORTS)
def test_the_numbers_of_a_large_county_fit_into_their_columns(name: str) -> None:
    """A spreadsheet shows #### where they do not. A digit at 10 points is 6.7 pixels wide, a column 7 for each of its
    characters and 5 around them."""
    for table in REPORTS[name].make(*asked()):
        for column in table.columns:
            summed = "22,000.00" if table.pages else "9,999,999.99"  # of a page, of a county
            amount = summed if column.summed else "1,100.00"
            most = amount if column.kind == "fen" else _MOST.get(column.kind, "")
            assert column.hidden or len(most) * 6.7 <= 7 * column.width + 5, column.key


def test_a_title_is_made_smaller_before_it_is_broken(tmp_path: Path) -> None:
    found = []
    for title in ("题" * 5, "题" * 14, "题" * 40):
        write_workbook(tmp_path / "title.xlsx", [Table("表", title, [Column("n", ("数",), 40)], [[1]])])
        sheet = opened(tmp_path / "title.xlsx")["表"]
        found.append((sheet.height("A1"), sheet.looks["A1"]))
    (short, wide), (longer, smaller), (broken, least) = found
    assert (short, longer, broken) == (30, 30, 42)
    assert wide != smaller
    assert least != wide


def asked() -> tuple[Scope, Counted]:
    collection = Shelf().find("hunan-anon-town", 2020).policy.collection
    scope = Scope("141102", "141102", "山西省吕梁市离石区", 2023, date(2022, 12, 25), True, {}, collection)
    return scope, Counted({FIRST: 100}, [Share(FIRST, "medical_assistance", 100, 1), Share(FIRST, "fiscal", 100, 1)])


def report(folder: Path, name: str) -> Path:
    write_workbook(folder / "report.xlsx", REPORTS[name].make(*asked()))
    return folder / "report.xlsx"
