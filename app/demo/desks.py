"""A county's clerks, each with a key of their own, at canbao's counter: lists, proposals, statements, reports."""

import asyncio
import re
from typing import Any

from app.demo.processes import Town
from app.demo.village import COUNTIES, YEAR
from app.demo.visiting import Surprise, Visitor

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REMARK = "演示"


class Desk(Visitor):
    """One clerk, of one county."""

    def __init__(self, place: Town, region: str, key: str) -> None:
        super().__init__(place.service, {"authorization": f"Bearer {key}"})
        self.region = region

    async def bring_list(self, office: str, content: bytes, *, dry: bool = False) -> dict[str, Any]:
        asked = {"region": self.region, "source": office, "dry_run": str(dry).lower()}
        found: dict[str, Any] = await self.json(200, "POST", "/v1/rosters", params=asked, content=content)
        return found

    async def lists(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self._of_region("/v1/rosters"))["imports"]
        return found

    async def conflicts(self, state: str = "open") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self._of_region("/v1/rosters/conflicts", state=state))["conflicts"]
        return found

    async def settle_conflict(self, id: str, decision: str) -> None:
        asked = {"decision": decision, "remark": REMARK}
        await self.ask(200, "POST", f"/v1/rosters/conflicts/{id}/settle", json=asked)

    async def proposals(self, state: str = "open") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self._of_region("/v1/proposals", state=state))["proposals"]
        return found

    async def decide_proposal(self, id: str, decision: str, status: int = 200) -> None:
        await self.ask(status, "POST", f"/v1/proposals/{id}/{decision}", json={"remark": REMARK})

    async def reconcile(self, day: str, content: bytes, status: int = 201) -> dict[str, Any]:
        asked = {"region": self.region, "coverage_year": YEAR, "day": day}
        path = "/v1/reconciliations"
        found: dict[str, Any] = await self.json(status, "POST", path, params=asked, content=content)
        return found

    async def newest(self, day: str) -> dict[str, Any]:
        """The last reconciliation of the day."""
        found = (await self._of_region("/v1/reconciliations", day=day))["reconciliations"][0]
        whole: dict[str, Any] = await self.json(200, "GET", f"/v1/reconciliations/{found['id']}")
        return whole

    async def differences(self, id: str) -> list[dict[str, Any]]:
        path = f"/v1/reconciliations/{id}/differences"
        found: list[dict[str, Any]] = (await self.json(200, "GET", path, params={"limit": 500}))["differences"]
        return found

    async def difference_sheet(self, id: str) -> bytes:
        return (await self.ask(200, "GET", f"/v1/reconciliations/{id}.xlsx")).content

    async def hand_in(self, id: str, content: bytes, status: int = 200) -> dict[str, Any]:
        path, headers = f"/v1/reconciliations/{id}/decisions", {"content-type": XLSX}
        found: dict[str, Any] = await self.json(status, "POST", path, content=content, headers=headers)
        return found

    async def decide_difference(self, id: str, number: int, status: int = 200) -> None:
        path = f"/v1/reconciliations/{id}/differences/{number}/decide"
        await self.ask(status, "POST", path, json={"decision": "approve", "remark": REMARK})

    async def report(self, name: str, format: str) -> bytes:
        asked = {"region": self.region, "coverage_year": YEAR, "format": format}
        return (await self.ask(200, "GET", f"/v1/reports/{name}", params=asked)).content

    async def _of_region(self, path: str, **more: str) -> Any:
        return await self.json(200, "GET", path, params={"region": self.region, "limit": "500"} | more)


async def two_clerks(place: Town) -> dict[str, tuple[Desk, Desk]]:
    """Two for each county: what one has brought another one decides."""
    named = [(region, f"{region}-{n}") for region in COUNTIES for n in (1, 2)]
    keys = await asyncio.gather(*(_key(place, region, name) for region, name in named))
    desks = [Desk(place, region, key) for (region, _), key in zip(named, keys, strict=True)]
    return {region: (desks[2 * n], desks[2 * n + 1]) for n, region in enumerate(COUNTIES)}


async def _key(place: Town, region: str, name: str) -> str:
    said = await typed(place, "clients", "add", name, "--scopes", "read,clerk", "--regions", region)
    found = re.search(r"^key: (\S+)$", said, re.MULTILINE)
    if found is None:
        raise Surprise("a new client without a key")
    return found[1]


async def typed(place: Town, *args: str, ends: int = 0) -> str:
    """What `canbao …` says; raises Surprise where it ends with another code."""
    done = await asyncio.to_thread(place.canbao, *args)
    if done.returncode != ends:
        said = f"{done.stdout}{done.stderr}"[-800:]
        raise Surprise(f"canbao {' '.join(args[:2])}: wanted exit code {ends}, got {done.returncode}\n{said}")
    return done.stdout
