"""How a line is written: JSON, or for a person at a terminal in color. Until `start` only warnings and errors are."""

import json
import os
from collections.abc import MutableMapping
from contextvars import ContextVar
from datetime import datetime, timedelta, timezone
from typing import Any

import structlog
from pydantic_core import to_json

from app.journal.words import Event, Fields, Level

# What every line of the request at hand says. A dict that all its tasks and threads share: a thread gets a copy of the
# context, and what it remembers must still be there when the request's own line is written.
ABOUT: ContextVar[dict[str, Any] | None] = ContextVar("about", default=None)
_SHANGHAI = timezone(timedelta(hours=8))
_STANDARD_ERROR = 2
_KNOWN = frozenset(Fields.__annotations__)


class _Lines:
    """Standard error, a whole line with one system call. A full disk or a reader that is gone stops no deed."""

    def msg(self, line: str | bytes) -> None:
        rest = (line.encode(errors="replace") if isinstance(line, str) else line) + b"\n"
        try:
            while rest:
                rest = rest[os.write(_STANDARD_ERROR, rest) :]
        except OSError:
            pass

    debug = info = warning = error = critical = msg


def _completed(_: Any, level: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    """Time, level and event first, then the request's fields and the event's own; any that is not known is left out."""
    now = datetime.now(_SHANGHAI).isoformat(timespec="milliseconds")
    line: dict[str, Any] = {"time": now, "level": level, "event": event.pop("event"), **(ABOUT.get() or {})}
    left_out = event.keys() - _KNOWN
    for name in left_out:
        del event[name]
    line.update(event)
    return line | {"left_out": sorted(left_out)} if left_out else line


def _as_json(_: Any, __: str, line: MutableMapping[str, Any]) -> bytes:
    """By pydantic, at a fifth of the standard library's cost; that one takes what is no proper text."""
    try:
        return to_json(line)
    except ValueError:
        return json.dumps(line, default=lambda value: type(value).__name__).encode()


def _logger(level: Level, *, human: bool) -> Any:
    render: Any = structlog.dev.ConsoleRenderer(timestamp_key="time") if human else _as_json
    kind = structlog.make_filtering_bound_logger(level)
    return structlog.wrap_logger(_Lines(), processors=[_completed, render], wrapper_class=kind).bind()


class Journal:
    """What is written to, exchanged as a whole when the service starts."""

    def __init__(self, level: Level, *, human: bool = False) -> None:
        self.logger = _logger(level, human=human)
        self.debugging = level == "debug"


current = Journal("warning")


def start(level: Level, *, human: bool = False) -> None:
    """From now on events of this level and above are written, for a person to read or as JSON."""
    global current
    current = Journal(level, human=human)


def write(level: Level, event: Event, fields: Fields) -> None:
    """One line, where the level is written at all."""
    getattr(current.logger, level)(event, **fields)
