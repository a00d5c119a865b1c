"""The disk is full: 503 without acknowledgement, and the service recovers by itself when there is room again.

Without privileges "full" is a limit on the size of files: of the service's for SQLite, of the server's for PostgreSQL.
Where the user may mount a disk, SQLite is tried on a real one too.
"""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.faults.harness import disks
from tests.faults.harness.databases import fresh_database
from tests.faults.harness.times import times
from tests.faults.harness.trial import UNAVAILABLE, Trial
from tests.postgres import Server, postgres_server

ROUNDS = times(1, 5)
PADDING = 30_000  # bytes in each event: the disk fills soon
_SERVER_LIMIT = 2 * 2**20  # above every file of an empty database
DISKS = ["files of limited size", *(["small disk"] if disks.can_mount() else [])]


@pytest.fixture(scope="module")
def small_segments() -> Iterator[Server]:
    """Its write-ahead log stays below the limit: a full log stops PostgreSQL, which is tried elsewhere."""
    with postgres_server("--wal-segsize=1") as made:
        made.start()
        yield made


@pytest.mark.parametrize("disk", DISKS)
def test_sqlite_on_a_full_disk(disk: str, tmp_path: Path) -> None:
    small = disk == "small disk"
    place = disks.mounted(tmp_path, megabytes=256) if small else nullcontext()
    with place, Trial(f"sqlite:///{tmp_path}/canbao.db", tmp_path, padding=PADDING) as trial:

        def fill() -> None:
            if small:
                disks.fill(tmp_path)
            else:
                disks.limit_files(trial.service.pid, disks.largest_file(tmp_path) + 4 * PADDING)

        def make_room() -> None:
            if small:
                (tmp_path / "ballast").unlink()
            else:
                disks.limit_files(trial.service.pid, disks.UNLIMITED)

        _fill_and_make_room(trial, fill, make_room)
        trial.complete()


def test_postgresql_on_a_full_disk(small_segments: Server, tmp_path: Path) -> None:
    server, log = small_segments, small_segments.folder / "data.log"
    with Trial(fresh_database(server.url), tmp_path, padding=PADDING) as trial:

        def restart(*under: str) -> None:
            server.stop()
            server.start(under=under)

        _fill_and_make_room(trial, lambda: restart(*disks.under_limit(_SERVER_LIMIT)), restart)
        assert "File too large" in log.read_text()
        trial.complete()


def _fill_and_make_room(trial: Trial, fill: Callable[[], object], make_room: Callable[[], object]) -> None:
    for _ in range(ROUNDS):
        trial.bureau.go_on()
        trial.bureau.until_answered(20)
        fill()
        trial.bureau.until_refused(50)
        make_room()
        back = trial.bureau.until_answered(20, seconds=20)
        trial.bureau.pause()
        trial.check_states()
        assert set(trial.bureau.callbacks) == {"200", UNAVAILABLE}
        print(f"full disk: callbacks {dict(trial.bureau.callbacks)}, {back:.2f} s for 20 more")
