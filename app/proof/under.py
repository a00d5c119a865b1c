"""A pack as a standpoint: whose rules are asked, and how many years later its people and days are."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from app.proof.asked import claim
from app.rules import conditions as c
from app.rules import days
from app.rules.compiling import Aside, Compiled, test_of
from app.rules.earliest import earliest, earliest_of_all
from app.rules.person import Person
from app.rules.policy import Cite, Policy, Start

_ANY = Cite("notice", "")


@dataclass(frozen=True, eq=False)
class Under:
    """A pack, asked `years` later than the days that are spoken of: next year's notice about the same day of the season
    and people who are a year younger."""

    compiled: Compiled
    years: int = 0

    @property
    def policy(self) -> Policy:
        return self.compiled.policy

    def there(self, day: int) -> int:
        """A day as this pack meets it."""
        return days.plus_months(day, 12 * self.years) if self.years else day

    def back(self, day: int) -> int:
        """The first day that this pack meets as `day` or later."""
        if not self.years:
            return day
        found = days.plus_months(day, -12 * self.years) - 1
        while self.there(found) < day:
            found += 1
        return found

    def payment(self, pay: int) -> int:
        """The day of payment whose ways in count: on a day without payment the one on which payments resume."""
        day = self.there(pay)
        pause = self.policy.pause
        spans = pause.spans if pause else ()
        return next((last + 1 for first, last in spans if first <= day <= last), day)

    def paused(self, pay: int) -> bool:
        return self.payment(pay) != self.there(pay)

    @cached_property
    def claims(self) -> list[list[c.Condition]]:
        """For each subsidy and each of its identities who has a claim to it."""
        return [[claim(row, selector) for selector in row.selectors] for row in self.policy.subsidies]

    @cached_property
    def starts(self) -> list[tuple[Start, int]]:
        """The different starts of ways in, whatever their clause, with the first day there can be benefits."""
        routes = self.policy.routes
        return list(dict.fromkeys((replace(r.start, cite=_ANY), earliest(self.policy, r)) for r in routes))

    @cached_property
    def earliest(self) -> int:
        """The day before which benefits never begin, on whatever way in."""
        return earliest_of_all(self.policy)

    @cached_property
    def waits(self) -> list[tuple[str, int, int]]:
        """The different waits: from where they count, months, and days besides."""
        waits = (wait for route in self.policy.routes for wait in route.waits)
        return list(dict.fromkeys((wait.counts_from, wait.months, wait.days + wait.shift) for wait in waits))

    @cached_property
    def _tests(self) -> dict[c.Condition, Aside]:
        return {}

    def holds(self, condition: c.Condition) -> Aside:
        """The compiled test, by the engine's own writer."""
        found = self._tests.get(condition)
        if found is None:
            found = self._tests[condition] = test_of(self.policy, condition)
        return found

    def person(self, person: Person) -> Person:
        """The person as this pack meets them."""
        return moved(person, self.years)


def moved(person: Person, years: int) -> Person:
    """The same person with every day so many years later."""
    if not years:
        return person
    job = person.employee_insurance
    return replace(
        person,
        birth_date=_later(person.birth_date, years),
        identities=tuple(replace(i, since=_later(i.since, years)) for i in person.identities),
        circumstances=tuple(replace(x, on=_later(x.on, years)) for x in person.circumstances),
        employee_insurance=replace(job, ended_on=_later(job.ended_on, years)) if job else None,
    )


def _later(day: date | None, years: int) -> date | None:
    return None if day is None else date.fromordinal(days.plus_months(day.toordinal(), 12 * years))
