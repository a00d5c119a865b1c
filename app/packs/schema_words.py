"""What an editor shows for the keys and words of the pack language, as written in schema_words.txt."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from app.rules import vocabulary as v

_FILE = Path(__file__).with_name("schema_words.txt")


def _lines() -> Iterator[list[str]]:
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("｜")


@cache
def _keys() -> dict[str, tuple[str, str, str]]:
    return {line[0]: (line[1], line[2], line[3]) for line in _lines() if len(line) == 4}


@cache
def _values() -> dict[str, str]:
    return {line[0]: line[1] for line in _lines() if len(line) == 2}


def key_words(form: str, key: str) -> tuple[str, str, str] | None:
    """Name, Chinese and English sentence of a key; None where nobody has written any."""
    return _keys().get(f"{form}.{key}") or _keys().get(key)


def all_keys() -> set[str]:
    """Every `key` and `Form.key` that there are words for."""
    return set(_keys())


def value_words(values: list[str]) -> list[str] | None:
    """The Chinese term of each word of a closed list; None where one has none."""
    for known in (v.IDENTITIES, v.CIRCUMSTANCES, v.SCHOOLS, v.FUNDS, v.REASON_NAMES, *v.CLASSES.values(), _values()):
        if all(value in known for value in values):
            return [known[value] for value in values]
    return None
