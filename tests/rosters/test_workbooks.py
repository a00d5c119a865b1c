"""Workbooks that would take more memory than there is, or break their reader: refused before it opens them."""

import io
import zipfile
from collections.abc import Callable

import pytest

from app.rosters.reading import read_list
from app.rosters.rows import ListRefused
from app.sheets.difference_sheet import SheetRefused, open_sheet
from tests.rosters.made_up_lists import HEADINGS, row, xlsx_of
from tests.state.made_up import id_number

SHEET, STRINGS, RELS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels"


def changed(part: str, old: str, new: str, raw: bytes | None = None) -> bytes:
    """A workbook with a part of it changed; a part that is not there is added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw or xlsx_of(row(id_number())))) as packed, zipfile.ZipFile(out, "w") as made:
        for entry in packed.infolist():
            text = packed.read(entry)
            made.writestr(entry, text.replace(old.encode(), new.encode(), 1) if entry.filename == part else text)
        if part not in packed.namelist():
            made.writestr(part, new)
    return out.getvalue()


def far(place: str, cell: str = "<c {}><v>1</v></c>") -> bytes:
    """Something in a cell far away from the list."""
    return changed(SHEET, "</sheetData>", f"<row>{cell.format(f'r={chr(34)}{place}{chr(34)}')}</row></sheetData>")


def beside(cells: int) -> bytes:
    """The same far to the right, of cells that do not say where they stand, and far below."""
    row_ = f"<row r='200000'>{'<c/>' * cells}<c><v>1</v></c></row>"
    return changed(SHEET, "</sheetData>", f"{row_}</sheetData>")


def bomb() -> bytes:
    """It unpacks to more than anybody could hold."""
    out = io.BytesIO(xlsx_of(row(id_number())))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as packed:
        for name in range(9):
            packed.writestr(f"xl/media/{name}.png", b"\0" * (64 << 20))
    return out.getvalue()


def encrypted() -> bytes:
    raw = bytearray(xlsx_of(row(id_number())))
    raw[raw.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(raw)


HOSTILE: list[tuple[str, Callable[[], bytes], str]] = [
    ("opposite corners", lambda: far("XFD1048576"), "范围过大"),
    ("a row that no sheet has", lambda: far("Z9999999"), "范围过大"),
    ("cells without a place", lambda: beside(100), "范围过大"),
    ("room for many strings", lambda: changed(STRINGS, 'uniqueCount="', 'uniqueCount="99999999'), "过大"),
    ("a bomb", bomb, "过大"),
    ("a sheet under another name", lambda: changed(RELS, "sheet1.xml", "sheet1.png"), "不是可以读取"),
    ("broken in the middle", lambda: changed(SHEET, "</row>", "</raw>"), "不是可以读取"),
    ("an encoding that nobody knows", lambda: changed(SHEET, "UTF-8", "UTF-5"), "不是可以读取"),
    ("encrypted", encrypted, "不是可以读取"),
    ("another kind of workbook", lambda: changed("content.xml", "", "<office/>"), "不是可以读取"),
]


@pytest.mark.parametrize(("made", "reason"), [h[1:] for h in HOSTILE], ids=[h[0] for h in HOSTILE])
def test_a_workbook_that_would_take_the_service_with_it_is_refused(made: Callable[[], bytes], reason: str) -> None:
    with pytest.raises(ListRefused, match=reason):
        read_list(made())


def test_the_workbook_with_decisions_is_held_to_the_same_bounds() -> None:
    with pytest.raises(SheetRefused, match="范围过大"):
        open_sheet(io.BytesIO(far("XFD1048576")))


@pytest.mark.parametrize(
    "raw",
    [far("XFD1048576", "<c {} s='0'/>"), far("I200000"), changed("xl/media/1.png", "", "picture")],
    ids=["formats only", "a word far below", "a picture"],
)
def test_what_offices_leave_beside_a_list_does_not_matter(raw: bytes) -> None:
    found = read_list(raw)
    assert (len(found.lines), found.lines[0].number, len(HEADINGS)) == (1, 3, 9)
