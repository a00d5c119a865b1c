"""The service and the simulator as processes of their own, on free ports, with a database of their own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

TODAY = "2023-11-02"  # inside both notices' windows
_PATIENCE = 60  # seconds for a process to come up
_OURS = ("HOST", "PORT", "COLLECTOR_URL")


class DidNotStart(Exception):  # noqa: N818 - said to whoever runs the demo
    """A process that ended, or does not answer; with the end of what it wrote."""


@dataclass(frozen=True)
class Town:
    """Where everything answers, and the environment that `canbao …` commands need to see the same database."""

    service: str
    simulator: str
    folder: Path
    env: Mapping[str, str]

    def canbao(self, *args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "app.cli", *args]
        return subprocess.run(command, env=dict(self.env), capture_output=True, text=True, timeout=_PATIENCE)


@contextmanager
def town(folder: Path, seed: int, rhythm: float) -> Iterator[Town]:
    """Both processes are up inside the block, and gone after it."""
    ours, theirs = _free_ports(2)
    env = _environment(folder, ours, theirs)
    callbacks = f"http://127.0.0.1:{ours}/v1/tax/callbacks"
    simulator = ["collector-sim", "--port", str(theirs), "--callback-url", callbacks, "--rhythm", str(rhythm)]
    simulator += ["--statements", str(folder / "statements"), "--seed", str(seed)]
    place = Town(f"http://127.0.0.1:{ours}", f"http://127.0.0.1:{theirs}", folder, env)
    logs = folder / "service.log", folder / "simulator.log"
    with _running(["serve"], env, logs[0]) as service, _running(simulator, env, logs[1]) as bureau:
        _await(service, f"{place.service}/readyz", logs[0])
        _await(bureau, f"{place.simulator}/healthz", logs[1])
        yield place


def _environment(folder: Path, port: int, collector: int) -> dict[str, str]:
    """This one without its settings of canbao; a database that is named is kept."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("CANBAO_") and k not in _OURS}
    env |= {"CANBAO_TODAY": TODAY, "CANBAO_DATA": str(folder / "data"), "PORT": str(port)}
    return env | {"COLLECTOR_URL": f"http://127.0.0.1:{collector}/receivables"}


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [probe.getsockname()[1] for probe in probes]


@contextmanager
def _running(args: Sequence[str], env: Mapping[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with log.open("wb") as out:
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
