"""The pack language: what a YAML pack may say, key by key. Closed: an unknown key or word does not load.

Every value that a notice decides carries `cite`: a clause of the notice (`cite: 四(四)1`), of another document
(`cite: {document: nhsa_2023_24}`), or the product's own convention (`cite: {convention: one_subsidy}`).
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from app.contract.words import CircumstanceCode, ClassName, Fund, IdentityCode, Reason
from app.packs.form_tests import Form, IdentityTest, RecognizedTest, Test
from app.packs.scalars import Count, Day, Name, NotStated, Percent, Sentence, YesNo, Yuan


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
    yuan: Annotated[Yuan, Field(serialization_alias="amount_fen")]


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
    total: Annotated[Yuan | None, Field(validation_alias="total_yuan", serialization_alias="total_fen")] = None


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
    yuan: Annotated[Yuan, Field(serialization_alias="amount_fen")]


class SubsidyForm(Cited):
    """What is taken off for an identity: `all` of the personal contribution, yuan, per cent, or shares of funds.

    Where yuan stands beside percent or all, the loader checks that they agree.
    """

    id: Name
    identities: list[Annotated[SelectorForm, BeforeValidator(_short_selector)]]
    all_: YesNo | None = Field(None, alias="all")
    yuan: Annotated[Yuan | None, Field(serialization_alias="amount_fen")] = None
    percent: Percent | None = None
    fund: Fund | None = None
    shares: list[ShareForm] | None = None
    recognized: RecognizedTest | None = None
    when: Test | None = None


class IncentiveForm(Cited):
    code: Name
    title: Sentence
    yuan: Annotated[Yuan, Field(serialization_alias="amount_fen")]
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
