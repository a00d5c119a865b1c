"""What happened, told from where it happened."""

from typing import Any, Unpack

from app.journal import writing
from app.journal.failures import described
from app.journal.words import Event, Fields, Level


def tell(event: Event, *, level: Level = "info", **fields: Unpack[Fields]) -> None:
    """One line. In a request it carries the request's id and what else was remembered."""
    writing.write(level, event, fields)


def tell_failure(event: Event, error: BaseException) -> None:
    """An exception nobody foresaw: types and frames, never its message."""
    writing.write("error", event, described(error))


def begin(**fields: Unpack[Fields]) -> None:
    """A new request: whatever was remembered of another is forgotten."""
    about: dict[str, Any] = {**fields}
    writing.ABOUT.set(about)


def remember(**fields: Unpack[Fields]) -> None:
    """Every further line of this request says so too; outside of a request there is nothing to remember it for."""
    about = writing.ABOUT.get()
    if about is not None:
        about.update(fields)
