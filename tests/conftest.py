"""Shared by all tests: a service that runs for real on a port of its own, and a client to ask it."""

import threading
import time
from collections.abc import Iterator
from datetime import date

import httpx
import pytest
import uvicorn

from app.main import create_app
from app.settings import Settings


class Running(uvicorn.Server):
    """The service in a thread, on a free port."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(uvicorn.Config(create_app(settings), port=0, log_level="warning", lifespan="off"))
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self) -> str:
        self.thread.start()
        deadline = time.monotonic() + 20
        while not self.started and time.monotonic() < deadline:
            time.sleep(0.01)
        return f"http://127.0.0.1:{self.servers[0].sockets[0].getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self.should_exit = True
        self.thread.join(20)


@pytest.fixture(scope="session")
def base_url() -> Iterator[str]:
    """Where the service answers; its business day is 2 November 2023."""
    with Running(Settings(today=date(2023, 11, 2))) as url:
        yield url


@pytest.fixture(scope="session")
def client(base_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=base_url, timeout=20) as session:
        yield session
