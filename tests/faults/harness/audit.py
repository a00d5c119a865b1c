"""What the database holds, against what was answered: each finding is a sentence, none is the aim."""

import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select

from app.storage.database import open_database
from app.storage.tables import enrollments, entries, inbox, postings, suspense
from tests.faults.harness.process import ROOT, environment
from tests.faults.harness.stories import PERSONAL, Story

_VERIFY = """
import sys
from app.cli import app
sys.exit(any([app([books, "verify"], standalone_mode=False) for books in ("ledger", "audit")]))
"""
TABLES = (inbox, enrollments, suspense, postings, entries)
Row = dict[str, Any]


def contents(database_url: str) -> dict[str, list[Row]]:
    """Every row of the tables that callbacks write, in the order of their keys."""
    database = open_database(database_url)
    try:
        with database.reading() as connection:
            return {t.name: [dict(row) for row in connection.execute(_all(t)).mappings()] for t in TABLES}
    finally:
        database.close()


def _all(table: Table) -> Any:
    return select(table).order_by(*table.primary_key.columns)


@dataclass
class Books:
    """The tables, grouped the way the questions are asked."""

    tables: dict[str, list[Row]]
    events: dict[str, Row] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    postings: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    lines: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.events = {row["event_id"]: row for row in self.tables["inbox"]}
        self.states = {row["id"]: row["state"] for row in self.tables["enrollments"]}
        for row in self.tables["suspense"]:
            if row["state"] == "open":
                self.waiting[row["order_no"]].append(row["reason"])
        for row in self.tables["postings"]:
            self.postings[row["event_id"]].append(row)
        for row in self.tables["entries"]:
            self.lines[row["posting_id"]].append(row)

    def money(self, event_ids: Iterable[str]) -> dict[str, int]:
        """Balances by account of what is booked for these events."""
        sums: Counter[str] = Counter()
        for event_id in event_ids:
            for posting in self.postings[event_id]:
                for line in self.lines[posting["id"]]:
                    sums[line["account"]] += line["amount_fen"]
        return {account: fen for account, fen in sums.items() if fen}


def findings(tables: dict[str, list[Row]], stories: list[Story]) -> list[str]:
    """What is wrong; `stories` are all that was ever sent to this database."""
    books = Books(tables)
    return [*_of_strangers(books, stories), *_of_postings(books), *(f for s in stories for f in _of_story(books, s))]


def _of_strangers(books: Books, stories: list[Story]) -> Iterator[str]:
    sent = {event_id for story in stories for event_id in story.sent}
    if len(books.events) != len(books.tables["inbox"]):
        yield "an event is in the inbox twice"
    for event_id in books.events.keys() - sent:
        yield f"event {event_id} is stored and was not sent"
    for event_id in books.postings.keys() - books.events.keys():
        yield f"something is booked for event {event_id}, which is not stored"
    known = {story.enrollment_id for story in stories}
    unanswered = sum(story.asked_to_register and not story.enrollment_id for story in stories)
    if len(books.states.keys() - known) > unanswered:
        yield "there are more enrollments than registrations"


def _of_postings(books: Books) -> Iterator[str]:
    known = {posting["id"] for posting in books.tables["postings"]}
    for id, lines in books.lines.items():
        if sum(line["amount_fen"] for line in lines) or id not in known:
            yield f"posting {id} does not balance"
    for id in known - books.lines.keys():
        yield f"posting {id} is empty"
    for event_id, booked in books.postings.items():
        if sum(posting["kind"] == "cover" for posting in booked) > 1:
            yield f"event {event_id} covers twice"


def _of_story(books: Books, story: Story) -> Iterator[str]:
    ids = [event["event_id"] for event in story.events]
    there = [event_id in books.events for event_id in ids]
    stored, name = sum(there), f"order {story.order_no}"
    if lost := [e for e in ids if e in story.answered and e not in books.events]:
        yield f"{name}: answered and not stored: {lost}"
        return
    if stored not in story.possible() or not all(there[:stored]):
        yield f"{name}: {story.done} events answered, {stored} stored"
        return
    if any(not books.postings[event_id] for event_id in ids[:stored]):
        yield f"{name}: an event is stored and not booked"
    state = books.states.get(story.enrollment_id, "")
    if story.enrollment_id and state != story.state_after(stored):
        yield f"{name}: after {stored} events it is {state!r}"
    if sorted(books.waiting[story.order_no]) != story.waiting_after(stored):
        yield f"{name}: after {stored} events {books.waiting[story.order_no]} is in suspense"
    if books.money(ids) != story.money_after(stored):
        yield f"{name}: after {stored} events the accounts are at {books.money(ids)}"
    yield from _of_cover(books, story, state == "covered")


def _of_cover(books: Books, story: Story, covered: bool) -> Iterator[str]:
    """At most one cover lives at a time, and it earns the contribution once."""
    mine = [p for event in story.events for p in books.postings[event["event_id"]] if p["enrollment_id"]]
    kinds = Counter(posting["kind"] for posting in mine)
    live = kinds["cover"] - kinds["take_back"]
    earned = -sum(e["amount_fen"] for p in mine for e in books.lines[p["id"]] if e["account"] == "personal")
    if (live, earned) != (int(covered), PERSONAL * covered):
        yield f"order {story.order_no}: {live} covers live, {earned} fen earned"


def verified(database_url: str, folder: Path) -> str:
    """What `canbao ledger verify` and `canbao audit verify` complain of, in one process of their own."""
    command, env = [sys.executable, "-c", _VERIFY], environment(database_url, folder)
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)
    return done.stderr or done.stdout if done.returncode else ""
