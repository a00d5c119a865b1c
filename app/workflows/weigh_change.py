"""What a change of the lists means for somebody's enrollments: decided here from what the database holds, done in
`do_effects.py`.

Who still has to pay is priced anew. Of who has paid the notice says what they get, or it does not say; either is put
to a second clerk.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar

from app.enrollment.payments import State
from app.enrollment.rosters import Stretch, listed
from app.packs.mistakes import PackRefused
from app.packs.shelf import PolicyNotFound
from app.rules.policy import Policy, Remedy
from app.rules.remedies import Due, Funds, due, funds_of, total
from app.rules.wording import clause
from app.storage import proposal_register
from app.storage.database import Connection
from app.workflows.listed_identities import Lists, by_word_of, findable, quote_by_lists
from app.workflows.office import Office, business_day

Row = Mapping[str, Any]
NOT_STATED = "公告未载明"


@dataclass(frozen=True, slots=True)
class Cause:
    """The change that everything follows from; `by` brought it about, `imported_by` brought the list."""

    identity: str
    class_: str | None
    source: str
    action: str
    day: str
    line: int
    import_id: str
    imported_by: str
    by: str


@dataclass(frozen=True, slots=True)
class Repriced:
    """An order that is still to be paid costs something else from today on."""

    row: Row
    quoted: dict[str, Any]
    cause: Cause
    counted_as: ClassVar[str] = "repriced"


@dataclass(frozen=True, slots=True)
class Proposed:
    """What somebody who has paid gets, for a second clerk; `instead_of` are open proposals that it replaces. `fields`
    is None where nothing is left to be proposed."""

    row: Row
    fields: dict[str, Any] | None
    instead_of: tuple[str, ...]
    cause: Cause
    counted_as: ClassVar[str] = "proposals"


@dataclass(frozen=True, slots=True)
class Unsettled:
    """The new price hangs on a fact that nobody gave."""

    row: Row
    cause: Cause
    counted_as: ClassVar[str] = "conflicts"


Effect = Repriced | Proposed | Unsettled
Step = tuple[Lists, Cause]  # what the lists say after a change, and the change


class Weighing:
    """Enrollments of one region whose people's lists have changed, with what else has to be known of them."""

    def __init__(self, office: Office, connection: Connection, region: str, rows: Sequence[Row]) -> None:
        self.office, self.today = office, office.today()
        covered = [row for row in rows if row["state"] == State.COVERED]
        postings = [row["covering_posting"] for row in covered if row["covering_posting"]]
        self._paid_at = proposal_register.paid_at(connection, region, postings)
        self._proposals = proposal_register.of_enrollments(connection, region, [row["id"] for row in covered])

    def effect(self, row: Row, before: Lists | None, steps: Sequence[Step]) -> Effect | None:
        """None where the changes make no difference, or the year is over."""
        try:
            policy = self.office.shelf.find(row["region"], row["coverage_year"]).policy
        except (PolicyNotFound, PackRefused):
            return None
        personal = self.office.vault.open(bytes(row["personal"]), row["id"])
        if not findable(personal["applicant"]):
            return None
        if row["state"] != State.COVERED:
            return self._owing(row, policy, personal, *steps[-1])
        within = [step for step in steps if date.fromisoformat(step[1].day).toordinal() <= policy.last_day]
        return self._paid(row, policy, personal, before, within)

    def _owing(
        self, row: Row, policy: Policy, personal: Row, after: Lists, cause: Cause
    ) -> Repriced | Unsettled | None:
        if self.today.toordinal() > policy.last_day:
            return None
        quoted = quote_by_lists(self.office, after, personal, row["region"], row["coverage_year"], self.today)
        was = json.loads(row["quote"])
        if quoted["outcome"] == "needs_information" or (quoted["outcome"] == "payable" and not _known(quoted)):
            return Unsettled(row, cause)
        if _worth(was) == _worth(quoted) or (row["due_through"] < self.today.isoformat() and not _known(quoted)):
            return None  # the same, or run out and still without a price
        return Repriced(row, quoted, cause)

    def _paid(
        self, row: Row, policy: Policy, personal: Row, before: Lists | None, steps: Sequence[Step]
    ) -> Proposed | Unsettled | None:
        """The last of the changes that makes a difference counts, as if each had come by itself."""
        day = self._paid_on(row)
        known = [before, *(lists for lists, _ in steps)]
        for was, (lists, cause) in zip(reversed(known[:-1]), reversed(steps), strict=True):
            now = self._as_if(row, personal, lists, day, cause)
            if now["outcome"] == "needs_information":
                return Unsettled(row, cause)
            if funds_of(self._as_if(row, personal, was, day, cause)) != funds_of(now):
                return self._proposed(row, policy, now, day, cause)
        return None

    def _proposed(self, row: Row, policy: Policy, now: dict[str, Any], day: date, cause: Cause) -> Proposed | None:
        quoted, made = json.loads(row["quote"]), self._of_this_cover(row)
        given = [funds_of(quoted), *(_funds(p) for p in made if p["state"] == "approved")]
        had = total(given)
        still_open = tuple(p["id"] for p in made if p["state"] == "open")
        owed = due(policy, had, funds_of(now), date.fromisoformat(cause.day), day)
        if owed is None:
            return Proposed(row, None, still_open, cause) if still_open else None
        fields = _fields(owed, cause.action) | _clauses(quoted, now, owed.remedy)
        return Proposed(row, fields, still_open, cause)

    def _of_this_cover(self, row: Row) -> list[Row]:
        return [p for p in self._proposals.get(row["id"], []) if p["covering_posting"] == row["covering_posting"]]

    def _paid_on(self, row: Row) -> date:
        """The day of payment; of a cover without a payment the day of its price."""
        paid_at = self._paid_at.get(row["covering_posting"])
        return date.fromisoformat(row["priced_on"]) if paid_at is None else business_day(paid_at)

    def _as_if(self, row: Row, personal: Row, lists: Lists | None, day: date, cause: Cause) -> dict[str, Any]:
        """The quote of the day of payment, had the identities of today been recognized by then."""
        facts = personal["facts"]
        if lists is not None:
            facts = by_word_of(_by_then(lists.stretches, self.today, cause, day), facts, lists.covered)
        return self.office.quote_for(facts, row["region"], row["coverage_year"], day)


