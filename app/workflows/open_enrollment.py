"""Register a person: one live enrollment per person and year, priced now, with the receivable on its way out."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from app.contract.enrollment import EnrollmentRequest
from app.contract.person import PersonForm
from app.enrollment.id_numbers import GUARDIAN, RESIDENT_ID, birth_date_of, normalized
from app.enrollment.payments import State
from app.journal.telling import tell
from app.rules.person import contradictions
from app.storage import enrollment_register as register
from app.storage import roster_register
from app.storage.books import Books
from app.storage.ids import new_id
from app.workflows.book_money import cover_exempt, shares_of
from app.workflows.listed_identities import lists_of, quote_by_lists
from app.workflows.office import Office, Refused
from app.workflows.show_enrollment import document_key, shown
from app.workflows.tell_collector import tell_collector


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, byte for byte, so that the same key gets the same answer again."""

    status: int
    location: str | None
    body: bytes


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


def open_enrollment(
    office: Office,
    client: str,
    key: str,
    request_hash: str,
    asked: EnrollmentRequest,
    region: str,
    refusing: Callable[[Refused], Answer],
) -> Answer:
    """Raises Refused for what was never worked on. `region` is the notice's region that the request resolves to.

    A refusal that the work came to (`refusing` words it) is an answer, and kept under the key like any other.
    """
    facts = _facts(asked)
    _check_facts(office, facts, region, asked.coverage_year)
    with office.deed() as books:
        connection = books.connection
        if not register.try_lock(connection, f"{client}\x1f{key}"):  # another process works on the same key
            raise Refused("idempotency_in_progress")
        stored = register.stored_answer(connection, client, key)
        if stored is not None:
            if stored["request_hash"] != request_hash:
                raise Refused("idempotency_key_reused")
            return Answer(stored["status"], stored["location"], bytes(stored["body"]))
        personal, whose = _personal(asked, facts), person_key(office, asked, facts)
        roster_register.lock(connection, region, shared=True)  # before the lists are read by which it is priced
        lists = lists_of(connection, region, whose)
        quoted = quote_by_lists(office, lists, personal, region, asked.coverage_year, office.today())
        row = _row(office, asked, region, whose, quoted, client)
        row["personal"] = office.vault.seal(personal, row["id"])
        try:
            answer = _open(books, row, quoted)
        except Refused as refused:  # before anything was written
            answer = refusing(refused)
        kept: dict[str, Any] = {"client_id": client, "key": key, "region": region, "request_hash": request_hash}
        kept |= {"status": answer.status, "location": answer.location, "body": answer.body}
        register.store_answer(connection, kept | {"created_at": row["created_at"]})
    if answer.status == 201:
        tell("enrollment_registered", enrollment_id=row["id"], result=row["state"])
    return answer


def _facts(asked: EnrollmentRequest) -> dict[str, Any]:
    """The person's facts as JSON, with the birth date from the resident ID where it is absent."""
    facts = asked.person.model_dump(mode="json", by_alias=True, exclude_none=True)
    if asked.applicant.id_type == RESIDENT_ID:
        born = birth_date_of(normalized(RESIDENT_ID, asked.applicant.id_number)).isoformat()
        if facts.setdefault("birth_date", born) != born:
            raise Refused("contradictory_facts", errors=[("person.birth_date", "与身份证号码中的出生日期不一致")])
    elif asked.applicant.id_type == GUARDIAN and "birth_date" not in facts:
        raise Refused("contradictory_facts", errors=[("person.birth_date", "用监护人证件登记时必填")])
    return facts


def _check_facts(office: Office, facts: dict[str, Any], region: str, year: int) -> None:
    person = PersonForm.model_validate(facts, strict=False).person()
    clashes = contradictions(person, year, office.shelf.find(region, year).known)
    if clashes:
        raise Refused("contradictory_facts", errors=clashes)


def person_key(office: Office, asked: EnrollmentRequest, facts: dict[str, Any]) -> str:
    """The keyed hash that finds a person: by document, or by guardian, name and birth date for a child without one."""
    who = asked.applicant
    number = normalized(who.id_type, who.id_number)
    if who.id_type == GUARDIAN:
        return office.vault.index("child", number, "".join(who.name.split()), str(facts.get("birth_date")))
    return document_key(office, who.id_type, number)


def _personal(asked: EnrollmentRequest, facts: dict[str, Any]) -> dict[str, Any]:
    household = asked.household.model_dump() if asked.household else None
    return {"applicant": asked.applicant.model_dump(), "household": household, "facts": facts}


def _row(
    office: Office, asked: EnrollmentRequest, region: str, whose: str, quoted: dict[str, Any], client: str
) -> dict[str, Any]:
    id, now = new_id(region), office.now()
    household = asked.household
    exempt = quoted["outcome"] == "exempt"
    return {
        "region": region,
        "id": id,
        "coverage_year": asked.coverage_year,
        # Nothing to collect, no order: people whose contribution is waived or paid for them are not levied.
        "order_no": None if exempt else new_id(region),
        "state": State.COVERED if exempt else State.AWAITING_PAYMENT,
        "person_key": whose,
        "village": asked.village or asked.region,
        "channel": asked.channel,
        "household_key": office.vault.index("household", household.household_no) if household else None,
        "payable_fen": quoted["payable_fen"] or 0,
        "due_through": quoted["valid_through"] or "",
        "priced_on": office.today().isoformat(),
        "quote": json.dumps(quoted, ensure_ascii=False),
        "shares": shares_of(quoted),
        "revision": 0 if exempt else 1,
        "created_by": client,
        "created_at": now,
        "updated_at": now,
    }


def _open(books: Books, row: dict[str, Any], quoted: dict[str, Any]) -> Answer:
    if quoted["outcome"] not in ("payable", "exempt") or quoted["payable_fen"] is None:
        raise Refused("not_enrollable", quote=quoted)
    connection, region = books.connection, row["region"]
    live = {"person_key": row["person_key"], "coverage_year": row["coverage_year"], "region": region}
    if not register.claim(connection, live | {"enrollment_id": row["id"]}):
        raise Refused("already_enrolled")
    register.add(connection, row)
    if row["order_no"] is None:
        cover_exempt(books, row, quoted)
    else:
        tell_collector(connection, row | {"revision": 0}, "receivable.opened", row["payable_fen"])
    about = {"order_no": row["order_no"], "outcome": quoted["outcome"], "payable_fen": row["payable_fen"]}
    books.audit(region, row["created_by"], "registered", row["id"], **about, policy=quoted["policy"]["digest"])
    body = json.dumps(shown(row), ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(201, f"/v1/enrollments/{row['id']}", body)
