"""A workbook read back: its values as a spreadsheet shows them, its formulas from the XML, what they come to."""

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from xml.etree import ElementTree

from python_calamine import CalamineWorkbook

_NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
Value = str | float


@dataclass
class Sheet:
    """`cells` by their names (`B7`); formulas likewise."""

    xml: ElementTree.Element
    rows: Sequence[Sequence[object]]

    @cached_property
    def cells(self) -> dict[str, Value]:
        return {str(cell.get("r")): _value(cell) for cell in self.xml.iterfind(".//m:c", _NS)}

    @cached_property
    def formulas(self) -> dict[str, str]:
        found = {str(cell.get("r")): cell.findtext("m:f", None, _NS) for cell in self.xml.iterfind(".//m:c", _NS)}
        return {place: formula for place, formula in found.items() if formula}

    def values(self, ref: str) -> list[Value]:
        """Of a range such as B5:D9."""
        (left, first), (right, last) = map(_place, ref.split(":"))
        return [
            value
            for (column, row), value in ((_place(name), value) for name, value in self.cells.items())
            if left <= column <= right and first <= row <= last
        ]

    @cached_property
    def looks(self) -> dict[str, str]:
        """The numbers of the cells' formats."""
        return {str(cell.get("r")): str(cell.get("s")) for cell in self.xml.iterfind(".//m:c", _NS)}

    def place(self, value: Value) -> str:
        return next(place for place, found in self.cells.items() if found == value)

    def height(self, place: str) -> float | None:
        """In points, of a row that has one of its own."""
        row = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        found = self.xml.find(f".//m:row[@r='{row}']", _NS)
        return float(str(found.get("ht"))) if found is not None and found.get("ht") else None

    @property
    def page(self) -> dict[str, str]:
        """How it is printed."""
        found = self.xml.find("m:pageSetup", _NS)
        assert found is not None
        return dict(found.attrib)

    @property
    def breaks(self) -> list[int]:
        return [int(str(b.get("id"))) for b in self.xml.iterfind(".//m:rowBreaks/m:brk", _NS)]

    @property
    def merged(self) -> set[str]:
        return {str(m.get("ref")) for m in self.xml.iterfind(".//m:mergeCell", _NS)}


def _place(name: str) -> tuple[int, int]:
    """Column and row."""
    letters = name.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column, int(name[len(letters) :])


def _value(cell: ElementTree.Element) -> Value:
    text = cell.findtext("m:is/m:t", None, _NS)
    if text is None:
        text = cell.findtext("m:v", "", _NS)
        if cell.get("t") is None and text:
            return float(text)
    return text


def opened(path: Path) -> dict[str, Sheet]:
    """By name."""
    book = CalamineWorkbook.from_path(str(path))
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        xml = [
            ElementTree.fromstring(file.read(f"xl/worksheets/sheet{n + 1}.xml")) for n in range(len(book.sheet_names))
        ]
        defined = file.read("xl/workbook.xml").decode()
    assert defined.count("_xlnm.Print_Area") == len(xml) or "_xlnm.Print_Titles" in defined
    return {
        name: Sheet(tree, book.get_sheet_by_name(name).to_python(skip_empty_area=False))
        for name, tree in zip(book.sheet_names, xml, strict=True)
    }


def worked_out(formula: str, sheets: dict[str, Sheet], sheet: Sheet) -> float | None:
    """What sums come to; None for any other formula."""
    if "+" in formula and "(" in formula:
        parts = [worked_out(part, sheets, sheet) for part in formula.split("+")]
        return sum(part for part in parts if part is not None)
    if match := re.fullmatch(r"SUM\(([A-Z]+\d+:[A-Z]+\d+)\)", formula):
        return sum(v for v in sheet.values(match[1]) if isinstance(v, float))
    if match := re.fullmatch(r"SUMIF\('(.+)'!\$([A-Z]+):\$\2,\$([AB]\d+),'.+'!([A-Z]+):\4\)", formula):
        other, wanted, names = sheets[match[1]], sheet.cells[match[3]], match[2]
        found = (other.cells.get(f"{match[4]}{n}") for n in range(1, 200) if other.cells.get(f"{names}{n}") == wanted)
        return sum(v for v in found if isinstance(v, float))
    return None
