"""A service, its database and its senders: what every fault test begins and ends with."""

import json
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from tests.faults.harness.audit import contents, findings, verified
from tests.faults.harness.line import Line
from tests.faults.harness.process import Process
from tests.faults.harness.stories import Story
from tests.faults.harness.tax_bureau import TaxBureau, register, send

UNAVAILABLE = "503 storage_unavailable"  # the outcome that says: not stored, send it again


class Trial:
    """Everything that one test stands on; the service is killed at the end whatever happens."""

    def __init__(self, database_url: str, folder: Path, *, padding: int = 0, under: Sequence[str] = ()) -> None:
        self.database_url, self.folder = database_url, folder
        self.service = Process(database_url, folder, under)
        self.bureau = TaxBureau(self.service.port, padding=padding)

    def __enter__(self) -> "Trial":
        self.service.start()
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        self.service.kill()
        self.bureau.pause()
        if failed:
            print("the service said last:\n" + "".join(self.service.printed))

    def move_to(self, database_url: str) -> None:
        """From the next start on."""
        self.database_url = self.service.database_url = database_url

    def check_states(self) -> None:
        """Ask the service, before anything is sent again: each enrollment that a fault has met is in a state that
        what was answered allows."""
        with Line(self.service.port) as line:
            for story in list(self.bureau.unfinished):
                if story.enrollment_id:
                    assert _state(line, story) in {story.state_after(n) for n in story.possible()}

    def complete(self) -> None:
        """The end of each test: everything is sent until it is answered, the books are audited, and all of it is sent
        once more without any effect."""
        self.bureau.finish()
        self.audit()
        before = contents(self.database_url)
        self._send_all_again()
        unchanged = contents(self.database_url) == before
        assert unchanged, "a repetition changed something"
        assert self.service.stop() == 0
        assert verified(self.database_url, self.folder) == ""

    def audit(self) -> None:
        """The books against what was answered until now."""
        assert findings(contents(self.database_url), self.bureau.stories) == []

    def _send_all_again(self) -> None:
        left, wrong = deque(self.bureau.stories), list[str]()
        threads = [threading.Thread(target=self._again, args=(left, wrong)) for _ in range(self.bureau.senders)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(600)
        assert (len(left), wrong) == (0, [])

    def _again(self, left: "deque[Story]", wrong: list[str]) -> None:
        with Line(self.service.port) as line:
            while left:
                story = left.popleft()
                if story.registered and register(line, story).body != story.registered:
                    wrong.append(f"{story.order_no} was registered with another answer")
                for event in story.events:
                    send(line, event)
                    if (outcome := line.receive().outcome) != "200":
                        wrong.append(f"{event['event_id']}: {outcome}")


def _state(line: Line, story: Story) -> str:
    answer = line.ask("GET", f"/v1/enrollments/{story.enrollment_id}", headers={"authorization": "Bearer dev-key"})
    assert answer.status == 200, answer
    return str(json.loads(answer.body)["state"])
