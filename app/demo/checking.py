"""One number of the end beside the plan's."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Check:
    """One number, or one set of them."""

    title: str
    wanted: Any
    found: Any

    @property
    def holds(self) -> bool:
        return bool(self.wanted == self.found)

    def apart(self) -> Iterator[tuple[str, Any, Any]]:
        """Where the two differ: which of the numbers, the plan's and the one that was found."""
        if not (isinstance(self.wanted, Mapping) and isinstance(self.found, Mapping)):
            yield "", *_only(self.wanted, self.found)
            return
        for key in dict.fromkeys([*self.wanted, *self.found]):
            wanted, found = self.wanted.get(key), self.found.get(key)
            if wanted != found:
                yield " ".join(map(str, key)) if isinstance(key, tuple) else str(key), *_only(wanted, found)


def _only(wanted: Any, found: Any) -> tuple[Any, Any]:
    """Of sets and lists what only one of the two has."""
    if isinstance(wanted, set) and isinstance(found, set):
        return wanted - found, found - wanted
    if isinstance(wanted, list) and isinstance(found, list):
        one, other = Counter(wanted), Counter(found)
        return list((one - other).elements()), list((other - one).elements())
    if isinstance(wanted, Counter) and isinstance(found, Counter):
        return dict(wanted - found), dict(found - wanted)
    return wanted, found
