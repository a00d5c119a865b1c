"""What a notice pays villages for collecting contributions: for reports, no quote reads it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.rules.policy import Cite


@dataclass(frozen=True, slots=True)
class RewardStep:
    """So much a person for a village that has reached so many per cent of its task by this day."""

    by: int
    percent: int
    fen: int
    cite: "Cite"


@dataclass(frozen=True, slots=True)
class Docked:
    """The fee is docked below so many per cent of everybody, or of those with one of these identities."""

    below_percent: int
    identities: tuple[str, ...]
    cite: "Cite"


@dataclass(frozen=True, slots=True)
class Collection:
    """What a village is paid for collecting; no quote reads it."""

    fee_fen: int
    fee_cite: "Cite | None"
    rewards: tuple[RewardStep, ...] = ()
    docked: tuple[Docked, ...] = ()
