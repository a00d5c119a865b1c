"""Next year's pack from this year's: what is moved, what is marked, and that a draft is nothing to quote from."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.packs.cases import Case, CaseForm, VillageCaseForm, read_cases
from app.packs.form import PackForm
from app.packs.marks import marked_lines
from app.packs.mistakes import PackRefused
from app.packs.read_pack import read_pack, read_tree
from app.packs.shelf import NOTICES, Shelf
from app.packs.starting import Begun, nearest, start_cases, start_pack
from tests.packs.test_notices import SHELF
from tests.test_cli import canbao

MADE_UP = Path(__file__).parent / "made_up"
# Without the counties that stand on a prefecture: next year's prefecture is not there yet.
STARTABLE = [k for k in SHELF if k[0] not in ("900201", "900401")]


def started(tmp_path: Path, source: str, region: str, year: int, years: int) -> Path:
    folder = NOTICES if (NOTICES / f"{source}.yaml").exists() else MADE_UP
    path = tmp_path / f"{region}-{year}.yaml"
    path.write_text(start_pack((folder / f"{source}.yaml").read_text(), Begun(source, years, region, year, None), "x"))
    return path


def unmarked(path: Path) -> None:
    path.write_text(re.sub(r"  # 待核", "", path.read_text()))


@pytest.mark.parametrize("key", STARTABLE, ids=lambda key: f"{key[0]}-{key[1]}")
def test_a_pack_started_from_any_other_is_a_draft_that_loads_once_it_is_confirmed(
    tmp_path: Path, key: tuple[str, int]
) -> None:
    path = started(tmp_path, f"{key[0]}-{key[1]}", key[0], key[1] + 1, 1)
    with pytest.raises(PackRefused) as refused:
        read_pack(path)
    assert [line for line, _ in refused.value.mistakes] == [line for line, _ in marked_lines(path.read_bytes())]
    read_pack(path, drafts=True)
    unmarked(path)
    form, policy = read_pack(path)
    before = SHELF.open(*key)[1].policy
    assert (form.coverage_year, form.version) == (key[1] + 1, "1")
    assert [(r.id, r.personal_fen) for r in policy.routes] == [(r.id, r.personal_fen) for r in before.routes]


@pytest.mark.parametrize("key", STARTABLE, ids=lambda key: f"{key[0]}-{key[1]}")
def test_every_value_that_the_notice_decides_stands_on_a_marked_line(tmp_path: Path, key: tuple[str, int]) -> None:
    path = started(tmp_path, f"{key[0]}-{key[1]}", key[0], key[1] + 1, 1)
    tree, lines = read_tree(path.name, path.read_bytes())
    marked = {line for line, _ in marked_lines(path.read_bytes())}
    for place in lines:
        value = tree
        for part in place:
            value = value[part]
        if isinstance(value, str) and place[-1] in ("yuan", "opens", "closes", "percent", "cite", "days", "in", "is"):
            assert lines[place] in marked, place


def test_days_are_moved_and_nothing_else(tmp_path: Path) -> None:
    text = started(tmp_path, "430424-2024", "430424", 2025, 1).read_text()
    assert "main: {opens: 2024-09-01, closes: 2024-12-31, cite: 二}  # 待核" in text
    assert "title: 衡东县高湖镇2025年度城乡居民基本医疗保险参保缴费工作方案  # 待核" in text
    assert "number: 医保发〔2023〕24号" in text
    assert "personal: {yuan: 380, cite: 二}  # 待核" in text
    assert 'region: "430424"\n' in text
    assert text.startswith("# yaml-language-server: $schema=x\n# 430424-2025，以 430424-2024 为底稿")
    assert "Cases beside it" not in text


def test_the_amendments_of_the_year_before_are_left_behind(tmp_path: Path) -> None:
    path = tmp_path / "900201-2027.yaml"
    path.write_text(
        start_pack((MADE_UP / "900201-2026.yaml").read_text(), Begun("x-1", 1, "900201", 2027, "庚县"), "x")
    )
    tree, _ = read_tree(path.name, path.read_bytes())
    assert "amendments" not in tree
    assert (tree["region_name"], tree["extends"]) == ("庚县", {"region": "9002"})
    assert set(tree) <= set(PackForm.model_fields)


@pytest.mark.parametrize(
    ("closes", "years", "then"),
    [("2024-02-29", 1, "2025-02-28"), ("2023-02-28", 1, "2024-02-29"), ("2024-02-28", 1, "2025-02-28")],
)
def test_the_last_day_of_february_stays_the_last(closes: str, years: int, then: str) -> None:
    good = (Path(__file__).parent / "good" / "900001-2024.yaml").read_text().replace("2023-12-31", closes)
    text = start_pack(good, Begun("900001-2024", years, "900001", 2024 + years, None), "x")
    assert f"closes: {then}, cite: 三}}  # 待核" in text


def test_a_remark_behind_a_value_stays() -> None:
    good = (Path(__file__).parent / "good" / "900001-2024.yaml").read_text()
    text = start_pack(
        good.replace("cite: 三}\none", "cite: 三}  # 末段\none"), Begun("x", 1, "900001", 2025, None), "x"
    )
    assert "cite: 三}]" not in text or "# 待核" in text
    good = good.replace("personal: {yuan: 380, cite: 二}", "personal: {yuan: 380, cite: 二}  # 第二段")
    text = start_pack(good, Begun("x", 1, "900001", 2025, None), "x")
    assert "personal: {yuan: 380, cite: 二}  # 第二段  # 待核\n" in text


@pytest.mark.parametrize("key", STARTABLE, ids=lambda key: f"{key[0]}-{key[1]}")
def test_cases_are_moved_and_each_is_to_be_confirmed(tmp_path: Path, key: tuple[str, int]) -> None:
    source = SHELF.path(*key).with_suffix(".cases.yaml")
    path = tmp_path / "x.cases.yaml"
    path.write_text(start_cases(source.read_text(), Begun("x", 1, key[0], key[1] + 1, None), "x"))
    before = read_cases(source)
    assert len(marked_lines(path.read_bytes())) == len(before)
    with pytest.raises(PackRefused, match="待核"):
        read_cases(path)
    unmarked(path)
    after = read_cases(path)
    assert [re.sub(r"\d{4}", "", c.name) for c in after] == [re.sub(r"\d{4}", "", c.name) for c in before]
    assert {year - was for c, b in zip(after, before, strict=True) for year, was in _years(c, b)} == {1}


def _years(after: Case, before: Case) -> Iterator[tuple[int, int]]:
    one, other = after.form, before.form
    if isinstance(one, CaseForm) and isinstance(other, CaseForm):
        yield one.pay_date.year, other.pay_date.year
    if isinstance(one, VillageCaseForm) and isinstance(other, VillageCaseForm):
        yield from zip((d.year for d in one.village.paid), (d.year for d in other.village.paid), strict=True)


def test_the_nearest_pack_is_last_years_then_the_longest_common_code() -> None:
    shelf = Shelf()
    assert nearest(shelf, "430424", 2025) == ("430424", 2024)
    assert nearest(shelf, "430481", 2025) == ("430424", 2024)
    assert nearest(shelf, "430181", 2022) == ("430104", 2022)
    assert nearest(shelf, "hunan-anon-town", 2021) == ("hunan-anon-town", 2020)
    assert nearest(shelf, "990000", 2025) is None
    assert nearest(shelf, "some-town", 2025) is None


def test_packs_new_writes_a_pack_its_cases_and_the_schemas(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    done = canbao("packs", "new", "430481", "2025", "--name", "湖南省衡阳市耒阳市", "--packs", str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    assert "以 430424-2024 为底稿" in done.stdout
    names = {"430481-2025.yaml", "430481-2025.cases.yaml", "pack.schema.json", "cases.schema.json"}
    assert {p.name for p in folder.iterdir()} == names
    assert json.loads((folder / "pack.schema.json").read_text())["title"].startswith("canbao")
    text = (folder / "430481-2025.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=pack.schema.json\n")
    assert "region_name: 湖南省衡阳市耒阳市  # 待核" in text
    again = canbao("packs", "new", "430481", "2025", "--packs", str(folder))
    assert (again.returncode, "已经有了" in again.stderr) == (2, True)


def test_a_draft_fails_the_check_line_by_line_and_can_be_looked_at(tmp_path: Path) -> None:
    path = started(tmp_path, "430424-2024", "430424", 2025, 1)
    checked = canbao("packs", "check", "--packs", str(tmp_path))
    assert checked.returncode == 1
    line = next(i for i, text in enumerate(path.read_text().splitlines(), 1) if "yuan: 380, cite: 二" in text)
    assert f"430424-2025.yaml:{line}: 待核" in checked.stderr
    assert "personal: {yuan: 380, cite: 二}" in checked.stderr
    shown = canbao("packs", "show", "430424", "2025", "--packs", str(tmp_path))
    assert shown.returncode == 0
    assert f"草稿，{len(marked_lines(path.read_bytes()))} 行待核" in shown.stdout


def test_nobody_is_quoted_from_a_draft(tmp_path: Path) -> None:
    started(tmp_path, "430424-2024", "430424", 2025, 1)
    question = {"region": "430424", "coverage_year": 2025, "pay_date": "2024-11-02", "person": {}}
    done = canbao("quote", "-", "--packs", str(tmp_path), stdin=json.dumps(question))
    assert (done.returncode, "待核" in done.stderr) == (2, True)


def test_a_pack_that_stands_on_a_draft_is_not_served_either(tmp_path: Path) -> None:
    above = (MADE_UP / "9002-2026.yaml").read_text()
    (tmp_path / "9002-2026.yaml").write_text(
        above.replace("closes: 2025-12-31, cite: 三}", "closes: 2025-12-31, cite: 三}  # 待核")
    )
    (tmp_path / "900201-2026.yaml").write_text((MADE_UP / "900201-2026.yaml").read_text())
    with pytest.raises(PackRefused, match="上级规则文件还有"):
        read_pack(tmp_path / "900201-2026.yaml")
    read_pack(tmp_path / "900201-2026.yaml", drafts=True)


def test_without_a_pack_that_is_near_one_has_to_be_named(tmp_path: Path) -> None:
    done = canbao("packs", "new", "990000", "2025", "--packs", str(tmp_path))
    assert (done.returncode, "--from" in done.stderr) == (2, True)
    done = canbao("packs", "new", "990000", "2026", "--packs", str(tmp_path), "--from", "341523-2025")
    assert done.returncode == 0
    assert (tmp_path / "990000-2026.yaml").exists()


def test_amendments_that_are_left_behind_are_told_of(tmp_path: Path) -> None:
    for name in ("9002-2026.yaml", "900201-2026.yaml"):
        (tmp_path / name).write_text((MADE_UP / name).read_text())
    done = canbao("packs", "new", "900201", "2027", "--packs", str(tmp_path))
    assert "年中修订" in done.stdout
    done = canbao("packs", "new", "430424", "2025", "--packs", str(tmp_path))
    assert (done.returncode, "年中修订" in done.stdout) == (0, False)
