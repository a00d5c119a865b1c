"""Money is an integer number of fen; yuan appear only where a notice is read and where a sentence is spoken."""

import re

_YUAN = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?")


def fen_from_yuan(text: str) -> int:
    """`380` -> 38000, `1.2` -> 120; ValueError for anything but a plain amount with at most two decimals."""
    match = _YUAN.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not an amount in yuan such as 380 or 1.20")
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0") or 0)


def yuan(fen: int) -> str:
    """38000 -> `380元`, 120 -> `1.20元`."""
    whole, rest = divmod(fen, 100)
    return f"{whole}.{rest:02d}元" if rest else f"{whole}元"


_UNITS = {"fen": 1, "jiao": 10, "yuan": 100}


def rounded_share(fen: int, percent: int, rounding: str) -> int:
    """A share in per cent, rounded as said (`down_to_jiao`; with `nearest` a half goes up): the only rounding."""
    way, _, unit = rounding.partition("_to_" if "_to_" in rounding else "_")
    step = _UNITS[unit] * 100
    add = {"down": 0, "nearest": step // 2, "up": step - 1}[way]
    return (fen * percent + add) // step * _UNITS[unit]
