"""Payment callbacks over HTTP against the database alone: pgbench and raw sqlite3 doing the same writes, no service."""

import json
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import median

from sqlalchemy import text

from app.collector.signature import secret_bytes, sign
from app.packs.shelf import NOTICES, Shelf
from app.rules.person import Person
from app.rules.quoting import quote
from app.settings import DEV_WEBHOOK_SECRET
from app.storage.database import Database, open_database
from app.storage.schema import migrate
from bench.http import CANBAO, Client, free_port, running
from bench.timing import Ratio, interleave, ratios
from tests.postgres import running_postgres

SQL = Path(__file__).parent / "rivals" / "callback.sql"
KEY = secret_bytes(DEV_WEBHOOK_SECRET)
PAID_AT = "2023-11-02T10:15:00+08:00"


def frozen_quote() -> str:
    compiled = Shelf((NOTICES,)).find("430424", 2024)
    return json.dumps(
        quote(compiled, Person(birth_date=date(1985, 6, 15)), date(2023, 11, 2)).answer(), ensure_ascii=False
    )


def order(number: int) -> str:
    return f"430424-{number:032x}"


_FILL = """
INSERT INTO enrollments (region, id, coverage_year, order_no, state, person_key, village, channel, personal,
  payable_fen, due_through, priced_on, quote, created_by, created_at, updated_at, revision)
SELECT '430424', {id}, 2024, {id}, 'awaiting_payment', {key}, '430424106201', 'bench', {blob},
  38000, '2023-12-31', '2023-11-02', :quote, 'bench', 1, 1, 1 FROM {series}
"""


def fill(database: Database, count: int) -> None:
    """Enrollments that wait for their payment; the person's data is as long as usual and means nothing."""
    hexed = "'430424-' || lpad(to_hex(n), 32, '0')"
    parts = {"id": hexed, "key": "md5(n::text) || md5(n::text)", "blob": "decode(repeat('ab', 400), 'hex')"}
    parts["series"] = "generate_series(CAST(:first AS int), CAST(:last AS int)) AS n"
    if database.engine.dialect.name == "sqlite":
        parts = {"id": "printf('430424-%032x', n)", "key": "printf('%064x', n)", "blob": "zeroblob(400)"}
        parts["series"] = (
            "(WITH RECURSIVE s(n) AS (SELECT :first UNION ALL SELECT n+1 FROM s WHERE n < :last) SELECT n FROM s)"
        )
    with database.transaction() as connection:
        asked = {"quote": frozen_quote(), "first": 0, "last": count - 1}
        connection.execute(text(_FILL.format(**parts)), asked)


def settle_down(database: Database) -> None:
    """Statistics and a checkpoint, so that no round pays for the filling."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in ("VACUUM ANALYZE", "CHECKPOINT"):
            connection.execute(text(statement))


@dataclass
class Payments:
    """Signed requests for orders that nobody has paid yet, spread over the whole table."""

    count: int
    used: int = 0
    latencies: list[float] = field(default_factory=list)

    def requests(self, number: int) -> list[bytes]:
        stride = 7919  # a prime: neighbors in time are no neighbors in the table
        orders = [order((self.used + i) * stride % self.count) for i in range(number)]
        self.used += number
        if self.used > self.count:
            raise SystemExit("more payments than orders")
        return [_request(o) for o in orders]


def _request(order_no: str) -> bytes:
    event = {"event_id": str(uuid.uuid4()), "type": "payment.succeeded", "order_no": order_no, "amount_fen": 38000}
    body = json.dumps(event | {"paid_at": PAID_AT, "voucher_no": "343016231102000001", "channel": "bench"}).encode()
    stamp, message = int(time.time()), f"msg_{uuid.uuid4()}"
    head = "POST /v1/tax/callbacks HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    head += f"webhook-id: {message}\r\nwebhook-timestamp: {stamp}\r\n"
    head += f"webhook-signature: {sign(KEY, message, stamp, body)}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@contextmanager
def serving(url: str) -> Iterator[int]:
    port = free_port()
    with running(CANBAO, port, PORT=str(port), DATABASE_URL=url, CANBAO_TODAY="2023-11-02", CANBAO_LOG_LEVEL="warning"):
        yield port


def send(port: int, payments: Payments, number: int, tails: list[float]) -> float:
    """Seconds for each of `number` payments, 16 under way at a time."""
    client = Client(port, payments.requests(number))
    seconds = client.round(number) / number
    tails.append(client.p99())
    for s in client.sockets:
        s.close()
    return seconds


def pgbench(url: str, orders: int, number: int) -> float:
    """Seconds for each transaction of 16 clients."""
    command = ["pgbench", "--no-vacuum", "--protocol=prepared", "-c", "16", "-j", "2", "-f", str(SQL)]
    command += ["-D", f"orders={orders}", "-t", str(number // 16), url]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    line = next(line for line in done.stdout.splitlines() if line.startswith("tps ="))
    return 1 / float(line.split()[2])


def made(url: str, orders: int) -> Database:
    database = open_database(url)
    migrate(database)
    fill(database, orders)
    if database.engine.dialect.name == "postgresql":
        with database.transaction() as connection:
            connection.execute(text("CREATE SEQUENCE bench_number START 1000000000"))
        settle_down(database)
    return database


def against_pgbench(rounds: int, orders: int = 60_000, number: int = 4000) -> list[Ratio]:
    with running_postgres() as url:
        made(url, orders).close()
        with serving(url) as port:
            tails: list[float] = []
            payments = Payments(orders)
            ours: Callable[[], float] = lambda: send(port, payments, number, tails)
            taken = interleave([lambda: pgbench(url, orders, number), ours], rounds)
    remark = (
        f"{1 / median(taken[1]):.0f}/s here, pgbench {1 / median(taken[0]):.0f}/s; p99 {1e3 * median(tails):.1f} ms"
    )
    return [Ratio("callbacks on PostgreSQL : pgbench, 16 clients", "1.0", ratios(taken[0], taken[1]), remark)]
