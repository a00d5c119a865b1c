"""Rules that begin with the same tests are written under one of them; what comes of it is what came of each alone."""

from itertools import product
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest

from app.packs.shelf import Shelf
from app.rules import conditions as c
from app.rules.compiling import source
from app.rules.emit import Writer
from app.rules.emit_lists import nested, parts_of, write_list
from tests.rules.test_made_up import SHELF as MADE_UP

RICH = Shelf((Path(__file__).parent.parent / "packs" / "rich",))
FLAGS: tuple[c.Flag, ...] = ("insured", "parent", "gap")
TESTS: list[c.Condition] = [*map(c.IsTrue, FLAGS), *(c.Not(c.IsTrue(flag)) for flag in FLAGS), c.ALWAYS, c.Any(())]


def rules(seed: int) -> list[c.Condition]:
    dice = Random(seed)
    return [c.all_of(dice.choices(TESTS, k=dice.randint(0, 4))) for _ in range(dice.randint(1, 12))]


def everybody() -> list[SimpleNamespace]:
    return [SimpleNamespace(**dict(zip(FLAGS, held, strict=True))) for held in product((False, True), repeat=3)]


def holds(when: c.Condition, f: SimpleNamespace) -> bool:
    match when:
        case c.All(parts):
            return all(holds(part, f) for part in parts)
        case c.Any(parts):
            return any(holds(part, f) for part in parts)
        case c.Not(part):
            return not holds(part, f)
        case c.IsTrue(flag):
            return bool(getattr(f, flag))
        case _:
            raise AssertionError(when)


@pytest.mark.parametrize("seed", range(200))
def test_whoever_a_rule_holds_for_is_seen_to_in_the_order_of_the_rules(seed: int) -> None:
    known = rules(seed)
    lines = nested([(parts_of(when), [f"found.append({n})"]) for n, when in enumerate(known)], Writer(tracking=True))
    text = compile("\n".join(["pass", *lines]), "rules", "exec")
    for f in everybody():
        found: list[int] = []
        exec(text, {"f": f, "found": found})
        assert found == [n for n, when in enumerate(known) if holds(when, f)]


@pytest.mark.parametrize("seed", range(200, 400))
def test_a_list_gives_what_its_first_rule_that_holds_gives(seed: int) -> None:
    known, writer = rules(seed), Writer(tracking=True)
    write_list("chosen", [(when, str(n)) for n, when in enumerate(known)], "-1", writer)
    names: dict[str, object] = {}
    exec(writer.functions["chosen"], names)
    chosen = names["chosen"]
    assert callable(chosen)
    for f in everybody():
        first = next((n for n, when in enumerate(known) if holds(when, f)), -1)
        assert chosen(1, f, {}, {}, 1, False, None, 9) == (first, 9)


def test_what_neighbors_ask_in_common_is_asked_once() -> None:
    known = [c.all_of([c.IsTrue("insured"), c.IsTrue("parent"), c.IsOneOf("tier", (n,))]) for n in range(5)]
    lines = list(nested([(parts_of(when), [f"return {n}"]) for n, when in enumerate(known)], Writer(tracking=True)))
    assert [sum(f"f.{flag}" in line for line in lines) for flag in ("insured", "parent")] == [1, 1]


def test_many_tests_in_common_are_no_deep_text() -> None:
    common = [c.Not(c.IsOneOf("tier", (n,))) for n in range(200)]
    known = [c.all_of([*common, c.IsTrue(flag)]) for flag in FLAGS]
    lines = list(nested([(parts_of(when), ["pass"]) for when in known], Writer(tracking=True)))
    compile("\n".join(lines), "rules", "exec")
    assert max(len(line) - len(line.lstrip()) for line in lines) == 8


def test_rules_of_which_each_has_one_test_more_than_the_one_before_are_no_deep_text_either() -> None:
    tests = [c.Not(c.IsOneOf("tier", (n,))) for n in range(150)]
    known = [c.all_of([*tests[:n], c.IsTrue("insured")]) for n in range(150)]
    text = "\n".join(nested([(parts_of(when), [f"found.append({n})"]) for n, when in enumerate(known)], Writer(True)))
    found: list[int] = []
    exec(text, {"f": SimpleNamespace(insured=True, numbers={"tier": 99}), "found": found})
    assert found == [*range(100)]


def test_a_pack_of_many_rates_and_waits_is_written_once_and_not_for_each_of_them() -> None:
    ((region, year),) = RICH
    policy = RICH.find(region, year).policy
    text = source(policy, tracking=True)
    waits = sum(len(route.waits) for route in policy.routes)
    assert text.count("start, wait, until = waits") > 10
    assert text.count("return max(start, ") < waits / 4
    assert "waits0" not in source(MADE_UP.find("900101", 2026).policy, tracking=True)
