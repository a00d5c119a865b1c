"""The county on each kind of database, made once; its tests only look at it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.workflows.import_targets import import_targets
from tests.postgres import new_database
from tests.reports.village import REGION, TASKS, YEAR, County
from tests.reports.village import county as made_county


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def county(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    folder: Path = tmp_path_factory.mktemp("county")
    url = f"sqlite:///{folder}/canbao.db"
    if request.param == "postgresql":
        url = new_database(str(request.getfixturevalue("postgres")))
    found = made_county(url)
    tasks = folder / "tasks.csv"
    tasks.write_text(TASKS, encoding="gb18030")
    assert import_targets(found.office, tasks, REGION, YEAR) == (3, 3)
    yield found
    found.office.database.close()
