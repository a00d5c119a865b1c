"""Lets most generated requests reach the rules: a known region and year, and a season's day of payment."""

import re
from typing import Any

import schemathesis

KNOWN = [("430424", 2024), ("620724", 2024), ("141102", 2023), ("hunan-anon-town", 2020), ("hunan-anon-district", 2026)]
DAYS = ("-01-15", "-03-05", "-06-30", "-12-31")


def _well_formed(body: Any) -> bool:
    """Only then is it changed: what breaks the schema on purpose must stay broken."""
    if not isinstance(body, dict):
        return False
    region, year, day = body.get("region"), body.get("coverage_year"), body.get("pay_date")
    fits = (
        isinstance(region, str)
        and 0 < len(region) <= 64
        and region.isprintable()
        and type(year) is int
        and 0 < year < 10_000
    )
    return fits and (day is None or (isinstance(day, str) and bool(re.fullmatch(r"\d{4}-(0\d|1[0-2])-[012]\d", day))))


@schemathesis.serializer("text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
def as_it_is(context: Any, value: Any) -> bytes:  # noqa: ARG001 - the serializer's signature
    """A file is bytes, whatever its kind."""
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:  # noqa: ARG001 - the hook's signature
    """Three of four well-formed bodies ask about a notice that is there."""
    if not _well_formed(body):
        return body
    mark = len(str(body))
    if mark % 4:
        region, year = KNOWN[mark % len(KNOWN)]
        body = body | {"region": region, "coverage_year": year}
        if body.get("pay_date") and mark % 3:
            body["pay_date"] = f"{year - mark % 2}{DAYS[mark % len(DAYS)]}"
    return body
