"""A county's pack on top of a prefecture's: what it may fill, what it may not, and where its mistakes are told."""

from datetime import date
from pathlib import Path

import pytest

from app.packs.mistakes import PackRefused
from app.packs.read_pack import read_pack
from app.packs.shelf import Shelf

MADE_UP = Path(__file__).parent / "made_up"


def county(tmp_path: Path, before: str, after: str) -> Path:
    """The made-up county with something changed, beside its prefecture."""
    (tmp_path / "9002-2026.yaml").write_text((MADE_UP / "9002-2026.yaml").read_text())
    path, text = tmp_path / "900201-2026.yaml", (MADE_UP / "900201-2026.yaml").read_text()
    assert before in text
    path.write_text(text.replace(before, after))
    return path


def test_every_value_knows_the_document_it_comes_from() -> None:
    _, policy = read_pack(MADE_UP / "900201-2026.yaml")
    window, allowance = policy.routes[0], next(row for row in policy.subsidies if row.id == "allowance")
    assert (window.cite.source, window.cite.document, window.cite.clause) == ("document", "戊政办发〔2025〕1号", "三")
    assert (allowance.cite.source, allowance.cite.clause, allowance.fen) == ("notice", "二", 39900)
    assert policy.windows[0].cite.document == "己医保〔2025〕9号"


@pytest.mark.parametrize(
    ("before", "after", "line", "sentence"),
    [
        ("yuan: 420, cite: 一", "yuan: 380, cite: 一", 10, "380 is below 400, the least"),
        ("percent: 95", "percent: 80", 12, "80 is below 90, the least"),
        ("percent: 95, cite: 二", "percent: 95", 12, "a changed value without its clause"),
        ('region: "9002"}', 'region: "9003"}', 7, "is not there: 9003-2026.yaml"),
        ("kind: personal, cite: 四", "kind: dear, cite: 四", 21, "is not in the vocabulary"),
    ],
)
def test_a_mistake_of_the_county_is_told_with_its_line(
    tmp_path: Path, before: str, after: str, line: int, sentence: str
) -> None:
    with pytest.raises(PackRefused) as refused:
        read_pack(county(tmp_path, before, after))
    assert [(at, sentence in text) for at, text in refused.value.mistakes] == [(line, True)]


def test_a_county_says_another_first_day_another_charge_another_fund_and_another_exception(tmp_path: Path) -> None:
    said = ["{id: window", "cite: 一", "when: {not: {born: {from: 2024-01-01}}}", "charge: {kind: waived, cite: 一}"]
    said += ["subsidy: {is: none, cite: 一}", "benefits: {month_after: payment, cite: 一}}"]
    path = county(tmp_path, "routes:\n", f"routes:\n  - {', '.join(said)}\n")
    path.write_text(
        path.read_text().replace("percent: 95,", "percent: 95, shares: [{fund: county_fiscal, rest: yes}],")
    )
    above = path.with_name("9002-2026.yaml")
    text = above.read_text().replace("charge: {kind: personal,", "charge: {kind: personal, surcharge_yuan: 10,")
    above.write_text(
        text.replace("when: {paid: {in: main}}", "when: {paid: {in: main}, not: {born: {to: 2000-01-01}}}")
    )
    form, policy = read_pack(path)
    exception = form.routes[0].when.not_
    assert exception is not None
    assert exception.born is not None
    assert (exception.born.from_, exception.born.to) == (date(2024, 1, 1), None)
    assert (policy.routes[0].start.next_month, policy.routes[0].personal_fen) == (True, 0)
    assert next(row for row in policy.subsidies if row.id == "allowance").shares[0][0] == "county_fiscal"


def test_a_county_names_fewer_identities_than_the_prefecture(tmp_path: Path) -> None:
    path = county(tmp_path, "percent: 95,", "percent: 95, identities: [{code: subsistence_allowance}],")
    above = path.with_name("9002-2026.yaml")
    both = "[{code: subsistence_allowance}, {code: subsistence_marginal}]"
    above.write_text(above.read_text().replace("[subsistence_allowance]", both))
    allowance = next(row for row in read_pack(path)[1].subsidies if row.id == "allowance")
    assert [selector.code for selector in allowance.selectors] == ["subsistence_allowance"]


