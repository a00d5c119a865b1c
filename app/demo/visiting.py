"""Going to a counter over HTTP, and being surprised by any other answer than the planned one."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

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


class Visitor:
    """Who asks at one address, with one key."""

    def __init__(self, url: str, headers: dict[str, str] | None = None) -> None:
        limits = httpx.Limits(max_connections=_AT_ONCE)
        patience = httpx.Timeout(_PATIENCE)
        self._http = httpx.AsyncClient(base_url=url, headers=headers, limits=limits, timeout=patience, trust_env=False)

    async def __aenter__(self) -> Any:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def ask(self, status: int, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            response = await self._http.request(method, path, **more)
        except httpx.HTTPError as why:
            raise Surprise(f"{method} {path}: {type(why).__name__}") from why
        if response.status_code != status:
            wanted = f"{method} {path}: wanted {status}, got {response.status_code}"
            raise Surprise(f"{wanted}: {response.text[:500]}")
        return response

    async def json(self, status: int, method: str, path: str, **more: Any) -> Any:
        return (await self.ask(status, method, path, **more)).json()
