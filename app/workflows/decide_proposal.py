"""A second clerk decides what somebody who has paid gets when a list changes; booked by fund when it is approved."""

import json
from collections.abc import Mapping
from typing import Any, Literal

from app.enrollment import ledger
from app.enrollment.payments import State
from app.journal.telling import tell
from app.storage import enrollment_register
from app.storage import proposal_register as register
from app.storage.books import Books
from app.storage.ids import new_id
from app.workflows.office import COLLECTOR, Office, Refused, moment
from app.workflows.show_roster import identity_text

Row = Mapping[str, Any]
Decision = Literal["approved", "rejected"]


def decide_proposal(office: Office, id: str, clerk: str, decision: Decision, remark: str | None) -> dict[str, Any]:
    """Raises Refused: no such proposal, decided before, not by a second clerk, or about a cover that is gone."""
    with office.deed() as books:
        found = register.item(books.connection, id)
        if found is None:
            raise Refused("proposal_not_found")
        # The enrollment first, as whoever weighs a change does, so that neither waits for the other.
        enrollment = enrollment_register.by_id(books.connection, found["enrollment_id"], lock=True)
        row = register.item(books.connection, id, lock=True)
        assert row is not None
        assert enrollment is not None
        if row["state"] != "open":
            raise Refused("proposal_decided")
        if clerk in (row["imported_by"], row["proposed_by"]):
            raise Refused("second_clerk_required")
        done = _done(books, row, enrollment, decision)
        done |= {"decided_by": clerk, "decided_at": books.now, "remark": remark}
        register.decide(books.connection, id, **done)
        about = {"proposal_id": id, "kind": row["kind"], "amount_fen": row["amount_fen"], "decision": done["state"]}
        books.audit(row["region"], clerk, "proposal_decided", row["enrollment_id"], **about, **_basis(row))
    tell("proposal_decided", proposal_id=id, enrollment_id=row["enrollment_id"], result=str(done["state"]))
    if done["state"] == "superseded":
        raise Refused("proposal_out_of_date")
    return proposal_shown({**row, **done})


def _done(books: Books, row: Any, enrollment: Any, decision: Decision) -> dict[str, Any]:
    """The new state, and the posting of what is approved. A proposal about a cover that is gone is out of date."""
    same = enrollment["covering_posting"] == row["covering_posting"] and enrollment["state"] == State.COVERED
    # What is to be had back after a reversal is about a cover that is gone, and stays.
    if not same and row["cause"] != "reversed" and decision == "approved":
        return {"state": "superseded"}
    if decision == "rejected":
        return {"state": "rejected"}
    posting = ledger.pay_back([(s["fund"], s["amount_fen"]) for s in json.loads(row["shares"])], row["pays_to"])
    about = {"coverage_year": row["coverage_year"], "enrollment_id": row["enrollment_id"]}
    return {"state": "approved", "posting_id": books.post(row["region"], posting, **about)}


def _basis(row: Any) -> dict[str, Any]:
    names = ("import_id", "identity", "changed_on", "old_clause", "new_clause", "rule_clause")
    return {name: row[name] for name in names} | {"shares": json.loads(row["shares"])}


def take_back_paid(books: Books, enrollment: Any) -> None:
    """The tax bureau has paid a contribution back: what was paid out beside it is proposed to be had back, and what is
    still open falls."""
    region, id = enrollment["region"], enrollment["id"]
    about = register.of_enrollments(books.connection, region, [id]).get(id, [])
    mine = [p for p in about if p["covering_posting"] == enrollment["covering_posting"]]
    gone = [{"region": region, "id": p["id"], "at": books.now} for p in mine if p["state"] == "open"]
    paid = [p for p in mine if p["state"] == "approved" and p["amount_fen"]]
    made = [_had_back(enrollment, p, books.now) for p in paid]
    register.propose(books.connection, made, gone)
    for proposal in made:
        said = {"proposal_id": proposal["id"], "kind": "not_stated", "amount_fen": proposal["amount_fen"]}
        books.audit(region, COLLECTOR, "proposed", id, **said)


def _had_back(enrollment: Row, paid: Row, now: int) -> dict[str, Any]:
    shares = [{"fund": s["fund"], "amount_fen": -s["amount_fen"]} for s in json.loads(paid["shares"])]
    copied = ("covering_posting", "identity", "changed_on", "import_id", "imported_by", "old_clause", "old_text")
    row = {name: paid[name] for name in (*copied, "new_clause", "new_text")}
    row |= {"region": enrollment["region"], "id": new_id(enrollment["region"]), "enrollment_id": enrollment["id"]}
    row |= {"coverage_year": enrollment["coverage_year"], "kind": "not_stated", "cause": "reversed"}
    row |= {"amount_fen": -paid["amount_fen"], "shares": json.dumps(shares), "pays_to": None, "due_month": None}
    row |= {"rule_clause": "公告未载明", "proposed_by": COLLECTOR, "state": "open", "decided_by": None, "remark": None}
    return row | {"posting_id": None, "proposed_at": now, "decided_at": None}


def list_proposals(office: Office, wanted: Mapping[str, str | None], after: str | None, limit: int) -> dict[str, Any]:
    with office.database.reading() as connection:
        rows = register.page(connection, wanted, after, limit + 1)
    items = [proposal_shown(row) for row in rows[:limit]]
    return {"proposals": items, "next_cursor": items[-1]["id"] if len(rows) > limit else None}


def proposal_shown(row: Any) -> dict[str, Any]:
    """How a proposal is shown: what, why, by which clauses, and who decided."""
    plain = ("id", "region", "enrollment_id", "coverage_year", "kind", "cause", "identity", "changed_on", "amount_fen")
    shown = {name: row[name] for name in (*plain, "pays_to", "due_month", "rule_clause")}
    shown |= {"shares": json.loads(row["shares"]), "identity_name": identity_text(row["identity"], None)}
    shown |= {"old": {"clause": row["old_clause"], "text": row["old_text"]}}
    shown |= {"new": {"clause": row["new_clause"], "text": row["new_text"]}}
    shown |= {name: row[name] for name in ("import_id", "imported_by", "proposed_by", "state", "decided_by", "remark")}
    decided = row["decided_at"]
    return shown | {"proposed_at": moment(row["proposed_at"]), "decided_at": moment(decided) if decided else None}
