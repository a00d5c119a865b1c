"""The people of a file by what the change does to them, and the money by fund."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from app.batch.cells import Explain
from app.batch.two_packs import compare_people
from app.diffing.sides import FIELDS, Effect, Side, effect_of
from app.rules.compiling import Compiled

Progress = Callable[[int, int, int], None]
PERSONAL, REFUNDED = "personal", "refunded:"


@dataclass
class Moved:
    """People who get one pair of answers."""

    effect: Effect
    before: Side
    after: Side
    people: int


@dataclass
class People:
    """`money`: what comes from where under the old and the new notice, in fen: what people pay themselves (`personal`),
    each fund, each fund's refunds. `not_known`: people whose amounts one of the notices does not give."""

    rows: int = 0
    refused: int = 0
    facts: list[str] = field(default_factory=list)
    effects: dict[Effect, int] = field(default_factory=dict)
    money: dict[str, list[int]] = field(default_factory=dict)
    not_known: int = 0
    groups: list[Moved] = field(default_factory=list)


def people_of(source: Path, old: Compiled, new: Compiled, pay: date, explain: Explain, progress: Progress) -> People:
    """Reads the file once. What comes out holds no person, only numbers."""
    pairs = compare_people(source, old, new, pay, explain, progress)
    found = People(refused=pairs.refused, facts=pairs.facts)
    for before, after, later, count in pairs.pairs:
        one, other = _side(before), _side(after)
        effect = effect_of(one, other, later)
        found.rows += count
        found.effects[effect] = found.effects.get(effect, 0) + count
        found.groups.append(Moved(effect, one, other, count))
        if any(side.open and side.payable is None for side in (one, other)):
            found.not_known += count
        for n, row in enumerate((before, after)):
            _add(found.money, row, n, count)
    found.groups.sort(key=lambda group: -group.people)
    return found


def _side(row: dict[str, Any]) -> Side:
    return Side(**{name: row[field] for name, field in FIELDS.items()})


def _add(money: dict[str, list[int]], row: dict[str, Any], side: int, count: int) -> None:
    """What these people and the funds pay by one notice."""
    parts = [(PERSONAL, row["payable_fen"] or 0)]
    for key, prefix in (("subsidies", ""), ("refunds", REFUNDED)):
        for share in (row[key] or "").split(";"):
            fund, _, fen = share.partition(":")
            if fund and fen.isdigit():
                parts.append((prefix + fund, int(fen)))
    for name, fen in parts:
        money.setdefault(name, [0, 0])[side] += fen * count
