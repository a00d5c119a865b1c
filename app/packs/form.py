"""The pack language: what a YAML pack may say, key by key. Closed: an unknown key or word does not load.

Every value that a notice decides carries `cite`: a clause of the notice (`cite: 四(四)1`), of another document
(`cite: {document: nhsa_2023_24}`), or the product's own convention (`cite: {convention: one_subsidy}`).
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from app.packs.scalars import Count, Day, DayOrEdge, Name, NotStated, Percent, Sentence, Span, YesNo, Yuan
from app.rules.vocabulary import CIRCUMSTANCES, CLASSES, FUNDS, IDENTITIES, REASON_NAMES


def _word(known: Iterable[str]) -> Any:
    """A word of the closed vocabulary: a Literal for the reader and for the JSON Schema, a string for the types."""
    return Literal[tuple(known)]


if TYPE_CHECKING:
    IdentityCode = str
    CircumstanceCode = str
    ClassName = str
    Fund = str
    Reason = str
else:
    IdentityCode, CircumstanceCode = _word(IDENTITIES), _word(CIRCUMSTANCES)
    ClassName = _word(name for names in CLASSES.values() for name in names)
    Fund, Reason = _word(FUNDS), _word(REASON_NAMES)


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


class CiteForm(Form):
    """Where a value comes from; exactly one of clause, document (with or without its clause) and convention."""

    clause: Sentence | None = None
    document: Name | None = None
    convention: Sentence | None = None

    @model_validator(mode="after")
    def _says_one(self) -> "CiteForm":
        if (self.convention is None) == (self.clause is None and self.document is None):
            raise ValueError("cite names a clause, a document or a convention")
        return self


def _short_cite(value: Any) -> Any:
    return {"clause": value} if isinstance(value, str) else value


CiteRef = Annotated[CiteForm, BeforeValidator(_short_cite)]


class Cited(Form):
    cite: CiteRef


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


class StandardForm(Cited):
    yuan: Yuan


class StandardsForm(Form):
    """The year's amounts per person: the personal contribution and, where a notice uses it, the fiscal subsidy."""

    personal: StandardForm
    fiscal: StandardForm | None = None


class CoverageForm(Cited):
    """The days that benefits of the coverage year run from and to."""

    starts: Day
    ends: Day


class WindowForm(Cited):
    opens: Day | NotStated
    closes: Day


class PaidTest(Form):
    """When the payment is made: inside a window, or after it (`from`/`to` are days, both included)."""

    in_: Name | None = Field(None, alias="in")
    after: Name | None = None
    from_: Day | None = Field(None, alias="from")
    to: Day | None = None


class DayTest(Form):
    """Where an event's day lies. `within`/`beyond` count to the day of payment, the event's day being day 0."""

    within: Span | None = None
    beyond: Span | None = None
    in_: Literal["coverage_year", "year_before"] | None = Field(None, alias="in")
    from_: DayOrEdge | None = Field(None, alias="from")
    to: DayOrEdge | None = None
    after: DayOrEdge | None = None


class RecognizedTest(Form):
    """On which days an identity was recognized; without `since` it was before the window opened."""

    from_: DayOrEdge | None = Field(None, alias="from")
    to: DayOrEdge | None = None
    after: DayOrEdge | None = None


class IdentityTest(Form):
    """One of these identities (or groups of the pack) is held."""

    any_of: list[Name]
    recognized: RecognizedTest | None = None


class CircumstanceTest(Form):
    any_of: list[CircumstanceCode]
    on: DayTest | None = None


class MonthsTest(Form):
    at_least: Count | None = None
    below: Count | None = None


class EmployeeTest(Form):
    """Employee insurance that has ended; `ended` says when."""

    ended: DayTest | None = None
    months_paid_this_year: MonthsTest | None = None
    months_paid_last_year: MonthsTest | None = None
    gap_this_year: YesNo | None = None
    lapsed_last_year: YesNo | None = None


