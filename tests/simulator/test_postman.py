"""How callbacks travel: the rhythm, copies, holds, and what is tampered with; sleep and receiver are handed in."""

import asyncio
import json
import time
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from app.collector.signature import BadSignature, verify
from app.settings import DEV_WEBHOOK_SECRET
from app.simulator.callbacks import Callback, Progress
from app.simulator.faults import Fault, Plan, plan_of
from app.simulator.money import Movement
from app.simulator.postman import Postman
from app.simulator.refusals import Refused
from tests.simulator.bureau_for_tests import KEY

TAKEN, BUSY = (200, b'{"code": "SUCCESS"}'), (503, b"{}")
# 15s, 15s, 30s, 3m, 10m, 20m, 30m, 30m, 30m, 60m, 3h, 3h, 3h, 6h, 6h
RHYTHM = [15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600]


def callback(name: str, fault: Fault | None = None, *, honest: bool = True) -> Callback:
    at = datetime(2023, 11, 2, tzinfo=UTC)
    movement = Movement(name, "payment.succeeded", "430424-1", 38000, at, "1", "微信")
    return Callback(movement, fault, plan_of(fault, then_honest=honest))


class World:
    """A receiver with prepared answers, and a clock that only counts."""

    def __init__(self, *answers: tuple[int, bytes] | Exception) -> None:
        self.answers, self.got, self.slept = list(answers), list[tuple[dict[str, str], bytes]](), list[float]()
        self.at_once = self.most_at_once = 0

    async def post(self, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        self.got.append((headers, body))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        answer = self.answers.pop(0) if self.answers else TAKEN
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    def names(self) -> list[str]:
        return [json.loads(body)["event_id"] for _, body in self.got]


async def settled(*callbacks: Callback) -> None:
    deadline = time.monotonic() + 10
    while any(c.state is Progress.WAITING for c in callbacks) and time.monotonic() < deadline:
        await asyncio.sleep(0)


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def test_the_rhythm_is_that_of_a_payment_platform_and_then_it_is_given_up() -> None:
    world, one = World(*[BUSY] * 16), callback("a")

    async def work() -> None:
        Postman(world.post, KEY, 0.5, world.sleep).send([one])
        await settled(one)

    run(work())
    assert world.slept == [seconds / 2 for seconds in RHYTHM]
    assert (one.state, one.attempts, one.last_status) == (Progress.GIVEN_UP, 16, 503)


REFUSALS: list[tuple[int, bytes] | Exception] = [
    (500, b""), (401, b"{}"), (404, b"{}"), (200, b""), (200, b'{"code": "FAIL"}'), (200, b"[]"), (204, b""),
    httpx.ConnectError("nobody there"), httpx.ReadTimeout("too slow"),
]  # fmt: skip


@pytest.mark.parametrize("answer", REFUSALS, ids=range(len(REFUSALS)))
def test_only_200_with_success_is_taken(answer: tuple[int, bytes] | Exception) -> None:
    world, one = World(answer, answer), callback("a")

    async def work() -> None:
        Postman(world.post, KEY, 1, world.sleep).send([one])
        await settled(one)

    run(work())
    assert (one.state, one.attempts, world.slept) == (Progress.DELIVERED, 3, [15, 15])


def test_a_callback_that_sleeps_holds_up_no_other() -> None:
    world, slow, quick = World(BUSY), callback("slow"), callback("quick")

    async def work() -> None:
        postman = Postman(world.post, KEY)  # with real sleep: 15 seconds
        postman.send([slow])
        while not slow.attempts:
            await asyncio.sleep(0)
        postman.send([quick])
        await settled(quick)
        await postman.close()

    began = time.monotonic()
    run(work())
    assert (quick.state, slow.state) == (Progress.DELIVERED, Progress.WAITING)
    assert time.monotonic() - began < 10


def test_each_attempt_is_signed_anew_under_one_message_id_after_the_standard() -> None:
    world, one = World(BUSY), callback("a")

    async def work() -> None:
        Postman(world.post, KEY, 1, world.sleep).send([one])
        await settled(one)

    run(work())
    for headers, body in world.got:
        assert verify([KEY], headers, body, time.time()) == "msg_a"
        Webhook(DEV_WEBHOOK_SECRET).verify(body.decode(), headers)
    assert json.loads(world.got[0][1]) == one.movement.event()


def test_duplicates_come_three_at_once_and_once_more() -> None:
    world, one = World(), callback("a", Fault.DUPLICATE)

    async def work() -> None:
        Postman(world.post, KEY, 1, world.sleep).send([one])
        await settled(one)

    run(work())
    assert (world.names(), world.most_at_once, one.attempts) == (["a"] * 4, 3, 4)
    assert one.state is Progress.DELIVERED


@pytest.mark.parametrize("fault", [Fault.FORGED, Fault.STALE, Fault.ALTERED])
@pytest.mark.parametrize("honest", [True, False])
def test_what_is_tampered_with_does_not_verify_and_an_honest_one_may_follow(fault: Fault, honest: bool) -> None:
    world, one = World((401, b"{}")), callback("a", fault, honest=honest)

    async def work() -> None:
        Postman(world.post, KEY, 1, world.sleep).send([one])
        await settled(one)

    run(work())
    with pytest.raises(BadSignature):
        verify([KEY], *world.got[0], time.time())
    assert one.tampered == [401]
    assert one.state is (Progress.DELIVERED if honest else Progress.REFUSED)
    assert len(world.got) == 1 + honest
    for headers, body in world.got[1:]:
        assert verify([KEY], headers, body, time.time())


def test_what_is_altered_was_signed_as_another_amount() -> None:
    world, one = World((401, b"{}")), callback("a", Fault.ALTERED)

    async def work() -> None:
        Postman(world.post, KEY, 1, world.sleep).send([one])
        await settled(one)

    run(work())
    (headers, body), _ = world.got
    assert json.loads(body)["amount_fen"] == 38001
    assert verify([KEY], headers, one.movement.body(), time.time())


def test_an_attack_that_is_believed_stands_out() -> None:
    world, one = World(TAKEN), callback("a", Fault.FORGED, honest=False)

    async def work() -> None:
        Postman(world.post, KEY, 1, world.sleep).send([one])
        await settled(one)

    run(work())
    assert (one.state, one.tampered) == (Progress.DELIVERED, [200])


def test_a_held_back_callback_is_overtaken_by_the_next_one() -> None:
    world, first, second = World(), callback("a", Fault.REORDER), callback("b")

    async def work() -> None:
        postman = Postman(world.post, KEY)
        postman.send([first])
        await asyncio.sleep(0.01)
        assert (world.names(), first.is_held) == ([], True)
        postman.send([second])
        await settled(first, second)

    run(work())
    assert world.names() == ["b", "a"]


def test_a_held_back_callback_leaves_by_itself_in_the_end() -> None:
    world, one = World(), callback("a", Fault.REORDER)

    async def work() -> None:
        Postman(world.post, KEY, 1, world.sleep).send([one])
        await settled(one)

    run(work())
    assert (world.slept, one.state) == ([1800], Progress.DELIVERED)


def test_a_delayed_callback_waits_ten_minutes() -> None:
    world, one = World(), callback("a", Fault.DELAY)

    async def work() -> None:
        Postman(world.post, KEY, 0.1, world.sleep).send([one])
        await settled(one)

    run(work())
    assert (world.slept, one.state) == ([60], Progress.DELIVERED)


def test_a_withheld_callback_goes_when_it_is_released_and_only_once() -> None:
    world, one = World(), callback("a", Fault.MISSING)

    async def work() -> None:
        postman = Postman(world.post, KEY, 1, world.sleep)
        postman.send([one])
        await asyncio.sleep(0.01)
        assert (one.state, world.got) == (Progress.WITHHELD, [])
        postman.release(one)
        while not one.attempts:
            await asyncio.sleep(0)
        await settled(one)
        with pytest.raises(Refused):
            postman.release(one)

    run(work())
    assert (one.state, world.names()) == (Progress.DELIVERED, ["a"])


def test_a_callback_that_was_given_up_can_be_sent_again() -> None:
    world, one = World(*[BUSY] * 16), callback("a")

    async def work() -> None:
        postman = Postman(world.post, KEY, 1, world.sleep)
        postman.send([one])
        await settled(one)
        assert one.state is Progress.GIVEN_UP
        postman.release(one)
        await settled(one)

    run(work())
    assert (one.state, one.attempts) == (Progress.DELIVERED, 17)


def test_what_stands_behind_another_begins_when_that_one_is_through() -> None:
    world, first, behind = World(BUSY), callback("a"), callback("b")
    behind.plan, behind.behind = Plan(leaves_after=3600), True
    first.then.append(behind)

    async def work() -> None:
        postman = Postman(world.post, KEY, 1, world.sleep)
        postman.send([first, behind])
        with pytest.raises(Refused):
            postman.release(behind)
        await settled(first, behind)

    run(work())
    assert (world.names(), world.slept) == (["a", "a", "b"], [15, 3600])
