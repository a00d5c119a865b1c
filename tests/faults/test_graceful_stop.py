"""SIGTERM under load: what was accepted gets its full answer, and the database holds exactly what was answered."""

import json
import random
import socket
import time
from pathlib import Path

from tests.faults.harness.audit import contents
from tests.faults.harness.tax_bureau import signed
from tests.faults.harness.times import times
from tests.faults.harness.trial import Trial
from tests.state.made_up import payment

STOPS = times(1, 20)
_SECONDS_TO_STOP = 10


def test_no_accepted_request_is_cut(fresh_url: str, tmp_path: Path) -> None:
    slowest, unanswered = 0.0, 0
    with Trial(fresh_url, tmp_path) as trial:
        for _ in range(STOPS):
            trial.bureau.go_on()
            trial.bureau.until_answered(20)
            time.sleep(random.uniform(0, 0.3))
            began = time.monotonic()
            assert trial.service.stop() == 0
            slowest = max(slowest, time.monotonic() - began)
            trial.bureau.pause()
            # A connection that ends without a byte was closed before its request was accepted.
            assert set(trial.bureau.callbacks) <= {"200", "silent", "refused"}
            assert set(trial.bureau.registrations) <= {"201", "silent", "refused"}
            trial.audit()
            unanswered += stored_and_not_answered(trial)
            trial.service.start()
        trial.complete()
    assert slowest < _SECONDS_TO_STOP
    assert unanswered == 0
    print(f"{STOPS} stops: callbacks {dict(trial.bureau.callbacks)}, stopped within {slowest:.2f} s")


def stored_and_not_answered(trial: Trial) -> int:
    """Events that were accepted, for they are stored, and whose answer was cut."""
    answered = {event_id for story in trial.bureau.stories for event_id in story.answered}
    return sum(row["event_id"] not in answered for row in contents(trial.database_url)["inbox"])


def test_a_request_that_has_begun_to_arrive_is_awaited_and_answered(fresh_url: str, tmp_path: Path) -> None:
    raw = json.dumps(payment("arrives-during-the-stop")).encode()
    lines = [f"{name}: {value}" for name, value in signed(raw).items()]
    head = "\r\n".join(["POST /v1/tax/callbacks HTTP/1.1", "host: x", f"content-length: {len(raw)}", *lines, "", ""])
    with Trial(fresh_url, tmp_path) as trial:
        with socket.create_connection(("127.0.0.1", trial.service.port), timeout=20) as connection:
            connection.sendall(head.encode() + raw[:100])
            time.sleep(0.2)
            trial.service.terminate()
            time.sleep(0.5)
            connection.sendall(raw[100:])
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert answer.endswith(b'{"code":"SUCCESS"}')
        assert trial.service.wait() == 0
        assert [row["order_no"] for row in contents(fresh_url)["inbox"]] == ["arrives-during-the-stop"]
