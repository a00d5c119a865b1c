"""What a line can say: closed lists of events and fields, so that nothing personal slips in by accident."""

from typing import Any, Literal, TypedDict

Level = Literal["debug", "info", "warning", "error"]
Event = Literal[
    "service_starting",
    "service_stopping",
    "service_stopped",
    "request",
    "unhandled_error",
    "storage_unavailable",
    "pack_refused",
    # Deeds, told when they are stored for good.
    "enrollment_registered",
    "enrollment_cancelled",
    "enrollment_repriced",
    "callback_refused",  # result: bad_signature, conflict, unreadable, unavailable, failed
    "suspense_settled",
    "roster_imported",  # result: whose list
    "roster_conflict_settled",
    "proposal_decided",  # result: approved, rejected, superseded
    "message_sent",
    "message_failed",
    "message_dead",
    # From outside of the program's own code.
    "library_message",
    "python_warning",
    "uncaught_exception",
    "unraisable_exception",
]


class Fields(TypedDict, total=False):
    """All that a line may say beside time, level and event: ids that programs made, codes and places in the code."""

    request_id: str
    method: str
    route: str  # the template, never the path that was asked for
    status: int
    duration_ms: float
    client: str
    code: str  # of a problem
    result: str
    enrollment_id: str
    event_id: str
    suspense_id: str
    import_id: str
    conflict_id: str
    proposal_id: str
    message_id: str  # in the outbox
    attempts: int
    version: str
    pack: str  # a pack's file and line, and what is wrong there
    error: str  # a type
    frames: list[str]
    causes: list[dict[str, Any]]
    logger: str
    message: str
    place: str
    category: str
    thread: str | None
