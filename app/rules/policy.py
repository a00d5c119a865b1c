"""One county's notice for one coverage year, as the engine knows it: frozen data with a citation on every value."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from app.rules.conditions import ALWAYS, Condition, Event


@dataclass(frozen=True, slots=True)
class Cite:
    """Where a value comes from. `clause` is what an answer shows; `document` names another document than the notice."""

    source: Literal["notice", "document", "convention"]
    clause: str
    document: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """First and last day of payment; `stated_opening` is False where the notice names no first day."""

    name: str
    opens: int
    closes: int
    stated_opening: bool
    cite: Cite


@dataclass(frozen=True, slots=True)
class Wait:
    """So many days without benefits, the day of payment being the first; applies where `when` holds."""

    days: int
    when: Condition
    cite: Cite


@dataclass(frozen=True, slots=True)
class Recognition:
    """The earliest day on which one of these identities was recognized, within the bounds."""

    codes: frozenset[str]
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """When benefits start: with the coverage year, on a fixed day, with payment, an event, a recognition, or unsaid."""

    anchor: Literal["coverage_year", "day", "payment", "event", "recognition", "not_stated"]
    cite: Cite
    day: int | None = None
    event: Event | None = None
    recognition: Recognition | None = None
    next_month: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """One of the notice's ways in, or a variant of one: `entry` is its own name, `id` the one that answers show.

    `subsidy`: taken off at payment, not granted, or not settled by the notice."""

    id: str
    entry: str
    title: str
    when: Condition
    personal_fen: int
    surcharge_fen: int
    charge_cites: tuple[Cite, ...]
    subsidy: Literal["applies", "none", "not_settled"]
    start: Start
    waits: tuple[Wait, ...]
    cite: Cite
    in_window: str | None = None
    event: Event | None = None
    subsidy_cite: Cite | None = None

    def waiting_days(self, wait: int) -> int | None:
        """The length of the wait with this index, 0 for none (-1), None where the start itself is not stated."""
        if self.start.anchor == "not_stated":
            return None
        return self.waits[wait].days if wait >= 0 else 0


@dataclass(frozen=True, slots=True)
class Selector:
    """An identity that a subsidy is for, with the label that the answer carries."""

    code: str
    when: Condition


@dataclass(frozen=True, slots=True)
class Subsidy:
    """`shares` are (fund, fen) and sum up to `fen`."""

    id: str
    selectors: tuple[Selector, ...]
    when: Condition
    fen: int
    shares: tuple[tuple[str, int], ...]
    cite: Cite


@dataclass(frozen=True, slots=True)
class Incentive:
    code: str
    title: str
    fen: int
    when: Condition
    cite: Cite


@dataclass(frozen=True, slots=True)
class Note:
    """A reading, a silence or a rule that answers show: with these routes, subsidies or reasons, where `when` holds.
    A silence stands among the explanation's lines as well.
    """

    code: str
    kind: Literal["reading", "silence", "rule"]
    text: str
    cite: Cite
    routes: frozenset[str] = frozenset()
    subsidies: frozenset[str] = frozenset()
    reasons: frozenset[str] = frozenset()
    when: Condition = ALWAYS

    @property
    def conditional(self) -> bool:
        return self.when != ALWAYS


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Clauses behind the three refusals, and who may be enrolled before birth."""

    employee_insured: Cite
    insured_elsewhere: Cite
    not_yet_born: Cite
    expected_child: Condition | None = None


@dataclass(frozen=True)
class Policy:
    id: str
    version: str
    digest: str
    title: str
    region: str
    coverage_year: int
    first_day: int
    last_day: int
    coverage_cite: Cite
    windows: tuple[Window, ...]
    eligibility: Eligibility
    routes: tuple[Route, ...]
    subsidies: tuple[Subsidy, ...]
    one_subsidy_cite: Cite
    incentives: tuple[Incentive, ...] = ()
    notes: tuple[Note, ...] = field(default=())

    @cached_property
    def opens(self) -> int:
        return min(w.opens for w in self.windows)

    @cached_property
    def main_closes(self) -> int:
        """The last day of the first window: after it a payment is late."""
        return self.windows[0].closes

    def route(self, id: str) -> Route:
        """The way in that answers call `id` (the first of its variants)."""
        return next(r for r in self.routes if r.id == id)
