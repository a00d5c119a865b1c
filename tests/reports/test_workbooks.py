"""The same reports as workbooks, read back: figures, formulas, headings, pages."""

import json
from datetime import date
from pathlib import Path

import pytest

from app.reports.catalog import REPORTS
from app.reports.paging import cut
from app.reports.tables import Column, Pages, Table
from app.sheets.lines import TooManyRows
from app.sheets.workbook import Book
from app.sheets.writing import write_workbook
from app.workflows.make_report import Asked, make_report
from tests.reports.village import REGION, YEAR, County
from tests.reports.workbooks import Sheet, opened, worked_out


def book_of(county: County, folder: Path, name: str, day: date | None = None) -> dict[str, Sheet]:
    make_report(county.office, Asked(name, REGION, YEAR, day, True, "xlsx"), folder / "report.xlsx", "clerk-1")
    return opened(folder / "report.xlsx")


@pytest.mark.parametrize("name", [name for name in REPORTS if name not in ("registration", "payers")])
def test_a_sheet_has_the_rows_and_totals_of_the_json(county: County, tmp_path: Path, name: str) -> None:
    sheets = book_of(county, tmp_path, name)
    make_report(county.office, Asked(name, REGION, YEAR, None, True), tmp_path / "report.json", "clerk-1")
    for table in json.loads((tmp_path / "report.json").read_text())["tables"]:
        columns = [column["key"] for column in table["columns"]]
        shown = [[_plain(cell) for cell in row][: len(columns)] for row in sheets[table["name"]].rows]
        for row in table["rows"]:
            assert [_plain(_yuan(key, row[key])) for key in columns] in shown
        totals = [_plain(_yuan(key, value)) for key, value in table["totals"].items() if value]
        assert not totals or any(set(totals) <= set(row) for row in shown)


def _yuan(key: str, value: object) -> object:
    return value / 100 if key.endswith("_fen") and isinstance(value, int) else value


def _plain(cell: object) -> object:
    if isinstance(cell, int | float):
        return round(float(cell), 4)
    return cell or ""


@pytest.mark.parametrize("name", REPORTS)
def test_totals_are_formulas_that_come_to_what_the_cells_say(county: County, tmp_path: Path, name: str) -> None:
    sheets = book_of(county, tmp_path, name)
    checked = 0
    for sheet in sheets.values():
        for place, formula in sheet.formulas.items():
            value = worked_out(formula, sheets, sheet)
            if value is not None:
                assert sheet.cells[place] == value, (place, formula)
                checked += 1
    assert checked >= (0 if name == "new-enrollments" else 2)


def test_a_page_of_the_form_carries_its_own_sums_and_says_them(county: County, tmp_path: Path) -> None:
    sheets = book_of(county, tmp_path, "registration")
    assert list(sheets) == ["高湖镇", "汇总"]
    form = sheets["高湖镇"]
    assert form.rows[0][0] == "湖南省衡阳市衡东县2024年度城乡居民基本医疗保险参保缴费登记表"
    assert form.merged >= {"A1:J1", "G3:H3", "A3:A4"}
    assert [row[0] for row in form.rows[4:15]] == [
        "高湖镇　高田村　　第1页", *map(float, range(1, 8)), "本页合计",
        "本页总户数：5　总人数：7　全低保户：1　全建档立卡户：0　全残疾3、4级户：0",
        "收款人（签字）：　　　　　　　　缴费操作员（签字）：　　　　　　　　村卫生室（签字）：",
    ]  # fmt: skip
    assert (form.formulas["G13"], form.formulas["H13"]) == ("SUM(G6:G12)", "SUM(H6:H12)")
    assert (form.cells["G13"], form.cells["H13"]) == (950.0, 950.0)
    assert form.formulas["L14"] == "SUM(L6:L12)"
    assert form.formulas["A14"].startswith('"本页总户数："&L14&"　总人数："&K14&"')
    assert form.breaks == [15]
    assert sheets["汇总"].formulas["C4"] == "SUMIF('高湖镇'!$P:$P,$B4,'高湖镇'!G:G)"
    assert sheets["汇总"].cells["C4"] == 950.0
    assert form.cells["E6"] == county.numbers["p1"]


def test_progress_is_laid_out_like_the_form(county: County, tmp_path: Path) -> None:
    sheets = book_of(county, tmp_path, "progress")
    brief = sheets["分乡镇"]
    assert [cell for cell in brief.rows[2] if cell] == [
        "乡镇代码", "乡镇（街道）", "应参保人数", "已参保人数", "参保率", "备注",
    ]  # fmt: skip
    assert [cell for cell in brief.rows[3] if cell][-2:] == ["个人缴费", "资助参保"]
    assert {"A3:A5", "C3:E3", "F3:N3", "G4:I4", "J4:N4"} <= brief.merged
    assert brief.formulas["F6"] == "SUMIF('分村'!$A:$A,$A6,'分村'!H:H)"
    assert brief.formulas["O8"] == 'IF(N(C8)=0,"",F8/C8)'


