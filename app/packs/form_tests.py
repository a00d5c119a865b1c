"""Conditions of the pack language: what a rule may ask of a person and of the day of payment."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from app.contract.words import CircumstanceCode, School
from app.packs.form_base import Form
from app.packs.scalars import Count, Day, DayOrEdge, DayOrPayment, Name, Reference, Span, Tier, YesNo


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


class NewlyRecognizedTest(RecognizedTest):
    """`within`: paid within so long of the latest recognition, its day being day 0. An age that counts as an identity
    is no recognition."""

    within: Span | None = None


class IdentityTest(Form):
    """One of these identities (or groups of the pack) is held."""

    any_of: Annotated[list[Reference], Field(min_length=1)]
    recognized: NewlyRecognizedTest | None = None


class CircumstanceTest(Form):
    any_of: Annotated[list[CircumstanceCode], Field(min_length=1)]
    on: DayTest | None = None


class MonthsTest(Form):
    """A number of months or years; without a bound it would always hold."""

    at_least: Count | None = None
    below: Count | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "MonthsTest":
        if not self.model_fields_set:
            raise ValueError("says nothing about the number; name at_least or below")
        return self


class AgeTest(Form):
    """Full years of age on a day, or on the day of payment; `at_least: 18` from the eighteenth birthday on."""

    on: DayOrPayment
    at_least: Count | None = None
    below: Count | None = None


class SchoolTest(Form):
    any_of: Annotated[list[School], Field(min_length=1)]


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
    age: AgeTest | None = None
    school: SchoolTest | None = None
    tier: Tier | None = None
    missed_years: MonthsTest | None = None
    repaid_years: MonthsTest | None = None
    continuous_years: MonthsTest | None = None
    zero_claim_years: MonthsTest | None = None
    any: Annotated[list["Test"], Field(min_length=1)] | None = None
    all: Annotated[list["Test"], Field(min_length=1)] | None = None
    not_: "Test | None" = Field(None, alias="not")

    @model_validator(mode="after")
    def _tests_something(self) -> "Test":
        if not self.model_fields_set:
            raise ValueError("an empty condition would always hold; leave the key out instead")
        return self
