"""Databases of their own for tests that break them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.harness.databases import fresh_database
from tests.postgres import Server, postgres_server


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A PostgreSQL that a test may stop."""
    with postgres_server() as made:
        made.start()
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def own_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind, for one test only."""
    if request.param == "postgresql":
        return fresh_database(str(request.getfixturevalue("postgres")))
    return f"sqlite:///{tmp_path}/canbao.db"