def _by_then(stretches: Sequence[Stretch], today: date, cause: Cause, day: date) -> list[Any]:
    """What is listed once the change is in force, as if recognized by `day`."""
    on = max(today.isoformat(), cause.day)
    held = (one for one in listed(stretches, on) if one.since <= on)
    return [replace(one, since=min(one.since, day.isoformat())) for one in held]


def _known(quoted: Mapping[str, Any]) -> bool:
    return quoted["payable_fen"] is not None


def _worth(quoted: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes two prices different: to whoever pays, and to the funds."""
    through = quoted["valid_through"] if quoted["payable_fen"] else None
    return quoted["outcome"], quoted["payable_fen"], through, funds_of(quoted)


def _funds(proposal: Row) -> Funds:
    return {s["fund"]: s["amount_fen"] for s in json.loads(proposal["shares"])}


def _fields(owed: Due, action: str) -> dict[str, Any]:
    shares = [{"fund": fund, "amount_fen": fen} for fund, fen in sorted(owed.shares.items())]
    return {
        "kind": owed.kind,
        "cause": "recognized" if action == "added" else "ended",
        "amount_fen": sum(owed.shares.values()),
        "shares": json.dumps(shares),
        "pays_to": owed.to,
        "due_month": owed.month,
    }


def _clauses(was: Mapping[str, Any], now: Mapping[str, Any], remedy: Remedy | None) -> dict[str, str]:
    """What the price that was paid rests on, what the new one would, and what the notice says about the change."""
    old, new = _line(was), _line(now)
    rule = clause(remedy.cite) if remedy else NOT_STATED
    said = {"old_clause": old["clause"], "old_text": old["text"], "new_clause": new["clause"], "new_text": new["text"]}
    return said | {"rule_clause": rule}


def _line(quoted: Mapping[str, Any]) -> Mapping[str, str]:
    """The line of the explanation that the subsidy rests on, or the contribution where there is none."""
    lines = {line["step"]: line for line in reversed(quoted["explanation"])}
    return lines.get("subsidy") or lines.get("contribution") or {"clause": NOT_STATED, "text": ""}
