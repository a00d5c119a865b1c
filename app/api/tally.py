"""Plain counts of what was answered, cheap enough for every quote; metrics.py makes them readable for Prometheus.

Only the event loop's thread counts and reads, so nothing is locked.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.api.problems import Refusal
from app.journal.telling import remember, tell

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds
RESULTS = ("covered", "reversed", "suspended", "settled", "repeated")
REFUSALS = {
    "bad_signature": "bad_signature",
    "event_conflict": "conflict",
    "invalid_request": "unreadable",
    "malformed_json": "unreadable",
    "storage_unavailable": "unavailable",
}
OTHER = "failed"


class Entry:
    """How often something was answered, by how long it took: at most BOUNDS[i] seconds, the last longer than all."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts, self.seconds = [0] * (len(BOUNDS) + 1), 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds


class Tally:
    """Requests by route, method and status, and callbacks by what became of them."""

    def __init__(self) -> None:
        self.requests: dict[tuple[str, str, int], Entry] = {}
        self.callbacks = dict.fromkeys((*RESULTS, *dict.fromkeys(REFUSALS.values()), OTHER), 0)

    def entry(self, route: str, method: str, status: int) -> Entry:
        found = self.requests.get((route, method, status))
        if found is None:
            found = self.requests[route, method, status] = Entry()
        return found

    @contextmanager
    def callback(self) -> Iterator[Callable[[str], None]]:
        """Around the handling of a callback, which calls what it gets with the result; refusals are counted as such."""
        try:
            yield self._booked
        except Refusal as refusal:
            self._refused(REFUSALS.get(refusal.code, OTHER))
            raise
        except Exception:
            self._refused(OTHER)
            raise

    def _booked(self, result: str) -> None:
        self.callbacks[result] += 1
        remember(result=result)  # the request's own line says it

    def _refused(self, result: str) -> None:
        self.callbacks[result] += 1
        tell("callback_refused", level="warning", result=result)
