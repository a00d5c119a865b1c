"""What some rules hang on: values of which these rules say the same on each of some days are one to them."""

from collections.abc import Callable, Hashable, Iterable
from typing import Any

from app.proof.axes import Ask


class Deciding:
    """By axis, what the rules ask."""

    def __init__(self, asks: Iterable[Ask], axes_of: Callable[[Ask], Iterable[str]]) -> None:
        self._asks: dict[str, dict[Ask, None]] = {}
        self._known: dict[tuple[str, Any], tuple[bool, ...]] = {}
        for ask in asks:
            for axis in axes_of(ask):
                self._asks.setdefault(axis, {})[ask] = None

    def told(self, values: dict[str, Any]) -> Hashable:
        """What holds of these values."""
        return tuple(self._told(axis, values[axis]) for axis in values if axis in self._asks)

    def _told(self, axis: str, value: Any) -> Hashable:
        key = axis, value if isinstance(value, Hashable) else tuple(value)
        if key not in self._known:
            self._known[key] = tuple(ask.holds({axis: value}) for ask in self._asks[axis])
        return self._known[key]
