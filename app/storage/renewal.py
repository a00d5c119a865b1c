"""Making all connections anew: SQLite keeps what it found out about a file as long as anybody has it open."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Renewal"]

_PATIENCE = 2.0  # seconds that new work waits for older work to end


class Renewal:
    """Who uses the connections now, and whether they have to be closed, all of them at once.

    All connections of a process share SQLite's index of the write-ahead log. Found read-only once, it stays so until
    the last of them is closed, and under load there is always another one: so new work waits until none is in use.
    """

    def __init__(self, close_all: Callable[[], None], patience: float = _PATIENCE) -> None:
        self._close_all, self._patience = close_all, patience
        self._turn = threading.Condition()
        self._in_use = 0
        self._due = False

    def ask(self) -> None:
        """Whoever comes next gets connections that are new."""
        self._due = True

    @contextmanager
    def using(self) -> Iterator[None]:
        """The connections are in use for the length of the block, and none of them is closed."""
        with self._turn:
            self._renew()
            self._in_use += 1
        try:
            yield
        finally:
            with self._turn:
                self._in_use -= 1
                self._turn.notify_all()

    def _renew(self) -> None:
        """Waits no longer than a while: work within other work would wait for itself."""
        until = time.monotonic() + self._patience
        while self._due and self._in_use and (left := until - time.monotonic()) > 0:
            self._turn.wait(left)
        if self._due and not self._in_use:
            self._close_all()
            self._due = False
