"""The tax bureau's system under load: several senders who repeat each event until it is answered with 200."""

import json
import random
import threading
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

from app.collector.signature import sign
from tests.faults.harness.line import Answer, Line
from tests.faults.harness.stories import PLOTS, Story
from tests.state.made_up import KEY

STORED = "200"
_SECONDS_BETWEEN = 0.05  # a bureau that is told 503 waits longer; here it shall be there when the service is back


class TaxBureau:
    """Senders on keep-alive connections. What is unfinished when they pause is taken up again when they go on."""

    def __init__(self, port: int, senders: int = 8, padding: int = 0) -> None:
        self.port, self.senders, self.padding = port, senders, padding
        self.stories: list[Story] = []
        self.unfinished: deque[Story] = deque()
        self.callbacks: Counter[str] = Counter()  # by outcome
        self.registrations: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._pausing = threading.Event()
        self._threads: list[threading.Thread] = []
        self._new_ones = True

    def go_on(self, *, new_ones: bool = True) -> None:
        """Unfinished stories first, then new ones, until told to pause."""
        self._pausing.clear()
        self._new_ones = new_ones
        self._threads = [threading.Thread(target=self._send_all, daemon=True) for _ in range(self.senders)]
        for thread in self._threads:
            thread.start()

    def pause(self) -> None:
        """When every request that is on its way has its answer, or has lost its connection."""
        self._pausing.set()
        self.wait()

    def finish(self) -> None:
        """Send until every story that has begun is over."""
        self.go_on(new_ones=False)
        self.wait()
        assert not self.unfinished

    def wait(self) -> None:
        for thread in self._threads:
            thread.join(120)
            assert not thread.is_alive()

    def _send_all(self) -> None:
        with Line(self.port) as line, Line(self.port) as other:
            while not self._pausing.is_set() and (story := self._next()):
                while not story.over and not self._pausing.is_set():
                    if not self._advance(story, line, other):
                        self._pausing.wait(_SECONDS_BETWEEN)
                if not story.over:
                    self.unfinished.append(story)

    def _next(self) -> Story | None:
        with self._lock:
            if self.unfinished:
                return self.unfinished.popleft()
            if not self._new_ones:
                return None
            self.stories.append(Story(PLOTS[len(self.stories) % len(PLOTS)], self.padding))
            return self.stories[-1]

    def _advance(self, story: Story, line: Line, other: Line) -> bool:
        """One step of a story; whether it came through."""
        if not story.events:
            return self._register(story, line)
        event = story.events[story.done]
        # Half of the events are on their way twice at the same time.
        lines = (line, other) if random.random() < 0.5 else (line,)
        story.sent.add(event["event_id"])
        for each in lines:
            send(each, event)
        answers = [each.receive() for each in lines]
        self._count(self.callbacks, *answers)
        if not any(answer.outcome == STORED for answer in answers):
            return False
        story.answered.add(event["event_id"])
        story.done += 1
        return True

    def _register(self, story: Story, line: Line) -> bool:
        story.asked_to_register = True
        answer = register(line, story)
        self._count(self.registrations, answer)
        if answer.status == 201:
            story.enrolled(answer.body)
        return answer.status == 201

    def _count(self, counter: Counter[str], *answers: Answer) -> None:
        with self._lock:
            counter.update(answer.outcome for answer in answers)

    def answered(self) -> int:
        return self.callbacks[STORED]

    def refused(self) -> int:
        """Callbacks that were answered with a 5xx."""
        return sum(count for outcome, count in self.callbacks.copy().items() if outcome.startswith("5"))

    def until_answered(self, more: int, seconds: float = 60) -> float:
        """Wait until that many further callbacks are answered with 200; how long that took."""
        return self._until(self.answered, more, seconds)

    def until_refused(self, more: int, seconds: float = 60) -> float:
        """The same for those answered with a 5xx."""
        return self._until(self.refused, more, seconds)

    def _until(self, count: Callable[[], int], more: int, seconds: float) -> float:
        began, wanted = time.monotonic(), count() + more
        while count() < wanted:
            assert time.monotonic() < began + seconds, self.callbacks
            time.sleep(0.005)
        return time.monotonic() - began


def send(line: Line, event: dict[str, Any]) -> None:
    """A callback as the bureau sends it."""
    raw = json.dumps(event).encode()
    line.send("POST", "/v1/tax/callbacks", raw, signed(raw))


def signed(raw: bytes, at: int | None = None) -> dict[str, str]:
    """The headers of a callback."""
    stamp, message = at or int(time.time()), f"msg_{uuid.uuid4()}"
    headers = {"webhook-id": message, "webhook-timestamp": str(stamp), "content-type": "application/json"}
    return headers | {"webhook-signature": sign(KEY, message, stamp, raw)}


def register(line: Line, story: Story) -> Answer:
    headers = {"authorization": "Bearer dev-key", "content-type": "application/json", "idempotency-key": story.key}
    return line.ask("POST", "/v1/enrollments", story.registration, headers)
