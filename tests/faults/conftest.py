"""A PostgreSQL for tests that stop it."""

from collections.abc import Iterator

import pytest

from tests.postgres import Server, postgres_server


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server of the module's own, running."""
    with postgres_server() as made:
        made.start()
        yield made
