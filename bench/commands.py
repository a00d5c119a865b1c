"""`canbao …` in a process of its own, as a county would run it: what it takes.

A process that is started begins with the peak memory of the one that starts it, and a bench can be large. So the
command is started by a small one, which is this module, and that one tells.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds by the clock and on the processor, and the most resident memory in MiB."""

    seconds: float
    busy: float
    peak: float


def canbao(*args: str, env: Mapping[str, str], output: Path | None = None, ends: int = 0) -> Spent:
    """What the command prints goes to `output`; its progress goes nowhere. Another end than planned ends the bench."""
    starter = [sys.executable, "-m", "bench.commands", str(output or os.devnull), *args]
    told = subprocess.run(starter, env=os.environ | dict(env), stdout=subprocess.PIPE, check=True)
    code, spent = json.loads(told.stdout)
    if code != ends:
        raise SystemExit(f"canbao {' '.join(args[:2])} ended with {code}")
    return Spent(**spent)


def _run(output: str, args: Sequence[str]) -> tuple[int, Spent]:
    """How the command ended, and what it took."""
    start = perf_counter()
    with Path(output).open("wb") as file:
        command = [sys.executable, "-m", "app.cli", *args]
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)  # the usage of this one child, which `wait` does not tell
    peak = usage.ru_maxrss / (1 << 10 if sys.platform == "linux" else 1 << 20)
    spent = Spent(perf_counter() - start, usage.ru_utime + usage.ru_stime, peak)
    return os.waitstatus_to_exitcode(status), spent


if __name__ == "__main__":
    code, spent = _run(sys.argv[1], sys.argv[2:])
    print(json.dumps([code, asdict(spent)]))
