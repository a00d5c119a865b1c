"""Group commit: deeds of one kind that wait at the same time share a transaction, and each still gets its own answer.

One commit costs the disk as much for fifty payments, or registrations, as for one. Those that have to do with each
other (of one order, say) never share a batch. When a batch fails, each is tried by itself: one that can't be done
spoils no other.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from app.storage.books import Collided
from app.workflows.office import StorageUnavailable

LARGEST_BATCH = 64
MOST_WAITING = 5000  # beyond that the sender is told to come back: it does
_LONGEST_LINGER = 0.002  # seconds
_ATTEMPTS = 5  # of something that another process brings at the same moment

Asked = TypeVar("Asked")
Done = TypeVar("Done")


@dataclass(frozen=True)
class Kind(Generic[Asked, Done]):
    """Deeds that can share a transaction.

    `together` does a batch in one and tells, for each, what came of it, or the exception that it alone is answered
    with. `names` are what no two that are under way may have in common. A batch is of one `place`, which has one batch
    at a time: a place that is kept waiting keeps no other waiting. An empty one is no place.
    """

    title: str
    together: Callable[[Sequence[Asked]], Sequence[Done | Exception]]
    names: Callable[[Asked], set[str]]
    place: Callable[[Asked], str] = lambda _: ""


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[Asked, Done]):
    asked: Asked
    loop: asyncio.AbstractEventLoop
    answer: "asyncio.Future[Done]"


class GroupCommit(Generic[Asked, Done]):
    """Threads are started when the first one comes."""

    def __init__(self, kind: Kind[Asked, Done], threads: int = 1) -> None:
        self._kind, self._threads = kind, threads
        self._waiting: deque[_Waiting[Asked, Done]] = deque()
        self._busy: set[str] = set()  # names of the batches under way
        self._changed = threading.Condition()
        self._started = False
        self._under_way = 0
        self._crowd = 1.0  # how many have been here at a time lately, waiting or under way
        self._seconds = 0.0  # that the batch before took

    async def done(self, asked: Asked) -> Done:
        """Returns when it is stored for good. Raises StorageUnavailable, or what doing it alone raised."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Done] = loop.create_future()
        with self._changed:
            if len(self._waiting) >= MOST_WAITING:
                raise StorageUnavailable("queue")
            self._waiting.append(_Waiting(asked, loop, answer))
            if not self._started:
                self._start()
            self._changed.notify()
        return await answer

    def _start(self) -> None:
        self._started = True
        for number in range(self._threads):
            threading.Thread(target=self._work, name=f"{self._kind.title}-{number}", daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    self._changed.wait()
                self._linger()
                batch, names = self._next_batch()
                if not batch:  # all of them wait for batches under way
                    self._changed.wait()
                    continue
                self._busy |= names
                self._under_way += len(batch)
                if self._waiting:
                    self._changed.notify()
                self._crowd = max(0.9 * self._crowd, self._under_way + len(self._waiting))
            start = time.perf_counter()
            outcomes = self._outcomes([w.asked for w in batch])
            self._seconds = time.perf_counter() - start
            with self._changed:
                self._under_way -= len(batch)
                self._busy -= names
                if self._waiting:
                    self._changed.notify()
            _answer(batch, outcomes)

    def _linger(self) -> None:
        """Who was answered just now is about to send again: a moment's wait saves a commit for a few stragglers."""
        share = round(self._crowd / self._threads)
        until = time.perf_counter() + min(self._seconds / 4, _LONGEST_LINGER)
        while len(self._waiting) < share and (left := until - time.perf_counter()) > 0:
            self._changed.wait(left)

    def _next_batch(self) -> tuple[list[_Waiting[Asked, Done]], set[str]]:
        """The next of a place that have to do neither with each other nor with those under way; and their names."""
        batch: list[_Waiting[Asked, Done]] = []
        held_back: list[_Waiting[Asked, Done]] = []
        taken, blocked, here = set[str](), set(self._busy), set[str]()
        while self._waiting and len(batch) < LARGEST_BATCH:
            w = self._waiting.popleft()
            names, place = self._kind.names(w.asked), _as_name(self._kind.place(w.asked))
            if names & blocked or names & taken or (place != here if batch else place & blocked):
                held_back.append(w)
                blocked |= names
            else:
                batch.append(w)
                taken |= names
                here = place
        self._waiting.extendleft(reversed(held_back))
        return batch, taken | here

    def _outcomes(self, batch: list[Asked]) -> list[Any]:
        """A result or an exception for each."""
        try:
            return list(self._kind.together(batch))
        except Exception as error:
            # One of them, or the database: found out by trying each alone. A commit whose outcome is unknown is found
            # out as well, since what is stored already is only answered again.
            again = len(batch) > 1 or isinstance(error, Collided | StorageUnavailable)
            return self._one_by_one(batch) if again else [error]

    def _one_by_one(self, batch: list[Asked]) -> list[Any]:
        outcomes: list[Any] = []
        for one in batch:
            if len(outcomes) > 1 and all(isinstance(o, StorageUnavailable) for o in outcomes[-2:]):
                outcomes.append(outcomes[-1])  # the database is away: the others need not wait to be told so
            else:
                outcomes.append(self._alone(one))
        return outcomes

    def _alone(self, one: Asked) -> Any:
        for _ in range(_ATTEMPTS):
            try:
                return self._kind.together([one])[0]
            except Collided:
                continue
            except Exception as error:
                return error
        return StorageUnavailable("collided")


def _as_name(place: str) -> set[str]:
    return {f"place {place}"} if place else set()


def _answer(batch: Sequence[_Waiting[Any, Any]], outcomes: Sequence[Any]) -> None:
    """Wakes each event loop once for all who wait in it."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any]]] = {}
    for w, outcome in zip(batch, outcomes, strict=True):
        by_loop.setdefault(w.loop, []).append((w.answer, outcome))
    for loop, answers in by_loop.items():
        if not loop.is_closed():  # the process is being stopped: what was done is done, and asked for again
            loop.call_soon_threadsafe(_set, answers)


def _set(answers: list[tuple["asyncio.Future[Any]", Any]]) -> None:
    for future, outcome in answers:
        if future.done():  # whoever asked has gone
            continue
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
