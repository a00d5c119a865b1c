"""Single edits to the five packs: what loader, cases and proof catch, in a small form of tools/mutate_packs."""

from pathlib import Path

import pytest

from app.packs.cases import read_cases
from app.packs.mistakes import PackRefused
from app.packs.shelf import Shelf
from app.proof.edits import REMOVED, Edit, edits
from app.proof.same import difference
from app.proof.trial import Trials
from app.rules.compiling import compile_policy
from tests.proof.packs import GOOD, proved, written
from tools.mutate_packs import chosen, run, summary


def test_of_forty_random_edits_that_change_an_answer_nine_in_ten_are_caught() -> None:
    # The long form's figure, 98 in 100, is too coarse for forty: two more or less are five in a hundred.
    outcomes = [run(job) for job in chosen(40, seed=20)]
    assert not [o for _, o in outcomes if o.by == "crash"]
    changing = [o for _, o in outcomes if o.by != "equivalent"]
    assert sum(o.caught for o in changing) / len(changing) >= 0.9, summary(outcomes)


def test_there_is_an_edit_of_every_kind_in_the_five_packs() -> None:
    shelf = Shelf()
    kinds = {edit.kind for key in shelf for edit in edits(shelf.written(*key).tree)}
    assert kinds == {"date", "span", "amount", "number", "word", "condition", "left out", "order"}


def test_edits_are_made_where_they_say() -> None:
    tree = {"a": [{"b": "1"}, {"b": "2"}]}
    assert Edit("number", ("a", 0, "b"), "1", "3").applied(tree) == {"a": [{"b": "3"}, {"b": "2"}]}
    assert Edit("left out", ("a", 0), {"b": "1"}, REMOVED).applied(tree) == {"a": [{"b": "2"}]}
    assert Edit("condition", ("a", 0, "b"), "1", REMOVED).applied(tree) == {"a": [{}, {"b": "2"}]}
    assert Edit("order", ("a", 0), {"b": "1"}, {"b": "2"}).applied(tree) == {"a": [{"b": "2"}, {"b": "1"}]}
    assert tree == {"a": [{"b": "1"}, {"b": "2"}]}


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("yuan: 190", "yuan: 191", False),
        ("closes: 2023-12-31", "closes: 2023-12-30", False),
        ("{paid: {after: main}}", "{paid: {from: 2024-01-01}}", True),
        ("- {id: full, identities: [orphan], all: yes,", "- {id: full, identities: [orphan], yuan: 380,", True),
        ("wait: [{days: 90, cite: 三}]", "wait: [{days: 91, cite: 三}]", False),
        ("kind: reading, text: 说明, cite: 五, shown: {routes: [late]}", "kind: reading, text: 说明, cite: 五", False),
    ],
)
def test_two_packs_are_the_same_where_nobody_gets_another_answer(
    tmp_path: Path, before: str, after: str, same: bool
) -> None:
    one = compile_policy(written(tmp_path).policy)
    _, other, _ = proved(tmp_path, (before, after))
    assert (difference(one, other) is None) == same


def test_an_edit_that_no_case_sees_is_told_with_somebody_whose_answer_changes(tmp_path: Path) -> None:
    pack, compiled, _ = proved(tmp_path)
    (tmp_path / "900001-2024.cases.yaml").write_text(
        "- {name: A b c, pay_date: 2023-10-01, person: {birth_date: 1985-06-15}, expect: {payable_fen: 38000}}\n"
    )
    trials = Trials(tmp_path / GOOD.name, pack, compiled, read_cases(tmp_path / "900001-2024.cases.yaml"))
    found = {str(edit): trials.run(edit) for edit in edits(pack.tree)}
    assert found["amount: subsidies.1.yuan 190 -> 191"].by == "nobody"
    assert "subsistence_allowance" in found["amount: subsidies.1.yuan 190 -> 191"].why
    assert found["amount: standards.personal.yuan 380 -> 381"].by == "loader"
    assert found["date: windows.main.opens 2023-09-01 -> 2023-09-02"].by == "nobody"
    assert found["word: subsidies.0.fund fiscal -> unspecified"].by == "check"


STARTS = [
    ("{from: employment_end, cite: 三}", "the end of employee insurance"),
    ("{circumstance: prison_release, cite: 三}", "the circumstance prison_release"),
    ("{month_after_recognition: {any_of: [orphan]}, cite: 三}", "the recognition of an identity"),
]


@pytest.mark.parametrize(("start", "told"), STARTS)
def test_benefits_do_not_begin_with_what_the_way_in_does_not_ask_for(tmp_path: Path, start: str, told: str) -> None:
    before = "{from: coverage_year, cite: 三}\n    wait: [{days: 90, cite: 三}]"
    with pytest.raises(PackRefused, match=told):
        written(tmp_path, (before, start))


def test_a_recognition_of_long_ago_has_a_next_month_like_any_other(tmp_path: Path) -> None:
    way = "benefits: {from: coverage_year, cite: 三}\n    wait: [{days: 90, cite: 三}]"
    start = "benefits: {month_after_recognition: {any_of: [orphan]}, cite: 三}"
    when = ("{paid: {after: main}}", "{paid: {after: main}, identity: {any_of: [orphan]}}")
    _, _, proof = proved(tmp_path, (way, start), when)  # puts somebody recognized before all days to the engine
    assert {f.code for f in proof.findings} == {"no_answer"}
