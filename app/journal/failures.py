"""Exceptions without their values: the type and where it came from. A message can hold a row, a request or a key."""

import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from app.journal.words import Fields

_ROOT = str(Path(__file__).parent.parent.parent)
_MOST_FRAMES = 30
_MOST_CAUSES = 5


def described(error: BaseException) -> Fields:
    """The error's type and frames, and those of what led to it, nearest first."""
    causes = [{"error": type_of(e), "frames": frames(e.__traceback__)} for e in _chain(error)][1:]
    found: Fields = {"error": type_of(error), "frames": frames(error.__traceback__)}
    return {**found, "causes": causes} if causes else found


def type_of(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def frames(trace: TracebackType | None) -> list[str]:
    """`file:line:function`, the innermost last; of a very deep stack the inner end."""
    found = [f"{short(f.f_code.co_filename)}:{line}:{f.f_code.co_name}" for f, line in traceback.walk_tb(trace)]
    return found[-_MOST_FRAMES:]


def _chain(error: BaseException) -> Iterator[BaseException]:
    waiting, seen = [error], set[int]()
    while waiting and len(seen) <= _MOST_CAUSES:
        e = waiting.pop(0)
        if id(e) in seen:
            continue
        seen.add(id(e))
        yield e
        before = e.__cause__ or (None if e.__suppress_context__ else e.__context__)
        waiting += [before] if before is not None else []
        waiting += e.exceptions if isinstance(e, BaseExceptionGroup) else ()


def short(file: str) -> str:
    """From the package on: where it is installed says nothing."""
    return file.rpartition("/site-packages/")[2].removeprefix(_ROOT + "/")
