"""The demo from beginning to end: lists, registration, payment with everything that goes wrong, the next day with its
changes, reconciliation, reports."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from rich.progress import Progress

from app.demo import differences, lists, reports, rosters, statements
from app.demo.counters import Bureau, County
from app.demo.desks import Desk, two_clerks
from app.demo.plan import Plan, course, expect
from app.demo.processes import DAYS, Town
from app.demo.stories import STORIES, Teller
from app.demo.village import Person
from app.demo.visiting import Surprise, until

BOOKS = ("ledger", "audit")  # each has its `canbao … verify`
Clerks = dict[str, tuple[Desk, Desk]]
T = TypeVar("T")


@dataclass
class Outcome:
    """What stands at the end, as both counters tell it."""

    enrollments: list[dict[str, Any]]
    suspense: list[dict[str, Any]]
    balances: dict[tuple[str, str], int]
    feed: Counter[tuple[str, str]]
    orders: dict[str, int]
    callbacks: dict[str, int]
    statement: statements.Sum
    verified: dict[str, bool]
    rosters: rosters.Brought
    compared: differences.Compared
    reports: reports.Made


async def act(place: Town, people: list[Person], planned: Plan, progress: Progress) -> Outcome:
    """Raises Surprise where something goes another way than planned."""
    async with County(place) as county, Bureau(place) as bureau:
        if not await county.is_empty():
            raise Surprise("the database is not empty: name one for the demo alone in DATABASE_URL, or none")
        async with _clerks(place) as clerks:
            return await _Course(place, (county, bureau), clerks, people, planned, progress).run()


@asynccontextmanager
async def _clerks(place: Town) -> AsyncIterator[Clerks]:
    clerks = await two_clerks(place)
    async with AsyncExitStack() as stack:
        for desk in (desk for two in clerks.values() for desk in two):
            await stack.enter_async_context(desk)
        yield clerks


class _Course:
    """The two days."""

    def __init__(
        self,
        place: Town,
        counters: tuple[County, Bureau],
        clerks: Clerks,
        people: list[Person],
        planned: Plan,
        progress: Progress,
    ) -> None:
        self.place, self.clerks, self.people, self.planned, self.progress = place, clerks, people, planned, progress
        self.county, self.bureau = counters
        self.rosters = rosters.Lists(place, clerks, people, planned)
        prices = {person.number: course(person, planned[n]).last_fen for n, person in enumerate(people)}
        self.teller = Teller(*counters, prices)

    async def run(self) -> Outcome:
        await self._one("困难名单 hardship lists", self._bring_lists())
        await self._register()
        await self._day(1)
        await self._one("次日 the next day", self._turn())
        await self._one("名单变动 changes of the lists", self._change_lists())
        reconciling = differences.Reconciling(
            self.place, self.clerks, (self.county, self.bureau), self.people, self.planned
        )
        await self._one("对账 first day's statements", reconciling.first_day())
        await self._one("处理建议 proposals", self.rosters.decide_proposals())
        await self._day(2)
        await self._one("对账 second day's statements", reconciling.second_day())
        wanted = reports.expect(self.people, self.planned, expect(self.people, self.planned))
        made = await self._one("报表 reports", reports.make(self.place, self.clerks, wanted))
        return await self._outcome(await reconciling.outcome(), made)

    async def _bring_lists(self) -> None:
        await self.rosters.bring_first(lists.first_lists(self.people, self.planned))

    async def _change_lists(self) -> None:
        await self.rosters.bring_changes(lists.change_lists(self.people, self.planned))

    async def _register(self) -> None:
        people, county = self.people, self.county
        await self._all("登记 registering", [county.register(person) for person in people])
        _as_planned(people, self.planned)
        again = [county.register_again(person) for person in people[::10]]
        await self._all("重复登记 registering again", again)
        await self._arrive(sum(person.is_levied for person in people))

    async def _day(self, day: int) -> None:
        """What begins on this day."""
        mine = [(self.planned[n], person) for n, person in enumerate(self.people) if self.planned[n].day == day]
        stories = [STORIES[deed.name](self.teller, person) for deed, person in mine]
        await self._all(f"第{day}日缴费 paying, day {day}", stories)

    async def _turn(self) -> None:
        await asyncio.to_thread(self.place.turn_to, DAYS[1])
        await self.bureau.turn_to(DAYS[1])

    async def _arrive(self, levied: int) -> None:
        """The relay brings every order to the bureau."""
        bar = self.progress.add_task("推送应缴 receivables", total=levied)

        async def there() -> bool:
            arrived: int = sum((await self.bureau.orders()).values())
            self.progress.update(bar, completed=arrived)
            return arrived == levied

        await until("receivables at the bureau", there)

    async def _one(self, title: str, errand: Awaitable[T]) -> T:
        bar = self.progress.add_task(title, total=1)
        done = await errand
        self.progress.advance(bar)
        return done

    async def _all(self, title: str, errands: Iterable[Awaitable[None]]) -> None:
        """All at once, as far as the counters let them; a bar shows how many are done."""
        errands = list(errands)
        bar = self.progress.add_task(title, total=len(errands))

        async def one(errand: Awaitable[None]) -> None:
            await errand
            self.progress.advance(bar)

        tasks = [asyncio.ensure_future(one(errand)) for errand in errands]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    async def _outcome(self, compared: differences.Compared, made: reports.Made) -> Outcome:
        county, bureau = self.county, self.bureau
        proofs = [asyncio.to_thread(self.place.canbao, book, "verify") for book in BOOKS]
        verified = {book: done.returncode == 0 for book, done in zip(BOOKS, await asyncio.gather(*proofs), strict=True)}
        return Outcome(
            await county.enrollments(),
            await county.suspense(),
            await county.balances(),
            Counter((change["region"], change["type"]) for change in await county.changes()),
            await bureau.orders(),
            (await bureau.callbacks())["counts"],
            statements.add_up(await bureau.statements()),
            verified,
            await self.rosters.outcome(),
            compared,
            made,
        )


def _as_planned(people: list[Person], planned: Plan) -> None:
    """Each has an order or none, and costs what the plan says."""
    for n, person in enumerate(people):
        if person.is_levied != (person.order_no is not None):
            raise Surprise(f"an order where none was planned, or none where one was: {person.kind}")
        price = course(person, planned[n]).first_fen
        if person.told_fen != price:
            raise Surprise(f"{planned[n].name}: the price was to be {price} fen and is {person.told_fen}")
