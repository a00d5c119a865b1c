"""Databases that no other test looks at: figures count everything that is there."""

from pathlib import Path

import pytest

from app.storage.database import open_database
from app.storage.schema import migrate
from tests.postgres import new_database

KINDS = ("sqlite", "postgresql")


def fresh(kind: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """The URL of an empty database, made by the migrations."""
    is_file = kind == "sqlite"
    url = f"sqlite:///{folder}/fresh.db" if is_file else new_database(str(request.getfixturevalue("postgres")))
    database = open_database(url)
    migrate(database)
    database.close()
    return url


@pytest.fixture(params=KINDS)
def fresh_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return fresh(request.param, request, tmp_path)


@pytest.fixture
def sqlite_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return fresh("sqlite", request, tmp_path)
