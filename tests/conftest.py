"""Shared by all tests: a service that runs for real on a port of its own, and a client to ask it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import httpx
import pytest
import uvicorn

from app.main import create_app
from app.packs.shelf import Shelf
from app.settings import Settings
from app.storage.database import open_database
from app.storage.schema import migrate
from app.wiring import office_of
from app.workflows.office import Office
from tests.postgres import new_database, running_postgres


class Running(uvicorn.Server):
    """The service in a thread, on a free port."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(uvicorn.Config(create_app(settings), port=0, log_level="warning", lifespan="on"))
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


IN_THE_WINDOW = date(2023, 11, 2)  # of 衡东 and 高台


def settings_for(url: str, today: date = IN_THE_WINDOW) -> Settings:
    return Settings(today=today, database_url=url)


@pytest.fixture(scope="session")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the service answers, for tests that need no particular database."""
    with service(f"sqlite:///{tmp_path_factory.mktemp('base')}/canbao.db") as url:
        yield url


@contextmanager
def service(database_url: str, today: date = IN_THE_WINDOW) -> Iterator[str]:
    """The service on a database made by the migrations."""
    database = open_database(database_url)
    migrate(database)
    database.close()
    with Running(settings_for(database_url, today)) as url:
        yield url


@pytest.fixture(scope="session")
def client(base_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=base_url, timeout=20) as session:
        yield session


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with running_postgres() as url:
        yield url


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database of each kind; tests that take it run on both."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres"))
    return f"sqlite:///{tmp_path_factory.mktemp('state')}/canbao.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of one test's own, of each kind, without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/fresh.db"
    return new_database(str(request.getfixturevalue("postgres")))


@pytest.fixture
def own_office(fresh_url: str) -> Iterator[Office]:
    """An office of one test's own, with nothing in it, for deeds that concern the whole of a database."""
    office = office_of(settings_for(fresh_url), Shelf())
    migrate(office.database)
    yield office
    office.database.close()


@pytest.fixture(scope="session")
def office_url(database_url: str) -> Iterator[str]:
    with service(database_url) as url:
        yield url


@pytest.fixture(scope="session")
def office(office_url: str) -> Iterator[httpx.Client]:
    """A client with the development key, on each kind of database."""
    with httpx.Client(base_url=office_url, timeout=30, headers={"authorization": "Bearer dev-key"}) as session:
        yield session
