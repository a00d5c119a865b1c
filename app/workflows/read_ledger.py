"""The ledger's balances, and whether the schema under it is current."""

from typing import Any

from app.storage import ledger_register
from app.storage.schema import is_current
from app.workflows.office import Office


def balances(office: Office, region: str | None, year: int | None) -> list[dict[str, Any]]:
    """By region, coverage year and account; debits above zero."""
    with office.database.reading() as connection:
        rows = ledger_register.balances(connection, region, year)
    return [dict(row) | {"balance_fen": int(row["balance_fen"])} for row in rows]


def unbalanced_postings(office: Office) -> list[dict[str, Any]]:
    """Postings that do not add up to zero: there must be none."""
    with office.database.reading() as connection:
        return [dict(row) for row in ledger_register.unbalanced(connection)]


def is_ready(office: Office) -> bool:
    """Whether the database answers and has the schema that this program expects."""
    return is_current(office.database)
