"""How much of a workbook there is, told before it is opened.

Its reader lays a sheet out as one rectangle around all that is filled in: two cells in opposite corners, five kilobytes
of file, would be half a terabyte, and the process dies of it. What an archive says about its own size may be a lie.
"""

import re
import struct
import zipfile
import zlib
from typing import IO
from xml.parsers import expat

_MOST_UNPACKED = 512 * 1024 * 1024
MOST_CELLS = 10_000_000  # of a sheet's rectangle; each costs about 45 bytes
_PLACE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_COUNTED = re.compile("(.*:)?(unique)?count", re.IGNORECASE)  # as many are made room for, whether they come or not
_FILLED = frozenset({"v", "is", "f"})


class TooLarge(Exception):  # noqa: N818 - told to whoever brought the file
    """A workbook that would take more memory than anybody has; the text says what about it, in Chinese."""


def check_bounds(file: IO[bytes]) -> None:
    """Raises TooLarge, or BadZipFile where it is no sound workbook of the newer kind (XLSX). Reads it to its end."""
    try:
        with zipfile.ZipFile(file) as archive:
            _check(archive)
    # What is encrypted, packed in ways unknown here, or broken: ZipFile has no name of its own for it.
    except (zlib.error, LookupError, RuntimeError, EOFError, struct.error, expat.ExpatError, ValueError):
        raise zipfile.BadZipFile from None
    file.seek(0)


def _check(archive: zipfile.ZipFile) -> None:
    names = {name.lower() for name in archive.namelist()}
    if "xl/workbook.xml" not in names or "content.xml" in names:
        raise zipfile.BadZipFile
    unpacked = 0
    for entry in archive.infolist():
        name = entry.filename.lower()
        part = _Part() if name.endswith((".xml", ".rels")) else None
        with archive.open(entry) as packed:
            while chunk := packed.read(1 << 20):
                unpacked += len(chunk)
                if unpacked > _MOST_UNPACKED:
                    raise TooLarge("工作簿过大，请分批导入")
                if part is not None:
                    part.feed(chunk)
        if name == "xl/_rels/workbook.xml.rels" and part is not None and not part.targets_are_xml:
            raise zipfile.BadZipFile  # a sheet that was not looked at


class _Part:
    """Where the cells of a part stand that have something in them; of a part that is no sheet there are none."""

    def __init__(self) -> None:
        self._row = self._column = self._filled = 0
        self._top = self._left = 1 << 30
        self._bottom = self._right = 0
        self.targets_are_xml = True
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start

    def feed(self, chunk: bytes) -> None:
        """Raises TooLarge, or ExpatError."""
        self._parser.Parse(chunk)
        height, width = self._bottom - self._top + 1, self._right - self._left + 1
        if self._filled > MOST_CELLS or (self._filled and height * width > MOST_CELLS):
            raise TooLarge("工作表的内容范围过大，请删除表格以外多余的行和列")

    def _start(self, tag: str, about: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "c":
            self._go_to(about.get("r"))
        elif tag in _FILLED:
            self._fill()
        elif tag == "row":
            said = about.get("r", "")
            self._row, self._column = int(said) if said.isdigit() else self._row + 1, 0
        elif tag == "Relationship":
            self.targets_are_xml &= about.get("Target", "").lower().endswith((".xml", "vbaproject.bin"))
        elif any(_COUNTED.fullmatch(name) and int(said) > MOST_CELLS for name, said in about.items()):
            raise TooLarge("工作簿过大，请分批导入")

    def _go_to(self, place: str | None) -> None:
        """A cell that does not say where it stands is beside the one before it."""
        found = _PLACE.fullmatch(place) if place else None
        if found is None:
            self._column += 1
            return
        self._column, self._row = 0, int(found[2])
        for letter in found[1].upper():
            self._column = self._column * 26 + ord(letter) - 64

    def _fill(self) -> None:
        self._filled += 1
        self._top, self._bottom = min(self._top, self._row), max(self._bottom, self._row)
        self._left, self._right = min(self._left, self._column), max(self._right, self._column)
