"""`canbao …` in a process of its own, as a county would run it: what it takes."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds by the clock and on the processor, and the most resident memory in MiB."""

    seconds: float
    busy: float
    peak: float

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s ({self.busy:.1f} s of them at work), {self.peak:.0f} MiB"


def canbao(*args: str, output: Path | None = None, ends: int = 0, **env: str) -> Spent:
    """What the command prints goes to `output`; its progress goes nowhere. Another end than planned ends the bench."""
    command, environment = [sys.executable, "-m", "app.cli", *args], os.environ | env
    start = perf_counter()
    with (output or Path(os.devnull)).open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.DEVNULL, env=environment)
        _, status, usage = os.wait4(process.pid, 0)  # the usage of this one child, which `wait` does not tell
    if os.waitstatus_to_exitcode(status) != ends:
        raise SystemExit(f"canbao {' '.join(args[:2])} ended with {os.waitstatus_to_exitcode(status)}")
    peak = usage.ru_maxrss / (1 << 10 if sys.platform == "linux" else 1 << 20)
    return Spent(perf_counter() - start, usage.ru_utime + usage.ru_stime, peak)
