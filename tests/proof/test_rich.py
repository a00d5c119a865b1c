"""A pack with everything at once is proved like any other: it has hundreds of millions of classes of people."""

from pathlib import Path

from app.packs.case_runs import run_case
from app.packs.cases import read_cases
from app.packs.shelf import Shelf
from app.proof.prove import prove

RICH = Path(__file__).parent.parent / "packs" / "rich"


def test_a_rich_pack_is_proved_and_passes_its_cases() -> None:
    shelf = Shelf((RICH,))
    ((region, year),) = shelf
    compiled = shelf.find(region, year)
    cases = read_cases(RICH / f"{region}-{year}.cases.yaml")
    assert {case.name: found for case in cases if (found := run_case(compiled, case))} == {}
    proof = prove(shelf.written(region, year), compiled)
    assert not proof.errors
    assert {finding.code for finding in proof.findings} == {"other_fund"}
    assert proof.classes > 500_000_000
