"""The demo as a person runs it: with a smaller village, on both databases."""

import asyncio
import os
import subprocess
import sys
import uuid
from pathlib import Path

import httpx
import psycopg
import pytest
from rich.cells import cell_len
from rich.progress import Progress

from app.demo.acting import act
from app.demo.processes import Town
from app.demo.running import FOLDERS
from app.demo.village import village
from app.demo.visiting import Surprise
from tests.state.made_up import registration

ROOT = Path(__file__).parent.parent.parent


def demo(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app.cli", "demo", *args]
    clean = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=clean | env, timeout=400)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest) -> dict[str, str]:
    """The environment that names a database of the demo's own."""
    if request.param == "sqlite":
        return {}
    url, name = str(request.getfixturevalue("postgres")), f"demo_{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return {"DATABASE_URL": url.rpartition("/")[0] + f"/{name}"}


def test_a_small_village_ends_as_planned_and_fits_the_terminal(empty_database: dict[str, str], tmp_path: Path) -> None:
    done = demo("--people", "60", "--keep", str(tmp_path), COLUMNS="80", **empty_database)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "全部相符 all as planned  32/32" in done.stdout
    assert "✗" not in done.stdout
    assert max(cell_len(line) for line in done.stdout.splitlines() if str(tmp_path) not in line) <= 80
    assert "…" not in done.stdout
    assert {file.name for file in (tmp_path / "statements").iterdir()} >= {"2023-11-02.csv", "2023-11-03.csv"}
    for folder in FOLDERS:
        assert f"{tmp_path}/{folder}" in done.stdout
        assert list((tmp_path / folder).glob("*.xlsx"))
    assert len(list((tmp_path / "reports").glob("*.xlsx"))) == len(list((tmp_path / "reports").glob("*.json"))) == 16
    logs = (tmp_path / "service.log").read_text() + (tmp_path / "simulator.log").read_text()
    for person in village(60, 2024):
        assert not [said for said in person.body["applicant"].values() if said in logs]


def test_a_database_that_is_not_empty_is_left_alone(base_url: str, client: httpx.Client, tmp_path: Path) -> None:
    headers = {"idempotency-key": str(uuid.uuid4()), "authorization": "Bearer dev-key"}
    assert client.post("/v1/enrollments", json=registration(), headers=headers).status_code == 201
    place = Town(base_url, "http://127.0.0.1:9", tmp_path, {})
    with pytest.raises(Surprise, match="not empty"):
        asyncio.run(act(place, [], {}, Progress()))


def test_the_demo_keeps_away_from_production() -> None:
    done = demo(CANBAO_ENV="production")
    assert (done.returncode, "CANBAO_ENV=production" in done.stderr) == (2, True)
