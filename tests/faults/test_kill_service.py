"""`kill -9` of the service under load: what was answered is stored with its effects, and nothing is booked twice."""

import random
import time
from pathlib import Path

from tests.faults.harness.times import times
from tests.faults.harness.trial import Trial

KILLS = times(3, 100)


def test_what_was_answered_outlives_the_process(fresh_url: str, tmp_path: Path) -> None:
    with Trial(fresh_url, tmp_path) as trial:
        for _ in range(KILLS):
            trial.bureau.go_on()
            trial.bureau.until_answered(8)
            time.sleep(random.uniform(0, 0.5))
            trial.service.kill()
            trial.bureau.pause()
            trial.service.start()
            trial.check_states()
        # Some requests must have been under way, or nothing was tried.
        assert trial.bureau.callbacks["silent"] + trial.bureau.callbacks["cut"] >= KILLS
        assert set(trial.bureau.callbacks) <= {"200", "silent", "cut", "refused"}
        assert set(trial.bureau.registrations) <= {"201", "silent", "cut", "refused"}
        trial.complete()
    print(f"{KILLS} kills: callbacks {dict(trial.bureau.callbacks)}, {len(trial.bureau.stories)} stories")
