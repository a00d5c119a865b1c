"""The two counters that the demo goes to, over HTTP: the county's (canbao) and the tax bureau's (the simulator)."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from app.demo.processes import Town
from app.demo.village import Person

_PATIENCE = 60  # seconds for anything to happen
_AT_ONCE = 12  # requests under way


class Surprise(Exception):  # noqa: N818 - the demo's own way to fail
    """Something went another way than planned."""


async def until(what: str, happened: Callable[[], Awaitable[bool]], every: float = 0.05) -> None:
    """Raises Surprise where it does not happen."""
    deadline = time.monotonic() + _PATIENCE
    while not await happened():
        if time.monotonic() > deadline:
            raise Surprise(f"after {_PATIENCE} seconds still waiting: {what}")
        await asyncio.sleep(every)


class _Counter:
    def __init__(self, url: str, headers: dict[str, str] | None = None) -> None:
        limits = httpx.Limits(max_connections=_AT_ONCE)
        patience = httpx.Timeout(_PATIENCE)
        self._http = httpx.AsyncClient(base_url=url, headers=headers, limits=limits, timeout=patience, trust_env=False)

    async def __aenter__(self) -> Any:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def _ask(self, status: int, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            response = await self._http.request(method, path, **more)
        except httpx.HTTPError as why:
            raise Surprise(f"{method} {path}: {type(why).__name__}") from why
        if response.status_code != status:
            wanted = f"{method} {path}: wanted {status}, got {response.status_code}"
            raise Surprise(f"{wanted}: {response.text[:500]}")
        return response

    async def _json(self, status: int, method: str, path: str, **more: Any) -> Any:
        return (await self._ask(status, method, path, **more)).json()


class County(_Counter):
    """canbao."""

    def __init__(self, place: Town) -> None:
        super().__init__(place.service, {"authorization": "Bearer dev-key"})

    async def is_empty(self) -> bool:
        return not (await self._json(200, "GET", "/v1/enrollments?limit=1"))["enrollments"]

    async def register(self, person: Person) -> None:
        headers = {"idempotency-key": f"demo-{person.number}"}
        made = await self._json(201, "POST", "/v1/enrollments", json=person.body, headers=headers)
        person.id, person.order_no = made["id"], made["order_no"]

    async def register_again(self, person: Person) -> None:
        """Under the same key the first answer stands; under another one it is somebody who is enrolled already."""
        asked: dict[str, Any] = {"json": person.body}
        again = await self._json(
            201, "POST", "/v1/enrollments", headers={"idempotency-key": f"demo-{person.number}"}, **asked
        )
        if again["id"] != person.id:
            raise Surprise("the same idempotency key got another answer")
        await self._ask(
            409, "POST", "/v1/enrollments", headers={"idempotency-key": f"demo-{person.number}-again"}, **asked
        )

    async def cancel(self, person: Person) -> None:
        await self._ask(200, "POST", f"/v1/enrollments/{person.id}/cancel")

    async def enrollments(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            asked = {"limit": "500"} | ({"cursor": cursor} if cursor else {})
            page = await self._json(200, "GET", "/v1/enrollments", params=asked)
            found += page["enrollments"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    async def suspense(self) -> list[dict[str, Any]]:
        """Everything that is open."""
        found: list[dict[str, Any]] = (await self._json(200, "GET", "/v1/suspense?limit=500"))["suspense"]
        return found

    async def settle(self, item: dict[str, Any]) -> None:
        await self._ask(200, "POST", f"/v1/suspense/{item['id']}/settle", json={"reason": "演示：已原路退回"})

    async def balances(self) -> dict[str, int]:
        """By account, over all regions and years."""
        found: dict[str, int] = {}
        for row in (await self._json(200, "GET", "/v1/ledger/balances"))["balances"]:
            found[row["account"]] = found.get(row["account"], 0) + row["balance_fen"]
        return {account: fen for account, fen in found.items() if fen}


class Bureau(_Counter):
    """The simulator."""

    def __init__(self, place: Town) -> None:
        super().__init__(place.simulator)
        self._look, self._looked, self._seen = asyncio.Lock(), 0.0, dict[str, str]()

    async def orders(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self._json(200, "GET", "/receivables"))["counts"]
        return found

    async def state(self, person: Person) -> str:
        return str((await self._json(200, "GET", f"/receivables/{person.order_no}"))["state"])

    async def pay(self, person: Person, fault: str | None = None, **more: Any) -> list[dict[str, Any]]:
        asked = {"order_no": person.order_no} | ({"fault": fault} if fault else {}) | more
        events: list[dict[str, Any]] = (await self._json(201, "POST", "/payments", json=asked))["events"]
        return events

    async def refuses(self, person: Person, code: str) -> None:
        answer = await self._json(409, "POST", "/payments", json={"order_no": person.order_no})
        if answer["code"] != code:
            raise Surprise(f"wanted {code}, got {answer['code']}")

    async def reverse(self, event: dict[str, Any], fault: str | None = None) -> list[dict[str, Any]]:
        asked = {"event_id": event["event_id"]} | ({"fault": fault} if fault else {})
        events: list[dict[str, Any]] = (await self._json(201, "POST", "/reversals", json=asked))["events"]
        return events

    async def release(self, event: dict[str, Any]) -> None:
        await self._ask(202, "POST", f"/callbacks/{event['event_id']}/release")

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
        found: dict[str, Any] = await self._json(200, "GET", "/callbacks", params={"state": state} if state else {})
        return found

    async def statements(self) -> list[bytes]:
        """The statement of every day that has one, read and left in the folder."""
        days = (await self._json(200, "GET", "/statements"))["days"]
        for day in days:
            await self._ask(201, "POST", f"/statements/{day}")
        return [(await self._ask(200, "GET", f"/statements/{day}")).content for day in days]
