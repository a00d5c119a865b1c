"""An answer with its days left open: what everybody in one class shares, made once and then only filled in."""

import json
import re
from collections.abc import Callable
from operator import itemgetter
from typing import Any

from app.rules.wording import EVENT, PAY, START, UNTIL

_MARKS = {PAY: 0, START: 1, EVENT: 2, UNTIL: 3}
_MARK = re.compile("[\x01\x02\x03\x04]")
_ESCAPED = re.compile(r"\\u000([1-4])")


class Slots:
    """A text with marks, ready to be filled with (pay, start, event, until)."""

    __slots__ = ("pattern", "pick")

    def __init__(self, text: str) -> None:
        marks = [_MARKS[m] for m in _MARK.findall(text)]
        self.pattern = _MARK.sub("%s", text.replace("%", "%%"))
        # One value or a tuple of them: what the % operator takes.
        self.pick: Callable[[tuple[Any, ...]], Any] = itemgetter(*marks) if marks else lambda _: ()


class Skeleton:
    """The answer of one class as contract-shaped data; dates are marks. `json` and `answer` say the same."""

    __slots__ = ("_bytes", "_lines", "_pick", "_shape", "_starts", "_through")

    def __init__(self, shape: dict[str, Any]) -> None:
        self._shape = shape
        self._starts, self._through = shape["benefits_start"] is not None, shape["valid_through"] is not None
        self._lines = [
            (i, (line["step"], line["clause"], line["source"]), Slots(line["text"]))
            for i, line in enumerate(shape["explanation"])
            if _MARK.search(line["text"])
        ]
        text = json.dumps(shape, ensure_ascii=False, separators=(",", ":"))
        slots = Slots(_ESCAPED.sub(lambda m: chr(int(m[1])), text))
        self._bytes, self._pick = slots.pattern.encode(), slots.pick  # in bytes, %s takes bytes

    def json(self, days: tuple[bytes, ...]) -> bytes:
        """The answer as UTF-8 JSON."""
        filled: bytes = self._bytes % self._pick(days)
        return filled

    def answer(self, days: tuple[str, ...]) -> dict[str, Any]:
        """The answer as plain data; what does not differ between people is shared, so do not change it in place."""
        filled = self._shape.copy()
        if self._starts:
            filled["benefits_start"] = days[1]
        if self._through:
            filled["valid_through"] = days[3]
        explanation = filled["explanation"] = filled["explanation"].copy()
        for i, (step, clause, source), slots in self._lines:
            text = slots.pattern % slots.pick(days)
            explanation[i] = {"step": step, "clause": clause, "text": text, "source": source}
        return filled
