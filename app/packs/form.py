"""The pack language: what a YAML pack may say, key by key. Closed: an unknown key or word does not load.

Every value that a notice decides carries `cite`: a clause of the notice (`cite: 四(四)1`), of another document
(`cite: {document: nhsa_2023_24}`), or the product's own convention (`cite: {convention: one_subsidy}`).
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from app.contract.words import CircumstanceCode, IdentityCode, Reason
from app.packs.form_base import Cited, Form, OneOrSeveral, one_or_several
from app.packs.form_collection import CollectionForm
from app.packs.form_prices import (
    AddOnForm,
    CapForm,
    ChargeForm,
    IncentiveForm,
    Remedies,
    RewardForm,
    RouteSubsidyForm,
    StandardsForm,
    SubsidyForm,
)
from app.packs.form_tests import IdentityTest, Test
from app.packs.scalars import (
    Closing,
    Count,
    CoverageYear,
    Day,
    DayOfMonth,
    Name,
    NotStated,
    Opening,
    Reference,
    Sentence,
    YesNo,
    whole,
)

# What a proof of a pack can find (app/proof); a pack may accept it with the clause that says so.
FINDINGS = (
    "two_answers", "other_fund", "overlapping_rates", "no_answer", "never_applies", "never_decides", "beyond_charge",
    "jump", "gap", "silence",
)  # fmt: skip
REGION = r"^([0-9]{2,12}|[a-z][a-z0-9-]{1,60})$"


class NoticeForm(Form):
    """The notice itself: as it names itself, or `not_stated`."""

    title: Sentence
    issuer: Sentence | NotStated
    number: Sentence | NotStated
    issued_on: Day | NotStated
    carries_out: list[Sentence] = []


class DocumentForm(Form):
    """Another document that values are cited to."""

    title: Sentence
    number: Sentence | None = None


class CoverageForm(Cited):
    """The days that benefits of the coverage year run from and to."""

    starts: Day
    ends: Day


class WindowForm(Cited):
    """First and last day of payment. `opens` may be a month (2024-09) where the notice names no day; what is
    `not_stated` is open to the side, and answers say so."""

    opens: Opening
    closes: Closing


class MonthlyForm(Form):
    """Days of every month, both included; `to` may be month_end."""

    from_: DayOfMonth = Field(alias="from")
    to: DayOfMonth | Literal["month_end"]


class NoPaymentForm(Cited):
    """Days on which no payment is taken although the window is open: in the windows named, else in all of them.
    `monthly` is one stretch of every month, or a list of them."""

    monthly: Annotated[list[MonthlyForm], Field(min_length=1), BeforeValidator(one_or_several), OneOrSeveral()]
    in_: Annotated[list[Name], Field(min_length=1)] | None = Field(None, alias="in")


class LocalIdentityForm(Cited):
    """An identity that only this notice knows, asked for as `local:NAME`; where `when` holds somebody has it anyway."""

    title: Sentence
    when: Test | None = None


class FloorForm(Form):
    """After so many missed years the wait is at least so many months (or days), whatever was paid for."""

    missed_years: Count
    months: Count | None = None
    days: Count | None = None


class MissedForm(Form):
    """The wait grows by `months` (`days`, if it is one of days) for each missed year `beyond` so many (1: the first is
    in the fixed wait, 0: each).

    `repair: yes`: a missed year that is paid for does not count.
    """

    months: Annotated[Count, Field(ge=1, le=12), whole(1, 12)] | None = None
    days: Annotated[Count, Field(ge=1, le=366), whole(1, 366)] | None = None
    beyond: Annotated[Count, Field(le=9), whole(0, 9)]
    repair: YesNo
    floor: FloorForm | None = None
    at_most_months: Count | None = None
    at_most_days: Count | None = None

    def lengths(self, unit: str) -> tuple[int | None, int | None, int | None]:
        """So much for each year, at most so much, and after many years at least so much."""
        return getattr(self, unit), getattr(self, f"at_most_{unit}"), getattr(self.floor, unit, None)

    def counts_in(self, unit: str) -> bool:
        """Whether everything that is said is said in this unit."""
        other = "days" if unit == "months" else "months"
        floored = self.floor is None or self.lengths(unit)[2] is not None
        return self.lengths(unit)[0] is not None and floored and self.lengths(other) == (None, None, None)


class WaitForm(Cited):
    """A time without benefits, in days or calendar months.

    `counts_from` is its first day (payment where it is left out). `last_day: benefits` where benefits begin on its last
    day instead of the day after it.
    """

    days: Count | None = None
    months: Count | None = None
    counts_from: Literal["payment", "day_after_payment", "month_after_payment", "benefit_start"] = "payment"
    last_day: Literal["waits", "benefits"] = "waits"
    per_missed_year: MissedForm | None = None
    when: Test | None = None

    @model_validator(mode="after")
    def _says_one(self) -> "WaitForm":
        if (self.days is None) == (self.months is None):
            raise ValueError("a wait is so many days or so many months")
        missed, unit = self.per_missed_year, "days" if self.months is None else "months"
        if missed is not None and not missed.counts_in(unit):
            raise ValueError("a wait in months grows by months, one in days by days")
        return self


class BenefitsForm(Cited):
    """The first day with benefits. Exactly one of the keys; `month_after…` moves it to the next month's first day,
    `day_after…` to the next day. `end_of_wait`: the end of the way in's wait, or payment for those who have none."""

    from_: Literal["coverage_year", "payment", "birth", "employment_end", "end_of_wait", "not_stated"] | None = Field(
        None, alias="from"
    )
    day_after: Literal["payment", "birth", "employment_end"] | None = None
    day: Day | None = None
    circumstance: CircumstanceCode | None = None
    day_after_circumstance: CircumstanceCode | None = None
    month_after_circumstance: CircumstanceCode | None = None
    recognition: IdentityTest | None = None
    month_after: Literal["payment", "birth", "employment_end"] | None = None
    month_after_recognition: IdentityTest | None = None

    @model_validator(mode="after")
    def _says_one(self) -> "BenefitsForm":
        if len(self.model_fields_set - {"cite"}) != 1:
            raise ValueError("benefits start from exactly one thing")
        return self


