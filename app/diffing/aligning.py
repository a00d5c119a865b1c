"""Last year's rules put into this year: every day in a pack moved by so many years, so that two notices are about the
same people on the same days. What then differs is the rules', not the calendar's."""

import re
from datetime import date
from pathlib import Path
from typing import Any

from app.packs.read_pack import Written, from_tree
from app.rules.compiling import Compiled, compile_policy

_DAY = re.compile(r"([0-9]{4})-([0-9]{2})(-[0-9]{2})?")
# Days on which something was made known or issued are history.
_KEPT = frozenset({"notice", "documents", "amendments", "extends"})


def aligned(written: Written, year: int) -> Compiled:
    """The pack as if its rules were those of another coverage year; raises nothing that the pack itself didn't."""
    policy = written.policy
    years = year - policy.coverage_year
    tree = {key: value if key in _KEPT else moved(value, years) for key, value in written.tree.items()}
    tree["coverage_year"] = str(year)
    tree.pop("amendments", None)
    path = Path(f"{policy.region}-{year}.yaml")
    return compile_policy(from_tree(path, tree, policy.digest)[1])


def moved(value: Any, years: int, key: str = "") -> Any:
    """A part of a pack with each of its days and coverage years so many years later; texts stay as they are."""
    if isinstance(value, dict):
        return {name: moved(part, years, name) for name, part in value.items()}
    if isinstance(value, list):
        return [moved(part, years) for part in value]
    if key == "coverage_year":
        return str(int(value) + years)
    found = _DAY.fullmatch(value)
    return _later(found, years) if found else value


def _later(found: re.Match[str], years: int) -> str:
    year, month, day = int(found[1]) + years, found[2], found[3] or ""
    try:
        date.fromisoformat(f"{year}-{month}{day or '-01'}")
    except ValueError:
        return f"{year}-{month}-28"
    return f"{year}-{month}{day}"
