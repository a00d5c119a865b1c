"""What stands in a list for people who need not know more."""


def masked_name(name: str) -> str:
    """张三 is 张*, 张小三 is 张*三: the first character, and the last one of three or more."""
    plain = name.strip()
    if len(plain) < 2:
        return "*"
    return plain[0] + "*" * min(len(plain) - 1, 1) if len(plain) == 2 else plain[0] + _stars(len(plain) - 2) + plain[-1]


def masked_number(number: str) -> str:
    """The first three and the last four characters of a long number, one and one of a short one."""
    plain = number.replace(" ", "")
    head, tail = (3, 4) if len(plain) >= 11 else (1, 1)
    return plain[:head] + "*" * max(len(plain) - head - tail, 1) + (plain[-tail:] if len(plain) > head + tail else "")


def _stars(count: int) -> str:
    """Not more than four: a list needs no more room for a long name."""
    return "*" * min(count, 4)
