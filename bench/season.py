"""A county's season from end to end: 200,000 people on the hardship lists, registered and paid over HTTP, reconciled
with the tax bureau's statement, every report written. It must all add up at the end, or the bench fails."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter

from sqlalchemy import text

from app.reports.catalog import REPORTS
from app.settings import DEV_KEY
from app.storage.database import open_database
from bench import season_files as files
from bench.callbacks import Payment, request_for, settle_down
from bench.commands import Spent, canbao
from bench.county import REGION, YEAR
from bench.http import CANBAO, Client, free_port, request, running
from bench.reports import made
from tests.postgres import running_postgres

PEOPLE = 200_000
_TODAY = "2023-11-02"
_AT_A_TIME = 10_000  # requests that are made ready together: a signature is good for five minutes
_MISSED_OF = 1000  # one callback of so many never comes
_PLACE = ("--region", REGION)
_ORDERS = text("SELECT order_no, payable_fen FROM enrollments WHERE order_no IS NOT NULL ORDER BY order_no")
_ENDS = text(
    "SELECT (SELECT count(*) FROM enrollments WHERE state = 'covered'),"
    " (SELECT sum(amount_fen) FROM entries WHERE account = 'collector'), (SELECT sum(amount_fen) FROM entries)"
)


def of_a_county(people: int = PEOPLE) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="canbao-bench-") as folder:
        yield from Season(Path(folder), f"sqlite:///{folder}/county.db", people, "SQLite").rows()
    with tempfile.TemporaryDirectory(prefix="canbao-bench-") as folder, running_postgres() as url:
        yield from Season(Path(folder), url, people, "PostgreSQL").rows()


@dataclass
class Season:
    """One county in one database. Each deed is one that a county would do, by command or over HTTP."""

    folder: Path
    url: str
    people: int
    kind: str
    port: int = field(default_factory=free_port)

    def rows(self) -> Iterator[str]:
        began = perf_counter()
        self._canbao("targets", "import", str(files.tasks(self.folder, self.people)), *_PLACE, "--year", str(YEAR))
        lines = files.hardship_list(self.folder, self.people)
        spent = self._canbao("roster", "import", str(lines), "--source", "medical_security", *_PLACE)
        yield self._command_row("hardship list", self.people, spent)
        yield self._http_row("registration", map(_registering, enumerate(files.registrations(self.people))))
        self._settle_down()
        due = self._due()
        arrive = [payment for n, payment in enumerate(due) if n % _MISSED_OF]
        yield self._http_row("payment", map(request_for, arrive))
        self._settle_down()
        spent = self._canbao("reconcile", "day", str(files.statement(self.folder, due)), ends=1)
        yield self._command_row("reconciliation", len(due), spent)
        for name in REPORTS:
            spent = made(self.url, name, self.folder / f"{name}.xlsx", _TODAY)
            yield self._command_row(f"report {name}", self.people, spent)
        self._adds_up(arrive, len(due))
        yield f"| season, {self.kind}: all of it | {perf_counter() - began:.0f} s | | | {self.people:,} people |"

    def _canbao(self, *args: str, ends: int = 0) -> Spent:
        return canbao(*args, ends=ends, env={"DATABASE_URL": self.url, "CANBAO_TODAY": _TODAY})

    def _command_row(self, name: str, lines: int, spent: Spent) -> str:
        speed = f"{lines / spent.seconds:.0f}/s, {spent.peak:.0f} MiB"
        return f"| season, {self.kind}: {name} | {spent.seconds:.1f} s | | | {lines:,}; {speed} |"

    def _http_row(self, name: str, requests: Iterator[bytes]) -> str:
        """Answered by the service, a process of its own, 16 requests under way. Making them ready is not counted."""
        count, seconds, tails = 0, 0.0, []
        place = {"DATABASE_URL": self.url, "CANBAO_TODAY": _TODAY, "CANBAO_LOG_LEVEL": "warning"}
        with running(CANBAO, self.port, PORT=str(self.port), **place):
            while some := list(islice(requests, _AT_A_TIME)):
                client = Client(self.port, some)
                count, seconds = count + len(some), seconds + client.round(len(some))
                tails.append(client.p99())
                client.close()
        speed = f"{count / seconds:.0f}/s, p99 {1e3 * median(tails):.0f} ms"
        return f"| season, {self.kind}: {name} over HTTP | {seconds:.1f} s | | | {count:,}; {speed} |"

    def _due(self) -> list[Payment]:
        database = open_database(self.url)
        with database.reading() as connection:
            found = [Payment(row[0], row[1]) for row in connection.execute(_ORDERS)]
        database.close()
        return found

    def _settle_down(self) -> None:
        """Statistics, as autovacuum would have made them in a season that is longer than minutes."""
        database = open_database(self.url)
        settle_down(database)
        database.close()

    def _adds_up(self, arrived: Sequence[Payment], due: int) -> None:
        database = open_database(self.url)
        with database.reading() as connection:
            found = tuple(connection.execute(_ENDS).one())
        database.close()
        wanted = self.people - due + len(arrived), sum(payment.amount_fen for payment in arrived), 0
        if found != wanted:
            raise SystemExit(f"it does not add up: covered, money and balance are {found}, not {wanted}")


def _registering(numbered: tuple[int, bytes]) -> bytes:
    number, body = numbered
    return request("/v1/enrollments", body, f"Authorization: Bearer {DEV_KEY}", f"Idempotency-Key: bench-{number}")
