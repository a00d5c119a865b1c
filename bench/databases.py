"""The service's callbacks against the bare databases doing the same writes: pgbench, and raw sqlite3."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import create_engine, text

from bench.callbacks import Till, filled, order, serving
from bench.timing import Ratio, interleave, ratios
from tests.postgres import binaries, running_postgres

# What docs/operations.md advises for millions of enrollments: a page that is read must not wait for one to be written.
LARGE_SERVER = ("shared_buffers=4GB", "max_wal_size=8GB")
_SCRIPT = (Path(__file__).parent / "rivals" / "callback.sql").read_text()
# Without the audit chain, whose head every transaction has to wait for: nothing that could be proven afterwards.
_UNCHAINED = "".join(line for line in _SCRIPT.splitlines(keepends=True) if "audit_heads" not in line)


def _pgbench(url: str, orders: int, number: int, script: str = _SCRIPT) -> float:
    """Seconds for each transaction, of 16 clients with prepared statements."""
    with tempfile.TemporaryDirectory(prefix="canbao-bench-") as folder:
        program, file = str(binaries(Path(folder)) / "pgbench"), Path(folder) / "script.sql"
        file.write_text(script)
        command = [program, "--no-vacuum", "--protocol=prepared", "-c", "16", "-j", "2", "-f", str(file)]
        command += ["-D", f"orders={orders}", "-t", str(number // 16), url]
        # The same setting as the service's own connection for payments: no plan of an empty table is kept.
        env = os.environ | {"PGOPTIONS": "-c enable_seqscan=off"}
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600, env=env)
    line = next(line for line in done.stdout.splitlines() if line.startswith("tps ="))
    return 1 / float(line.split()[2])


def against_pgbench(rounds: int, number: int = 4000) -> list[Ratio]:
    orders = 2 * number * (rounds + 1)  # the first half is paid here, the second by pgbench
    with running_postgres() as url:
        filled(url, orders)
        with serving(url, orders // 2) as till:
            same, bare = (partial(_pgbench, url, orders, number, script) for script in (_SCRIPT, _UNCHAINED))
            taken = interleave([same, bare, lambda: till.send(number)], rounds)
    same_time, bare_time, ours = taken
    remark = f"{1 / median(ours):.0f}/s here, pgbench {{:.0f}}/s; {till.p99()}"
    return [
        Ratio(
            f"callbacks on PostgreSQL : pgbench{what}", "1.0", ratios(theirs, ours), remark.format(1 / median(theirs))
        )
        for what, theirs in ((", the same statements", same_time), (" without the audit chain", bare_time))
    ]


@contextmanager
def _raw_sqlite(path: Path) -> Iterator[Any]:
    import pysqlite3.dbapi2 as sqlite

    connection = sqlite.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=20000"):
        connection.execute(f"PRAGMA {pragma}")
    yield connection
    connection.close()


_WRITES = (
    "INSERT INTO inbox (event_id, region, type, order_no, amount_fen, paid_at, content_hash, body, effect, received_at)"
    " VALUES (:e, '430424', 'payment.succeeded', :o, 38000, 1, :h, :b, 'covered', 1)",
    "INSERT INTO postings (region, id, coverage_year, kind, enrollment_id, event_id, posted_at)"
    " VALUES ('430424', :p, 2024, 'cover', :o, :e, 1)",
    "INSERT INTO entries (region, posting_id, line, account, amount_fen)"
    " VALUES ('430424', :p, 0, 'collector', 38000), ('430424', :p, 1, 'personal', -38000)",
    "UPDATE enrollments SET state = 'covered', covering_posting = :p, updated_at = 1"
    " WHERE region = '430424' AND id = :o",
    "INSERT INTO audit (region, number, at, actor, deed, enrollment_id, about, link)"
    " VALUES ('raw', :n, 1, 'collector', 'covered', :o, :a, :h)",
)


class _Sqlite:
    """The same statements for each event, one transaction each, without HTTP, signature or decision."""

    def __init__(self, connection: Any, orders: int) -> None:
        self.connection, self.orders, self.used = connection, orders, 0

    def send(self, number: int) -> float:
        start = perf_counter()
        for n in range(self.used, self.used + number):
            o = order(n * 7919 % self.orders)
            values = {"e": f"raw-{n}", "o": o, "p": f"430424-f{n:031x}", "h": "c" * 64, "b": b"x" * 240, "n": n + 1}
            values["a"] = '{"amount_fen":38000,"event_id":"evt-00000000"}'
            self.connection.execute("BEGIN IMMEDIATE")
            self.connection.execute("SELECT content_hash FROM inbox WHERE event_id = :e", values).fetchone()
            self.connection.execute(
                "SELECT * FROM enrollments WHERE region = '430424' AND order_no = :o", values
            ).fetchone()
            for statement in _WRITES:
                self.connection.execute(statement, values)
            self.connection.execute("COMMIT")
        self.used += number
        return (perf_counter() - start) / number


def against_sqlite(rounds: int, number: int = 3000) -> list[Ratio]:
    orders = number * (rounds + 1)
    with tempfile.TemporaryDirectory(prefix="canbao-bench-") as folder, ExitStack() as stack:
        ours, theirs = Path(folder) / "ours.db", Path(folder) / "raw.db"
        for path in (ours, theirs):
            filled(f"sqlite:///{path}", orders)
        till = stack.enter_context(serving(f"sqlite:///{ours}", orders))
        raw = _Sqlite(stack.enter_context(_raw_sqlite(theirs)), orders)
        taken = interleave([lambda: raw.send(number), lambda: till.send(number)], rounds)
    remark = f"{1 / median(taken[1]):.0f}/s here, raw {1 / median(taken[0]):.0f}/s; {till.p99()}"
    return [Ratio("callbacks on SQLite : raw sqlite3 in process", "0.5", ratios(*taken), remark)]


def large_against_small(rounds: int, small: int = 10_000, large: int = 5_000_000) -> list[Ratio]:
    number = small // (rounds + 1)
    with running_postgres(*LARGE_SERVER) as url, ExitStack() as stack:
        tills: list[Till] = []
        for orders in (small, large):
            own = f"{url.rsplit('/', 1)[0]}/bench_{orders}"
            engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text(f"CREATE DATABASE bench_{orders}"))
            engine.dispose()
            filled(own, orders)
            tills.append(stack.enter_context(serving(own, orders)))
        taken = interleave([partial(till.send, number) for till in tills], rounds)
    remark = f"{1 / median(taken[1]):.0f}/s with {large:,}, {1 / median(taken[0]):.0f}/s with {small:,}"
    return [Ratio("callbacks with 5,000,000 enrollments : with 10,000", "0.8", ratios(*taken), remark)]
