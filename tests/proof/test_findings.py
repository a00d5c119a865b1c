"""A broken pack for everything that the proof can find, each with an example that can be pasted as a case."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from app.checking import check_all
from app.packs.case_runs import run_case
from app.packs.cases import Case, read_cases
from app.packs.form import FINDINGS
from app.packs.read_pack import read_written
from app.packs.shelf import Shelf
from app.proof.prove import prove
from app.proof.telling import told
from app.rules.compiling import compile_policy
from tests.proof.packs import GOOD, proved

SUBSIDIES = "  - {id: full, identities: [orphan], all: yes, fund: fiscal, cite: 四}\n"
RATES = "  personal: {yuan: 380, cite: 二}\n"
LATE = """  - id: late
    title: 期外缴费
    cite: 三
    when: {paid: {after: main}}
    charge: {kind: full_standard, total_yuan: 1020, cite: 三}
    subsidy: {is: none, cite: 四}
    benefits: {from: coverage_year, cite: 三}
    wait: [{days: 90, cite: 三}]
"""
NOTE = "  - {code: hint, kind: reading, text: 说明, cite: 五, shown: {routes: [late]}}"
OTHER = "  - {{id: {}, identities: [extreme_poverty], all: yes, {}, cite: 四}}\n"
AGED = "{{age: {{at_least: {}, on: payment}}}}"
LEAST = "{kind: stated, yuan: {at_least: 100}, cite: 三}"
SECOND = "  second: {opens: 2024-01-01, closes: 2024-02-28, cite: 三}\n"


class Broken(NamedTuple):
    """What is found, about what, and the changes to the small pack that bring it about."""

    finding: str
    of: tuple[str, ...]
    changes: list[tuple[str, str]]


def way_in(name: str, when: str, charge: str, more: str = "") -> str:
    return (
        f"  - id: {name}\n    title: 另一途径\n    cite: 三\n    when: {when}\n    charge: {charge}\n"
        f"    subsidy: {{is: none, cite: 四}}\n    benefits: {{from: coverage_year, cite: 三}}\n{more}"
    )


BROKEN = [
    Broken(
        "two_answers",
        ("window", "special"),
        [(LATE, way_in("special", "{paid: {in: main}}", "{kind: stated, yuan: 190, cite: 三}") + LATE)],
    ),
    Broken(
        "two_answers",
        ("full", "refunded"),
        [(SUBSIDIES, SUBSIDIES + OTHER.format("refunded", "settled: refunded, fund: fiscal"))],
    ),
    Broken(
        "other_fund",
        ("full", "civil"),
        [(SUBSIDIES, SUBSIDIES + OTHER.format("civil", "fund: civil_affairs"))],
    ),
    Broken(
        "overlapping_rates",
        ("child", "pupil"),
        [
            (
                RATES,
                "  rates:\n"
                "    - {id: child, title: 未成年人, yuan: 300, when: {age: {below: 18, on: payment}}, cite: 二}\n"
                "    - {id: pupil, title: 学生, yuan: 320, when: {school: {any_of: [secondary]}}, cite: 二}\n"
                "    - {id: other, title: 其他人, yuan: 380, cite: 二}\n",
            ),
            ("{kind: full_standard, total_yuan: 1020, cite: 三}", "{kind: stated, yuan: 1020, cite: 三}"),
        ],
    ),
    Broken("no_answer", (), [(LATE, ""), ("notes:\n" + NOTE, "notes: []")]),
    Broken(
        "never_applies",
        ("special",),
        [(LATE, way_in("special", "{paid: {in: main, from: 2024-02-01}}", "{kind: personal, cite: 三}") + LATE)],
    ),
    Broken(
        "never_applies",
        ("late", "wait_2"),
        [("{days: 90, cite: 三}", "{days: 90, cite: 三}, {days: 9, cite: 三}")],
    ),
    Broken("never_applies", ("hint",), [("{routes: [late]}", "{routes: [late]}, when: {paid: {in: main}}")]),
    Broken(
        "never_decides",
        ("special",),
        [(LATE, way_in("special", "{paid: {in: main}}", "{kind: stated, yuan: 700, cite: 三}") + LATE)],
    ),
    Broken("never_decides", ("half", "orphan"), [("[subsistence_allowance]", "[subsistence_allowance, orphan]")]),
    Broken(
        "never_decides",
        ("hint",),
        [("{routes: [late]}", "{routes: [late]}, when: {any: [" + AGED.format(60) + ", " + AGED.format(70) + "]}")],
    ),
    Broken(
        "beyond_charge",
        ("half", "least"),
        [
            (LATE, way_in("least", "{paid: {after: main}}", LEAST).replace("is: none", "is: applies")),
            ("routes: [late]", "routes: [least]"),
        ],
    ),
    Broken("jump", ("main",), [("closes: 2023-12-31, cite: 三", "closes: 2023-12-31, cite: not_stated")]),
    Broken(
        "gap",
        (),
        [
            ("closes: 2023-12-31, cite: 三}\n", "closes: 2023-12-29, cite: 三}\n" + SECOND),
            (LATE, way_in("second", "{paid: {in: second}}", "{kind: personal, cite: 三}")),
            (NOTE, NOTE.replace("routes: [late]", "reasons: [window_closed]")),
        ],
    ),
    Broken("silence", ("full",), [("all: yes, fund: fiscal", "all: yes, fund: unspecified")]),
]  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN, ids=lambda b: f"{b.finding} {' '.join(b.of)}")
def test_the_finding_is_made_with_its_line_and_an_example(broken: Broken, tmp_path: Path) -> None:
    pack, compiled, proof = proved(tmp_path, *broken.changes)
    found = [f for f in proof.findings if (f.code, f.of) == (broken.finding, broken.of)]
    assert len(found) == 1, proof.findings
    text = told(found[0], compiled, GOOD.name, pack.line(found[0].place))
    assert re.match(rf"900001-2024\.yaml:[1-9]\d*: \S+ \((error|remark)\) {broken.finding}: ", text)
    if found[0].person is None:
        assert broken.finding.startswith("never")
        return
    assert run_case(compiled, _case(text, tmp_path)) == []


def _case(text: str, folder: Path) -> Case:
    """The example, pasted into a file of cases."""
    path = folder / "900001-2024.cases.yaml"
    path.write_text("\n".join(line[4:] for line in text.splitlines()[1:]) + "\n")
    assert yaml.safe_load(path.read_text())
    return read_cases(path)[0]


OFFERED = [b for b in BROKEN if b.finding not in ("never_applies", "silence")]


@pytest.mark.parametrize("broken", OFFERED, ids=lambda b: f"{b.finding} {' '.join(b.of)}")
def test_the_line_that_is_offered_settles_the_finding_once_it_has_a_clause(broken: Broken, tmp_path: Path) -> None:
    pack, compiled, proof = proved(tmp_path, *broken.changes)
    found = next(f for f in proof.findings if (f.code, f.of) == (broken.finding, broken.of))
    text = told(found, compiled, GOOD.name, pack.line(found.place)).splitlines()[-1].removeprefix("    # ")
    line = "  " + text.replace("code: …", "code: closed").replace("text: …", "text: 不再办理").replace("…", "四") + "\n"
    under = "notes:\n" + line if broken.finding == "no_answer" else f"accepts:\n{line}notes:\n"
    before = "notes: []" if broken.finding == "no_answer" else "notes:\n"
    written = (tmp_path / GOOD.name).read_text()
    (tmp_path / GOOD.name).write_text(written.replace(before, under))
    again = read_written(tmp_path / GOOD.name)
    proof = prove(again, compile_policy(again.policy))
    assert (found.code, found.of) not in {(f.code, f.of) for f in proof.findings}
    assert proof.stale == ()


def test_every_kind_of_finding_has_a_broken_pack() -> None:
    assert {b.finding for b in BROKEN} == set(FINDINGS)


def test_two_ways_in_are_no_two_answers_where_a_third_begins_earlier(tmp_path: Path) -> None:
    special = way_in("special", "{paid: {in: main}}", "{kind: stated, yuan: 190, cite: 三}")
    earlier = special.replace("id: special", "id: earlier").replace("from: coverage_year", "day: 2023-12-01")
    *_, two = proved(tmp_path, (LATE, special + LATE))
    *_, three = proved(tmp_path, (LATE, special + earlier + LATE))
    found = [{f.of for f in proof.findings if f.code == "two_answers"} for proof in (two, three)]
    assert found == [{("window", "special")}, set()]


def test_the_small_pack_has_no_finding(tmp_path: Path) -> None:
    _, _, proof = proved(tmp_path)
    assert (proof.findings, proof.stale) == ((), ())
    assert proof.classes > 50


def rewarded(when: str = "") -> tuple[str, str]:
    """The small pack with two rewards under a cap, the first of them for some only."""
    row = "  - {{code: {0}, title: 激励, for_each: {0}, yuan_per_year: 1000, cite: 五{1}}}\n"
    said = row.format("continuous_years", when) + row.format("zero_claim_years", "")
    return "notes:\n", f"rewards:\n{said}rewards_cap: {{percent: 20, of_yuan: 100000, cite: 五}}\nnotes:\n"


def test_a_reward_that_grows_with_years_does_not_multiply_the_people_by_them(tmp_path: Path) -> None:
    _, _, plain = proved(tmp_path)
    _, _, proof = proved(tmp_path, rewarded())
    assert proof.findings == ()
    assert proof.classes == 4 * plain.classes  # none of the years, or some, of either


def test_a_reward_that_nobody_can_have_is_found(tmp_path: Path) -> None:
    _, _, proof = proved(tmp_path, rewarded(", when: {age: {below: 0, on: payment}, born: {in: coverage_year}}"))
    assert [(f.code, f.of) for f in proof.findings] == [("never_applies", ("continuous_years",))]


def test_a_finding_that_the_pack_accepts_is_told_no_more_and_must_be_there(tmp_path: Path) -> None:
    civil = next(b for b in BROKEN if b.of == ("full", "civil"))
    accepts = "accepts: [{finding: other_fund, of: [full, civil], cite: 四}]\nnotes:\n"
    _, _, proof = proved(tmp_path, *civil.changes, ("notes:\n", accepts))
    assert (proof.findings, len(proof.accepted), proof.stale) == ((), 1, ())
    _, _, stale = proved(tmp_path, ("notes:\n", accepts))
    assert stale.stale == (0,)


def test_packs_check_counts_remarks_and_fails_on_errors_only(tmp_path: Path) -> None:
    text = GOOD.read_text()
    civil = next(b for b in BROKEN if b.of == ("full", "civil"))
    (tmp_path / GOOD.name).write_text(text.replace(*civil.changes[0]))
    case = "- {name: A b c, pay_date: 2023-10-01, person: {birth_date: 1985-06-15}, expect: {payable_fen: 38000}}\n"
    (tmp_path / "900001-2024.cases.yaml").write_text(case)
    (checked,) = check_all(Shelf((tmp_path,)))
    assert (checked.complaints, len(checked.remarks)) == ((), 1)
    silent = next(b for b in BROKEN if b.finding == "silence")
    (tmp_path / GOOD.name).write_text(text.replace(*silent.changes[0]))
    (checked,) = check_all(Shelf((tmp_path,)))
    assert [line.split(": ")[1] for line in checked.complaints] == ["错误 (error) silence"]
