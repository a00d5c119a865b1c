"""What the tax bureau does wrong in its first statements of the first day; it corrects them when it is asked."""

from collections.abc import Mapping
from datetime import datetime

from app.demo.deeds import WRONG_BY, Deed
from app.demo.statements import Line, lines_of, statement_of
from app.demo.village import COUNTIES

# What the county sees of each slip.
SEEN = {
    "misfiled": "not_on_statement",
    "misstated": "amount_differs/callback",
    "mistimed": "content_differs/paid_at",
    "left_out": "reversed/not_on_statement",
}
SEEN_ELSEWHERE = {"misfiled": "wrong_region"}


def other(region: str) -> str:
    return next(one for one in COUNTIES if one != region)


def by_county(content: bytes) -> dict[str, bytes]:
    """Each county's bureau has a statement of its own."""
    lines = lines_of(content)
    return {region: statement_of([line for line in lines if _county(line) == region]) for region in COUNTIES}


def with_slips(content: bytes, deeds: Mapping[str, Deed]) -> dict[str, bytes]:
    """The same, as it comes first; `deeds` by the numbers of their orders."""
    found: dict[str, list[Line]] = {region: [] for region in COUNTIES}
    for line in lines_of(content):
        region, deed = _county(line), deeds.get(line["order_no"])
        slip = deed.slip if deed else None
        if slip == "left_out" and line["type"] == "payment.reversed":
            continue
        found[other(region) if slip == "misfiled" else region].append(_wrong(line, slip))
    return {region: statement_of(lines) for region, lines in found.items()}


def _wrong(line: Line, slip: str | None) -> Line:
    match slip:
        case "misstated":
            return line | {"amount_fen": str(int(line["amount_fen"]) + WRONG_BY)}
        case "mistimed":  # by half a minute, in the same one
            at = datetime.fromisoformat(line["paid_at"])
            return line | {"paid_at": at.replace(second=(at.second + 30) % 60).isoformat()}
        case _:
            return line


def _county(line: Line) -> str:
    return line["order_no"].partition("-")[0]
