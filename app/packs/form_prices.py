"""Money in the pack language: standards and rates, what a way in charges, subsidies, incentives, add-ons."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from app.contract.words import ClassName, Fund, IdentityCode
from app.packs.form_base import Cited, Form, OneOrSeveral, one_or_several
from app.packs.form_tests import NewlyRecognizedTest, RecognizedTest, Test
from app.packs.scalars import (
    Amount,
    Count,
    CoverageYear,
    Name,
    Percent,
    PercentOrLeast,
    Sentence,
    Tier,
    YesNo,
    Yuan,
    whole,
)

Rounding = Literal[
    "nearest_fen", "down_to_fen", "up_to_fen",
    "nearest_jiao", "down_to_jiao", "up_to_jiao",
    "nearest_yuan", "down_to_yuan", "up_to_yuan",
]  # fmt: skip


class StandardForm(Cited):
    """An amount per person; `not_known`, or `{at_least: 400}`, where the notice does not say how much it is."""

    yuan: Annotated[Amount, Field(serialization_alias="amount_fen")]


class RateForm(StandardForm):
    """One of several contributions: of the rates, the first whose `when` holds. `chosen_tier`: for those who chose it.

    `benefits_tier`: the tier whose benefits are had for it.
    """

    id: Name
    title: Sentence
    when: Test | None = None
    chosen_tier: Tier | None = None
    benefits_tier: Tier | None = None


class StandardsForm(Form):
    """The year's amounts per person: the contribution, one for all (`personal`) or several (`rates`), and, where a
    notice uses it, the fiscal subsidy."""

    personal: StandardForm | None = None
    rates: Annotated[list[RateForm], Field(min_length=1)] | None = None
    fiscal: StandardForm | None = None

    @model_validator(mode="after")
    def _says_one(self) -> "StandardsForm":
        if (self.personal is None) == (self.rates is None):
            raise ValueError("the contribution is given either as personal or as rates")
        return self


class RepairForm(Cited):
    """What paying for a missed year costs: an amount, or the contribution where `yuan` is left out."""

    yuan: Annotated[Yuan | None, Field(serialization_alias="amount_fen")] = None


class FurtherYearForm(Cited):
    """Another coverage year that is paid for in the same order."""

    coverage_year: CoverageYear
    yuan: Annotated[Yuan, Field(serialization_alias="amount_fen")]


class ChargeForm(Cited):
    """What is charged: the contribution, that plus the fiscal subsidy, nothing (waived), or an amount of its own
    (`stated`, with yuan or rates).

    `surcharge_yuan` is charged on top; `total_yuan` is what the notice says the sum is: the loader checks it.
    """

    kind: Literal["personal", "full_standard", "waived", "stated"]
    yuan: Annotated[Amount | None, Field(serialization_alias="amount_fen")] = None
    rates: Annotated[list[RateForm], Field(min_length=1)] | None = None
    surcharge: Annotated[Yuan | None, Field(validation_alias="surcharge_yuan", serialization_alias="surcharge_fen")] = (
        None
    )
    total: Annotated[Yuan | None, Field(validation_alias="total_yuan", serialization_alias="total_fen")] = None
    per_repaid_year: RepairForm | None = None
    further_years: Annotated[list[FurtherYearForm], Field(default_factory=list)]

    @model_validator(mode="after")
    def _says_what_it_states(self) -> "ChargeForm":
        said = (self.yuan is not None) + (self.rates is not None)
        if said != (self.kind == "stated"):
            raise ValueError("yuan or rates stand beside kind: stated, one of them, and beside no other kind")
        more = self.surcharge is not None or self.per_repaid_year is not None or self.further_years
        if more and self.kind not in ("personal", "stated"):
            raise ValueError("surcharge_yuan, per_repaid_year and further_years stand beside kind personal or stated")
        return self


class RouteSubsidyForm(Cited):
    """Whether a subsidy is taken off at payment on this way in."""

    is_: Literal["applies", "none", "not_settled"] = Field(alias="is")


class SelectorForm(Form):
    """An identity, whole or in some of its classes, and under which further condition."""

    code: IdentityCode
    classes: list[ClassName] | None = None
    when: Test | None = None


def _short_selector(value: Any) -> Any:
    return {"code": value} if isinstance(value, str) else value


class ShareForm(Form):
    """What one fund pays: yuan, per cent of the subsidy, so many parts of what these leave, or the rest of it."""

    fund: Fund
    yuan: Annotated[Yuan | None, Field(serialization_alias="amount_fen")] = None
    percent: Percent | None = None
    parts: Annotated[Count, Field(ge=1, le=100), whole(1, 100, "[1-9]|[1-9][0-9]|100")] | None = None
    rest: Literal["yes"] | None = None

    @model_validator(mode="after")
    def _says_one(self) -> "ShareForm":
        if len(self.model_fields_set - {"fund"}) != 1:
            raise ValueError("a share is yuan, percent, parts, or rest: yes")
        return self


class SubsidyForm(Cited):
    """What is taken off for an identity: `all` of the contribution, yuan, per cent, all but what the person pays
    (`person_pays`), or shares of funds.

    Where several stand there, the loader checks that they agree. `as_tier`: worked out of what the person would pay
    who had chosen this tier. `at_least_yuan` raises a percentage; `at_most` (a rate's id, or `charged`) and
    `at_most_yuan` bound the amount. `settled`: taken off at payment; no order at all; or
    paid first and refunded.
    """

    id: Name
    identities: Annotated[list[Annotated[SelectorForm, BeforeValidator(_short_selector)]], Field(min_length=1)]
    all_: YesNo | None = Field(None, alias="all")
    yuan: Annotated[Amount | None, Field(serialization_alias="amount_fen")] = None
    percent: PercentOrLeast | None = None
    person_pays: Annotated[Yuan | None, Field(serialization_alias="person_pays_fen")] = None
    rounding: Rounding | None = None
    as_tier: Tier | None = None
    at_least_yuan: Annotated[Yuan | None, Field(serialization_alias="at_least_fen")] = None
    at_most: Name | None = None
    at_most_yuan: Annotated[Yuan | None, Field(serialization_alias="at_most_fen")] = None
    settled: Literal["at_payment", "no_order", "refunded"] = "at_payment"
    fund: Fund | None = None
    shares: Annotated[list[ShareForm], Field(min_length=1)] | None = None
    recognized: NewlyRecognizedTest | None = None
    when: Test | None = None


class RemedyForm(Cited):
    """What a change of identity means for somebody who has paid already: a payment to them in the following month, or
    nothing. `on`: the days on which the identity was recognized (or ended), without it any."""

    on: RecognizedTest | None = None
    pays_back: Literal["next_month"] | None = None
    to: Literal["one_card", "payer"] | None = None
    nothing: Literal["yes"] | None = None

    @model_validator(mode="after")
    def _says_one(self) -> "RemedyForm":
        if (self.pays_back is None) == (self.nothing is None):
            raise ValueError("either pays_back or nothing: yes")
        if (self.pays_back is None) != (self.to is None):
            raise ValueError("pays_back needs to: one_card or payer; nothing has no to")
        return self


Remedies = Annotated[list[RemedyForm], BeforeValidator(one_or_several), OneOrSeveral()]


class IncentiveForm(Cited):
    """An advantage besides the price, for whoever `when` holds."""

    code: Name
    title: Sentence
    yuan: Annotated[Yuan, Field(serialization_alias="amount_fen")]
    when: Test


class RewardForm(Cited):
    """An advantage that grows by `yuan_per_year` with each year `beyond` so many."""

    code: Name
    title: Sentence
    for_each: Literal["continuous_years", "zero_claim_years"]
    beyond: Annotated[Count, Field(le=19), whole(0, 19)] = 0
    yuan_per_year: Annotated[Yuan, Field(serialization_alias="fen_per_year")]
    when: Test | None = None


class CapForm(Cited):
    """All rewards together are at most so many per cent of an amount (the ceiling before any reward)."""

    percent: Percent
    of_yuan: Annotated[Yuan, Field(serialization_alias="of_fen")]


class AddOnForm(Cited):
    """Another insurance that is collected together with the contribution (long-term care), without `when` from all."""

    code: Name
    title: Sentence
    yuan: Annotated[Yuan, Field(serialization_alias="amount_fen")]
    when: Test | None = None
