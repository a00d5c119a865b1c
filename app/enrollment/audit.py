"""Who did what: a record, and what its link in the chain is made over."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Made once: `json.dumps` would make them anew for each record.
_COMPACT = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_PLAIN = json.JSONEncoder(ensure_ascii=False).encode
FIRST = ""  # the link before a region's first record


@dataclass(frozen=True, slots=True)
class Record:
    """`actor` is a client's id, `collector` (the tax bureau's events), `system` or `operator` (the command line).

    `about` holds ids, results and amounts, and nothing personal.
    """

    region: str
    at: int
    actor: str
    deed: str
    enrollment_id: str | None = None
    about: Mapping[str, Any] = field(default_factory=dict)

    def text(self) -> str:
        """`about` as it is stored."""
        return _COMPACT(self.about)


def linked(number: int, region: str, at: int, actor: str, deed: str, enrollment_id: str | None, about: str) -> str:
    """What a link covers beside the link before it: everything that the record says, unmistakably."""
    return _PLAIN([number, region, at, actor, deed, enrollment_id, about])
