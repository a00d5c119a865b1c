"""Differences out as a workbook and back in: decisions are read, anything else that was changed is refused."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import python_calamine
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from app.sheets.difference_sheet import ABOUT, COLUMNS, SHEET
from app.workflows.difference_sheets import export_differences, import_decisions
from app.workflows.office import Office, Refused
from tests.reconcile.statements import differences, reconciled
from tests.reconcile.test_comparing import paid
from tests.reconcile.test_deciding import CLERK, covers
from tests.state.in_the_office import opened
from tests.state.made_up import payment

Table = list[list[Any]]
HEADINGS = [heading for heading, *_ in COLUMNS]
LONG = "123456789012345678"


def exported(office: Office, found: dict[str, Any], folder: Path) -> dict[str, Table]:
    path = folder / "differences.xlsx"
    export_differences(office, found["id"], str(path))
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_a_printed_sheet_is_two_pages_wide_and_shows_all_of_the_advice(own_office: Office, tmp_path: Path) -> None:
    found = reconciled(own_office, paid(own_office, told=False))
    exported(own_office, found, tmp_path)
    with zipfile.ZipFile(tmp_path / "differences.xlsx") as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert 'orientation="landscape"' in sheet
    assert 'fitToWidth="2" fitToHeight="0"' in sheet
    advice = differences(own_office, found)[0]["advice"]
    assert len(advice) > 29
    assert re.search(r'<row r="2"[^>]* ht="(30|45)"', sheet)


def workbook(sheets: dict[str, Table]) -> io.BytesIO:
    """The workbook as a clerk's program would save it."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value != "":
                    sheet.write(number, column, value)
    book.close()
    file.seek(0)
    return file


def column(heading: str) -> int:
    return HEADINGS.index(heading)


@pytest.fixture
def three(own_office: Office) -> dict[str, Any]:
    """Two missed callbacks and an order paid with too little."""
    missed = [paid(own_office, told=False, voucher_no=LONG) for _ in range(2)]
    return reconciled(own_office, *missed, paid(own_office, amount=37900))


def test_everything_goes_out_and_numbers_are_text(own_office: Office, three: dict[str, Any], tmp_path: Path) -> None:
    sheets = exported(own_office, three, tmp_path)
    head, first, _, last = sheets[SHEET]
    assert head == HEADINGS
    assert first[column("凭证号")] == LONG
    assert (last[column("类型")], last[column("对账单金额（元）")], last[column("系统金额（元）")]) == (
        "amount_differs",
        379.0,
        380.0,
    )
    assert (first[column("状态")], first[column("处理")]) == ("待处理", "")
    assert dict(row[:2] for row in sheets[ABOUT])["对账编号"] == three["id"]


def test_decisions_come_back_in_in_any_order_of_rows(own_office: Office, three: dict[str, Any], tmp_path: Path) -> None:
    sheets = exported(own_office, three, tmp_path)
    rows = sheets[SHEET]
    rows[1][column("处理")], rows[1][column("备注")] = "同意", "税务已确认"
    rows[2][column("处理")] = "reject"
    sheets[SHEET] = [rows[0], *reversed(rows[1:])]
    done = import_decisions(own_office, three["id"], workbook(sheets), CLERK)
    assert done | {"reconciliation": ""} == {
        "reconciliation": "",
        "decisions": 2,
        "approved": 1,
        "rejected": 1,
        "failed": 0,
        "failures": [],
    }
    assert [(d["state"], d["remark"]) for d in differences(own_office, three)] == [
        ("approved", "税务已确认"),
        ("rejected", None),
        ("open", None),
    ]
    assert covers(own_office) == 1
    again = exported(own_office, three, tmp_path)
    assert [row[column("处理")] for row in again[SHEET][1:]] == ["同意", "驳回", ""]
    import_decisions(own_office, None, workbook(again), CLERK)
    assert covers(own_office) == 1


def raw(place: str, value: str) -> Callable[[dict[str, Table]], object]:
    """Set a cell to what no program would write, in the file itself."""
    return lambda sheets: sheets.setdefault("", [[place, value]])


def spoiled(file: io.BytesIO, place: str, value: str) -> io.BytesIO:
    out, cell = io.BytesIO(), f'<c r="{place}"><v>{value}</v></c>'
    row = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    with zipfile.ZipFile(file) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in given.namelist():
            content = given.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                content, n = re.subn(f'<c r="{place}"[^>]*>.*?</c>', cell, content)
                content = content if n else content.replace("</sheetData>", f'<row r="{row}">{cell}</row></sheetData>')
            made.writestr(name, content)
    out.seek(0)
    return out


