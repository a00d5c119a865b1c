"""One callback: the event it carries, how it travels, and how far it has come."""

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.simulator.faults import Fault, Plan
from app.simulator.money import Movement


class Progress(StrEnum):
    """`refused`: an attack that got its 401. An attack that is `delivered` was believed."""

    WAITING = "waiting"
    WITHHELD = "withheld"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"
    REFUSED = "refused"


@dataclass(eq=False)
class Callback:
    """`then` are callbacks that this one holds up: they are released, or begin their own way, when it is through."""

    movement: Movement
    fault: Fault | None = None
    plan: Plan = field(default_factory=Plan)
    then: list["Callback"] = field(default_factory=list)
    behind: bool = False  # it does not begin before another one is through
    number: int = 0  # counted by the postman
    state: Progress = Progress.WAITING
    attempts: int = 0
    last_status: int | None = None
    tampered: list[int | None] = field(default_factory=list)  # what each tampered copy was answered
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        if self.plan.leaves_after is None:
            self.state = Progress.WITHHELD

    @property
    def event_id(self) -> str:
        return self.movement.event_id

    @property
    def is_held(self) -> bool:
        """Nothing of it has been sent, and it waits for a time or a release."""
        return self.plan.leaves_after != 0 and not self.released.is_set()

    def release(self) -> None:
        self.released.set()
        if self.state is Progress.WITHHELD:
            self.state = Progress.WAITING

    def shown(self) -> dict[str, Any]:
        progress = {"state": self.state, "attempts": self.attempts, "last_status": self.last_status}
        return self.movement.event() | {"fault": self.fault} | progress | {"tampered": self.tampered}
