"""The one place that says which hardship identities somebody has, for reports: as declared in the registration."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from app.reports.people import Held
from app.storage.database import Connection
from app.workflows.office import Office

Registered = tuple[Any, dict[str, Any]]  # an enrollment's row, and its personal data opened


def known_identities(
    office: Office,  # noqa: ARG001 - lists of other offices will be asked for here
    connection: Connection,  # noqa: ARG001
    people: Sequence[Registered],
    day: date,
) -> list[tuple[Held, ...]]:
    """For each of the people, in their order; one recognized only after `day` does not count yet."""
    return [tuple(_declared(opened["facts"], day.isoformat())) for _, opened in people]


def _declared(facts: dict[str, Any], day: str) -> list[Held]:
    return [
        Held(identity["code"], identity.get("class"), identity.get("since"))
        for identity in facts.get("identities") or []
        if (identity.get("since") or day) <= day
    ]
