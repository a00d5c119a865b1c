"""`# 待核`: the mark of a line that was taken over from another pack and that nobody has confirmed yet.

A pack with such lines is a draft: it can be looked at, but it is neither served nor passed.
"""

import re

MARK = "待核"
_MARKED = re.compile(rf"(?:^|\s)#\s*{MARK}")


def marked_lines(raw: bytes) -> list[tuple[int, str]]:
    """Each line that is still to be confirmed, from 1, and what stands on it."""
    if MARK.encode() not in raw:
        return []
    lines = raw.decode("utf-8", errors="replace").splitlines()
    return [(i, _MARKED.split(line)[0].strip()) for i, line in enumerate(lines, 1) if _MARKED.search(line)]


def unconfirmed(raw: bytes) -> list[tuple[int, str]]:
    """The same as mistakes of the pack."""
    return [(line, f"not confirmed yet: {text}") for line, text in marked_lines(raw)]
