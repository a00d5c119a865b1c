"""The demo from beginning to end: registration, payment with everything that goes wrong, reconciliation."""

import asyncio
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from typing import Any

from rich.progress import Progress

from app.demo import statements
from app.demo.counters import Bureau, County, Surprise, until
from app.demo.plan import Deed
from app.demo.processes import Town
from app.demo.stories import STORIES, Teller
from app.demo.village import Person

BOOKS = ("ledger", "audit")  # each has its `canbao … verify`


@dataclass
class Outcome:
    """What stands at the end, as both counters tell it. `missing_fen` is what the statement had and the ledger had not
    before the withheld callbacks were sent."""

    enrollments: list[dict[str, Any]]
    suspense: list[dict[str, Any]]
    balances: dict[str, int]
    orders: dict[str, int]
    callbacks: dict[str, int]
    statement: statements.Sum
    missing: int
    missing_fen: int
    verified: dict[str, bool]


async def act(place: Town, people: list[Person], planned: dict[int, Deed], progress: Progress) -> Outcome:
    """Raises Surprise where something goes another way than planned."""
    async with County(place) as county, Bureau(place) as bureau:
        if not await county.is_empty():
            raise Surprise("the database is not empty: name one for the demo alone in DATABASE_URL, or none")
        await _all(progress, "登记 registering", [county.register(person) for person in people])
        _as_planned(people)
        again = [county.register_again(person) for person in people[::10]]
        await _all(progress, "重复登记 registering again", again)
        await _arrive(progress, bureau, sum(person.is_levied for person in people))
        teller = Teller(county, bureau)
        stories = [STORIES[planned[n].name](teller, person) for n, person in enumerate(people)]
        await _all(progress, "缴费与差错 paying", stories)
        missing_fen, withheld = await _reconcile(progress, county, bureau)
        return await _outcome(place, county, bureau, withheld, missing_fen)


async def _all(progress: Progress, title: str, errands: Iterable[Awaitable[None]]) -> None:
    """All at once, as far as the counters let them; a bar shows how many are done."""
    errands = list(errands)
    bar = progress.add_task(title, total=len(errands))

    async def one(errand: Awaitable[None]) -> None:
        await errand
        progress.advance(bar)

    tasks = [asyncio.ensure_future(one(errand)) for errand in errands]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


def _as_planned(people: list[Person]) -> None:
    wrong = [person.kind for person in people if person.is_levied != (person.order_no is not None)]
    if wrong:
        raise Surprise(f"an order where none was planned, or none where one was: {wrong[0]}")


async def _arrive(progress: Progress, bureau: Bureau, levied: int) -> None:
    """The relay brings every order to the bureau."""
    bar = progress.add_task("推送应缴 receivables", total=levied)

    async def there() -> bool:
        arrived: int = sum((await bureau.orders()).values())
        progress.update(bar, completed=arrived)
        return arrived == levied

    await until("receivables at the bureau", there)


async def _reconcile(progress: Progress, county: County, bureau: Bureau) -> tuple[int, int]:
    """The statement names money whose callbacks never came; the bureau sends them. How much, and how many."""
    booked = (await county.balances()).get("collector", 0)
    stated = statements.add_up(await bureau.statements())
    withheld = (await bureau.callbacks("withheld"))["callbacks"]
    await _all(progress, "对账补发 reconciling", [_sent(bureau, event) for event in withheld])
    return stated.fen - booked, len(withheld)


async def _sent(bureau: Bureau, event: dict[str, Any]) -> None:
    await bureau.release(event)
    await bureau.through([event])


async def _outcome(place: Town, county: County, bureau: Bureau, missing: int, missing_fen: int) -> Outcome:
    proofs = [asyncio.to_thread(place.canbao, book, "verify") for book in BOOKS]
    verified = {book: done.returncode == 0 for book, done in zip(BOOKS, await asyncio.gather(*proofs), strict=True)}
    return Outcome(
        await county.enrollments(),
        await county.suspense(),
        await county.balances(),
        await bureau.orders(),
        (await bureau.callbacks())["counts"],
        statements.add_up(await bureau.statements()),
        missing,
        missing_fen,
        verified,
    )
