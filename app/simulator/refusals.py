"""What the simulator says no to, as RFC 9457 problem details."""

import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError

_STATUS = {
    "bad_signature": 401,
    "not_found": 404,
    "order_not_found": 404,
    "event_not_found": 404,
    "already_paid": 409,
    "already_reversed": 409,
    "nothing_due": 409,
    "nothing_to_overtake": 409,
    "nothing_to_send": 409,
    "order_withdrawn": 409,
    "price_has_run_out": 409,
    "no_statement_folder": 409,
    "invalid_request": 422,
    "method_not_allowed": 405,
}
_TITLES = {422: "Unprocessable Content"}  # Python's own phrase changes with its version


@dataclass
class Refused(Exception):  # noqa: N818 - an answer, not a failure
    """A request that gets a problem for an answer."""

    code: str
    detail: str
    errors: list[dict[str, str]] | None = field(default=None)

    @property
    def status(self) -> int:
        return _STATUS[self.code]

    def body(self) -> bytes:
        title = _TITLES.get(self.status) or HTTPStatus(self.status).phrase
        problem: dict[str, Any] = {"type": "about:blank", "title": title, "status": self.status}
        problem |= {"detail": self.detail, "code": self.code}
        if self.errors is not None:
            problem["errors"] = self.errors
        return json.dumps(problem, ensure_ascii=False).encode()


def unreadable(error: ValidationError) -> Refused:
    """The problem for a body that does not fit its form: paths and reasons, never the input."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    errors = [{"field": ".".join(map(str, e["loc"])), "message": e["msg"]} for e in found]
    return Refused("invalid_request", "the body does not fit its form", errors)
