"""The notices themselves: the law, as cases beside each pack."""

import re
from pathlib import Path

import pytest

from app.packs.case_runs import run_case
from app.packs.cases import Case, CaseForm, VillageCaseForm, read_cases
from app.packs.shelf import NOTICES, Shelf
from app.rules.compiling import Compiled

# The notices, and made-up packs in which every construct of the language has a case of its own.
SHELF = Shelf((NOTICES, Path(__file__).parent / "made_up"))
CASES = [
    (SHELF.find(region, year, case.as_of), case)
    for region, year in SHELF
    for case in read_cases(SHELF.path(region, year).with_suffix(".cases.yaml"))
]


@pytest.mark.parametrize(("pack", "case"), CASES, ids=[f"{pack.policy.id}: {case.name}" for pack, case in CASES])
def test_the_case_holds(pack: Compiled, case: Case) -> None:
    assert run_case(pack, case) == []


def test_every_pack_has_cases_and_every_case_file_a_pack() -> None:
    files = [p for folder in (NOTICES, Path(__file__).parent / "made_up") for p in folder.rglob("*.yaml")]
    packs = {p.name.removesuffix(".yaml") for p in files if not p.name.endswith(".cases.yaml")}
    cases = {p.name.removesuffix(".cases.yaml") for p in files if p.name.endswith(".cases.yaml")}
    assert packs == cases == {f"{region}-{year}" for region, year in SHELF}


@pytest.mark.parametrize("key", list(SHELF), ids=lambda key: f"{key[0]}-{key[1]}")
def test_every_way_in_subsidy_and_note_of_a_pack_is_met_by_a_case(key: tuple[str, int]) -> None:
    """A rule that no case reaches could say anything."""
    from app.rules.quoting import quote

    pack = SHELF.find(*key)
    own = [c.form for p, c in CASES if p.policy.id == pack.policy.id and isinstance(c.form, CaseForm)]
    answers = [quote(pack, form.person.person(), form.pay_date).answer() for form in own]
    met_routes = {a["route"] for a in answers}
    met_notes = {n["code"] for a in answers for n in a["notes"]}
    met_who = {s["identity"] for a in answers for s in (*a["subsidies"], *a["refunds"])}
    assert {r.id for r in pack.policy.routes} <= met_routes
    if not all(r.unpriced for r in pack.policy.routes):
        assert {s.code for row in pack.policy.subsidies if not row.unknown for s in row.selectors} <= met_who
    assert {n.code for n in pack.policy.notes} <= met_notes


@pytest.mark.parametrize("key", list(SHELF), ids=lambda key: f"{key[0]}-{key[1]}")
def test_what_a_pack_says_of_changes_and_of_villages_is_met_by_a_case(key: tuple[str, int]) -> None:
    pack = SHELF.find(*key)
    forms = [c.form for p, c in CASES if p.policy.id == pack.policy.id]
    kinds = {form.expect.get("remedy") for form in forms if isinstance(form, CaseForm) and form.then}
    said = (*pack.policy.recognized_after_payment, *pack.policy.changed_after_subsidy)
    assert {remedy.kind for remedy in said} <= kinds
    assert pack.policy.collection is None or any(isinstance(form, VillageCaseForm) for form in forms)


@pytest.mark.parametrize("key", list(SHELF), ids=lambda key: f"{key[0]}-{key[1]}")
def test_case_names_are_sentences_and_no_two_are_the_same(key: tuple[str, int]) -> None:
    names = [case.name for pack, case in CASES if pack.policy.id == f"{key[0]}-{key[1]}"]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[A-Z].* .* .*", name) for name in names)
