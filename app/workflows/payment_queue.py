"""Group commit: payment events that wait at the same time share a transaction, and each still gets its own answer.

One commit costs the disk as much for fifty events as for one. Events of one order, or with one id, never share
a batch. When a batch fails, each of its events is tried by itself, so that one that can't be booked spoils no other.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from app.storage.books import Collided
from app.workflows.office import StorageUnavailable
from app.workflows.record_payment import Arrived, Result

LARGEST_BATCH = 64
MOST_WAITING = 5000  # beyond that the sender is told to come back: it does
_LONGEST_LINGER = 0.002  # seconds
_ATTEMPTS = 5  # of an event that another process brings at the same moment

Record = Callable[[Sequence[Arrived]], list[Result]]


@dataclass(frozen=True, slots=True)
class _Waiting:
    arrived: Arrived
    loop: asyncio.AbstractEventLoop
    answer: "asyncio.Future[Result]"


class PaymentQueue:
    """`record` books a batch in one transaction. Threads are started when the first event comes."""

    def __init__(self, record: Record, threads: int = 1) -> None:
        self._record, self._threads = record, threads
        self._waiting: deque[_Waiting] = deque()
        self._busy: set[str] = set()  # orders and events of the batches under way
        self._changed = threading.Condition()
        self._started = False
        self._under_way = 0
        self._crowd = 1.0  # how many have been here at a time lately, waiting or under way
        self._seconds = 0.0  # that the batch before took

    async def book(self, arrived: Arrived) -> Result:
        """Returns when the event is stored for good. Raises StorageUnavailable, or what booking it alone raised."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Result] = loop.create_future()
        with self._changed:
            if len(self._waiting) >= MOST_WAITING:
                raise StorageUnavailable("queue")
            self._waiting.append(_Waiting(arrived, loop, answer))
            if not self._started:
                self._start()
            self._changed.notify()
        return await answer

    def _start(self) -> None:
        self._started = True
        for number in range(self._threads):
            threading.Thread(target=self._work, name=f"payments-{number}", daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    self._changed.wait()
                self._linger()
                batch = self._next_batch()
                if not batch:  # all of them wait for batches under way
                    self._changed.wait()
                    continue
                self._under_way += len(batch)
                self._crowd = max(0.9 * self._crowd, self._under_way + len(self._waiting))
            start = time.perf_counter()
            outcomes = self._outcomes([w.arrived for w in batch])
            self._seconds = time.perf_counter() - start
            with self._changed:
                self._under_way -= len(batch)
                for w in batch:
                    self._busy -= _names(w.arrived)
                if self._waiting:
                    self._changed.notify()
            _answer(batch, outcomes)

    def _linger(self) -> None:
        """Who was answered just now is about to send again: a moment's wait saves a commit for a few stragglers."""
        share = round(self._crowd / self._threads)
        until = time.perf_counter() + min(self._seconds / 4, _LONGEST_LINGER)
        while len(self._waiting) < share and (left := until - time.perf_counter()) > 0:
            self._changed.wait(left)

    def _next_batch(self) -> list[_Waiting]:
        """The next events that have to do neither with each other nor with those under way."""
        batch: list[_Waiting] = []
        held_back: list[_Waiting] = []
        blocked: set[str] = set()
        while self._waiting and len(batch) < LARGEST_BATCH:
            w = self._waiting.popleft()
            names = _names(w.arrived)
            if names & self._busy or names & blocked:
                held_back.append(w)
                blocked |= names
            else:
                batch.append(w)
                self._busy |= names
        self._waiting.extendleft(reversed(held_back))
        return batch

    def _outcomes(self, batch: list[Arrived]) -> list[Any]:
        """A result or an exception for each."""
        try:
            return list(self._record(batch))
        except Exception as error:
            # One of them, or the database: found out by trying each alone. A commit whose outcome is unknown is
            # found out as well, since an event that is stored already is only repeated.
            return [error] if len(batch) == 1 and not isinstance(error, Collided) else self._one_by_one(batch)

    def _one_by_one(self, batch: list[Arrived]) -> list[Any]:
        outcomes: list[Any] = []
        for one in batch:
            if len(outcomes) > 1 and all(isinstance(o, StorageUnavailable) for o in outcomes[-2:]):
                outcomes.append(outcomes[-1])  # the database is away: the others need not wait to be told so
            else:
                outcomes.append(self._alone(one))
        return outcomes

    def _alone(self, one: Arrived) -> Any:
        for _ in range(_ATTEMPTS):
            try:
                return self._record([one])[0]
            except Collided:
                continue
            except Exception as error:
                return error
        return StorageUnavailable("collided")


def _names(arrived: Arrived) -> set[str]:
    return {f"o{arrived.event.order_no}", f"e{arrived.event.event_id}"}


def _answer(batch: Sequence[_Waiting], outcomes: Sequence[Any]) -> None:
    """Wakes each event loop once for all of its events."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Result], Any]]] = {}
    for w, outcome in zip(batch, outcomes, strict=True):
        by_loop.setdefault(w.loop, []).append((w.answer, outcome))
    for loop, answers in by_loop.items():
        if not loop.is_closed():  # the process is being stopped: what was booked is booked, and asked for again
            loop.call_soon_threadsafe(_set, answers)


def _set(answers: list[tuple["asyncio.Future[Result]", Any]]) -> None:
    for future, outcome in answers:
        if future.done():  # whoever asked has gone
            continue
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
