"""Tasks of villages as files write them (2020 annex 1): headings in Chinese, a row for each village."""

import re
from collections.abc import Sequence
from dataclasses import replace

from app.reports.people import Target
from app.reports.places import township_of

_HEADINGS = {
    "village": ("村代码", "村（社区）代码", "区划代码", "村社区代码", "代码", "village"),
    "target": ("任务数", "参保任务数", "任务", "目标", "target"),
    "village_name": ("村（社区）", "村名称", "村（社区）名称", "村", "村社区", "village_name"),
    "township_name": ("乡镇（街道）", "乡镇", "乡镇名称", "乡镇街道", "township_name"),
    "hukou_population": ("户籍人口", "上年户籍人口", "hukou_population"),
    "last_target": ("上年任务数", "上年任务", "last_target"),
    "growth": ("预计净增", "预计净增长", "growth"),
    "should_local": ("应参保本地户籍", "应参保（本地户籍）", "should_local"),
    "should_elsewhere": ("应参保外地户籍", "应参保（外地户籍）", "应参保（居住证）", "should_elsewhere"),
    "employee_insured": ("职工医保人数", "参加职工医保人数", "employee_insured"),
}
_TEXTS = ("village", "village_name", "township_name")
_MOST = 64  # characters of a name
_SUMS = {"合计", "总计", "小计"}
_SPOILED = re.compile(
    r"[='\"]*[0-9]+(\.[0-9]*)?(E\+?[0-9]+)?\"?", re.IGNORECASE
)  # a code that a spreadsheet took for a number


class WrongTargets(Exception):  # noqa: N818 - told to whoever brought the file
    """What is wrong with the file, line by line."""

    def __init__(self, complaints: list[str]) -> None:
        super().__init__("\n".join(complaints))
        self.complaints = complaints


def targets_in(rows: Sequence[Sequence[str]], below: str) -> list[Target]:
    """`below`: what the codes of the villages begin with, where they are division codes. Raises WrongTargets."""
    start, columns = _headings(rows)
    found: dict[str, Target] = {}
    complaints: list[str] = []
    for line, row in enumerate(rows[start:], start + 1):
        cells = {name: row[col].strip() for name, col in columns.items() if col < len(row)}
        if _is_passed_over(cells):
            continue
        try:
            target = _target(cells, below)
        except ValueError as why:
            complaints.append(f"第{line}行：{why}")
            continue
        if target.village in found:
            complaints.append(f"第{line}行：村代码重复")
        found[target.village] = target
    if complaints or not found:
        raise WrongTargets(complaints or ["没有任务行 (no rows)"])
    return _named(list(found.values()))


def _named(found: list[Target]) -> list[Target]:
    """A township that is named once, in a cell that runs over all its villages, is the township of each of them."""
    names = {township_of(t.village): t.township_name for t in reversed(found) if t.township_name}
    return [t if t.township_name else replace(t, township_name=names.get(township_of(t.village) or "-")) for t in found]


def _headings(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """The row behind the headings, and their columns; titles may stand above."""
    for n, row in enumerate(rows[:10]):
        plain = [re.sub(r"\s", "", cell).replace("(", "（").replace(")", "）") for cell in row]
        columns = {
            name: plain.index(word) for name, words in _HEADINGS.items() for word in reversed(words) if word in plain
        }
        if {"village", "target"} <= columns.keys():
            return n + 1, columns
    raise WrongTargets(["前10行中没有“村代码”和“任务数”两列 (no headings)"])


def _is_passed_over(cells: dict[str, str]) -> bool:
    """Empty rows and sums."""
    names = {re.sub(r"\s", "", cells.get(name, "")) for name in _TEXTS}  # 合 计 is often spaced out
    return not any(cells.values()) or bool(names & _SUMS)


def _target(cells: dict[str, str], below: str) -> Target:
    village = cells["village"]
    if not village or len(village) > _MOST or any(ord(ch) < 32 for ch in village):
        raise ValueError("缺村代码，或太长")
    if not village.isdigit() and _SPOILED.fullmatch(village):
        raise ValueError("村代码成了数字格式，请以文本填写")
    if village.isdigit() and below.isdigit() and not village.startswith(below):
        raise ValueError(f"村代码不在{below}之内")
    texts = {name: (cells.get(name) or None) for name in _TEXTS if name != "village"}
    if any(len(text) > _MOST for text in texts.values() if text):
        raise ValueError("名称太长")
    numbers = {name: _number(name, cells.get(name, "")) for name in _HEADINGS if name not in _TEXTS}
    target = numbers.pop("target")
    if target is None:
        raise ValueError("缺任务数")
    return Target(village, target, **texts, **numbers)  # type: ignore[arg-type]


def _number(name: str, text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"-?[0-9]{1,9}" if name == "growth" else r"[0-9]{1,9}", text):
        raise ValueError(f"“{_HEADINGS[name][0]}”应为整数")
    return int(text)
