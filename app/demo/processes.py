"""The service and the simulator as processes of their own, on free ports, with a database of their own."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

DAYS = ("2023-11-02", "2023-11-03")  # inside both notices' windows
_PATIENCE = 60  # seconds for a process to come up
_OURS = ("HOST", "PORT", "COLLECTOR_URL", "PYTHONDONTWRITEBYTECODE")


class DidNotStart(Exception):  # noqa: N818 - said to whoever runs the demo
    """A process that ended, or does not answer; with the end of what it wrote."""


@dataclass
class Town:
    """Where everything answers, and the environment that `canbao …` commands need to see the same database on the same
    business day."""

    service: str
    simulator: str
    folder: Path
    env: dict[str, str]
    _serving: ExitStack = field(default_factory=ExitStack)

    def canbao(self, *args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "app.cli", *args]
        told: dict[str, Any] = {"encoding": "utf-8", "errors": "replace", "timeout": 2 * _PATIENCE}
        return subprocess.run(command, env=self.env, capture_output=True, **told)

    def open(self) -> None:
        """The service comes up."""
        log = self.folder / "service.log"
        process = self._serving.enter_context(_running(["serve"], self.env, log))
        _await(process, f"{self.service}/readyz", log)

    def close(self) -> None:
        self._serving.close()

    def turn_to(self, day: str) -> None:
        """The service is stopped and comes up again on another business day."""
        self.close()
        self.env["CANBAO_TODAY"] = day
        self.open()


@contextmanager
def town(folder: Path, seed: int, rhythm: float) -> Iterator[Town]:
    """Both processes are up inside the block, and gone after it."""
    ours, theirs = _free_ports(2)
    callbacks = f"http://127.0.0.1:{ours}/v1/tax/callbacks"
    simulator = ["collector-sim", "--port", str(theirs), "--callback-url", callbacks, "--rhythm", str(rhythm)]
    simulator += ["--statements", str(folder / "statements"), "--seed", str(seed)]
    log = folder / "simulator.log"
    for old in (folder / "service.log", log):
        old.unlink(missing_ok=True)
    with _environment(folder, ours, theirs) as env, _running(simulator, env, log) as bureau:
        place = Town(f"http://127.0.0.1:{ours}", f"http://127.0.0.1:{theirs}", folder, env)
        try:
            place.open()
            _await(bureau, f"{place.simulator}/healthz", log)
            yield place
        finally:
            place.close()


@contextmanager
def _environment(folder: Path, port: int, collector: int) -> Iterator[dict[str, str]]:
    """This one without its settings of canbao; a database that is named is kept. The program is compiled once for all
    its processes, not anew by each."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("CANBAO_") and k not in _OURS}
    env |= {"CANBAO_TODAY": DAYS[0], "CANBAO_DATA": str(folder / "data"), "PORT": str(port)}
    env |= {"PYTHONUTF8": "1", "COLUMNS": "100"}  # what the commands say is read, not shown
    with tempfile.TemporaryDirectory(prefix="canbao-demo-bytecode-") as compiled:
        yield env | {"COLLECTOR_URL": f"http://127.0.0.1:{collector}/receivables", "PYTHONPYCACHEPREFIX": compiled}


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [probe.getsockname()[1] for probe in probes]


@contextmanager
def _running(args: Sequence[str], env: Mapping[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with log.open("ab") as out:
        command = [sys.executable, "-m", "app.cli", *args]
        process = subprocess.Popen(command, env=dict(env), stdout=out, stderr=subprocess.STDOUT)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _await(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if httpx.get(url, timeout=5, trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.05)
    said = log.read_text(errors="replace")[-2000:]
    raise DidNotStart(f"{log.stem} does not answer\n{said}")
