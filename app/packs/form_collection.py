"""What a village is paid for collecting: a fee a person, rewards by the day it reaches its task, when it is docked."""

from typing import Annotated

from pydantic import Field, model_validator

from app.contract.words import IdentityCode
from app.packs.form_base import Cited, Form
from app.packs.scalars import Day, Percent, Yuan

_PerPerson = Annotated[Yuan, Field(validation_alias="yuan_per_person", serialization_alias="fen_per_person")]


class FeeForm(Cited):
    """So much for each person who is enrolled (征收手续费)."""

    per_person: _PerPerson


class RewardStepForm(Cited):
    """So much for each person where the village has reached so many per cent of its task by this day (奖励)."""

    by: Day
    reached_percent: Percent
    per_person: _PerPerson


class DockedForm(Cited):
    """The fee is docked below so many per cent, of everybody or of the people with one of these identities."""

    below_percent: Percent
    identities: Annotated[list[IdentityCode], Field(default_factory=list)]


class CollectionForm(Form):
    """Fee and rewards of a village; what a notice is silent about is left out."""

    fee: FeeForm | None = None
    rewards: Annotated[list[RewardStepForm], Field(default_factory=list)]
    docked: Annotated[list[DockedForm], Field(default_factory=list)]

    @model_validator(mode="after")
    def _says_something(self) -> "CollectionForm":
        if self.fee is None and not self.rewards:
            raise ValueError("collection names a fee or rewards")
        return self