def test_a_county_leaves_out_what_the_prefecture_has(tmp_path: Path) -> None:
    said = "leaves_out: [{of: subsidies, name: allowance, cite: 二}]\nregion_name:"
    path = county(tmp_path, "region_name:", said)
    lines = path.read_text().splitlines()
    path.write_text("\n".join(line for line in lines if "id: allowance" not in line) + "\n")
    kept = {row.id for row in read_pack(path)[1].subsidies}
    assert "allowance" in {row.id for row in read_pack(path.with_name("9002-2026.yaml"))[1].subsidies}
    assert kept
    assert "allowance" not in kept


def test_what_is_not_above_cannot_be_left_out(tmp_path: Path) -> None:
    with pytest.raises(PackRefused) as refused:
        read_pack(county(tmp_path, "region_name:", "leaves_out: [{of: routes, name: absent, cite: 二}]\nregion_name:"))
    assert "among its routes" in refused.value.mistakes[0][1]


def test_an_amount_that_reaches_the_prefectures_share_is_no_contradiction(tmp_path: Path) -> None:
    _, policy = read_pack(county(tmp_path, "percent: 95", "yuan: 400"))
    assert next(row.fen for row in policy.subsidies if row.id == "allowance") == 40000
    with pytest.raises(PackRefused, match="do not agree"):
        read_pack(county(tmp_path, "percent: 95", "yuan: 300"))


def test_a_mistake_of_the_prefecture_is_told_with_the_prefectures_line(tmp_path: Path) -> None:
    path = county(tmp_path, "己县", "己县")
    above = path.with_name("9002-2026.yaml")
    above.write_text(above.read_text().replace("kind: personal", "kind: full_standard"))
    with pytest.raises(PackRefused) as refused:
        read_pack(path)
    assert (refused.value.file, [line for line, _ in refused.value.mistakes]) == ("9002-2026.yaml", [24])


def test_a_change_of_the_prefecture_changes_the_countys_digest(tmp_path: Path) -> None:
    path = county(tmp_path, "己县", "己县")
    before = read_pack(path)[1].digest
    above = tmp_path / "9002-2026.yaml"
    above.write_text(above.read_text() + "# checked\n")
    assert read_pack(path)[1].digest != before


def test_a_prefecture_in_another_folder_is_found_by_the_shelf(tmp_path: Path) -> None:
    (tmp_path / "county").mkdir()
    (tmp_path / "above").mkdir()
    county(tmp_path / "county", "己县", "己县")
    (tmp_path / "county" / "9002-2026.yaml").rename(tmp_path / "above" / "9002-2026.yaml")
    shelf = Shelf((tmp_path / "county", tmp_path / "above"))
    assert shelf.find("900201", 2026).policy.routes[0].personal_fen == 42000
    assert shelf.find("900202001", 2026).policy.id == "9002-2026"


def test_an_amendment_of_the_prefecture_amends_the_county_and_is_cited_as_its_own_document() -> None:
    _, policy = read_pack(MADE_UP / "900401-2026.yaml")
    assert [day.isoformat() for day in policy.amendment_days] == ["2025-12-26", "2026-01-10"]
    assert policy.amended_on == "2026-01-10"
    assert policy.windows[0].cite.document == "庚医保〔2025〕9号"
    assert policy.subsidies[0].cite.document == "辛医保〔2026〕1号"


def test_a_mistake_in_an_amendment_of_the_prefecture_is_told_with_the_prefectures_line(tmp_path: Path) -> None:
    for name in ("9004-2026.yaml", "900401-2026.yaml"):
        (tmp_path / name).write_text((MADE_UP / name).read_text().replace("known_from: 2025-12-26", "known_from: soon"))
    with pytest.raises(PackRefused) as refused:
        read_pack(tmp_path / "900401-2026.yaml")
    assert refused.value.file == "9004-2026.yaml"
    assert [line for line, _ in refused.value.mistakes] == [41]
