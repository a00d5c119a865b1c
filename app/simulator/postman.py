"""Callbacks on their way: signed, repeated in the rhythm of a payment platform until they are taken, then given up."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import httpx

from app.simulator.callbacks import Callback, Progress
from app.simulator.faults import Fault
from app.simulator.letters import Letter, is_taken, letter, tampered
from app.simulator.refusals import Refused

MINUTE, HOUR = 60, 3600
# After the first attempt; until the answer is 200 with {"code": "SUCCESS"}.
RHYTHM = (15, 15, 30, 3 * MINUTE, 10 * MINUTE, 20 * MINUTE, 30 * MINUTE, 30 * MINUTE, 30 * MINUTE, HOUR,
          3 * HOUR, 3 * HOUR, 3 * HOUR, 6 * HOUR, 6 * HOUR)  # fmt: skip
_HANDS = 16  # callbacks under way at once
Post = Callable[[dict[str, str], bytes], Awaitable[tuple[int, bytes]]]


def post_to(client: httpx.AsyncClient, url: str) -> Post:
    """Sends to the receiver by HTTP."""

    async def post(headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        response = await client.post(url, content=body, headers=headers)
        return response.status_code, response.content

    return post


class Postman:
    """Each callback travels in a task of its own, so that one that sleeps holds up no other."""

    def __init__(
        self,
        post: Post,
        key: bytes,
        rhythm: float = 1.0,
        sleep: Callable[[float], Coroutine[Any, Any, None]] = asyncio.sleep,
    ) -> None:
        self._post, self._key, self._rhythm, self._sleep = post, key, rhythm, sleep
        self._callbacks: dict[str, Callback] = {}
        self._overtaken: list[Callback] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._hands = asyncio.Semaphore(_HANDS)

    def send(self, callbacks: list[Callback]) -> None:
        for callback in callbacks:
            callback.number = len(self._callbacks)
            if callback.plan.overtaken:
                self._overtaken.append(callback)
            self._callbacks[callback.event_id] = callback
            if not callback.behind:
                self._start(callback)

    def find(self, event_id: str) -> Callback:
        if event_id not in self._callbacks:
            raise Refused("event_not_found", "no such event")
        return self._callbacks[event_id]

    def all(self) -> list[Callback]:
        return list(self._callbacks.values())

    def counts(self) -> dict[str, int]:
        """Callbacks by state, and the attempts of all."""
        found = Counter(callback.state for callback in self._callbacks.values())
        answers = [status for callback in self._callbacks.values() for status in callback.tampered]
        tampered = {"tampered": len(answers), "tampered_refused": answers.count(401)}
        attempts = sum(callback.attempts for callback in self._callbacks.values())
        return {state.value: found[state] for state in Progress} | tampered | {"attempts": attempts}

    def release(self, callback: Callback) -> None:
        """Let a callback go that is withheld, held back or given up; raises Refused for any other."""
        if callback.state is Progress.GIVEN_UP and callback.plan.honest:
            callback.state = Progress.WAITING
            self._start(callback)
        elif callback.is_held and not callback.behind:
            callback.release()
        else:
            raise Refused("nothing_to_send", "only what is withheld, held back or given up can be released")

    async def close(self) -> None:
        """What is still on its way stays there."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, callback: Callback) -> None:
        task = asyncio.get_running_loop().create_task(self._carry(callback))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, callback: Callback) -> None:
        if callback.is_held:
            await self._hold(callback)
        if callback.plan.tampering is not None and not callback.tampered:
            await self._tamper(callback, callback.plan.tampering)
        if callback.plan.honest:
            callback.state = Progress.DELIVERED if await self._deliver(callback) else Progress.GIVEN_UP
        self._through(callback)

    async def _hold(self, callback: Callback) -> None:
        """Until its time has come or somebody releases it."""
        after = callback.plan.leaves_after
        waits: list[Coroutine[Any, Any, Any]] = [callback.released.wait()]
        if after is not None:
            waits.append(self._sleep(after * self._rhythm))
        tasks = [asyncio.ensure_future(wait) for wait in waits]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
        callback.release()

    async def _deliver(self, callback: Callback) -> bool:
        for copies in callback.plan.bursts:
            if not await self._insist(callback, copies):
                return False
        return True

    async def _insist(self, callback: Callback, copies: int) -> bool:
        """Until it is taken; False where it is given up. The copies go at once, what repeats them goes alone."""
        for wait in (0, *RHYTHM):
            if wait:
                await self._sleep(wait * self._rhythm)
            if all(await asyncio.gather(*(self._attempt(callback) for _ in range(copies)))):
                return True
            copies = 1
        return False

    async def _attempt(self, callback: Callback) -> bool:
        status, answer = await self._sent(lambda now: letter(callback.movement, self._key, now))
        callback.attempts += 1
        callback.last_status = status
        return is_taken(status, answer)

    async def _tamper(self, callback: Callback, how: Fault) -> None:
        """One copy that must not be believed."""
        status, answer = await self._sent(lambda now: tampered(callback.movement, self._key, now, how))
        callback.tampered.append(status)
        if not callback.plan.honest:
            callback.attempts, callback.last_status = callback.attempts + 1, status
            believed = Progress.DELIVERED if is_taken(status, answer) else Progress.GIVEN_UP
            callback.state = Progress.REFUSED if status == 401 else believed

    async def _sent(self, write: Callable[[int], Letter]) -> tuple[int | None, bytes]:
        """The answer to one letter, written when its turn has come; no status where there was no answer."""
        async with self._hands:
            try:
                return await self._post(*write(int(time.time())))
            except httpx.HTTPError:
                return None, b""

    def _through(self, callback: Callback) -> None:
        """Let go what waited for this one: what it holds up, and what it has overtaken."""
        for held in callback.then:
            if held.behind:
                held.behind = False
                self._start(held)
            else:
                held.release()
        for held in self._overtaken:
            if held.number < callback.number:
                held.release()
        self._overtaken = [held for held in self._overtaken if not held.released.is_set()]
