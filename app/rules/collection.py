"""What a notice pays villages for collecting contributions: for reports, no quote reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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

    def best_step(self, village: "Village") -> RewardStep | None:
        """The best reward that the village has reached, by the days on which people paid; none without a task."""
        reached = (step for step in self.rewards if village.has_reached(step))
        return max(reached, key=lambda step: step.fen, default=None)

    def docked_for(self, village: "Village") -> tuple[Docked, ...]:
        """What the fee is docked for."""
        return tuple(docked for docked in self.docked if village.is_docked(docked))


@dataclass(frozen=True, slots=True)
class Village:
    """What a village has done. `task`: people, None where nobody gave one; `covered`: people who have paid or need not;
    `paid`: people by day (ordinal) of payment; `listed`: registered and covered people with one of some identities."""

    task: int | None
    covered: int
    paid: Mapping[int, int]
    listed: Mapping[tuple[str, ...], tuple[int, int]] = field(default_factory=dict)

    def has_reached(self, step: RewardStep) -> bool:
        by_then = sum(people for day, people in self.paid.items() if day <= step.by)
        task = self.task or 0
        return task > 0 and 100 * by_then >= step.percent * task

    def is_docked(self, docked: Docked) -> bool:
        """Of everybody against the task; of people with an identity against those of them who are registered."""
        if docked.identities:
            registered, covered = self.listed[docked.identities]
            return 100 * covered < docked.below_percent * registered
        return self.task is not None and 100 * self.covered < docked.below_percent * self.task
