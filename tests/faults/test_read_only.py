"""The database can be read and not written: 503 without acknowledgement, and the service recovers by itself."""

import time
from collections.abc import Callable
from pathlib import Path

from tests.faults.harness.databases import command, fresh_database, until
from tests.faults.harness.disks import BOUND_BY_MODES
from tests.faults.harness.times import times
from tests.faults.harness.trial import UNAVAILABLE, Trial
from tests.postgres import Server

ROUNDS = times(1, 5)


def test_sqlite_with_a_file_that_may_not_be_written(tmp_path: Path) -> None:
    file = tmp_path / "canbao.db"
    with Trial(f"sqlite:///{file}", tmp_path, under=BOUND_BY_MODES) as trial:
        for _ in range(ROUNDS):
            trial.bureau.go_on()
            trial.bureau.until_answered(20)
            trial.bureau.pause()
            trial.service.stop()
            # While it runs this would come to light with the next connection that it opens, sooner or later.
            file.chmod(0o444)
            trial.service.start()
            _refuses_until(trial, lambda: _writable(file))
        trial.complete()


def test_postgresql_with_transactions_that_may_not_write(server: Server, tmp_path: Path) -> None:
    with Trial(fresh_database(server.url), tmp_path) as trial:
        for _ in range(ROUNDS):
            trial.bureau.go_on()
            trial.bureau.until_answered(20)
            trial.bureau.pause()
            _read_only(server, "on")
            _refuses_until(trial, lambda: _read_only(server, "off"))
        trial.complete()


def _read_only(server: Server, value: str) -> None:
    """For every transaction that begins when this is done."""
    command(server.url, f"ALTER SYSTEM SET default_transaction_read_only = {value}", "SELECT pg_reload_conf()")
    until(server.url, f"SELECT 1 WHERE current_setting('default_transaction_read_only') = '{value}'")


def _writable(file: Path) -> None:
    """The database, and then the files that SQLite has put beside it meanwhile with the mode that the database had."""
    file.chmod(0o644)
    time.sleep(0.3)  # one that was about to be made with the old mode is there by now
    for beside in file.parent.glob("canbao.db-*"):
        beside.chmod(0o644)


def _refuses_until(trial: Trial, cured: Callable[[], None]) -> None:
    before = trial.bureau.answered()
    trial.bureau.go_on()
    trial.bureau.until_refused(50)
    assert trial.bureau.answered() == before
    cured()
    back = trial.bureau.until_answered(20, seconds=20)
    trial.bureau.pause()
    trial.check_states()
    assert set(trial.bureau.callbacks) == {"200", UNAVAILABLE}
    print(f"read-only: callbacks {dict(trial.bureau.callbacks)}, {back:.2f} s for 20 more")
