"""Slips of the pen that a Chinese keyboard and a spreadsheet bring along, and what to write instead."""

import re
import unicodedata
from typing import Any

_DAY = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?")
_COMPACT_DAY = re.compile(r"(20\d{2})(\d{2})(\d{2})")
_MONTH = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*月?")
_AMOUNT = re.compile(r"[¥￥]?\s*([\d,]+(?:\.\d{1,2})?)\s*(?:元|圆|块)?(?:/人|每人)?")
_PERCENT = re.compile(r"(\d{1,3})\s*%")
_SPAN = re.compile(r"(\d{1,4})\s*个?\s*(天|日|月|days?|months?)")
_UNSAID = ("未载明", "没有写明", "未写明", "不详", "不明", "无", "暂无")
_YES = {"是": "yes", "否": "no", "true": "yes", "false": "no"}
_COMMAS = "half-width commas between the parts, as in {a: 1, b: 2}"
# What is wrong with the punctuation of a line: the mark of it, and the advice (refusals.txt has it in Chinese).
_PUNCTUATION = (
    (r"^\s*\t", "spaces instead of the tab"),
    (r"(^|[\s{,，-])[A-Za-z_]+\s*：", "a half-width colon and a space after it, as in key: value"),
    (r"[A-Za-z_]{2,}\s*[，、]\s*[A-Za-z_]{2,}|，\s*[A-Za-z_]+\s*[:：]", _COMMAS),
    (r"\[[A-Za-z_0-9\s,，:]*[，、]", _COMMAS),
    (r"[｛｝［］]", "half-width brackets"),
    (r"(^|[\s{,])[a-z_]+:[^\s:/]", "a space after the colon, as in key: value"),
    (r"^\s*-[a-z_]", "a space after the dash, as in - id: main"),
    (r":\s*[“”]", "half-width quotation marks, or none"),
)
_LEFT_OR_RIGHT = "the line stands too far left or right; keys of one group stand under each other"
# The parser's own words for what it met.
_YAML = (
    (r"character '\\?\\?t'|\\t", "spaces instead of the tab"),
    (r"expected ',' or", "a bracket that is not closed, or a comma that is missing"),
    (r"quoted scalar|end of stream", "a quotation mark that is not closed"),
    (r"expected <block end>|block mapping|indentation|expected (key|'-')", _LEFT_OR_RIGHT),
    (r"could not find expected ':'", "a key without its colon"),
    (r"mapping values are not allowed", "a second colon in the line; put a text that has one into quotation marks"),
    (
        r"alias|anchor|tag|cannot start|directive",
        "a text that begins with one of * & ! % @ ` needs quotation marks",
    ),
)


def better(value: Any) -> str:
    """`; write …` where it is plain what was meant, else nothing."""
    found = _meant(value) if isinstance(value, str) else None
    return f"; write {found}" if found is not None and found != value else ""


def _meant(value: str) -> str | None:
    text = unicodedata.normalize("NFKC", value).strip()
    if day := _DAY.fullmatch(text) or _COMPACT_DAY.fullmatch(text):
        return f"{day[1]}-{int(day[2]):02d}-{int(day[3]):02d}"
    if month := _MONTH.fullmatch(text):
        return f"{month[1]}-{int(month[2]):02d}"
    if text in _UNSAID:
        return "not_stated, or not_known for an amount"
    if text.lower() in _YES:
        return _YES[text.lower()]
    if span := _SPAN.fullmatch(text):
        return f"{int(span[1])} {'months' if span[2][0] in '月m' else 'days'}"
    if found := _PERCENT.fullmatch(text) or _AMOUNT.fullmatch(text):
        return found[1].replace(",", "")
    return slip_in(value)


def slip_in(line: str) -> str | None:
    """Advice on the punctuation of a line, None where it looks right: only signs next to a key are looked at."""
    code = re.sub(r"(^|\s)#.*", "", re.sub(r"\"[^\"]*\"|'[^']*'", '""', line))
    return next((advice for pattern, advice in _PUNCTUATION if re.search(pattern, code)), None)


def slip_near(lines: list[str], at: int, problem: str) -> tuple[int, str]:
    """The line (from 0) that most likely holds the mistake which the parser met at line `at`, and advice.

    The parser often stops on the line after the one that is wrong.
    """
    before = next((i for i in range(min(at, len(lines)) - 1, -1, -1) if lines[i].strip()), at)
    for i in (at, before):
        if i < len(lines) and (advice := slip_in(lines[i])):
            return i, advice
    return at, next((advice for pattern, advice in _YAML if re.search(pattern, problem)), problem)