class RouteForm(Cited):
    """A way in. Of those open to a person the most favorable is taken (docs/conventions.md).

    A way in whose benefits or subsidy differ for some people is written as several, sharing `route`, the name that
    answers show; it is the id where it is left out.
    """

    id: Name
    route: Name | None = None
    title: Sentence
    when: Test
    charge: ChargeForm
    subsidy: RouteSubsidyForm
    benefits: BenefitsForm
    wait: list[WaitForm] = []


class ShownForm(Form):
    """The answers a note belongs to; without any it belongs to all."""

    routes: list[Name] = []
    subsidies: list[Name] = []
    reasons: list[Reason] = []


class NoteForm(Cited):
    """A reading, a silence or a further rule, shown with the answers it belongs to.

    `cite: not_stated` is for a silence that no clause is near to.
    """

    code: Name
    kind: Literal["reading", "silence", "rule"]
    text: Sentence
    shown: ShownForm = ShownForm()
    when: Test | None = None


class RefusalForm(Cited):
    """The clause behind a refusal."""


class UnbornForm(Cited):
    """`unless`: the expected children that may be enrolled before birth."""

    unless: Test | None = None


class EligibilityForm(Form):
    employee_insured: RefusalForm
    insured_elsewhere: RefusalForm
    not_yet_born: UnbornForm


class ExtendsForm(Form):
    """The pack that this one is laid over: a province's or prefecture's, of the same year if none is named."""

    region: Annotated[str, Field(pattern=REGION)]
    coverage_year: Count | None = None


class LeftOutForm(Cited):
    """Something of the pack above that the county does not have: in which of its lists, under which id or code."""

    of: Literal["routes", "subsidies", "rates", "incentives", "rewards", "add_ons", "notes"]
    name: Name


class AmendmentForm(Form):
    """What a later document changed, from the day it was made known; `changes` is written like the pack itself."""

    known_from: Day
    document: DocumentForm
    changes: dict[str, Any]


class AcceptForm(Cited):
    """What `packs check` found and the notice really says: the finding, and what it is about."""

    finding: Literal[FINDINGS]  # type: ignore[valid-type]
    of: list[Reference]


class PackForm(Form):
    """One notice: a region and a coverage year."""

    pack: Literal["1"]
    region: Annotated[str, Field(pattern=REGION)]
    extends: ExtendsForm | None = None
    leaves_out: list[LeftOutForm] = []
    amendments: list[AmendmentForm] = []
    region_name: Sentence
    coverage_year: CoverageYear
    version: Sentence
    notice: NoticeForm
    documents: dict[Name, DocumentForm] = {}
    coverage: CoverageForm
    standards: StandardsForm
    windows: Annotated[dict[Name, WindowForm], Field(min_length=1)]
    no_payment: NoPaymentForm | None = None
    local_identities: dict[Name, LocalIdentityForm] = {}
    groups: dict[Name, list[IdentityCode]] = {}
    eligibility: EligibilityForm
    routes: Annotated[list[RouteForm], Field(min_length=1)]
    subsidies: list[SubsidyForm] = []
    subsidies_not_known: RefusalForm | None = None
    one_subsidy: RefusalForm
    recognized_after_payment: Remedies = []
    changed_after_subsidy: Remedies = []
    incentives: list[IncentiveForm] = []
    rewards: list[RewardForm] = []
    rewards_cap: CapForm | None = None
    add_ons: list[AddOnForm] = []
    collection: CollectionForm | None = None
    notes: list[NoteForm] = []
    accepts: list[AcceptForm] = []
