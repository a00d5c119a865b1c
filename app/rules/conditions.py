"""What a rule may ask of a person and a day of payment: a closed set of tests, written as data and compiled once.

The day of payment occurs in one test only, PaidBy, so that a quote can tell how long it will hold (emit.py).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class On:
    """A fixed day."""

    day: int


@dataclass(frozen=True, slots=True)
class Birth:
    """The day of birth, or the day it is expected."""


@dataclass(frozen=True, slots=True)
class EmploymentEnd:
    """The day employee insurance ended."""


@dataclass(frozen=True, slots=True)
class CircumstanceDay:
    """The day of a circumstance."""

    code: str


@dataclass(frozen=True, slots=True)
class LastRecognition:
    """The latest day on which one of these identities was recognized; asked only of somebody who has one."""

    codes: frozenset[str]


Event = Birth | EmploymentEnd | CircumstanceDay


@dataclass(frozen=True, slots=True)
class After:
    """So many days or calendar months after an event, and then `shift` days."""

    event: Event | LastRecognition
    count: int
    unit: Literal["days", "months"]
    shift: int = 0


@dataclass(frozen=True, slots=True)
class PaidBy:
    """The day of payment is not later than `limit`."""

    limit: On | After


@dataclass(frozen=True, slots=True)
class EventBy:
    """The event is not later than a fixed day."""

    event: Event | After
    day: int


@dataclass(frozen=True, slots=True)
class HasIdentity:
    """One of these identities is held, recognized from `first` to `last` (ordinals; None is unbounded)."""

    codes: frozenset[str]
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class HasClass:
    """The identity is held in one of these classes (indexes into the vocabulary), recognized within the bounds."""

    code: str
    classes: tuple[int, ...]
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class HasCircumstance:
    code: str


@dataclass(frozen=True, slots=True)
class HadJob:
    """Employee insurance has ended."""


Flag = Literal["insured", "parent", "gap", "lapsed", "zero_claims"]
Number = Literal["tier", "school", "missed_years", "repaid_years", "continuous_years", "zero_claim_years"]
Count = Literal["months_this", "months_last"] | Number


@dataclass(frozen=True, slots=True)
class IsTrue:
    fact: Flag


@dataclass(frozen=True, slots=True)
class AtLeast:
    fact: Count
    count: int


@dataclass(frozen=True, slots=True)
class IsOneOf:
    """A number (the tier chosen, the index of a school level) is one of these."""

    fact: Number
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Owes:
    """So many missed years, not counting those that are paid for (`repaired`)."""

    count: int
    repaired: bool


@dataclass(frozen=True, slots=True)
class _Several:
    """Conditions are the keys of many dictionaries: the hash of a large one is worked out once."""

    parts: tuple["Condition", ...]
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((type(self).__name__, self.parts)))

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[Callable[..., "_Several"], tuple[object, ...]]:
        return type(self), (self.parts,)  # words hash differently in every process


@dataclass(frozen=True, slots=True)
class All(_Several):
    __hash__ = _Several.__hash__


@dataclass(frozen=True, slots=True)
class Any(_Several):
    __hash__ = _Several.__hash__


@dataclass(frozen=True, slots=True)
class Not:
    part: "Condition"


_Asked = HasIdentity | HasClass | HasCircumstance | HadJob | IsTrue | AtLeast | IsOneOf | Owes
Condition = PaidBy | EventBy | _Asked | All | Any | Not

ALWAYS = All(())


def all_of(parts: Iterable[Condition]) -> Condition:
    """The conjunction, flat and without the wrapping of a single part."""
    flat = [p for part in parts for p in (part.parts if isinstance(part, All) else (part,))]
    return flat[0] if len(flat) == 1 else All(tuple(flat))


def any_of(parts: Iterable[Condition]) -> Condition:
    flat = [p for part in parts for p in (part.parts if isinstance(part, Any) else (part,))]
    return flat[0] if len(flat) == 1 else Any(tuple(flat))


def leaves(condition: Condition) -> Iterator[Condition]:
    """Every test in a condition, without the connectives."""
    match condition:
        case All(parts) | Any(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)
        case _:
            yield condition
