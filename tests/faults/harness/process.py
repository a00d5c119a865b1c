"""The service in a process of its own, as an operator starts it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from tests.faults.harness.line import Line
from tests.ports import free_port

ROOT = Path(__file__).parent.parent.parent.parent
SERVE = (sys.executable, "-m", "app.cli", "serve")
_SECONDS_TO_START = 60


class Process:
    """`canbao serve` on a port that it keeps over restarts. `under` is a command that runs the one given to it."""

    def __init__(self, database_url: str, folder: Path, under: Sequence[str] = ()) -> None:
        self.port = free_port()
        self.command = (*under, *SERVE)
        self.folder = folder
        self.database_url = database_url
        self.printed: deque[str] = deque(maxlen=200)
        self.running: subprocess.Popen[str] | None = None

    @property
    def pid(self) -> int:
        assert self.running is not None
        return self.running.pid

    def start(self) -> None:
        """Until it says that it is ready."""
        env = environment(self.database_url, self.folder) | {"PORT": str(self.port)}
        # Through a pipe: a limit on the size of files must not meet the log.
        self.running = subprocess.Popen(
            self.command, cwd=ROOT, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        threading.Thread(target=self._listen, args=(self.running,), daemon=True).start()
        self._until_ready(time.monotonic() + _SECONDS_TO_START)

    def _listen(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        with process.stdout:
            self.printed.extend(process.stdout)

    def _until_ready(self, deadline: float) -> None:
        while not self.is_ready():
            if self.running is None or self.running.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError("the service does not start:\n" + "".join(self.printed))
            time.sleep(0.02)

    def is_ready(self) -> bool:
        """Whether /readyz answers 200."""
        with Line(self.port) as line:
            return line.ask("GET", "/readyz").status == 200

    def kill(self) -> None:
        """`kill -9`; nothing where it does not run."""
        if self.running is not None:
            self.running.kill()
            self.wait()

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        self.terminate()
        return self.wait()

    def terminate(self) -> None:
        """SIGTERM, without waiting for what comes of it."""
        assert self.running is not None
        self.running.send_signal(signal.SIGTERM)

    def wait(self) -> int:
        """The exit status."""
        assert self.running is not None
        status = self.running.wait(60)
        self.running = None
        return status

    def __enter__(self) -> "Process":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


def environment(database_url: str, folder: Path) -> dict[str, str]:
    """This environment without settings of the product, but for those that the tests make."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("CANBAO_", "COLLECTOR_"))}
    made = {"DATABASE_URL": database_url, "CANBAO_DATA": str(folder), "CANBAO_TODAY": "2023-11-02"}
    return plain | made | {"PYTHONUTF8": "1"}
