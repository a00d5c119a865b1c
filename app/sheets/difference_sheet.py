"""Differences as a workbook: out for a clerk to decide on, and back in with the decisions."""

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any, Literal

import python_calamine
import xlsxwriter

from app.sheets.bounds import TooLarge, check_bounds

Decision = Literal["approve", "reject"]
SHEET, ABOUT = "差异", "对账"
# heading, where it comes from, kind, width. What a clerk fills in comes last.
COLUMNS = (
    ("序号", "number", "number", 7),
    ("类型", "type", "text", 18),
    ("说明", "text", "text", 30),
    ("细项", "reason", "text", 18),
    ("怎么办", "advice", "text", 60),
    ("对账单行号", "line", "number", 11),
    ("事件编号", "event_id", "text", 32),
    ("通知类型", "event_type", "text", 20),
    ("订单号", "order_no", "text", 42),
    ("对账单金额（元）", "statement_fen", "fen", 16),
    ("系统金额（元）", "booked_fen", "fen", 16),
    ("时间", "paid_at", "text", 27),
    ("冲正的事件", "reverses_event_id", "text", 32),
    ("凭证号", "voucher_no", "text", 22),
    ("渠道", "channel", "text", 22),
    ("参保登记", "enrollment_id", "text", 42),
    ("参保年度", "coverage_year", "number", 10),
    ("状态", "state", "text", 10),
    ("处理", "decision", "text", 10),
    ("备注", "remark", "text", 40),
)
_STATE, _DECISION, _REMARK = (len(COLUMNS) - n for n in (3, 2, 1))
_ADVICE = next(width for _, name, _, width in COLUMNS if name == "advice")
_HEADINGS = [heading for heading, *_ in COLUMNS]
_STATES = {"open": "待处理", "approved": "已同意", "rejected": "已驳回", "resolved": "已补到"}
_WORDS = {"approved": "同意", "rejected": "驳回"}
_DECISIONS: dict[str, Decision] = {"同意": "approve", "驳回": "reject", "approve": "approve", "reject": "reject"}
_MOST_ROWS = 1_048_575
_MOST_NUMBER, _MOST_YUAN = 10**9, 10**12  # beyond them nothing was exported
_NOT_IN_XML = str.maketrans(dict.fromkeys("\ufffe\uffff", "\ufffd"))


class SheetRefused(Exception):  # noqa: N818 - shown to the clerk
    """The message is Chinese and says where."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the sheet: what stands there beside the decision, and the decision."""

    row: int
    number: int
    cells: tuple[Any, ...]
    decision: Decision | None
    remark: str | None


def cells_of(difference: dict[str, Any]) -> tuple[Any, ...]:
    """What the sheet shows of a difference and nobody may change."""
    return tuple(_cell(difference[name], kind) for _, name, kind, _ in COLUMNS[:_STATE])


def _cell(value: Any, kind: str) -> Any:
    if isinstance(value, str):
        return value.translate(_NOT_IN_XML)
    return value / 100 if kind == "fen" and value is not None else value


def write_sheet(file: IO[bytes] | str, about: dict[str, Any], differences: Iterable[dict[str, Any]]) -> None:
    """Row by row: memory does not grow with them. Raises SheetRefused where they are more than a sheet holds."""
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    try:
        styles = {
            "head": book.add_format({"bold": True, "bg_color": "#DDE6F0", "border": 1, "text_wrap": True}),
            "fen": book.add_format({"num_format": "#,##0.00"}),
            "text": book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
            "input": book.add_format({"num_format": "@", "bg_color": "#FFF8DC"}),
        }
        _write_differences(book.add_worksheet(SHEET), styles, differences)
        _write_about(book.add_worksheet(ABOUT), styles, about)
    finally:
        book.close()


def _write_differences(sheet: Any, styles: dict[str, Any], differences: Iterable[dict[str, Any]]) -> None:
    for column, (heading, _, _, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading, styles["head"])
    sheet.freeze_panes(1, 2)
    _print_on_wide_pages(sheet)
    row = 0
    for row, difference in enumerate(differences, 1):
        if row > _MOST_ROWS:
            raise SheetRefused("差异过多，一张表放不下")
        sheet.set_row(row, _height(difference["advice"] or ""))
        for column, value in enumerate(cells_of(difference)):
            _write(sheet, row, column, value, styles, COLUMNS[column][2])
        sheet.write_string(row, _STATE, _STATES[difference["state"]], styles["text"])
        sheet.write_string(row, _DECISION, _WORDS.get(difference["state"], ""), styles["input"])
        sheet.write_string(row, _REMARK, _cell(difference["remark"] or "", "text"), styles["input"])
    if row:
        sheet.autofilter(0, 0, row, len(COLUMNS) - 1)
        sheet.data_validation(1, _DECISION, row, _DECISION, {"validate": "list", "source": list(_WORDS.values())})