STATED = xl_col_to_name(column("对账单金额（元）"))
CHANGES: dict[str, tuple[Callable[[dict[str, Table]], object], str]] = {
    "an amount": (lambda s: s[SHEET][1].__setitem__(column("对账单金额（元）"), 381), "“对账单金额（元）”被改动"),
    "an order": (lambda s: s[SHEET][2].__setitem__(column("订单号"), "430424-1"), "“订单号”被改动"),
    "a number of a voucher": (
        lambda s: s[SHEET][1].__setitem__(column("凭证号"), 123456789012345680),
        "“凭证号”被改动",
    ),
    "an empty cell": (lambda s: s[SHEET][1].__setitem__(column("系统金额（元）"), 1), "“系统金额（元）”被改动"),
    "a kind": (lambda s: s[SHEET][3].__setitem__(column("类型"), "callback_missed"), "“类型”被改动"),
    "a heading": (lambda s: s[SHEET][0].__setitem__(1, "种类"), "表头被改动"),
    "a row taken away": (lambda s: s[SHEET].pop(2), "应有3条"),
    "a row twice": (lambda s: s[SHEET].append(s[SHEET][1]), "序号重复"),
    "a row of its own": (lambda s: s[SHEET].append([4, *s[SHEET][1][1:]]), "没有这条差异"),
    "a number that is text": (lambda s: s[SHEET][1].__setitem__(0, "一"), "序号被改动"),
    "a column more": (lambda s: s[SHEET][1].append("x"), "多出内容"),
    "another word": (lambda s: s[SHEET][1].__setitem__(column("处理"), "好"), "处理应为"),
    "a long remark": (lambda s: s[SHEET][1].__setitem__(column("备注"), "x" * 501), "备注最多"),
    "a number that is none": (raw(f"{STATED}2", "NaN"), "“对账单金额（元）”被改动"),
    "an amount without end": (raw(f"{STATED}2", "1e308"), "“对账单金额（元）”被改动"),
    "a row's number without end": (raw("A2", "1e300"), "序号被改动"),
    "a cell in the far corner": (raw("XFD1048576", "1"), "范围过大"),
    "another reconciliation": (lambda s: s[ABOUT][0].__setitem__(1, "430424-" + "0" * 32), "另一次对账"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_else_was_changed_refuses_the_whole(
    own_office: Office, three: dict[str, Any], tmp_path: Path, what: str
) -> None:
    sheets = exported(own_office, three, tmp_path)
    for row in sheets[SHEET][1:]:
        row[column("处理")] = "同意"
    change, says = CHANGES[what]
    change(sheets)
    edits = sheets.pop("", [])
    file = workbook(sheets)
    for place, value in edits:
        file = spoiled(file, place, value)
    with pytest.raises(Refused) as why:
        import_decisions(own_office, three["id"], file, CLERK)
    assert why.value.code == "decisions_refused"
    assert says in str(why.value.detail)
    assert {d["state"] for d in differences(own_office, three)} == {"open"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("已核实，　王经办", "已核实，　王经办"),
        ("复姓\ue000", "复姓\ue000"),
        (10000000000, "10000000000"),
        (1.5, "1.5"),
    ],
)
def test_a_remark_may_be_whatever_a_clerk_types(
    own_office: Office, three: dict[str, Any], tmp_path: Path, typed: Any, kept: str
) -> None:
    sheets = exported(own_office, three, tmp_path)
    sheets[SHEET][1][column("处理")], sheets[SHEET][1][column("备注")] = "驳回", typed
    assert import_decisions(own_office, three["id"], workbook(sheets), CLERK)["rejected"] == 1
    assert differences(own_office, three)[0]["remark"] == kept


def test_a_reference_that_no_workbook_can_hold_goes_out_and_comes_in(own_office: Office, tmp_path: Path) -> None:
    found = reconciled(own_office, paid(own_office, told=False, event_id="evt-\ufffe"))
    sheets = exported(own_office, found, tmp_path)
    sheets[SHEET][1][column("处理")] = "同意"
    assert import_decisions(own_office, None, workbook(sheets), CLERK)["approved"] == 1
    assert covers(own_office) == 1


def test_whoever_compared_cannot_import_decisions(own_office: Office, three: dict[str, Any], tmp_path: Path) -> None:
    sheets = exported(own_office, three, tmp_path)
    with pytest.raises(Refused) as why:
        import_decisions(own_office, None, workbook(sheets), "first")
    assert why.value.code == "second_clerk_needed"


def test_one_decision_that_fails_spoils_no_other(own_office: Office, three: dict[str, Any], tmp_path: Path) -> None:
    from tests.state.in_the_office import booked

    sheets = exported(own_office, three, tmp_path)
    first = differences(own_office, three)[0]
    booked(own_office, payment(first["order_no"], 1, event_id=first["event_id"]))
    for row in sheets[SHEET][1:3]:
        row[column("处理")] = "approve"
    done = import_decisions(own_office, None, workbook(sheets), CLERK)
    assert (done["approved"], done["failures"]) == (1, [{"number": 1, "code": "event_conflict"}])


def test_text_that_looks_like_a_formula_stays_text(own_office: Office, tmp_path: Path) -> None:
    event = payment(opened(own_office)["order_no"], channel="=1+1", voucher_no="http://x.example/")
    found = reconciled(own_office, event)
    sheets = exported(own_office, found, tmp_path)
    assert sheets[SHEET][1][column("渠道")] == "=1+1"
    assert b"<f>" not in zipfile.ZipFile(tmp_path / "differences.xlsx").read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"a,b\n", b"PK\x05\x06" + bytes(18)])
def test_a_file_that_is_no_workbook(own_office: Office, content: bytes) -> None:
    with pytest.raises(Refused) as why:
        import_decisions(own_office, None, io.BytesIO(content), CLERK)
    assert why.value.code == "decisions_refused"


def test_a_workbook_of_something_else(own_office: Office) -> None:
    for sheets in ({"x": [[1]]}, {SHEET: [HEADINGS], ABOUT: [["x", "y"]]}):
        with pytest.raises(Refused):
            import_decisions(own_office, None, workbook(sheets), CLERK)
