"""Group commit: events share a transaction and nothing else."""

import asyncio
import threading
from collections.abc import Callable, Sequence

import pytest

from app.storage.books import Collided
from app.workflows.group_commit import MOST_WAITING, GroupCommit, Kind
from app.workflows.office import Office, StorageUnavailable
from app.workflows.record_payment import Arrived, Result, names
from tests.state.in_the_office import arrived, booked, opened, paying
from tests.state.made_up import payment, reversal

Record = Callable[[Sequence[Arrived]], Sequence[Result | Exception]]


def outcomes(record: Record, events: Sequence[Arrived], threads: int = 1) -> list[Result | BaseException]:
    async def ask() -> list[Result | BaseException]:
        queue = GroupCommit(Kind[Arrived, Result]("payments", record, names), threads)
        return await asyncio.gather(*(queue.done(e) for e in events), return_exceptions=True)

    return asyncio.run(ask())


class Recorder:
    """Notes the batches; `poison` is an order that cannot be booked."""

    def __init__(self, poison: str = "none") -> None:
        self.batches: list[list[str]] = []
        self.poison = poison

    def __call__(self, batch: Sequence[Arrived]) -> list[Result]:
        orders = [a.event.order_no for a in batch]
        self.batches.append(orders)
        if self.poison in orders:
            raise ValueError
        return ["covered"] * len(batch)


def events(count: int) -> list[Arrived]:
    return [arrived(payment(f"order-{n}")) for n in range(count)]


def test_events_that_wait_together_are_booked_together() -> None:
    recorder = Recorder()
    assert outcomes(recorder, events(100)) == ["covered"] * 100
    assert len(recorder.batches) < 20
    assert max(map(len, recorder.batches)) <= 64


def test_one_that_cannot_be_booked_spoils_no_other() -> None:
    recorder = Recorder("order-7")
    found = outcomes(recorder, events(20))
    assert isinstance(found[7], ValueError)
    assert [f for n, f in enumerate(found) if n != 7] == ["covered"] * 19


def test_events_of_one_order_never_share_a_batch_and_keep_their_turn() -> None:
    recorder = Recorder()
    asked = [arrived(payment("same", n)) for n in range(1, 6)] + events(5)
    seen: list[int] = []

    def record(batch: Sequence[Arrived]) -> list[Result]:
        seen.extend(a.event.amount_fen for a in batch if a.event.order_no == "same")
        return recorder(batch)

    assert outcomes(record, asked, threads=3) == ["covered"] * 10
    assert all(orders.count("same") <= 1 for orders in recorder.batches)
    assert seen == [1, 2, 3, 4, 5]


def test_an_event_that_another_process_brings_at_the_same_moment_is_tried_again() -> None:
    times = []

    def record(batch: Sequence[Arrived]) -> list[Result]:
        times.append(len(batch))
        if len(times) < 4:
            raise Collided
        return ["repeated"] * len(batch)

    assert outcomes(record, events(1)) == ["repeated"]
    assert len(times) == 4


def test_a_place_that_is_kept_waiting_keeps_no_other_waiting() -> None:
    free, under_way, batches = threading.Event(), [0], list[list[str]]()

    def together(batch: Sequence[str]) -> list[str]:
        batches.append(list(batch))
        if batch[0].startswith("slow"):
            under_way[0] += 1
            assert free.wait(20)
        return list(batch)

    async def ask() -> None:
        queue = GroupCommit(Kind("people", together, lambda one: {one}, lambda one: one[:4]), 2)
        slow = [asyncio.ensure_future(queue.done(f"slow-{n}")) for n in range(20)]
        await asyncio.sleep(0.05)
        quick = await asyncio.wait_for(asyncio.gather(*(queue.done(f"fast-{n}") for n in range(20))), 20)
        later = [asyncio.ensure_future(queue.done(f"slow-{n}")) for n in range(20, 40)]
        quick += await asyncio.wait_for(asyncio.gather(*(queue.done(f"fast-{n}") for n in range(20, 40))), 20)
        assert under_way == [1]
        free.set()
        assert await asyncio.gather(*slow, *later) == [f"slow-{n}" for n in range(40)]
        assert quick == [f"fast-{n}" for n in range(40)]

    asyncio.run(ask())
    assert all(len({one[:4] for one in batch}) == 1 for batch in batches)


def test_a_database_that_was_away_for_a_moment_is_asked_once_more() -> None:
    tried: list[int] = []

    def record(batch: Sequence[Arrived]) -> list[Result]:
        tried.append(len(batch))
        if len(tried) == 1:
            raise StorageUnavailable("a connection from before the restart")
        return ["covered"]

    assert outcomes(record, events(1)) == ["covered"]


def test_when_the_database_is_away_everybody_is_told_soon() -> None:
    tried = []

    def record(batch: Sequence[Arrived]) -> list[Result]:
        tried.append(len(batch))
        raise StorageUnavailable("gone")

    found = outcomes(record, events(60))
    assert all(isinstance(f, StorageUnavailable) for f in found)
    assert len(tried) < 20


def test_a_queue_that_is_full_sends_people_away() -> None:
    async def ask() -> None:
        queue = GroupCommit(Kind("payments", lambda batch: ["covered"] * len(batch), names))
        queue._started = True  # nobody works
        waiting = [asyncio.ensure_future(queue.done(e)) for e in events(1) * MOST_WAITING]
        await asyncio.sleep(0)
        with pytest.raises(StorageUnavailable):
            await queue.done(events(1)[0])
        for w in waiting:
            w.cancel()

    asyncio.run(ask())


def test_a_batch_books_each_event_as_it_would_be_booked_alone(own_office: Office) -> None:
    made = [opened(own_office) for _ in range(6)]
    first, again, early = payment(made[3]["order_no"]), payment(made[3]["order_no"]), payment(made[4]["order_no"])
    booked(own_office, first, reversal(early))
    batch = [
        payment(made[0]["order_no"]),
        payment(made[1]["order_no"], 7),
        payment("no-such-order"),
        again,
        early,
        reversal(payment(made[5]["order_no"])),
        payment(made[2]["order_no"], paid_at="2023-09-05T10:00:00+08:00"),
    ]
    assert booked(own_office, *batch) == [
        "covered",
        "suspended",
        "suspended",
        "suspended",
        "settled",
        "suspended",
        "covered",
    ]
    assert booked(own_office, *batch) == ["repeated"] * 7
    assert booked(own_office, *[e | {"voucher_no": "2"} for e in batch]) == ["conflict"] * 7


def test_two_batches_at_once_with_events_in_common_book_each_once(own_office: Office) -> None:
    made = [opened(own_office) for _ in range(30)]
    asked = [arrived(payment(m["order_no"])) for m in made]

    async def ask() -> list[Result]:
        queues = [paying(own_office) for _ in range(3)]  # as three processes would
        return await asyncio.gather(*(q.done(e) for e in asked for q in queues))

    found = asyncio.run(ask())
    assert sorted(found) == ["covered"] * 30 + ["repeated"] * 60
