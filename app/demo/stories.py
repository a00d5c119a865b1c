"""The stories of people and their money, one for each deed of the plan."""

from collections.abc import Awaitable, Callable
from typing import Any

from app.demo.counters import Bureau, County
from app.demo.village import Person
from app.demo.visiting import Surprise, until

Story = Callable[["Teller", Person], Awaitable[None]]


class Teller:
    """Goes with each person from one counter to the other."""

    def __init__(self, county: County, bureau: Bureau, prices: dict[int, int]) -> None:
        """`prices` are what the plan says that people pay, by their numbers."""
        self.county, self.bureau, self.prices = county, bureau, prices

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

    async def pays_new_price(self, person: Person) -> None:
        """The bureau has heard that a list has changed."""

        async def told() -> bool:
            return bool((await self.bureau.order(person))["payable_fen"] == self.prices[person.number])

        await until("an order with its new price", told)
        await self.pays(person)

    async def has_become_exempt(self, person: Person) -> None:
        await self._withdrawn(person)
        await self.bureau.refuses(person, "order_withdrawn")

    async def goes_back_unheard(self, person: Person) -> None:
        """The reversal's callback never comes."""
        (event,) = await self.pays(person)
        await self.bureau.reverse(event, "missing")

    async def pays_twice_unheard(self, person: Person) -> None:
        """Of the second payment no callback comes."""
        await self.pays(person)
        await self.bureau.pay(person, "missing", regardless=True)

    async def _withdrawn(self, person: Person) -> None:
        async def gone() -> bool:
            return bool((await self.bureau.order(person))["state"] == "withdrawn")

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
    "exempt": _nothing,
    "never_pays": _nothing,
    "cancels": Teller.cancels,
    "cancels_too_late": Teller.cancels_too_late,
    "attack": Teller.is_attacked,
    "wrong_amount_settled": _settled("wrong_amount"),
    "second_payment_settled": _settled("second_payment"),
    "second_takes_over": Teller.second_takes_over,
    "reversed": Teller.goes_back,
    "left_out": Teller.goes_back,
    "reversed_and_paid_again": Teller.goes_back_and_is_paid_again,
    "reversal_first": Teller.goes_back_first,
    "reversal_missing": Teller.goes_back_unheard,
    "second_missing": Teller.pays_twice_unheard,
    "recognized": Teller.pays_new_price,
    "struck_off": Teller.pays_new_price,
    "made_extreme": Teller.has_become_exempt,
}
STORIES |= dict.fromkeys(("missing", "missing_sent", "missing_next_day", "underway"), Teller.is_withheld)
STORIES |= {
    fault: _pays(fault)
    for fault in ("duplicate", "delay", "reorder", "forged", "stale", "altered", "wrong_amount", "second_payment",
                  "unknown_order", "late_reversal")
}  # fmt: skip
STORIES |= dict.fromkeys(
    ("pays", "next_day", "misfiled", "misstated", "mistimed", "not_listed", "undeclared", "mistaken_line", "paid_back",
     "kept", "added_silent", "removed_silent"),
    _pays(None),
)  # fmt: skip
