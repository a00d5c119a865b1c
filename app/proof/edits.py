"""Single edits to a pack, as a slip of the pen makes them: a date by a day, an amount, a condition that is left out.

They are made on the pack's tree (read_pack.Written.tree). Texts, titles and clauses are not edited: they decide
nothing.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.rules.vocabulary import CIRCUMSTANCES, CLASSES, FUNDS, IDENTITIES, SCHOOLS

Place = tuple[str | int, ...]
REMOVED: Any = object()
_APART = {
    "pack", "region", "region_name", "extends", "amendments", "coverage_year", "version", "notice", "documents",
    "accepts", "cite", "title", "text",
}  # fmt: skip
_DATE, _SPAN = re.compile(r"\d{4}-\d{2}-\d{2}"), re.compile(r"(\d+) (days?|months?)")
_AMOUNT, _COUNT = re.compile(r"\d+(\.\d+)?"), re.compile(r"\d{1,3}")
_TESTS = {
    "when", "not", "unless", "paid", "born", "identity", "circumstance", "employee_insurance", "ended",
    "recognized", "on", "age", "school", "shown", "recognition", "months_paid_this_year",
    "months_paid_last_year", "missed_years", "repaid_years", "month_after_recognition",
}  # fmt: skip
_OPTIONAL = frozenset({"when", "recognized", "not", "on", "unless", "any", "at_most", "at_most_yuan", "at_least_yuan"})
_ORDERED = frozenset({"routes", "subsidies", "wait", "rates"})
_DROPPED = _ORDERED | {"identities", "any_of", "any", "all", "notes", "incentives", "rewards", "add_ons", "classes"}
_WORDS: dict[str, tuple[str, ...]] = {
    "is": ("applies", "none", "not_settled"),
    "kind": ("personal", "full_standard", "waived"),
    "from": ("coverage_year", "payment", "birth", "employment_end", "not_stated"),
    "month_after": ("payment", "birth", "employment_end"),
    "day_after": ("payment", "birth", "employment_end"),
    "settled": ("at_payment", "no_order", "refunded"),
    "counts_from": ("payment", "day_after_payment", "month_after_payment", "benefit_start"),
    "last_day": ("waits", "benefits"),
    "to": ("one_card", "payer"),
    "fund": tuple(FUNDS),
    "in": ("coverage_year", "year_before"),
    "code": tuple(IDENTITIES),
    **dict.fromkeys(("circumstance", "day_after_circumstance", "month_after_circumstance"), tuple(CIRCUMSTANCES)),
}


@dataclass(frozen=True, slots=True)
class Edit:
    """What is changed where: `after` is REMOVED where something is left out, `swapped` where it changes places with the
    next one."""

    kind: str
    place: Place
    before: Any
    after: Any

    def applied(self, tree: Any) -> Any:
        """The tree with the edit."""
        if self.kind != "order":
            return _changed(tree, self.place, lambda _: self.after)
        at = self.place[-1]
        assert isinstance(at, int)
        return _changed(tree, self.place[:-1], lambda items: [*items[:at], items[at + 1], items[at], *items[at + 2 :]])

    def __str__(self) -> str:
        where = ".".join(map(str, self.place))
        if self.after is REMOVED:
            return f"{self.kind}: {where} left out ({_short(self.before)})"
        return f"{self.kind}: {where} {_short(self.before)} -> {_short(self.after)}"


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("id") or value.get("code") or value)[:80]
    return str(value)[:80]


def _changed(tree: Any, place: Place, change: Callable[[Any], Any]) -> Any:
    if not place:
        return change(tree)
    key, rest = place[0], place[1:]
    if isinstance(tree, list):
        found = [_changed(item, rest, change) if i == key else item for i, item in enumerate(tree)]
        return [item for item in found if item is not REMOVED]
    assert isinstance(tree, dict)
    changed = {k: _changed(v, rest, change) if k == key else v for k, v in tree.items()}
    return {k: v for k, v in changed.items() if v is not REMOVED}


def edits(tree: dict[str, Any]) -> Iterator[Edit]:
    """Every single edit there is."""
    windows = tuple(tree.get("windows", {}))
    for key, value in tree.items():
        if key not in _APART:
            yield from _edits(value, (key,), windows)


def _edits(value: Any, place: Place, windows: tuple[str, ...]) -> Iterator[Edit]:
    if isinstance(value, dict):
        yield from _of_mapping(value, place)
        for key, part in value.items():
            if key not in _APART:
                yield from _edits(part, (*place, key), windows)
    elif isinstance(value, list):
        yield from _of_list(value, place)
        for i, part in enumerate(value):
            yield from _edits(part, (*place, i), windows)
    else:
        yield from _of_scalar(value, place, windows)


def _of_mapping(value: dict[str, Any], place: Place) -> Iterator[Edit]:
    """A condition or a bound that is left out."""
    tests = place[-1] in _TESTS or (len(place) > 1 and place[-2] in ("any", "all"))
    for key, part in value.items():
        if (tests and len(value) > 1) or key in _OPTIONAL:
            yield Edit("condition", (*place, key), part, REMOVED)


def _of_list(value: list[Any], place: Place) -> Iterator[Edit]:
    key = place[-1]
    names = len(place) > 1 and place[-2] == "shown"
    if (key in _DROPPED or place[0] == "groups" or names) and len(value) > 1:
        yield from (Edit("left out", (*place, i), item, REMOVED) for i, item in enumerate(value))
    if key in _ORDERED and not names:
        yield from (Edit("order", (*place, i), value[i], value[i + 1]) for i in range(len(value) - 1))


def _of_scalar(value: str, place: Place, windows: tuple[str, ...]) -> Iterator[Edit]:
    key = next(part for part in reversed(place) if isinstance(part, str))
    if _DATE.fullmatch(value):
        day = date.fromisoformat(value)
        yield from (Edit("date", place, value, (day + timedelta(days=n)).isoformat()) for n in (1, -1))
    elif span := _SPAN.fullmatch(value):
        yield from (Edit("span", place, value, f"{int(span[1]) + n} {span[2]}") for n in (1, -1) if int(span[1]) + n)
    elif key.endswith(("yuan", "person_pays", "yuan_per_year")) and _AMOUNT.fullmatch(value):
        yield from (Edit("amount", place, value, f"{float(value) + n:g}") for n in (1, -1, 10))
    elif _COUNT.fullmatch(value):
        yield from (Edit("number", place, value, str(int(value) + n)) for n in (1, -1) if int(value) + n >= 0)
    elif value in ("yes", "no"):
        yield Edit("word", place, value, "no" if value == "yes" else "yes")
    else:
        yield from (Edit("word", place, value, word) for word in _words(value, place, key, windows) if word != value)


def _words(value: str, place: Place, key: str, windows: tuple[str, ...]) -> Iterator[str]:
    """Other words that could stand in the place of this one."""
    if place[0] == "groups" or key == "identities" or (key == "any_of" and value in IDENTITIES):
        yield from (code for code in IDENTITIES)
    elif key == "classes":
        yield from (name for names in CLASSES.values() for name in names)
    elif key == "any_of" and value in CIRCUMSTANCES:
        yield from CIRCUMSTANCES
    elif key == "any_of" and value in SCHOOLS:
        yield from SCHOOLS
    elif key in ("in", "after") and value in windows:
        yield from windows
    elif key in ("id", "route") and place[0] == "routes" and place[-1] == key:
        yield value + "_2"
    elif value in _WORDS.get(key, ()) and (key != "code" or place[0] == "subsidies"):
        yield from _WORDS[key]
    elif key in ("from", "to", "after") and "." in value:
        name, _, edge = value.partition(".")
        yield f"{name}.{'opens' if edge == 'closes' else 'closes'}"
