"""Payment callbacks over HTTP, 16 under way at a time: signed requests for orders that nobody has paid yet."""

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Any

from sqlalchemy import text

from app.collector.signature import secret_bytes, sign
from app.packs.shelf import NOTICES, Shelf
from app.rules.person import Person
from app.rules.quoting import quote
from app.settings import DEV_WEBHOOK_SECRET
from app.storage.database import Database, open_database
from app.storage.schema import migrate
from app.workflows.book_money import shares_of
from bench.http import CANBAO, Client, free_port, running

_KEY = secret_bytes(DEV_WEBHOOK_SECRET)
PAID_AT = "2023-11-02T10:15:00+08:00"
_FILL = """
INSERT INTO enrollments (region, id, coverage_year, order_no, state, person_key, village, channel, personal,
  payable_fen, due_through, priced_on, quote, shares, created_by, created_at, updated_at, revision)
SELECT '430424', {id}, 2024, {id}, 'awaiting_payment', {key}, '430424106201', 'bench', {blob},
  38000, '2023-12-31', '2023-11-02', :quote, :shares, 'bench', 1, 1, 1 FROM {series}
"""
_ON = {
    "postgresql": {
        "id": "'430424-' || lpad(to_hex(n), 32, '0')",
        "key": "md5(n::text) || md5(n::text)",
        "blob": "decode(repeat('ab', 400), 'hex')",
        "series": "generate_series(0, CAST(:last AS int)) AS n",
    },
    "sqlite": {
        "id": "'430424-' || printf('%032x', n)",
        "key": "printf('%064x', n)",
        "blob": "zeroblob(400)",
        "series": "(WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n+1 FROM s WHERE n < :last) SELECT n FROM s)",
    },
}


def frozen_quote() -> dict[str, Any]:
    """What an ordinary enrollment of 衡东 carries: its quote, and what is booked of it."""
    compiled = Shelf((NOTICES,)).find("430424", 2024)
    answer = quote(compiled, Person(birth_date=date(1985, 6, 15)), date(2023, 11, 2)).answer()
    return {"quote": json.dumps(answer, ensure_ascii=False), "shares": shares_of(answer)}


def order(number: int) -> str:
    return f"430424-{number:032x}"


def filled(url: str, orders: int) -> None:
    """A database by the migrations, with enrollments that wait for their payment."""
    database = open_database(url)
    migrate(database)
    with database.transaction() as connection:
        statement = text(_FILL.format(**_ON[database.engine.dialect.name]))
        connection.execute(statement, frozen_quote() | {"last": orders - 1})
        if database.engine.dialect.name == "postgresql":  # what pgbench numbers its rows by
            connection.execute(text("CREATE SEQUENCE bench_number START 1000000000"))
    settle_down(database)
    database.close()


def settle_down(database: Database) -> None:
    """Statistics and a checkpoint, so that no round pays for the filling."""
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in ("VACUUM ANALYZE", "CHECKPOINT"):
                connection.execute(text(statement))


@dataclass(frozen=True, slots=True)
class Payment:
    """Of an order, on the day of the bench."""

    order_no: str
    amount_fen: int = 38000
    event_id: str = field(default_factory=lambda: str(uuid.uuid4()))


def request_for(payment: Payment) -> bytes:
    """The callback of a payment, as bytes to send; signed now, and good for five minutes."""
    event = {"event_id": payment.event_id, "type": "payment.succeeded", "order_no": payment.order_no}
    event |= {"paid_at": PAID_AT, "voucher_no": "343016231102000001", "channel": "bench"}
    body = json.dumps(event | {"amount_fen": payment.amount_fen}).encode()
    stamp, message = int(time.time()), f"msg_{uuid.uuid4()}"
    head = "POST /v1/tax/callbacks HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    head += f"webhook-id: {message}\r\nwebhook-timestamp: {stamp}\r\n"
    head += f"webhook-signature: {sign(_KEY, message, stamp, body)}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@dataclass
class Till:
    """Sends payments to the service at `port`, each for another of its `orders`, spread over the whole table."""

    port: int
    orders: int
    used: int = 0
    tails: list[float] = field(default_factory=list)

    def send(self, number: int) -> float:
        """Seconds for each of `number` payments; the 99th percentile is kept."""
        if self.used + number > self.orders:
            raise SystemExit("more payments than orders")
        stride = 7919  # a prime: neighbors in time are no neighbors in the table
        requests = [request_for(Payment(order((self.used + n) * stride % self.orders))) for n in range(number)]
        self.used += number
        client = Client(self.port, requests)
        seconds = client.round(number) / number
        self.tails.append(client.p99())
        client.close()
        return seconds

    def p99(self) -> str:
        return f"p99 {1e3 * median(self.tails):.1f} ms"


@contextmanager
def serving(url: str, orders: int) -> Iterator[Till]:
    """The service as a process of its own on this database."""
    port = free_port()
    with running(CANBAO, port, PORT=str(port), DATABASE_URL=url, CANBAO_TODAY="2023-11-02"):
        yield Till(port, orders)
