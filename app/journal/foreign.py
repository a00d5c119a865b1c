"""What libraries, Python's warnings and uncaught exceptions have to say, in the same form as everything else.

Only the server's messages are shown, which are known to hold nothing of a request. Of the others the place is: asyncio
prints exceptions with their values, an HTTP client its headers, SQLAlchemy rows, pydantic the input it warns of.
"""

import logging
import sys
import threading
import warnings
from types import TracebackType
from typing import Any, TextIO

from app.journal.failures import described, short, type_of
from app.journal.words import Fields, Level
from app.journal.writing import write

_SHOWN = "uvicorn"


class Foreign(logging.Handler):
    """Takes what goes through the standard library's logging."""

    def emit(self, record: logging.LogRecord) -> None:
        fields: Fields = {"logger": record.name, "place": f"{record.module}:{record.lineno}"}
        if record.name.partition(".")[0] == _SHOWN:
            message = record.getMessage().strip()
            if "\n" not in message:  # a traceback has several lines
                fields["message"] = message
        if record.exc_info and record.exc_info[1] is not None:
            fields |= described(record.exc_info[1])
        write(_level(record.levelno), "library_message", fields)


def _level(number: int) -> Level:
    if number >= logging.WARNING:
        return "error" if number >= logging.ERROR else "warning"
    return "info" if number >= logging.INFO else "debug"


def take_over() -> None:
    """Libraries are heard from warnings on, the server from its start message on, at every level of our own."""
    root = logging.getLogger()
    root.handlers, root.level = [Foreign()], logging.WARNING
    logging.getLogger(_SHOWN).setLevel(logging.INFO)
    warnings.showwarning = _warned
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable


def _warned(
    message: Warning | str,  # noqa: ARG001 - can quote the input
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001
    line: str | None = None,  # noqa: ARG001
) -> None:
    place = f"{short(filename)}:{lineno}"
    write("warning", "python_warning", {"category": category.__name__, "place": place})


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        write("error", "uncaught_exception", described(error))


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
        name = args.thread.name if args.thread else None
        write("error", "uncaught_exception", {**described(args.exc_value), "thread": name})


def _unraisable(args: Any) -> None:
    """An exception in a finalizer."""
    if args.exc_value is not None:
        write("error", "unraisable_exception", {"error": type_of(args.exc_value)})
