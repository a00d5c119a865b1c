"""Change lists made up for tests, and what is done with them over HTTP."""

import io
from typing import Any

import httpx
import xlsxwriter

HEADINGS = ("序号", "乡镇", "村", "姓名", "身份证号", "联系电话", "变动类型", "人员类别", "变动日期")


def row(number: str, kind: str = "新增", category: str = "农村低保", day: str = "2023-10-10") -> list[str]:
    return ["1", "高湖镇", "某村", "测试甲", number, "10000000000", kind, category, day]


def csv_of(*rows: list[str], headings: tuple[str, ...] = HEADINGS) -> bytes:
    return "".join(",".join(cells) + "\r\n" for cells in (headings, *rows)).encode()


def xlsx_of(*rows: list[Any], title: bool = True) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    if title:
        sheet.write(0, 0, "困难群体变动名单")
    for r, cells in enumerate((HEADINGS, *rows), 1 if title else 0):
        for c, cell in enumerate(cells):
            if isinstance(cell, str):
                sheet.write_string(r, c, cell)
            else:
                sheet.write(r, c, cell)
    book.close()
    return out.getvalue()


def post(
    office: httpx.Client, raw: bytes, source: str = "civil_affairs", region: str = "430424", **params: str
) -> httpx.Response:
    asked = {"region": region, "source": source} | params
    return office.post("/v1/rosters", params=asked, content=raw, headers={"content-type": "text/csv"})


def taken(office: httpx.Client, *rows: list[str], **asked: str) -> dict[str, Any]:
    """The rows imported as a CSV file."""
    response = post(office, csv_of(*rows), **asked)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found
