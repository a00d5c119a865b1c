"""What the simulator is asked for."""

from datetime import date
from typing import Annotated

from pydantic import ConfigDict, Field, field_validator, model_validator

from app.contract.callback import Moment, Reference
from app.contract.strict import Strict
from app.contract.words import Day
from app.simulator.faults import OF_REVERSALS, Fault

Share = Annotated[float, Field(ge=0, le=1)]
Fen = Annotated[int, Field(ge=1, le=10**12)]


class Movable(Strict):
    """What payments and reversals have in common. `then_honest` is for forged, stale and altered callbacks: the right
    one follows. Where it does not, the callback was an attack, and no money moved."""

    paid_at: Moment | None = None
    fault: Fault | None = None
    then_honest: bool = True

    @model_validator(mode="after")
    def _of_this_century(self) -> "Movable":
        if self.paid_at is not None and not 2000 <= self.paid_at.year < 2100:
            raise ValueError("paid_at is not of this century")
        return self


class Payment(Movable):
    """Somebody pays: what is due, unless another amount is asked for. `regardless` takes the money whatever the order's
    state, as a counter with yesterday's list would."""

    order_no: Reference
    amount_fen: Fen | None = None
    channel: Reference = "simulator"
    regardless: bool = False


class Reversal(Movable):
    """A payment goes back: the named one, or the order's last."""

    event_id: Reference | None = None
    order_no: Reference | None = None

    @model_validator(mode="after")
    def _names_one(self) -> "Reversal":
        if (self.event_id is None) == (self.order_no is None):
            raise ValueError("either event_id or order_no")
        if self.fault is not None and self.fault not in OF_REVERSALS:
            raise ValueError(f"a reversal has no {self.fault}")
        return self


class BusinessDay(Strict):
    """The day that it is from now on."""

    day: Day

    @field_validator("day")
    @classmethod
    def _of_this_century(cls, day: date) -> date:
        if not 2000 <= day.year < 2100:
            raise ValueError("not of this century")
        return day


class Mode(Strict):
    """Probabilities by fault, at most 1 in all; what is not named does not happen."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"duplicate": 0.1, "forged": 0.05}]})

    duplicate: Share = 0
    reorder: Share = 0
    delay: Share = 0
    wrong_amount: Share = 0
    second_payment: Share = 0
    forged: Share = 0
    stale: Share = 0
    altered: Share = 0
    late_reversal: Share = 0
    missing: Share = 0
    unknown_order: Share = 0
    then_honest: bool = True

    @model_validator(mode="after")
    def _adds_up(self) -> "Mode":
        if sum(self.probabilities().values()) > 1 + 1e-9:
            raise ValueError("the probabilities add up to more than 1")
        return self

    def probabilities(self) -> dict[Fault, float]:
        said = {fault: float(getattr(self, fault)) for fault in Fault}
        return {fault: share for fault, share in said.items() if share}
