"""The worked examples beside a pack: who pays when, and what the answer must say. `canbao packs check` runs them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.contract.person import PersonForm
from app.contract.words import Day
from app.packs.marks import unconfirmed
from app.packs.mistakes import PackRefused
from app.packs.read_pack import line_of, read_tree
from app.packs.refusals import sentence
from app.rules.compiling import Compiled
from app.rules.person import contradictions
from app.rules.quoting import quote


@dataclass(frozen=True, slots=True)
class Case:
    """`expect` holds the keys to compare, as strings like everything a pack says."""

    name: str
    line: int
    pay_date: date
    person: PersonForm
    expect: dict[str, Any]
    as_of: date | None = None


_COMPARED = (
    "outcome", "reason", "personal_fen", "surcharge_fen", "subsidy_fen", "payable_fen", "waiting_days",
    "benefits_start", "benefits_end", "valid_through", "route", "subsidies", "incentives", "notes", "missing",
    "refund_fen", "refunds", "net_cost_fen", "waiting_months", "add_ons", "benefits_tier", "order_years",
    "without_notes",
)  # fmt: skip


class CaseForm(BaseModel):
    """A case as written; what stands in `expect` is compared, the rest of the answer is not."""

    model_config = ConfigDict(extra="forbid")

    name: str
    pay_date: Day
    as_of: Day | None = None
    person: PersonForm
    expect: dict[Literal[_COMPARED], Any] = Field(min_length=1)  # type: ignore[valid-type]


def read_cases(path: Path) -> list[Case]:
    """The cases of a file; raises PackRefused with the line of a case that is not written right."""
    raw = path.read_bytes()
    tree, lines = read_tree(path.name, raw, nulls=True)
    if not isinstance(tree, list):
        raise PackRefused(path.name, [(1, "cases are a list")])
    found, mistakes = [], unconfirmed(raw)
    for i, raw in enumerate(tree):
        try:
            case = CaseForm.model_validate(raw, strict=False)
            found.append(Case(case.name, lines[(i,)], case.pay_date, case.person, case.expect, case.as_of))
        except ValidationError as error:
            for e in error.errors(include_url=False):
                mistakes.append((line_of(lines, (i, *e["loc"])), sentence(e, "a case")))
    if mistakes:
        raise PackRefused(path.name, sorted(mistakes))
    return found


def run_case(compiled: Compiled, case: Case) -> list[str]:
    """What the answer says differently, one sentence a field; empty where the case holds."""
    person = case.person.person()
    clashes = contradictions(person, compiled.policy.coverage_year, compiled.known)
    if clashes:
        return [f"the facts contradict each other: {clashes}"]
    answer = quote(compiled, person, case.pay_date).answer()
    return list(_differences(case.expect, answer))


def _differences(expect: dict[str, Any], answer: dict[str, Any]) -> Iterator[str]:
    for key, wanted in expect.items():
        got = _comparable("notes" if key == "without_notes" else key, answer)
        if key == "notes":
            if not set(wanted) <= set(got):
                yield f"notes: wanted {wanted}, got {got}"
        elif key == "without_notes":
            if set(wanted) & set(got):
                yield f"notes: wanted none of {wanted}, got {got}"
        elif key == "missing":
            if sorted(wanted) != sorted(got):
                yield f"{key}: wanted {wanted}, got {got}"
        elif wanted != got:
            yield f"{key}: wanted {wanted}, got {got}"


def _comparable(key: str, answer: dict[str, Any]) -> Any:
    """A field of the answer as the cases write it: strings, sums by fund or code."""
    value = answer[key]
    if key in ("subsidies", "incentives", "refunds", "add_ons"):
        sums: dict[str, int] = {}
        for item in value:
            name = item["fund" if key in ("subsidies", "refunds") else "code"]
            sums[name] = sums.get(name, 0) + item["amount_fen"]
        return {name: str(fen) for name, fen in sums.items()}
    if key == "order_years":
        return {str(item["coverage_year"] or item["kind"]): str(item["amount_fen"]) for item in value}
    if key == "notes":
        return [note["code"] for note in value]
    return str(value) if isinstance(value, int) else value
