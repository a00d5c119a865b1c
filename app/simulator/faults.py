"""What can go wrong between a payment and its callback, on demand: by name, or with a probability for all."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """docs/collector.md says what each does, and what the receiver should make of it."""

    DUPLICATE = "duplicate"
    REORDER = "reorder"
    DELAY = "delay"
    WRONG_AMOUNT = "wrong_amount"
    SECOND_PAYMENT = "second_payment"
    FORGED = "forged"
    STALE = "stale"
    ALTERED = "altered"
    LATE_REVERSAL = "late_reversal"
    MISSING = "missing"
    UNKNOWN_ORDER = "unknown_order"


OF_PAYMENTS = frozenset(Fault)
OF_REVERSALS = OF_PAYMENTS - {Fault.SECOND_PAYMENT, Fault.UNKNOWN_ORDER}
# Seconds of a real day; the rhythm scales them like the retries.
DELAY, OVERTAKEN, LATE = 600.0, 1800.0, 3600.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How one callback travels: it leaves after so many seconds, or (None) only when somebody releases it;
    `overtaken` is released by the next event that is through. `bursts` are copies sent at once, one burst after the
    other. What is tampered with goes first, and the `honest` one follows.
    """

    leaves_after: float | None = 0
    overtaken: bool = False
    bursts: tuple[int, ...] = (1,)
    tampering: Fault | None = None
    honest: bool = True


def plan_of(fault: Fault | None, *, then_honest: bool = True) -> Plan:
    """Faults that are not here change the money, not the callback's way."""
    match fault:
        case Fault.FORGED | Fault.STALE | Fault.ALTERED:
            return Plan(tampering=fault, honest=then_honest)
        case Fault.DUPLICATE:
            return Plan(bursts=(3, 1))
        case Fault.DELAY:
            return Plan(leaves_after=DELAY)
        case Fault.REORDER:
            return Plan(leaves_after=OVERTAKEN, overtaken=True)
        case Fault.MISSING:
            return Plan(leaves_after=None)
        case _:
            return Plan()


class Faults:
    """The mode for all: each event draws at most one fault."""

    def __init__(self, generator: random.Random) -> None:
        self._random = generator
        self.probabilities: dict[Fault, float] = {}
        self.then_honest = True

    def set(self, probabilities: Mapping[Fault, float], *, then_honest: bool = True) -> None:
        self.probabilities, self.then_honest = dict(probabilities), then_honest

    def draw(self, fitting: frozenset[Fault]) -> Fault | None:
        """One draw for every event, whether a fault fits it or not: the same seed gives the same faults."""
        point = self._random.random()
        for fault, share in self.probabilities.items():
            point -= share
            if point < 0:
                return fault if fault in fitting else None
        return None
