"""Forged, replayed, truncated and altered callbacks: none is accepted, and none leaves a trace."""

import json
import socket
import threading
from collections import Counter
from pathlib import Path

from tests.faults.harness.audit import contents
from tests.faults.harness.forgeries import FORGERIES
from tests.faults.harness.line import Line
from tests.faults.harness.stories import PLOTS, Story
from tests.faults.harness.tax_bureau import TaxBureau, register, send, signed
from tests.faults.harness.times import times
from tests.faults.harness.trial import Trial
from tests.state.made_up import payment

ATTEMPTS, CUT_OFF = times(400, 10_000), times(10, 200)
SENDERS = 4
REFUSED = "401 bad_signature"


def test_nothing_that_is_not_signed_now_and_in_full_gets_in(fresh_url: str, tmp_path: Path) -> None:
    with Trial(fresh_url, tmp_path) as trial:
        genuine = _half_sent(trial.bureau)
        before = contents(fresh_url)
        outcomes = _attack(trial.service.port, [json.dumps(event).encode() for event in genuine])
        assert set(outcomes) == {REFUSED}
        _cut_off(trial.service.port)
        assert contents(fresh_url) == before
        # The same events, signed: those that were not sent are taken in, the others are known.
        trial.complete()
    print(f"{outcomes.total()} forged, {CUT_OFF} cut off on the way: none stored")


def _half_sent(bureau: TaxBureau) -> list[dict[str, object]]:
    """Two payments, of which the bureau has sent one."""
    stories = [Story(PLOTS[0]), Story(PLOTS[0])]
    with Line(bureau.port) as line:
        for story in stories:
            story.enrolled(register(line, story).body)
        first = stories[0]
        send(line, first.events[0])
        assert line.receive().status == 200
        first.sent.add(first.events[0]["event_id"])
        first.answered.add(first.events[0]["event_id"])
        first.done = 1
    bureau.stories.extend(stories)
    bureau.unfinished.extend(stories)
    return [story.events[0] for story in stories]


def _attack(port: int, bodies: list[bytes]) -> Counter[str]:
    """Every kind of forgery of each of the bodies, by several senders at the same time."""
    outcomes: Counter[str] = Counter()
    lock = threading.Lock()

    def attack(first: int) -> None:
        with Line(port) as line:
            for n in range(first, ATTEMPTS, SENDERS):
                forge, raw = FORGERIES[n % len(FORGERIES)], bodies[n // len(FORGERIES) % len(bodies)]
                outcome = line.ask("POST", "/v1/tax/callbacks", *forge(raw)).outcome
                with lock:
                    outcomes[outcome if outcome == REFUSED else f"{forge.__name__}: {outcome}"] += 1

    threads = [threading.Thread(target=attack, args=(n,)) for n in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def _cut_off(port: int) -> None:
    """Genuine, but the connection ends within the body."""
    for n in range(CUT_OFF):
        raw = json.dumps(payment("cut-off")).encode()
        lines = [f"{name}: {value}" for name, value in signed(raw).items()]
        head = "\r\n".join(
            ["POST /v1/tax/callbacks HTTP/1.1", "host: x", f"content-length: {len(raw)}", *lines, "", ""]
        )
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(head.encode() + raw[: n % len(raw)])
            connection.shutdown(socket.SHUT_WR)
            assert not connection.recv(65536).startswith(b"HTTP/1.1 2")
