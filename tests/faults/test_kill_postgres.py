"""PostgreSQL stops without a goodbye and comes back, under load, while the service goes on running."""

import random
import time
from pathlib import Path

from tests.faults.harness.databases import fresh_database
from tests.faults.harness.line import Line
from tests.faults.harness.tax_bureau import send
from tests.faults.harness.times import times
from tests.faults.harness.trial import UNAVAILABLE, Trial
from tests.postgres import Server
from tests.state.made_up import payment

STOPS = times(2, 20)


def test_the_service_says_503_and_recovers_by_itself(server: Server, tmp_path: Path) -> None:
    recovered = []
    with Trial(fresh_database(server.url), tmp_path) as trial:
        pid = trial.service.pid
        trial.bureau.go_on()
        for _ in range(STOPS):
            trial.bureau.until_answered(20)
            time.sleep(random.uniform(0, 0.3))
            server.stop("immediate")
            _says_that_nothing_is_stored(trial)
            server.start()
            recovered.append(trial.bureau.until_answered(1, seconds=15))
        trial.bureau.pause()
        # The service never left a sender without an answer, and never gave another than these.
        assert set(trial.bureau.callbacks) == {"200", UNAVAILABLE}
        assert {"201"} <= set(trial.bureau.registrations) <= {"201", UNAVAILABLE}
        assert trial.service.pid == pid
        trial.check_states()
        trial.complete()
    slowest = max(recovered)
    print(f"{STOPS} stops: callbacks {dict(trial.bureau.callbacks)}, back after at most {slowest:.2f} s")


def _says_that_nothing_is_stored(trial: Trial) -> None:
    """While the database is away; the audit finds the event if it was stored all the same."""
    with Line(trial.service.port) as line:
        send(line, payment("nobody-waits-for-this"))
        assert line.receive().outcome == UNAVAILABLE
        assert line.ask("GET", "/readyz").outcome == UNAVAILABLE
        assert line.ask("GET", "/healthz").status == 200