def _height(advice: str) -> float:
    """A row's height in points, so that all of the advice is seen: a file from elsewhere is shown as it says."""
    return 15.0 * max(1, -(-2 * len(advice) // (_ADVICE - 2)))


def _print_on_wide_pages(sheet: Any) -> None:
    """Two pages (A3) side by side, headings and numbers on each: on one nobody could read them."""
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.set_margins(left=0.3, right=0.3)
    sheet.fit_to_pages(2, 0)
    sheet.repeat_rows(0)
    sheet.repeat_columns(0, 2)


def _write(sheet: Any, row: int, column: int, value: Any, styles: dict[str, Any], kind: str) -> None:
    if value is None:
        return
    if kind == "text":
        sheet.write_string(row, column, value, styles["text"])
    else:
        sheet.write_number(row, column, value, styles["fen"] if kind == "fen" else None)


def _write_about(sheet: Any, styles: dict[str, Any], about: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 70)
    for row, (name, value) in enumerate(about.items()):
        sheet.write_string(row, 0, name, styles["head"])
        sheet.write_string(row, 1, str(value), styles["text"])


def open_sheet(file: IO[bytes]) -> tuple[str, Iterator[Line]]:
    """The id of the reconciliation that the workbook is of, and its rows. Raises SheetRefused, also on the way."""
    try:
        check_bounds(file)
        book = python_calamine.CalamineWorkbook.from_filelike(file)
        about = {str(row[0]): row[1] for row in book.get_sheet_by_name(ABOUT).iter_rows() if len(row) > 1}
        rows = book.get_sheet_by_name(SHEET).iter_rows()
    except TooLarge as why:
        raise SheetRefused(str(why)) from None
    except (python_calamine.CalamineError, zipfile.BadZipFile, OSError):
        raise SheetRefused("不是由本系统导出的 XLSX 文件") from None
    if [str(cell) for cell in next(rows, [])][: len(_HEADINGS)] != _HEADINGS:
        raise SheetRefused("第1行：表头被改动")
    return str(about.get("对账编号", "")), _lines(rows)


def _lines(rows: Iterator[list[Any]]) -> Iterator[Line]:
    for row, values in enumerate(rows, 2):
        padded = [*values, *[""] * (len(COLUMNS) - len(values))]
        if all(value == "" for value in padded):
            continue
        if any(value != "" for value in padded[len(COLUMNS) :]):
            raise SheetRefused(f"第{row}行：多出内容")
        cells = tuple(_read(value, kind) for value, (_, _, kind, _) in zip(padded, COLUMNS[:_STATE], strict=False))
        if type(cells[0]) is not int:
            raise SheetRefused(f"第{row}行：序号被改动")
        yield Line(row, cells[0], cells, _decision(row, padded[_DECISION]), _remark(padded[_REMARK]))


def _read(value: Any, kind: str) -> Any:
    if value == "":
        return None
    if kind == "number" and isinstance(value, float) and value.is_integer() and abs(value) <= _MOST_NUMBER:
        return int(value)
    if kind == "fen" and isinstance(value, int | float) and abs(value) <= _MOST_YUAN:
        return round(value * 100) / 100
    return value


def _remark(value: Any) -> str | None:
    """A telephone number that was typed into it comes as a float."""
    whole = isinstance(value, float) and value.is_integer() and abs(value) < 10**15
    return str(int(value) if whole else value).strip() or None


def _decision(row: int, value: Any) -> Decision | None:
    word = str(value).strip()
    if word and word not in _DECISIONS:
        raise SheetRefused(f"第{row}行：处理应为“同意”或“驳回”（approve、reject），或留空")
    return _DECISIONS.get(word)


def changed_heading(cells: tuple[Any, ...], stored: tuple[Any, ...]) -> str | None:
    """The heading of the first cell that is not what was exported; None where all are."""
    for heading, given, wanted in zip(_HEADINGS, cells, stored, strict=False):
        if given != wanted:
            return heading
    return None
