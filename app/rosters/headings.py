"""The columns of a change list by their Chinese headings, as in 离石 annex 3 and as other offices write them."""

import re
import unicodedata
from collections.abc import Sequence

# Field -> what a heading may be, without spaces and brackets.
_HEADINGS = {
    "id_number": ("身份证号", "身份证号码", "公民身份号码", "公民身份证号码", "身份证", "证件号码", "证件号"),
    "name": ("姓名", "人员姓名"),
    "action": ("变动类型", "变动情况", "变更类型", "变动类别", "新增退出", "新增/退出"),
    "category": ("人员类别", "困难类别", "类别", "身份类别", "人员类型", "人员属性"),
    "day": ("变动日期", "变动时间", "变更日期", "变更时间", "认定日期", "认定时间"),
    "township": ("乡镇", "乡镇街道", "乡", "镇", "街道", "所属乡镇"),
    "village": ("村", "村社区", "行政村", "村居", "社区", "所属村"),
    "phone": ("联系电话", "电话", "手机号", "手机号码", "联系方式"),
}
REQUIRED = ("身份证号", "变动类型", "人员类别", "变动日期")
_NEEDED = ("id_number", "action", "category", "day")
_FIELDS = {heading: field for field, headings in _HEADINGS.items() for heading in headings}


def columns_of(cells: Sequence[str]) -> dict[str, int] | None:
    """Where each known column stands; None where these cells are not the headings of a list."""
    found: dict[str, int] = {}
    for at, cell in enumerate(cells):
        field = _FIELDS.get(_plain(cell))
        if field is not None:
            found.setdefault(field, at)
    return found if all(field in found for field in _NEEDED) else None


def _plain(heading: str) -> str:
    """乡（镇、街道） is 乡镇街道; a star marks a column that has to be filled in."""
    return re.sub(r"[\s()*、]", "", unicodedata.normalize("NFKC", heading))
