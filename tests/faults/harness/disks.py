"""Disks that are full or read-only, by means that need no privileges; one more where there are some."""

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

UNLIMITED = resource.RLIM_INFINITY
_BLOCK = 512  # of `ulimit -f`, after POSIX
_DROP = "import ctypes, os, sys; ctypes.CDLL(None).prctl(24, 1); os.execv(sys.argv[1], sys.argv[1:])"

# Root writes to a file whatever its mode says (capability 1, CAP_DAC_OVERRIDE); a command run under this one does not.
BOUND_BY_MODES = (sys.executable, "-c", _DROP)


def limit_files(pid: int, size: int) -> None:
    """No file of a running process grows beyond `size`, as on a disk that is full; UNLIMITED makes room again."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, UNLIMITED))


def under_limit(size: int) -> tuple[str, ...]:
    """A command that runs the one given to it with that limit from its start."""
    return ("sh", "-c", 'ulimit -S -f "$0" && exec "$@"', str(size // _BLOCK))


def largest_file(folder: Path) -> int:
    return max(path.stat().st_size for path in folder.iterdir())


@contextmanager
def mounted(folder: Path, megabytes: int) -> Iterator[None]:
    """A small disk of its own."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def can_mount() -> bool:
    """Whether this user may mount a disk, which no test needs."""
    if os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as folder:
        asked = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]
        if subprocess.run(asked, capture_output=True).returncode:
            return False
        return subprocess.run(["umount", folder], capture_output=True).returncode == 0


def fill(folder: Path) -> Path:
    """A file that takes all that is left; removing it makes room again."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(65536)):
                pass
        except OSError:
            return ballast
    raise RuntimeError("the disk has no end")
