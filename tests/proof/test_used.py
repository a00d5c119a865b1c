"""What applies and what decides, where several ways in are equally favorable and begin on days of the person's."""

from pathlib import Path

import pytest

from tests.proof.packs import proved

ONE = "\none_subsidy:"


def way(name: str, when: str, benefits: str, more: str = "", charge: str = "{kind: personal, cite: 三}") -> str:
    return (
        f"\n  - id: {name}\n    title: 途径{name}\n    cite: 三\n    when: {when}\n    charge: {charge}\n"
        f"    subsidy: {{is: {'applies' if 'personal' in charge else 'none'}, cite: 四}}\n"
        f"    benefits: {{{benefits}, cite: 三}}{more}"
    )


def findings(folder: Path, *ways: str) -> set[tuple[str, tuple[str, ...]]]:
    _, _, proof = proved(folder, (ONE, "".join(ways) + ONE))
    return {(found.code, found.of) for found in proof.findings}


AFTER = "{paid: {after: main}}"
FEBRUARY = "{paid: {from: 2024-02-01}}"
MOVED = "{paid: {from: 2024-02-01}, circumstance: {any_of: [hukou_transfer_in], on: {within: 30 days}}}"
LISTED = "{paid: {after: main}, identity: {any_of: [orphan], recognized: {after: main.closes, within: 28 days}}}"
MONTH_AFTER_LISTED = "month_after_recognition: {any_of: [orphan], recognized: {after: main.closes}}"


def test_a_wait_applies_though_another_way_in_with_the_same_wait_always_goes_before_it(tmp_path: Path) -> None:
    one = way("one", AFTER, "from: coverage_year", "\n    wait: [{months: 1, cite: 五}]")
    other = way(
        "other",
        AFTER,
        "from: end_of_wait",
        "\n    wait:"
        "\n      - {months: 2, when: {insured_last_year: yes}, cite: 五}"
        "\n      - {months: 1, when: {zero_claims_last_year: yes}, cite: 五}",
    )
    # Without it, whoever had no claims would have no wait at all.
    assert ("never_applies", ("other", "wait_2")) not in findings(tmp_path, one, other)


def test_a_subsidy_applies_though_another_way_in_always_goes_before_the_one_that_grants_it(tmp_path: Path) -> None:
    early = way("early", "{paid: {in: main}}", "day: 2023-09-01").replace("{is: applies", "{is: not_settled")
    changes = [(ONE, early + ONE), ("    yuan: 190\n", "    yuan: 190\n    settled: refunded\n")]
    _, _, proof = proved(tmp_path, *changes)
    assert ("never_applies", ("half",)) not in {(found.code, found.of) for found in proof.findings}


def test_a_way_in_decides_where_its_own_day_may_be_the_earlier_one(tmp_path: Path) -> None:
    newborn, listed = way("newborn", AFTER, "day_after: birth"), way("listed", LISTED, MONTH_AFTER_LISTED)
    # Recognized in January and born on 1 February: from the 1st by the one, from the 2nd by the other.
    assert ("never_decides", ("listed",)) not in findings(tmp_path, newborn, listed)


def test_ways_in_that_begin_with_birth_for_those_born_later_are_two_answers(tmp_path: Path) -> None:
    stated = "{kind: stated, yuan: 190, cite: 三}"
    month_after = way("moved", MOVED, "month_after_circumstance: hukou_transfer_in", charge=stated)
    # Moved in January and born in February: both from birth.
    always = way("always", FEBRUARY, "from: coverage_year")
    assert ("two_answers", ("moved", "always")) in findings(tmp_path, month_after, always)


@pytest.mark.parametrize(
    "both",
    [
        "{identity: {any_of: [disability_1]}}, {identity: {any_of: [lifted_from_poverty]}}",
        "{circumstance: {any_of: [military_discharge]}}, {circumstance: {any_of: [conscript_return]}}",
    ],
)
def test_a_way_in_for_whoever_is_both_applies(tmp_path: Path, both: str) -> None:
    found = findings(tmp_path, way("both", f"{{paid: {{after: main}}, all: [{both}]}}", "from: coverage_year"))
    assert ("never_applies", ("both",)) not in found


@pytest.mark.parametrize("on", ["in: coverage_year, within: 90 days", "from: 2024-01-01, within: 90 days"])
def test_two_circumstances_of_which_neither_lies_within_both_bounds_let_nobody_in(tmp_path: Path, on: str) -> None:
    when = f"{{paid: {{after: main}}, circumstance: {{any_of: [military_discharge, conscript_return], on: {{{on}}}}}}}"
    found = findings(tmp_path, way("bounded", when, "from: coverage_year"))  # the engine and the proof agree
    assert ("never_applies", ("bounded",)) not in found
