"""The feed of enrollment changes: nothing missed, nothing twice, however many write at the same time.

It is the audit record as others may see it. A number of a region's chain is given under the lock that is held until the
commit, so whoever sees number n sees all before it (docs/changes.md).
"""

import heapq
import json
from dataclasses import dataclass
from typing import Any

from app.enrollment.feed import Place, UnreadableCursor, place_of, state_after
from app.storage import change_register as register
from app.storage.database import Connection
from app.workflows.office import Office, Refused, moment

_MOST_REGIONS = 100  # looked at for one page
_MOST_LOOKS = 50  # for a page that would else be empty
LATEST = "latest"


@dataclass(frozen=True, slots=True)
class View:
    """Of which places somebody sees the changes: below one of the prefixes, and below `asked`."""

    prefixes: tuple[str, ...]
    asked: str = ""

    def any_of(self, region: str) -> bool:
        """Whether something of the region is seen, be it one village."""
        shared = region.startswith(self.asked) or self.asked.startswith(region)
        return shared and any(region.startswith(p) or p.startswith(region) for p in self.prefixes)

    def sees(self, row: Any) -> bool:
        place = row["village"] if row["village"].startswith(row["region"]) else row["region"]
        return place.startswith(self.asked) and any(place.startswith(p) for p in self.prefixes)


def read_changes(office: Office, view: View, cursor: str | None, limit: int) -> dict[str, Any]:
    """A page behind the cursor; raises Refused for one that was not made here, or that is ahead of this database."""
    with office.database.reading() as connection:
        if cursor == LATEST:
            return _page([], Place(numbers_now(connection, view)), False)
        rows, place, more = collect(connection, _place(cursor), view, limit)
        for _ in range(_MOST_LOOKS):
            if rows or not more:
                break
            rows, place, more = collect(connection, place, view, limit)
    return _page([change(row) for row in rows], place, more)


def numbers_now(connection: Connection, view: View) -> dict[str, int]:
    """Where the regions stand now: whoever begins here hears of what comes."""
    return {region: number for region, number in register.heads(connection).items() if view.any_of(region)}


def collect(connection: Connection, place: Place, view: View, limit: int) -> tuple[list[Any], Place, bool]:
    """The next changes, where they end, and whether there are more."""
    heads, numbers = numbers_now(connection, view), dict(place.numbers)
    # Also of a region that this database knows nothing of (yet).
    if any(number > heads.get(region, 0) for region, number in numbers.items() if view.any_of(region)):
        raise Refused("cursor_ahead")
    news = _in_turn([r for r, head in heads.items() if numbers.get(r, 0) < head], place.turn)[
        : min(limit, _MOST_REGIONS)
    ]
    if not news:
        return [], place, False
    most = limit // len(news)
    found = register.pages(connection, [(r, numbers.get(r, 0), heads[r]) for r in news], most)
    for region, rows in zip(news, found, strict=True):
        numbers[region] = rows[-1]["number"] if len(rows) == most else heads[region]
    # In the order of time across regions as well, as far as one page goes; a region's own order stays what it is.
    merged = heapq.merge(*found, key=lambda row: row["at"])
    more = any(numbers.get(region, 0) < head for region, head in heads.items())
    return [row for row in merged if view.sees(row)], Place(numbers, news[-1]), more


def _in_turn(regions: list[str], last: str) -> list[str]:
    """Sorted, beginning behind the one that was served last."""
    return sorted(regions, key=lambda region: (region <= last, region))


def _place(cursor: str | None) -> Place:
    try:
        return place_of(cursor) if cursor else Place()
    except UnreadableCursor:
        raise Refused("invalid_request", errors=[("after", "不是本系统给出的游标")]) from None


def change(row: Any) -> dict[str, Any]:
    """How a change is told: as things stood then, not as they stand now, and nothing personal."""
    about = json.loads(row["about"])
    deed, moved = row["deed"], about.get("amount_fen")
    same = {name: row[name] for name in ("region", "coverage_year", "village", "enrollment_id", "order_no")}
    return {
        "id": change_id(row["region"], row["number"]),
        "type": deed,
        "at": moment(row["at"]),
        **same,
        "state": str(state_after(deed, about, row["before"])),
        "payable_fen": about.get("payable_fen", moved if deed == "covered" else None),
        "from_fen": about.get("from_fen"),
        "amount_fen": moved,
        "event_id": about.get("event_id"),
    }


def change_id(region: str, number: int) -> str:
    return f"{region}-{number}"


def _page(changes: list[dict[str, Any]], place: Place, more: bool) -> dict[str, Any]:
    return {"changes": changes, "next_cursor": place.cursor(), "has_more": more}
