"""Register people: one live enrollment per person and year, priced now, with the receivable on its way out.

registration -> answered already? -> lists -> price -> enrollment, receivable, audit, answer -> commit

Registrations come in batches of one region (group_commit.py), of one or many. Those of a batch have nothing to do with
each other, so each is decided by what the database held before, and all that they write is written together.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from app.enrollment.payments import State
from app.enrollment.rosters import Stretch
from app.storage import answer_register, roster_register
from app.storage import enrollment_register as register
from app.storage.asking import Row, ask_all
from app.storage.books import Books, Collided
from app.storage.database import Connection
from app.storage.ids import new_id
from app.workflows.book_money import cover_exempt, shares_of
from app.workflows.listed_identities import Lists, lists_from, quote_by_lists, timelines_of
from app.workflows.office import Office, Refused
from app.workflows.read_registration import Registration
from app.workflows.show_enrollment import shown
from app.workflows.tell_collector import message_about


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, byte for byte, so that the same key gets the same answer again."""

    status: int
    location: str | None
    body: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """`id` and `state` are the new enrollment's; empty where there is none: refused, or answered before."""

    answer: Answer
    id: str = ""
    state: str = ""


Refusing = Callable[[Refused], Answer]


class InProgress:
    """The idempotency keys that this process is working on."""

    def __init__(self) -> None:
        self._keys: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    @contextmanager
    def holding(self, client: str, key: str) -> Iterator[None]:
        with self._lock:
            if (client, key) in self._keys:
                raise Refused("idempotency_in_progress")
            self._keys.add((client, key))
        try:
            yield
        finally:
            with self._lock:
                self._keys.discard((client, key))


def names(asked: Registration) -> set[str]:
    """What no two registrations that are worked on at a time may have in common."""
    return {f"key {asked.client} {asked.key}", f"person {asked.person_key} {asked.asked.coverage_year}"}


def open_enrollments(office: Office, refusing: Refusing, asked: Sequence[Registration]) -> list[Opened | Refused]:
    """All stored when it returns. All are of one region, and no two have a name in common.

    A refusal that the work came to (`refusing` words it) is an answer, and kept under the key like any other. A Refused
    in the list is for what was not worked on. Raises Collided where another process has registered one of these people,
    or answered under one of these keys, in the meantime: nothing is stored then.
    """
    with office.deed() as books:
        known, batch = _read(books.connection, asked), _Batch(office, books, refusing)
        outcomes = [batch.open(one, known) for one in asked]
        batch.write()
    return outcomes


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database held: keys that were locked, answers by key, who is enrolled, what the lists say."""

    locked: frozenset[str]
    answers: Mapping[tuple[str, str], Row]
    live: frozenset[tuple[str, int]]
    sources: Sequence[str]
    timelines: Mapping[str, Sequence[Stretch]]

    def lists(self, person_key: str) -> Lists | None:
        """None where no list says anything."""
        return lists_from(self.sources, self.timelines.get(person_key, []))


def _read(connection: Connection, asked: Sequence[Registration]) -> _Known:
    region, keys = asked[0].region, [(one.client, one.key) for one in asked]
    people = [(one.person_key, one.asked.coverage_year) for one in asked]
    locked, _, answers, live, sources, listings = ask_all(
        connection,
        answer_register.lock(keys),  # another process may be at work on the same key
        roster_register.shared_lock(region),  # before the lists are read by which they are priced
        answer_register.kept(keys),
        register.live_among(people),
        roster_register.sources_of(region),
        roster_register.listings_of(region, [person_key for person_key, _ in people]),
    )
    return _Known(
        frozenset(row["name"] for row in locked if row["got"]),
        {(row["client_id"], row["key"]): row for row in answers},
        frozenset((row["person_key"], row["coverage_year"]) for row in live),
        [row["source"] for row in sources],
        timelines_of(listings),
    )


@dataclass
class _Batch:
    """Rows to be written together."""

    office: Office
    books: Books
    refusing: Refusing
    enrollments: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)

    def open(self, one: Registration, known: _Known) -> Opened | Refused:
        if answer_register.name_of(one.client, one.key) not in known.locked:
            return Refused("idempotency_in_progress")
        stored = known.answers.get((one.client, one.key))
        if stored is not None:
            if stored["request_hash"] != one.request_hash:
                return Refused("idempotency_key_reused")
            return Opened(Answer(stored["status"], stored["location"], bytes(stored["body"])))
        opened = self._open(one, known)
        self.answers.append(_kept(one, opened.answer, self.books.now))
        return opened

    def _open(self, one: Registration, known: _Known) -> Opened:
        year, today = one.asked.coverage_year, self.office.today()
        quoted = quote_by_lists(self.office, known.lists(one.person_key), one.personal, one.region, year, today)
        if quoted["outcome"] not in ("payable", "exempt") or quoted["payable_fen"] is None:
            return Opened(self.refusing(Refused("not_enrollable", quote=quoted)))
        if (one.person_key, year) in known.live:
            return Opened(self.refusing(Refused("already_enrolled")))
        row = _row(self.office, one, quoted, self.books.now)
        self.enrollments.append(row)
        if row["order_no"] is not None:
            self.messages.append(message_about(row | {"revision": 0}, "receivable.opened", row["payable_fen"]))
        about = {"order_no": row["order_no"], "outcome": quoted["outcome"], "payable_fen": row["payable_fen"]}
        about |= {"policy": quoted["policy"]["digest"]}
        self.books.audit(one.region, one.client, "registered", row["id"], **about)
        if row["order_no"] is None:
            cover_exempt(self.books, row, quoted)
        body = json.dumps(shown(row), ensure_ascii=False, separators=(",", ":")).encode()
        return Opened(Answer(201, f"/v1/enrollments/{row['id']}", body), row["id"], str(row["state"]))

    def write(self) -> None:
        if self.answers and not register.open_all(self.books.connection, self.enrollments, self.messages, self.answers):
            raise Collided


def _kept(one: Registration, answer: Answer, now: int) -> dict[str, Any]:
    about = {"client_id": one.client, "key": one.key, "region": one.region, "request_hash": one.request_hash}
    return about | {"status": answer.status, "location": answer.location, "body": answer.body, "created_at": now}


def _row(office: Office, one: Registration, quoted: dict[str, Any], now: int) -> dict[str, Any]:
    id, asked, household = new_id(one.region), one.asked, one.asked.household
    exempt = quoted["outcome"] == "exempt"
    return {
        "region": one.region,
        "id": id,
        "coverage_year": asked.coverage_year,
        # Nothing to collect, no order: people whose contribution is waived or paid for them are not levied.
        "order_no": None if exempt else new_id(one.region),
        "state": State.COVERED if exempt else State.AWAITING_PAYMENT,
        "person_key": one.person_key,
        "village": asked.village or asked.region,
        "channel": asked.channel,
        "household_key": office.vault.index("household", household.household_no) if household else None,
        "personal": office.vault.seal(one.personal, id),
        "payable_fen": quoted["payable_fen"],
        "due_through": quoted["valid_through"] or "",
        "priced_on": office.today().isoformat(),
        "quote": json.dumps(quoted, ensure_ascii=False),
        "shares": shares_of(quoted),
        "covering_posting": None,
        "revision": 0 if exempt else 1,
        "created_by": one.client,
        "created_at": now,
        "updated_at": now,
    }
