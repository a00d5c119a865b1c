"""The engine alone: against the notice written out by hand, and against zen-engine with the same rules."""

import json
import subprocess
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from app.contract.person import PersonForm
from app.packs.shelf import Shelf
from app.rules.compiling import Compiled
from app.rules.facts import read_facts
from app.rules.person import Person
from app.rules.quoting import quote
from bench import handwritten
from bench.timing import Ratio, interleave, ratios

HERE = Path(__file__).parent
ROOT = HERE.parent
RIVALS = HERE / "rivals"
Asked = list[tuple[Person, date]]
_ADULT = {"birth_date": "1985-06-15", "insured_last_year": True}
_JOB = {"status": "ended", "ended_on": "2026-03-10", "months_paid_this_year": 2, "lapsed_last_year": False}
PEOPLE: list[tuple[dict[str, Any], str]] = [
    (_ADULT, "2026-01-15"),
    (_ADULT | {"insured_last_year": False}, "2026-01-15"),
    (_ADULT | {"identities": [{"code": "at_risk_of_poverty", "since": "2025-03-01"}]}, "2025-12-01"),
    (_ADULT | {"identities": [{"code": "orphan"}]}, "2025-11-03"),
    (_ADULT, "2026-03-05"),
    (_ADULT | {"employee_insurance": _JOB | {"gap_this_year": False}}, "2026-05-01"),
]


def district() -> Compiled:
    return Shelf().find("hunan-anon-district", 2026)


def as_asked(people: list[tuple[dict[str, Any], str]]) -> Asked:
    """People and days as the engine takes them."""
    return [(PersonForm.model_validate_json(json.dumps(p)).person(), date.fromisoformat(d)) for p, d in people]


def _timed(deed: Callable[[Person, date], object], asked: Asked, count: int) -> float:
    start = perf_counter()
    for _ in range(count // len(asked)):
        for person, day in asked:
            deed(person, day)
    return perf_counter() - start


def _p99(deed: Callable[[Person, date], object], asked: Asked) -> float:
    """Microseconds of one call, the slowest hundredth left out."""
    taken = []
    for n in range(6000):
        person, day = asked[n % len(asked)]
        start = perf_counter()
        deed(person, day)
        taken.append(perf_counter() - start)
    return 1e6 * sorted(taken)[int(len(taken) * 0.99)]


def against_handwritten(rounds: int) -> list[Ratio]:
    """The same people, the same answers (checked), explanation and valid_through included."""
    compiled, asked = district(), as_asked(PEOPLE)
    policy = quote(compiled, *asked[0]).answer()["policy"]

    def engine(person: Person, day: date) -> object:
        return quote(compiled, person, day).answer()

    def by_hand(person: Person, day: date) -> object:
        return handwritten.answer(person, day, policy)

    for person, day in asked:
        ours, theirs = engine(person, day), by_hand(person, day)
        if ours != theirs:
            raise SystemExit(f"engine and handwritten function differ on {day}:\n{ours}\n{theirs}")
    hand, mine = interleave([partial(_timed, by_hand, asked, 12_000), partial(_timed, engine, asked, 12_000)], rounds)
    tails = f"p99 {_p99(engine, asked):.1f} µs, by hand {_p99(by_hand, asked):.1f} µs"
    remark = f"{1e6 * min(mine) / 12_000:.1f} µs an answer; {tails}"
    return [Ratio("engine : handwritten function, whole answer", "0.8", ratios(hand, mine), remark)]


class Zen:
    """zen-engine in its own environment, told over a pipe how often to evaluate."""

    def __init__(self, way: str) -> None:
        command = [
            str(ROOT / ".venv-zen/bin/python"),
            str(RIVALS / "zen_probe.py"),
            str(RIVALS / "zen_people.json"),
            way,
        ]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, count: int) -> float:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"run {count}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self) -> None:
        self.process.communicate("quit\n", timeout=20)


def against_zen(rounds: int) -> list[Ratio]:
    """The twelve people of rivals/zen_people.json, whose answers both sides must give."""
    compiled, entries = district(), json.loads((RIVALS / "zen_people.json").read_text())
    asked = as_asked([(e["request"]["person"], e["request"]["pay_date"]) for e in entries])
    for (person, day), entry in zip(asked, entries, strict=True):
        answer = quote(compiled, person, day).answer()
        if any(answer[k] != v for k, v in entry["expect"].items()):
            raise SystemExit(f"{entry['name']}: {answer}")
    found = []
    for way, count, label in (("decision", 600, "create_decision"), ("engine", 12_000, "static loader")):
        found += _race_zen(compiled, asked, way, count, label, rounds)
    return found


def _race_zen(compiled: Compiled, asked: Asked, way: str, count: int, label: str, rounds: int) -> list[Ratio]:
    def whole(person: Person, day: date) -> object:
        return quote(compiled, person, day).answer()

    def verdict(person: Person, day: date) -> object:
        return compiled.decide(day.toordinal(), read_facts(person, 2026))

    zen = Zen(way)
    contestants = [
        partial(zen.run, count),
        partial(_timed, whole, asked, count),
        partial(_timed, verdict, asked, count),
    ]
    theirs, answers, verdicts = interleave(contestants, rounds)
    zen.close()
    remark = f"zen {1e6 * min(theirs) / count:.1f} µs, {label}"
    return [
        Ratio(f"engine, whole answer : zen ({label})", "8", ratios(theirs, answers), remark),
        Ratio(f"engine, verdict as zen gives it : zen ({label})", "8", ratios(theirs, verdicts), remark),
    ]
