"""The worked examples beside a pack, as written: who pays when, what a village has done, and what must come of it.

`canbao packs check` runs them (case_runs.py).
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from app.contract.person import IdentityForm, PersonForm
from app.contract.words import Day, IdentityCode
from app.packs.marks import unconfirmed
from app.packs.mistakes import PackRefused
from app.packs.read_pack import line_of, read_tree
from app.packs.refusals import sentence

People = Annotated[int, Field(ge=0, le=10_000_000)]
REMEDY = ("remedy", "remedy_funds", "remedy_to", "remedy_month")
_COMPARED = (
    "outcome", "reason", "personal_fen", "surcharge_fen", "subsidy_fen", "payable_fen", "waiting_days",
    "benefits_start", "benefits_end", "valid_through", "route", "subsidies", "incentives", "notes", "missing",
    "refund_fen", "refunds", "net_cost_fen", "waiting_months", "add_ons", "benefits_tier", "order_years",
    "without_notes", *REMEDY,
)  # fmt: skip


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ThenForm(_Form):
    """After payment: the day on which the lists changed, and the identities that the person has from then on."""

    on: Day
    identities: Annotated[list[IdentityForm], Field(default_factory=list)]


class CaseForm(_Form):
    """A person and a day of payment; what stands in `expect` is compared, the rest of the answer is not."""

    name: str
    pay_date: Day
    as_of: Day | None = None
    person: PersonForm
    then: ThenForm | None = None
    expect: dict[Literal[_COMPARED], Any] = Field(min_length=1)  # type: ignore[valid-type]

    @model_validator(mode="after")
    def _remedy_of_a_change(self) -> "CaseForm":
        if (self.then is None) != self.expect.keys().isdisjoint(REMEDY):
            raise ValueError("then goes with remedy, remedy_funds, remedy_to or remedy_month under expect")
        return self


class ListedForm(_Form):
    """People of a village with an identity: those registered, and those of them who are covered."""

    registered: People
    covered: People


class VillageForm(_Form):
    """What a village has done. `paid`: people by day of payment; `covered`: with those who need not pay, without it all
    who paid; `listed`: people by the identity that a clause names."""

    task: People | None = None
    paid: dict[Day, People]
    covered: People | None = None
    listed: Annotated[dict[IdentityCode, ListedForm], Field(default_factory=dict)]


class VillageExpectForm(_Form):
    """What the village is paid, in fen, and the clauses by which the fee is docked."""

    fee_fen: People | None = None
    reward_fen: People | None = None
    docked: list[str] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "VillageExpectForm":
        if not self.model_fields_set:
            raise ValueError("expect says fee_fen, reward_fen or docked")
        return self


class VillageCaseForm(_Form):
    """What a village is paid for collecting (`collection` of the pack)."""

    name: str
    as_of: Day | None = None
    village: VillageForm
    expect: VillageExpectForm


@dataclass(frozen=True, slots=True)
class Case:
    """A case and the line on which it begins; `form.expect` holds strings, like everything that is written."""

    form: CaseForm | VillageCaseForm
    line: int

    @property
    def name(self) -> str:
        return self.form.name

    @property
    def as_of(self) -> date | None:
        return self.form.as_of


def read_cases(path: Path) -> list[Case]:
    """The cases of a file; raises PackRefused with the line of a case that is not written right."""
    raw = path.read_bytes()
    tree, lines = read_tree(path.name, raw, nulls=True)
    if not isinstance(tree, list):
        raise PackRefused(path.name, [(1, "cases are a list")])
    found, mistakes = [], unconfirmed(raw)
    for i, written in enumerate(tree):
        kind = VillageCaseForm if isinstance(written, dict) and "village" in written else CaseForm
        try:
            found.append(Case(kind.model_validate(written, strict=False), lines[(i,)]))
        except ValidationError as error:
            for e in error.errors(include_url=False):
                mistakes.append((line_of(lines, (i, *e["loc"])), sentence(e, "a case")))
    if mistakes:
        raise PackRefused(path.name, sorted(mistakes))
    return found