class Test(Form):
    """A condition: all keys together must hold; `any`, `all` and `not` combine further conditions."""

    paid: PaidTest | None = None
    born: DayTest | None = None
    identity: IdentityTest | None = None
    circumstance: CircumstanceTest | None = None
    employee_insurance: EmployeeTest | None = None
    insured_last_year: YesNo | None = None
    parent_insured_in_province: YesNo | None = None
    zero_claims_last_year: YesNo | None = None
    any: list["Test"] | None = None
    all: list["Test"] | None = None
    not_: "Test | None" = Field(None, alias="not")

    @model_validator(mode="after")
    def _tests_something(self) -> "Test":
        if not self.model_fields_set:
            raise ValueError("an empty condition would always hold; leave the key out instead")
        return self


class WaitForm(Cited):
    """So many days from payment, the day of payment being the first."""

    days: Count
    when: Test | None = None


class BenefitsForm(Cited):
    """The first day with benefits. Exactly one of the keys; `month_after` moves it to the next month's first day."""

    from_: Literal["coverage_year", "payment", "birth", "employment_end", "not_stated"] | None = Field(
        None, alias="from"
    )
    day: Day | None = None
    circumstance: CircumstanceCode | None = None
    recognition: IdentityTest | None = None
    month_after: Literal["payment", "birth", "employment_end"] | None = None
    month_after_recognition: IdentityTest | None = None

    @model_validator(mode="after")
    def _says_one(self) -> "BenefitsForm":
        if len(self.model_fields_set - {"cite"}) != 1:
            raise ValueError("benefits start from exactly one thing")
        return self


class ChargeForm(Cited):
    """What is charged: the personal contribution, that plus the fiscal subsidy, or nothing (waived).

    `total` is what the notice says the sum is; the loader checks it.
    """

    kind: Literal["personal", "full_standard", "waived"]
    total: Annotated[Yuan | None, Field(alias="total_yuan")] = None


class RouteSubsidyForm(Cited):
    """Whether a subsidy is taken off at payment on this way in."""

    is_: Literal["applies", "none", "not_settled"] = Field(alias="is")


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


class SelectorForm(Form):
    """An identity, whole or in some of its classes."""

    code: IdentityCode
    classes: list[ClassName] | None = None


def _short_selector(value: Any) -> Any:
    return {"code": value} if isinstance(value, str) else value


class ShareForm(Form):
    fund: Fund
    yuan: Yuan


class SubsidyForm(Cited):
    """What is taken off for an identity: `all` of the personal contribution, yuan, per cent, or shares of funds.

    Where yuan stands beside percent or all, the loader checks that they agree.
    """

    id: Name
    identities: list[Annotated[SelectorForm, BeforeValidator(_short_selector)]]
    all_: YesNo | None = Field(None, alias="all")
    yuan: Yuan | None = None
    percent: Percent | None = None
    fund: Fund | None = None
    shares: list[ShareForm] | None = None
    recognized: RecognizedTest | None = None
    when: Test | None = None


class IncentiveForm(Cited):
    code: Name
    title: Sentence
    yuan: Yuan
    when: Test


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


class PackForm(Form):
    """One notice: a region and a coverage year."""

    pack: Literal["1"] = Field(description="version of the pack language")
    region: Annotated[str, Field(pattern=r"^([0-9]{2,12}|[a-z][a-z0-9-]{1,60})$")]
    region_name: Sentence
    coverage_year: Annotated[Count, Field(ge=2003, le=2100)]
    version: Sentence
    notice: NoticeForm
    documents: dict[Name, DocumentForm] = {}
    coverage: CoverageForm
    standards: StandardsForm
    windows: Annotated[dict[Name, WindowForm], Field(min_length=1)]
    groups: dict[Name, list[IdentityCode]] = {}
    eligibility: EligibilityForm
    routes: Annotated[list[RouteForm], Field(min_length=1)]
    subsidies: list[SubsidyForm] = []
    one_subsidy: RefusalForm
    incentives: list[IncentiveForm] = []
    notes: list[NoteForm] = []