def test_text_that_is_no_xml_and_looks_like_a_formula_is_only_text(tmp_path: Path) -> None:
    odd = ["=1+1", "<b>&", "a\x0bb\ufffe", "  张三 ", "000123456789012345"]
    table = Table("表", "题", [Column("x", ("列",), 9, "text")], [[text] for text in odd])
    write_workbook(tmp_path / "odd.xlsx", [table])
    sheet = opened(tmp_path / "odd.xlsx")["表"]
    assert [sheet.cells[f"A{n}"] for n in range(4, 9)] == ["=1+1", "<b>&", "ab", "  张三 ", "000123456789012345"]
    assert not sheet.formulas


def test_sheets_get_names_that_a_workbook_may_have(tmp_path: Path) -> None:
    columns = [
        Column("s", ("镇",), hidden=True, kind="text"),
        Column("v", ("村",), hidden=True, kind="text"),
        Column("n", ("数",), summed=True),
    ]
    pages = Pages(2, "s", "v", "{s}{v}{page}", "签字", said="{n}")
    rows = [("[甲]/乙:*?'" + "长" * 40, "村", 1), ("汇总", "村", 2), ("", "村", 3)]
    write_workbook(tmp_path / "names.xlsx", [Table("表", "题", columns, rows, pages=pages)])
    assert list(opened(tmp_path / "names.xlsx")) == ["甲  乙" + " " * 4 + "长" * 18, "汇总", "表", "汇总（2）"]


def test_a_form_with_more_pages_than_a_sheet_has_breaks_goes_on_in_another(tmp_path: Path) -> None:
    columns = [
        Column("s", ("镇",), hidden=True, kind="text"),
        Column("v", ("村",), hidden=True, kind="text"),
        Column("n", ("数",), summed=True),
    ]
    pages = Pages(1, "s", "v", "{s}{v}{page}", "签字", said="{n}")
    rows = [("甲镇", "乙村", 1)] * 1001
    write_workbook(tmp_path / "long.xlsx", [Table("表", "题", columns, rows, pages=pages)])
    sheets = opened(tmp_path / "long.xlsx")
    assert list(sheets) == ["甲镇", "甲镇（2）", "汇总"]
    assert (len(sheets["甲镇"].breaks), sheets["甲镇（2）"].breaks) == (999, [])
    assert sheets["甲镇（2）"].rows[3][0] == "甲镇乙村1001"
    both = "SUMIF('甲镇'!$B:$B,$B4,'甲镇'!A:A)+SUMIF('甲镇（2）'!$B:$B,$B4,'甲镇（2）'!A:A)"
    assert sheets["汇总"].formulas["C4"] == both


def test_a_name_that_a_spreadsheet_would_search_by_another_way_is_added_up_here(tmp_path: Path) -> None:
    columns = [Column("t", ("镇",), kind="text"), Column("n", ("数",), summed=True)]
    wide = Table("分村", "题", columns, [("一*", 1), ("二", 2)])
    write_workbook(tmp_path / "signs.xlsx", [Table("分乡镇", "题", columns, wide.rows, adds_up="分村"), wide])
    brief = opened(tmp_path / "signs.xlsx")["分乡镇"]
    assert {place: brief.cells[place] for place in ("B4", "B5")} == {"B4": 1, "B5": 2}
    assert list(brief.formulas) == ["B5", "B6"]


def test_pages_end_where_they_are_full_and_where_the_village_does(tmp_path: Path) -> None:  # noqa: ARG001
    columns = [Column("s", ("镇",), hidden=True), Column("v", ("村",), hidden=True), Column("n", ("数",), summed=True)]
    pages = Pages(2, "s", "v", "{v}", "")
    rows = [("镇", village, 1) for village in "aaabbc"]
    found = [
        (p.names["v"], p.number, len(p.rows), p.totals.values()["n"])
        for p in cut(Table("", "", columns, rows, pages=pages))
    ]
    assert found == [("a", 1, 2, 2), ("a", 2, 1, 1), ("b", 1, 2, 2), ("c", 1, 1, 1)]


def test_more_rows_than_a_sheet_holds_are_refused_and_leave_no_file_open(tmp_path: Path) -> None:
    with pytest.raises(TooManyRows), Book(tmp_path / "full.xlsx") as book:
        book.sheet("表", Table("表", "题", [], [])).line(1_048_576, ["x"], [0])
