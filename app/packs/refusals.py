"""Refusals in words that an officer understands: what is wrong in Chinese and English, and what to write instead."""

import difflib
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from pydantic_core import ErrorDetails

from app.packs.schema_words import all_keys, value_words
from app.packs.slips import better, slip_in

_FILE = Path(__file__).with_name("refusals.txt")
_PLACE = re.compile(r"^[A-Za-z0-9_.:\-\[\]]*?: (?=\S)")
_KIND = {  # pydantic's kinds of error, in our words
    "missing": "this key is missing",
    "string_type": "expected a text",
    "list_type": 'expected a list, each item behind "- " or in [ ]',
    "dict_type": "expected keys and values, not a single value",
    "model_type": "expected keys and values, not a single value",
    "model_attributes_type": "expected keys and values, not a single value",
    "too_short": "at least one is needed here",
    "date_parsing": "a day such as 2023-12-31 is needed",
    "date_from_datetime_parsing": "a day such as 2023-12-31 is needed",
    "int_parsing": "expected a whole number",
    "bool_parsing": "expected true or false",
}


@cache
def _catalog() -> list[tuple[re.Pattern[str], str]]:
    found = []
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            english, chinese = line.split("｜")
            pattern = re.escape(english).replace(r"\{\}", "(.*?)").replace("{}", "(.*?)")
            found.append((re.compile(pattern), chinese))
    return found


def in_chinese(sentence: str) -> str | None:
    """The sentence in Chinese, None where nobody has put it into Chinese."""
    for pattern, chinese in _catalog():
        if match := pattern.fullmatch(sentence):
            for words in match.groups():
                chinese = chinese.replace("{}", _word(words), 1)
            return chinese
    return None


def _word(words: str) -> str:
    """What stands in the sentence, in Chinese where it is one of ours."""
    for english, chinese in (("; did you mean ", "；是不是 "), ("; write ", "；请写 ")):
        if words.startswith(english):
            advice = words.removeprefix(english)
            return chinese + (in_chinese(advice) or advice.replace(" or ", "、"))
    if len(known := re.findall(r"'([^']*)'", words)) > 1:
        return "、".join(f"{code} {_chinese(code)}".strip() for code in known)
    return in_chinese(words) or words.replace(" or ", "、").replace(", ", "、")


def both(sentence: str) -> str:
    """Chinese first, then the English sentence with the place in the pack that it may begin with."""
    chinese = in_chinese(_PLACE.sub("", sentence))
    return f"{chinese} ({sentence})" if chinese else sentence


def sentence(error: ErrorDetails, whole: str = "the pack language") -> str:
    """One of pydantic's errors in our words, behind its place in the pack."""
    return ".".join(map(str, error["loc"])) + ": " + _sentence(error, whole)


def _sentence(error: ErrorDetails, whole: str) -> str:
    value, kind, context = error["input"], error["type"], error.get("ctx", {})
    key = error["loc"][-1] if error["loc"] else ""
    match kind:
        case "extra_forbidden" if key in _keys():
            return "this key does not belong here"
        case "extra_forbidden":
            return f"this key is not part of {whole}{nearest(key, _keys())}"
        case "model_type" | "model_attributes_type" if key == "cite":
            return "expected a clause such as 二(四), or {document: …}, {convention: …}"
        case "missing" if key == "cite":
            return "a value without its clause; add cite"
        case "literal_error":
            return _not_known(value, context.get("expected", ""))
        case "less_than_equal":
            return f"a number not larger than {context['le']}"
        case "greater_than_equal":
            return f"a number not smaller than {context['ge']}"
        case "string_pattern_mismatch":
            region = "division" if "0-9]{2,12}" in context["pattern"] else ""
            named = 'a division code such as "430424", or a name in small letters' if region else ""
            named = named or "a name in small letters a-z, digits and _, such as main"
            return f"expected {named}{better(value)}"
    sentence = _KIND.get(kind) or error["msg"].removeprefix("Value error, ")
    return sentence if kind == "missing" or ";" in sentence else f"{sentence}{better(value)}"


def _not_known(value: Any, expected: str) -> str:
    known = re.findall(r"'([^']*)'", expected)
    slip = slip_in(value) if isinstance(value, str) else None
    advice = f"; write {slip}" if slip else nearest(value, known)
    return f"{value!r} is not in the vocabulary{advice}; it knows {expected}"


def _keys() -> set[str]:
    return {name.rpartition(".")[2] for name in all_keys()}


def nearest(word: Any, known: Iterable[str]) -> str:
    """`; did you mean …` where one of the known words is near, or is what the Chinese word means."""
    known = list(known)
    if not isinstance(word, str):
        return ""
    meant = [code for code in known if _chinese(code) == word.strip()]
    close = meant or [code for code in known if len(word) > 1 and word.strip() in _chinese(code)]
    close = close or difflib.get_close_matches(word, known, n=2, cutoff=0.75)
    return f"; did you mean {' or '.join(close[:3])}" if close else ""


def _chinese(code: str) -> str:
    found = value_words([code])
    return found[0] if found else ""
