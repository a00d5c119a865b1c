"""What happens to one enrollment, and what the contract says must have come of it after each event."""

import json
import random
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.state.made_up import payment, registration, reversal

PERSONAL, SUBSIDY = 38000, 19000  # of 衡东: the contribution, and what somebody in 低保 is spared


@dataclass(frozen=True)
class Step:
    """An event, and what must hold once it is stored. `which` tells payments of one order apart; a reversal names the
    payment that it takes back. `waiting` are the reasons of what is in suspense then."""

    deed: Literal["pay", "reverse"]
    which: int
    state: str
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plot:
    """A kind of story. `amount` is what each of its payments brings, `subsidized` whether the person is in 低保."""

    steps: tuple[Step, ...]
    amount: int = PERSONAL
    subsidized: bool = False
    registered: bool = True


AWAITING, COVERED, REVERSED = "awaiting_payment", "covered", "reversed"
_PAID_TWICE = (
    Step("pay", 0, COVERED),
    Step("reverse", 0, REVERSED),
    Step("pay", 1, COVERED),
    Step("pay", 2, COVERED, ("second_payment",)),
)
_REVERSED_EARLY = (
    Step("reverse", 0, AWAITING, ("reversal_without_payment",)),
    Step("pay", 0, AWAITING),
    Step("pay", 1, COVERED),
)
_REPLACED = (
    Step("pay", 0, COVERED),
    Step("pay", 1, COVERED, ("second_payment",)),
    Step("reverse", 0, COVERED),
)
_WRONG_AMOUNT = (Step("pay", 0, AWAITING, ("amount_mismatch",)), Step("reverse", 0, AWAITING))
PLOTS = (
    Plot(_PAID_TWICE),
    Plot(_PAID_TWICE, SUBSIDY, subsidized=True),
    Plot(_REVERSED_EARLY),
    Plot(_REPLACED, SUBSIDY, subsidized=True),
    Plot(_WRONG_AMOUNT, 1),
    Plot((Step("pay", 0, "", ("unknown_order",)),), registered=False),
)


@dataclass
class Story:
    """One run of a plot. `sent` and `answered` are the events that were sent at all, and those answered with 200;
    `done` is how many steps were answered, for no step is sent before the one in front of it is."""

    plot: Plot
    padding: int = 0  # bytes added to each event, to fill a disk
    key: str = field(default_factory=lambda: str(uuid.uuid4()))
    enrollment_id: str = ""
    order_no: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
    registration: bytes = b""
    registered: bytes = b""  # what the registration was answered
    asked_to_register: bool = False
    sent: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    done: int = 0

    def __post_init__(self) -> None:
        person = {"identities": [{"code": "subsistence_allowance"}]} if self.plot.subsidized else {}
        self.registration = json.dumps(registration(person=person)).encode()
        if not self.plot.registered:
            self._begin(f"unknown-{self.key}")

    def enrolled(self, body: bytes) -> None:
        """The registration was answered."""
        said = json.loads(body)
        self.registered, self.enrollment_id = body, said["id"]
        self._begin(said["order_no"])

    def _begin(self, order_no: str) -> None:
        self.order_no = order_no
        paid: dict[int, dict[str, Any]] = {}
        padding = {"remark": random.randbytes(self.padding // 2).hex()} if self.padding else {}
        for step in self.plot.steps:
            if step.which not in paid:
                paid[step.which] = payment(order_no, self.plot.amount) | padding
            original = paid[step.which]
            self.events.append(original if step.deed == "pay" else reversal(original))

    @property
    def over(self) -> bool:
        return bool(self.events) and self.done == len(self.events)

    def possible(self) -> Iterator[int]:
        """How many of its events may be stored: those answered, and perhaps the one that was sent and not answered."""
        yield self.done
        if not self.over and self.events and self.events[self.done]["event_id"] in self.sent:
            yield self.done + 1

    def state_after(self, stored: int) -> str:
        return self.plot.steps[stored - 1].state if stored else AWAITING

    def waiting_after(self, stored: int) -> list[str]:
        return sorted(self.plot.steps[stored - 1].waiting) if stored else []

    def money_after(self, stored: int) -> dict[str, int]:
        """Balances by account of what is booked for its events; debits above zero."""
        came_in = sum(-1 if reason.startswith("reversal") else 1 for reason in self.waiting_after(stored))
        money = Counter({"collector": came_in * self.plot.amount, "suspense": -came_in * self.plot.amount})
        if stored and self.state_after(stored) == COVERED:
            spared = SUBSIDY if self.plot.subsidized else 0
            money.update({"collector": PERSONAL - spared, "subsidy:unspecified": spared, "personal": -PERSONAL})
        return {account: fen for account, fen in money.items() if fen}
