"""The two counters that the demo goes to, over HTTP: the county's (canbao) and the tax bureau's (the simulator)."""

import asyncio
import time
from typing import Any

from app.demo.processes import Town
from app.demo.village import Person
from app.demo.visiting import Surprise, Visitor, until


class County(Visitor):
    """canbao."""

    def __init__(self, place: Town) -> None:
        super().__init__(place.service, {"authorization": "Bearer dev-key"})

    async def is_empty(self) -> bool:
        return not (await self.json(200, "GET", "/v1/enrollments?limit=1"))["enrollments"]

    async def register(self, person: Person) -> None:
        headers = {"idempotency-key": f"demo-{person.number}"}
        made = await self.json(201, "POST", "/v1/enrollments", json=person.body, headers=headers)
        person.id, person.order_no = made["id"], made["order_no"]
        person.told_fen = (made["receivable"] or {}).get("payable_fen")
        person.notes = tuple(note["code"] for note in made["quote"]["notes"])

    async def register_again(self, person: Person) -> None:
        """Under the same key the first answer stands; under another one it is somebody who is enrolled already."""
        asked: dict[str, Any] = {"json": person.body}
        again = await self.json(
            201, "POST", "/v1/enrollments", headers={"idempotency-key": f"demo-{person.number}"}, **asked
        )
        if again["id"] != person.id:
            raise Surprise("the same idempotency key got another answer")
        await self.ask(
            409, "POST", "/v1/enrollments", headers={"idempotency-key": f"demo-{person.number}-again"}, **asked
        )

    async def cancel(self, person: Person) -> None:
        await self.ask(200, "POST", f"/v1/enrollments/{person.id}/cancel")

    async def enrollments(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            asked = {"limit": "500"} | ({"cursor": cursor} if cursor else {})
            page = await self.json(200, "GET", "/v1/enrollments", params=asked)
            found += page["enrollments"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    async def suspense(self) -> list[dict[str, Any]]:
        """Everything that is open."""
        found: list[dict[str, Any]] = (await self.json(200, "GET", "/v1/suspense?limit=500"))["suspense"]
        return found

    async def settle(self, item: dict[str, Any]) -> None:
        await self.ask(200, "POST", f"/v1/suspense/{item['id']}/settle", json={"reason": "演示：已原路退回"})

    async def balances(self) -> dict[tuple[str, str], int]:
        """By region and account."""
        found: dict[tuple[str, str], int] = {}
        for row in (await self.json(200, "GET", "/v1/ledger/balances"))["balances"]:
            key = row["region"], row["account"]
            found[key] = found.get(key, 0) + row["balance_fen"]
        return {key: fen for key, fen in found.items() if fen}

    async def changes(self) -> list[dict[str, Any]]:
        """What other software hears of, from the first change to the last."""
        found: list[dict[str, Any]] = []
        asked: dict[str, str] = {}
        while True:
            page = await self.json(200, "GET", "/v1/changes", params=asked)
            found += page["changes"]
            asked = {"after": page["next_cursor"]}
            if not page["has_more"]:
                return found


class Bureau(Visitor):
    """The simulator."""

    def __init__(self, place: Town) -> None:
        super().__init__(place.simulator)
        self._look, self._looked, self._seen = asyncio.Lock(), 0.0, dict[str, str]()

    async def orders(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.json(200, "GET", "/receivables"))["counts"]
        return found

    async def order(self, person: Person) -> dict[str, Any]:
        """The newest that canbao has said of it, and its state."""
        found: dict[str, Any] = await self.json(200, "GET", f"/receivables/{person.order_no}")
        return found

    async def turn_to(self, day: str) -> None:
        await self.json(200, "PUT", "/day", json={"day": day})

    async def pay(self, person: Person, fault: str | None = None, **more: Any) -> list[dict[str, Any]]:
        asked = {"order_no": person.order_no} | ({"fault": fault} if fault else {}) | more
        events: list[dict[str, Any]] = (await self.json(201, "POST", "/payments", json=asked))["events"]
        return events

    async def refuses(self, person: Person, code: str) -> None:
        answer = await self.json(409, "POST", "/payments", json={"order_no": person.order_no})
        if answer["code"] != code:
            raise Surprise(f"wanted {code}, got {answer['code']}")

    async def reverse(self, event: dict[str, Any], fault: str | None = None) -> list[dict[str, Any]]:
        asked = {"event_id": event["event_id"]} | ({"fault": fault} if fault else {})
        events: list[dict[str, Any]] = (await self.json(201, "POST", "/reversals", json=asked))["events"]
        return events

    async def release(self, event: dict[str, Any]) -> None:
        await self.ask(202, "POST", f"/callbacks/{event['event_id']}/release")

    async def through(self, events: list[dict[str, Any]], ends: str = "delivered") -> None:
        """Until these callbacks have come to their end; raises Surprise where it is another one."""
        for event in events:

            async def ended(id: str = event["event_id"]) -> bool:
                state = (await self._states())[id]
                if state not in (ends, "waiting"):
                    raise Surprise(f"a callback is {state}, not {ends}")
                return state == ends

            await until("a callback's delivery", ended, every=0)

    async def _states(self) -> dict[str, str]:
        """The state of every callback, as it is now or later: one look serves all who wait for it."""
        asked = time.monotonic()
        async with self._look:
            if self._looked < asked:
                await asyncio.sleep(0.1)  # so that others come along
                self._looked = time.monotonic()
                self._seen = {event["event_id"]: event["state"] for event in (await self.callbacks())["callbacks"]}
            return self._seen

    async def callbacks(self, state: str | None = None) -> dict[str, Any]:
        found: dict[str, Any] = await self.json(200, "GET", "/callbacks", params={"state": state} if state else {})
        return found

    async def statement(self, day: str) -> bytes:
        return (await self.ask(200, "GET", f"/statements/{day}")).content

    async def statements(self) -> list[bytes]:
        """The statement of every day that has one, read and left in the folder."""
        days = (await self.json(200, "GET", "/statements"))["days"]
        for day in days:
            await self.ask(201, "POST", f"/statements/{day}")
        return [await self.statement(day) for day in days]
