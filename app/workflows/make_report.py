"""A report is made from one view of the database and written to a file; whole names leave the house on record only."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

from app.enrollment.payments import State
from app.journal.telling import tell
from app.reports.as_json import as_json
from app.reports.catalog import REPORTS
from app.reports.people import Person, Scope, Share, Target, Village
from app.reports.tables import Row
from app.storage import report_register as register
from app.storage.database import Connection
from app.storage.report_register import Part
from app.storage.target_register import targets_of
from app.workflows.known_identities import KnownIdentities
from app.workflows.office import SHANGHAI, Office, Refused, business_day

_AT_A_TIME = 2000


@dataclass(frozen=True, slots=True)
class Asked:
    """`as_of`: as it was known at the end of that day; None, today and any day to come: for now. `whole`: names and
    numbers unmasked."""

    name: str
    region: str
    year: int
    as_of: date | None = None
    whole: bool = False
    form: Literal["json", "xlsx"] = "json"


def make_report(office: Office, asked: Asked, path: Path, actor: str) -> None:
    """Writes the file; raises Refused, PolicyNotFound or PackRefused. Who asked for whole names is on record before
    anybody gets the file."""
    report = REPORTS[asked.name]
    notice, today = office.shelf.resolve(asked.region, asked.year), office.today()
    day = min(asked.as_of or today, today)
    with office.database.snapshot() as connection:
        source = _Books(office, connection, _part(office, asked, notice, day), day)
        scope = _scope(office, connection, asked, source.part, day)
        tables, people = report.make(scope, source), _Tally()
        for table in tables:
            table.rows = people.counting(table.rows)
        if asked.form == "json":
            with path.open("w", encoding="utf-8") as file:
                file.writelines(as_json(report.name, report.title, scope, tables))
        else:
            _write_workbook(path, tables)
    if report.names and asked.whole:
        with office.deed() as books:
            about: dict[str, Any] = {
                "report": report.name,
                "of": asked.region,
                "coverage_year": asked.year,
                "form": asked.form,
            }
            books.audit(notice, actor, "report_made", **about, day=day.isoformat(), people=people.number)
    tell("report_made", result=asked.name)


def _write_workbook(path: Path, tables: Sequence[Any]) -> None:
    from app.sheets.lines import TooManyRows  # XlsxWriter, which nothing else of the service needs
    from app.sheets.writing import write_workbook

    try:
        write_workbook(path, tables)
    except TooManyRows:
        raise Refused("report_too_large") from None


class _Tally:
    """How many people a report names: one in a row."""

    def __init__(self) -> None:
        self.number = 0

    def counting(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            self.number += 1
            yield row


def _part(office: Office, asked: Asked, notice: str, day: date) -> Part:
    """Everything up to the end of the day, or up to now."""
    until = office.now()
    if day < office.today():
        end = datetime.combine(day + timedelta(days=1), datetime.min.time(), SHANGHAI)
        until = min(until, int(end.timestamp()) * 1_000_000 - 1)
    return Part(notice, asked.year, until, "" if asked.region == notice else asked.region)


def _scope(office: Office, connection: Connection, asked: Asked, part: Part, day: date) -> Scope:
    notice = part.region
    form, compiled = office.shelf.open(notice, asked.year)
    targets = {}
    for village, row in targets_of(connection, notice, asked.year, part.until).items():
        if asked.region == notice or village.startswith(asked.region):
            targets[village] = Target(**{name: row[name] for name in Target.__dataclass_fields__})
    collection = compiled.policy.collection
    return Scope(asked.region, notice, form.region_name, asked.year, day, asked.whole, targets, collection)


class _Books:
    """The figures, from the database."""

    def __init__(self, office: Office, connection: Connection, part: Part, day: date) -> None:
        self.office, self.connection, self.part, self.day = office, connection, part, day
        self.identities = KnownIdentities(connection, part.region, day)

    def villages(self, *, earlier: bool = False) -> Iterator[Village]:
        rows = register.people(self.connection, self.part, earlier=earlier)
        for village, some in groupby(rows, key=lambda row: str(row["village"])):
            yield village, [person for chunk in _chunks(some) for person in self._people(chunk)]

    def _people(self, rows: Sequence[Any]) -> Iterator[Person]:
        vault = self.office.vault
        there = [row for row in rows if row["deed"] != State.CANCELLED]
        sealed = register.personal_of(self.connection, self.part.region, [row["id"] for row in there])
        opened = [(row, vault.open(sealed[row["id"]], row["id"])) for row in there]
        held = self.identities.of(opened)
        for (row, personal), identities in zip(opened, held, strict=True):
            yield _person(row, personal, identities, self.day)

    def shares(self) -> Iterator[Share]:
        for row in register.settlement(self.connection, self.part):
            fund = row["account"].removeprefix("subsidy:")
            yield Share(row["village"] or self.part.region, fund, int(row["fen"]), int(row["people"]))


def _chunks(rows: Iterator[Any]) -> Iterator[list[Any]]:
    chunk: list[Any] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == _AT_A_TIME:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _person(row: Any, personal: dict[str, Any], identities: tuple[Any, ...], day: date) -> Person:
    covered = is_covered(row["deed"], row["about"])

    def deed(at: int) -> date:
        return min(
            business_day(at), day
        )  # where a past season is tried out (CANBAO_TODAY) the clock is ahead of the day

    return Person(
        id=row["id"],
        village=row["village"],
        covered=covered,
        contribution_fen=int(row["contribution"] or 0) if covered else 0,
        subsidies_fen=int(row["subsidy"] or 0) if covered else 0,
        paid_on=None if not covered else business_day(row["paid_at"]) if row["paid_at"] else deed(row["at"]),
        registered_on=deed(row["created_at"]),
        identities=identities,
        applicant=personal["applicant"],
        household=personal["household"],
        facts=personal["facts"],
        earlier=bool(row["earlier"]),
        paid_back_fen=int(row["paid_back"] or 0),
    )


def is_covered(deed: str, about: str) -> bool:
    """By a payment; or because nothing was to be paid, when it was registered or since it was priced anew."""
    if deed in ("registered", "repriced"):
        return bool(json.loads(about)["outcome"] == "exempt")
    return deed == State.COVERED
