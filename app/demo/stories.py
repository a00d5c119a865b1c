"""The stories of people and their money, one for each deed of the plan."""

from collections.abc import Awaitable, Callable
from typing import Any

from app.demo.counters import Bureau, County, Surprise, until
from app.demo.village import Person

Story = Callable[["Teller", Person], Awaitable[None]]


class Teller:
    """Goes with each person from one counter to the other."""

    def __init__(self, county: County, bureau: Bureau) -> None:
        self.county, self.bureau = county, bureau

    async def pays(self, person: Person, fault: str | None = None, **more: Any) -> list[dict[str, Any]]:
        events = await self.bureau.pay(person, fault, **more)
        await self.bureau.through(events)
        return events

    async def cancels(self, person: Person) -> None:
        await self.county.cancel(person)
        await self._withdrawn(person)
        await self.bureau.refuses(person, "order_withdrawn")

    async def cancels_too_late(self, person: Person) -> None:
        """The money is on its way when the enrollment is cancelled."""
        events = await self.bureau.pay(person, "missing")
        await self.county.cancel(person)
        await self._withdrawn(person)
        await self.bureau.release(events[0])
        await self.bureau.through(events)

    async def is_attacked(self, person: Person) -> None:
        events = await self.bureau.pay(person, "forged", then_honest=False)
        await self.bureau.through(events, "refused")

    async def is_withheld(self, person: Person) -> None:
        """Found later, in the statement."""
        await self.bureau.pay(person, "missing")

    async def settled(self, person: Person, fault: str) -> None:
        """A clerk pays back what is suspended, and the bureau's reversal is the record of it."""
        events = await self.pays(person, fault)
        item = await self._suspended(person)
        await self.county.settle(item)
        (back,) = [event for event in events if event["event_id"] == item["event_id"]]
        await self.bureau.through(await self.bureau.reverse(back))

    async def second_takes_over(self, person: Person) -> None:
        events = await self.pays(person, "second_payment")
        waiting = (await self._suspended(person))["event_id"]
        (booked,) = [event for event in events if event["event_id"] != waiting]
        await self.bureau.through(await self.bureau.reverse(booked))

    async def goes_back(self, person: Person) -> None:
        (event,) = await self.pays(person)
        await self.bureau.through(await self.bureau.reverse(event))

    async def goes_back_and_is_paid_again(self, person: Person) -> None:
        await self.goes_back(person)
        await self.pays(person)

    async def goes_back_first(self, person: Person) -> None:
        """The reversal arrives before the payment that it reverses."""
        events = await self.bureau.pay(person, "missing")
        await self.bureau.through(await self.bureau.reverse(events[0], "reorder"))
        await self.bureau.through(events)

    async def _withdrawn(self, person: Person) -> None:
        async def gone() -> bool:
            return await self.bureau.state(person) == "withdrawn"

        await until("a withdrawn order", gone)

    async def _suspended(self, person: Person) -> dict[str, Any]:
        found = [item for item in await self.county.suspense() if item["order_no"] == person.order_no]
        if len(found) != 1:
            raise Surprise(f"one suspense item was planned, there are {len(found)}")
        return found[0]


async def _nothing(_: Teller, __: Person) -> None:
    """Whoever is exempt, or never pays."""


def _pays(fault: str | None) -> Story:
    async def story(teller: Teller, person: Person) -> None:
        await teller.pays(person, fault)

    return story


def _settled(fault: str) -> Story:
    return lambda teller, person: teller.settled(person, fault)


STORIES: dict[str, Story] = {
    "pays": _pays(None),
    "exempt": _nothing,
    "never_pays": _nothing,
    "cancels": Teller.cancels,
    "cancels_too_late": Teller.cancels_too_late,
    "attack": Teller.is_attacked,
    "missing": Teller.is_withheld,
    "wrong_amount_settled": _settled("wrong_amount"),
    "second_payment_settled": _settled("second_payment"),
    "second_takes_over": Teller.second_takes_over,
    "reversed": Teller.goes_back,
    "reversed_and_paid_again": Teller.goes_back_and_is_paid_again,
    "reversal_first": Teller.goes_back_first,
} | {
    fault: _pays(fault)
    for fault in ("duplicate", "delay", "reorder", "forged", "stale", "altered", "wrong_amount", "second_payment",
                  "unknown_order", "late_reversal")
}  # fmt: skip
