"""A registered person as reports see them: where they stood on the day, what was paid for them and by whom."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from app.rules.collection import Collection

DECLARED = "declared"


@dataclass(frozen=True, slots=True)
class Held:
    """An identity that counts, and who says so: the offices whose lists have it, or `declared`."""

    code: str
    class_: str | None = None
    since: str | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """`covered`: insured on the day, else registered and not paid. `paid_fen` is what the person paid, `subsidies_fen`
    what the funds do; both are 0 without cover. `paid_back_fen` is what the funds gave afterwards (below zero: had
    back). `earlier`: registered for the year before as well."""

    id: str
    village: str
    covered: bool
    contribution_fen: int
    subsidies_fen: int
    paid_on: date | None
    registered_on: date
    identities: tuple[Held, ...]
    applicant: Mapping[str, Any]
    household: Mapping[str, Any] | None
    facts: Mapping[str, Any]
    earlier: bool = False
    paid_back_fen: int = 0

    @property
    def paid_fen(self) -> int:
        return self.contribution_fen - self.subsidies_fen

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(held.code for held in self.identities)

    @property
    def hukou(self) -> str:
        """`local`, `elsewhere`, or `unknown` where the registration does not say."""
        return self.applicant.get("hukou") or "unknown"


@dataclass(frozen=True, slots=True)
class Target:
    """A village's task, and what else the file said of it."""

    village: str
    target: int
    village_name: str | None = None
    township_name: str | None = None
    hukou_population: int | None = None
    last_target: int | None = None
    growth: int | None = None
    should_local: int | None = None
    should_elsewhere: int | None = None
    employee_insured: int | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """What a fund owes in a village: an amount, and for how many people it is that much."""

    village: str
    fund: str
    fen: int
    people: int


Village = tuple[str, Sequence[Person]]


class Source(Protocol):
    """Where the figures come from."""

    def villages(self, *, earlier: bool = False) -> Iterator[Village]:
        """Everybody who is registered and not cancelled, village by village, in the order of the codes."""

    def shares(self) -> Iterator[Share]:
        """What the subsidy funds owe."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a report is about. `day` is the one it stands for; `whole`: names and numbers are not masked."""

    region: str
    notice: str
    region_name: str
    coverage_year: int
    day: date
    whole: bool
    targets: Mapping[str, Target]
    collection: Collection | None = None
