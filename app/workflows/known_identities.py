"""The one place that says, for reports, which hardship identities somebody has.

Where a region has lists it is their word that counts, else what was declared in the registration.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from app.enrollment.rosters import Stretch, covered_by, listed
from app.reports.people import DECLARED, Held
from app.storage import roster_register
from app.storage.database import Connection
from app.workflows.listed_identities import findable, timelines

Registered = tuple[Any, dict[str, Any]]  # an enrollment's row, and its personal data opened


class KnownIdentities:
    """Of people of one region, on one day; an identity recognized only later does not count yet."""

    def __init__(self, connection: Connection, region: str, day: date) -> None:
        self._connection, self._region, self._day = connection, region, day.isoformat()
        sources = roster_register.sources(connection, region)
        self._covered = covered_by(sources) if sources else None

    def of(self, people: Sequence[Registered]) -> list[tuple[Held, ...]]:
        """For each of the people, in their order."""
        if self._covered is None:
            return [tuple(self._declared(opened, ())) for _, opened in people]
        lists = timelines(self._connection, self._region, [row["person_key"] for row, _ in people])
        return [tuple(self._listed(opened, lists.get(row["person_key"], ()))) for row, opened in people]

    def _listed(self, opened: Mapping[str, Any], stretches: Sequence[Stretch]) -> Iterator[Held]:
        assert self._covered is not None
        if not findable(opened["applicant"]):
            yield from self._declared(opened, ())
            return
        for one in listed(stretches, self._day):
            if one.since <= self._day:
                of_it = (s for s in stretches if s.identity == one.code and s.holds_on(self._day))
                yield Held(one.code, one.class_, one.since, tuple(sorted({s.source for s in of_it})))
        yield from self._declared(opened, self._covered)

    def _declared(self, opened: Mapping[str, Any], but: Collection[str]) -> Iterator[Held]:
        for one in opened["facts"].get("identities") or ():
            if one["code"] not in but and (one.get("since") or self._day) <= self._day:
                yield Held(one["code"], one.get("class"), one.get("since"), (DECLARED,))
