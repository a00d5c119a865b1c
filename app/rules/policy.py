"""One county's notice for one coverage year, as the engine knows it: frozen data with a citation on every value."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from app.rules.collection import Collection
from app.rules.conditions import ALWAYS, Condition, Event


@dataclass(frozen=True, slots=True)
class Cite:
    """Where a value comes from. `clause` is what an answer shows; `document` names another document than the notice."""

    source: Literal["notice", "document", "convention"]
    clause: str
    document: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """First and last day of payment; the flags are False where the notice does not name the day.

    `month_only`: of the opening the notice names the month.
    """

    name: str
    opens: int
    closes: int
    stated_opening: bool
    cite: Cite
    stated_closing: bool = True
    month_only: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """Days within the windows on which no payment is taken: `spans` are (first, last), `text` says which they are."""

    spans: tuple[tuple[int, int], ...]
    text: str
    cite: Cite


@dataclass(frozen=True, slots=True)
class Wait:
    """So many days, or calendar months, without benefits; applies where `when` holds.

    `counts_from` is its first day; `shift` is -1 where benefits begin on its last day.
    """

    days: int
    when: Condition
    cite: Cite
    months: int = 0
    counts_from: Literal["payment", "day_after_payment", "month_after_payment", "benefit_start"] = "payment"
    shift: int = 0

    @property
    def plain(self) -> bool:
        """The usual wait: days, the day of payment being the first."""
        return not self.months and not self.shift and self.counts_from == "payment"


@dataclass(frozen=True, slots=True)
class Recognition:
    """The earliest day on which one of these identities was recognized, within the bounds."""

    codes: frozenset[str]
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """When benefits start: with the coverage year, on a fixed day, with payment, an event, a recognition, or unsaid.

    `shift`: so many days after the payment or the event.
    """

    anchor: Literal["coverage_year", "day", "payment", "event", "recognition", "not_stated"]
    cite: Cite
    day: int | None = None
    event: Event | None = None
    recognition: Recognition | None = None
    next_month: bool = False
    shift: int = 0


@dataclass(frozen=True, slots=True)
class OrderYear:
    """A part of an order: another coverage year, or (`repair`) so many missed years that are paid for."""

    kind: Literal["current", "further", "repair"]
    fen: int
    coverage_year: int | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Route:
    """One of the notice's ways in, or a variant of one: `entry` is its own name, `id` the one that answers show.

    `subsidy`: taken off at payment, not granted, or not settled by the notice. `unpriced`: the amounts are not known;
    `personal_fen` is then the least that the notice names, 0 for none. `rate`: whose contribution it is, in Chinese,
    where there are several; `benefits_tier`: the tier whose benefits are had for it. `years`: where the order pays for
    more than the coverage year."""

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
    unpriced: bool = False
    rate: str = ""
    benefits_tier: int | None = None
    years: tuple[OrderYear, ...] = ()
    surcharge_title: str = "财政补助标准部分"

    def waiting_days(self, wait: int) -> int | None:
        """The length of the wait with this index, 0 for none (-1), None where the start itself is not stated or the
        wait is counted in months."""
        if self.start.anchor == "not_stated" or (wait >= 0 and self.waits[wait].months):
            return None
        return self.waits[wait].days if wait >= 0 else 0

    def waiting_months(self, wait: int) -> int | None:
        """The length of a wait that is counted in months."""
        return self.waits[wait].months or None if wait >= 0 else None


@dataclass(frozen=True, slots=True)
class Selector:
    """An identity that a subsidy is for, with the label that the answer carries."""

    code: str
    when: Condition


@dataclass(frozen=True, slots=True)
class Subsidy:
    """`shares` are (fund, fen) and sum up to `fen`.

    `of_fen`: the contribution that it is worked out for, None where there is only one. `settled`: taken off what is
    paid; or there is nothing to pay and no order; or everything is paid and this comes back later. `unknown`: how much
    it is the notice does not say, `fen` is the least that it names.
    """

    id: str
    selectors: tuple[Selector, ...]
    when: Condition
    fen: int
    shares: tuple[tuple[str, int], ...]
    cite: Cite
    of_fen: int | None = None
    settled: Literal["at_payment", "no_order", "refunded"] = "at_payment"
    unknown: bool = False

    @property
    def off(self) -> int:
        """What is taken off at payment."""
        return 0 if self.settled == "refunded" else self.fen

    @property
    def worth(self) -> object:
        """What an answer shows of it; two rows of the same worth are the same to whoever pays."""
        return self.shares, self.settled, self.unknown


@dataclass(frozen=True, slots=True)
class Remedy:
    """What somebody who has paid gets when their identity changes on a day from `first` to `last` (None: no bound).

    `kind`: a payment in the following month, `to` an account of theirs, or nothing.
    """

    kind: Literal["pays_back", "nothing"]
    cite: Cite
    to: Literal["one_card", "payer"] | None = None
    first: int | None = None
    last: int | None = None

    def is_for(self, day: int) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Incentive:
    """Something besides the contribution: an advantage, or (`add_on`) another insurance that is paid with it."""

    code: str
    title: str
    fen: int
    when: Condition
    cite: Cite
    kind: Literal["incentive", "add_on"] = "incentive"


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
    subsidies_known: bool = True
    local_identities: tuple[tuple[str, str], ...] = ()
    pause: Pause | None = None
    amendment_days: tuple[date, ...] = ()
    collection: Collection | None = None
    notes: tuple[Note, ...] = field(default=())
    recognized_after_payment: tuple[Remedy, ...] = ()
    changed_after_subsidy: tuple[Remedy, ...] = ()

    @property
    def amended_on(self) -> str | None:
        """When the last amendment that counts was made known, of this pack's or of one that it stands on."""
        return self.amendment_days[-1].isoformat() if self.amendment_days else None

    @cached_property
    def local_names(self) -> dict[str, str]:
        """The Chinese names of the identities that this notice alone knows."""
        return dict(self.local_identities)

    @cached_property
    def levels(self) -> tuple[int | None, ...]:
        """The contributions that subsidies are worked out for; a single None where all are the same."""
        return tuple(dict.fromkeys(row.of_fen for row in self.subsidies)) or (None,)

    def level(self, route: Route) -> int:
        """The index of the route's contribution among `levels`; 0 where it makes no difference."""
        return self.levels.index(route.personal_fen) if route.personal_fen in self.levels else 0

    @cached_property
    def opens(self) -> int:
        return min(w.opens for w in self.windows)

    @cached_property
    def main_opens(self) -> int:
        """The first day of the first window: before it whoever finds no way in is early, after it late."""
        return self.windows[0].opens

    @cached_property
    def main_closes(self) -> int:
        """The last day of the first window: after it a payment is late."""
        return self.windows[0].closes

    def route(self, id: str) -> Route:
        """The way in that answers call `id` (the first of its variants)."""
        return next(r for r in self.routes if r.id == id)
