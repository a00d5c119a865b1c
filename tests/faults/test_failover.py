"""The primary dies under load and its synchronous standby takes over: nothing that was acknowledged is lost."""

import random
import time
from pathlib import Path

from tests.faults.harness.databases import until
from tests.faults.harness.replicas import primary_and_standby
from tests.faults.harness.times import times
from tests.faults.harness.trial import UNAVAILABLE, Trial

FAILOVERS = times(1, 5)
_STREAMS = "SELECT 1 FROM pg_stat_wal_receiver WHERE status = 'streaming'"


def test_the_service_restarted_on_the_standby_has_everything(tmp_path: Path) -> None:
    for _ in range(FAILOVERS):
        with primary_and_standby() as pair, Trial(pair.primary.url, tmp_path) as trial:
            until(pair.standby.url, _STREAMS)
            _under_load(trial)
            pair.fail_over()
            trial.bureau.pause()
            trial.service.stop()
            trial.move_to(pair.standby.url)
            trial.service.start()
            trial.check_states()
            assert set(trial.bureau.callbacks) <= {"200", UNAVAILABLE}
            trial.complete()
            print(f"failover with a restart: callbacks {dict(trial.bureau.callbacks)}")


def test_a_service_that_knows_both_hosts_goes_on_without_a_restart(tmp_path: Path) -> None:
    for _ in range(FAILOVERS):
        with primary_and_standby() as pair, Trial(pair.url_of_both, tmp_path) as trial:
            _under_load(trial)
            pair.fail_over()
            back = trial.bureau.until_answered(20)
            trial.bureau.pause()
            assert set(trial.bureau.callbacks) <= {"200", UNAVAILABLE}
            trial.check_states()
            trial.complete()
            print(f"failover without a restart: callbacks {dict(trial.bureau.callbacks)}, {back:.2f} s for 20 more")


def _under_load(trial: Trial) -> None:
    trial.bureau.go_on()
    trial.bureau.until_answered(100)
    time.sleep(random.uniform(0, 0.5))
