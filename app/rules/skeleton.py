"""An answer with its days left open: what everybody in one class shares, made once and then only filled in."""

import json
import re
from typing import Any

from app.rules.wording import EVENT, PAY, START, UNTIL

_MARKS = {PAY: 0, START: 1, EVENT: 2, UNTIL: 3}
_MARK = re.compile("[\x01\x02\x03\x04]")
_ESCAPED = re.compile(r"\\u000([1-4])")


class Slots:
    """A text with marks, ready to be filled with (pay, start, event, until)."""

    __slots__ = ("order", "pattern")

    def __init__(self, text: str) -> None:
        self.order = tuple(_MARKS[m] for m in _MARK.findall(text))
        self.pattern = _MARK.sub("%s", text.replace("%", "%%"))

    def fill(self, days: tuple[str, ...]) -> str:
        return self.pattern % tuple([days[i] for i in self.order])


class Skeleton:
    """The answer of one class as contract-shaped data; dates are marks. `json` and `answer` say the same."""

    __slots__ = ("_bytes", "_lines", "_order", "_shape")

    def __init__(self, shape: dict[str, Any]) -> None:
        self._shape = shape
        self._lines = [
            (i, Slots(line["text"])) for i, line in enumerate(shape["explanation"]) if _MARK.search(line["text"])
        ]
        text = json.dumps(shape, ensure_ascii=False, separators=(",", ":"))
        slots = Slots(_ESCAPED.sub(lambda m: chr(int(m[1])), text))
        self._bytes, self._order = slots.pattern.encode(), slots.order  # %s takes bytes here, like %b

    def json(self, days: tuple[bytes, ...]) -> bytes:
        """The answer as UTF-8 JSON."""
        return self._bytes % tuple([days[i] for i in self._order])

    def answer(self, days: tuple[str, ...]) -> dict[str, Any]:
        """The answer as plain data; what does not differ between people is shared, so do not change it in place."""
        filled = self._shape.copy()
        if filled["benefits_start"] is not None:
            filled["benefits_start"] = days[1]
        if filled["valid_through"] is not None:
            filled["valid_through"] = days[3]
        if self._lines:
            explanation = list(filled["explanation"])
            for i, slots in self._lines:
                explanation[i] = {**explanation[i], "text": slots.fill(days)}
            filled["explanation"] = explanation
        return filled
