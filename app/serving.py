"""Serving until told to stop, and then ending without cutting anybody off.

At SIGTERM or SIGINT /readyz says 503 and every answer asks its sender to connect anew, elsewhere, while connections are
still taken for CANBAO_DRAIN_SECONDS. Then no more are taken. Those that are open get a moment to bring the request that
they may be sending: a connection closed while its next request is on the way loses it. What is being answered then is
waited for, the database is closed, and the process ends with 0.
"""

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Callable
from importlib.metadata import version
from time import monotonic

import uvicorn

from app.api.front_door import FrontDoor
from app.journal import foreign, writing
from app.journal.telling import tell
from app.settings import Settings

_LAST_WORDS_SECONDS = 1.0  # for connections that are open when no more are taken
_MOST_SECONDS = 30  # for requests that are being answered


class Serving(uvicorn.Server):
    """uvicorn's server, which by itself would close idle connections in the instant of the signal."""

    def __init__(self, config: uvicorn.Config, door: FrontDoor, drain_seconds: float) -> None:
        super().__init__(config)
        self._door, self._drain_seconds = door, drain_seconds

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        tell("service_stopping")
        self._door.watch.stop()
        await self._wait(self._drain_seconds, lambda: False)
        for server in self.servers:
            server.close()
        await self._wait(_LAST_WORDS_SECONDS, lambda: not self.server_state.connections)
        await super().shutdown(sockets)

    async def _wait(self, seconds: float, over: Callable[[], bool]) -> None:
        until = monotonic() + seconds
        while monotonic() < until and not over() and not self.force_exit:
            await asyncio.sleep(0.02)


def start_journal(settings: Settings) -> None:
    """Lines for a person in development at a terminal, JSON for everybody else."""
    writing.start(settings.log_level, human=settings.env == "development" and sys.stderr.isatty())
    foreign.take_over()


def serve(door: FrontDoor, settings: Settings) -> None:
    """Returns when the service has been told to stop and has stopped."""
    # What is loaded by now stays for good: the collector need not look at it again while requests wait.
    gc.collect()
    gc.freeze()
    config = uvicorn.Config(
        door,
        host=settings.host,
        port=settings.port,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http="httptools",
        lifespan="on",
        access_log=False,
        log_config=None,
        log_level="info",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_MOST_SECONDS,
    )
    server = Serving(config, door, settings.drain_seconds)
    # uvicorn raises the signal once more when it is done, for whoever handled it before. That must not be the system,
    # which would end the process with an error.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, server.handle_exit)
    tell("service_starting", version=version("canbao"))
    server.run()
    tell("service_stopped")
