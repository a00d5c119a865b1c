"""A pack that is wrong does not load, and says where and why."""

import re
from pathlib import Path

import pytest

from app.packs.mistakes import PackRefused
from app.packs.read_pack import read_pack
from app.packs.shelf import NOTICES, PolicyNotFound, Shelf

HERE = Path(__file__).parent
BROKEN = sorted((HERE / "broken").glob("*/*.yaml"))


def test_the_small_pack_that_the_broken_ones_come_from_loads() -> None:
    form, policy = read_pack(HERE / "good" / "900001-2024.yaml")
    assert (form.region_name, len(policy.routes), policy.subsidies[0].fen) == ("某县", 2, 38000)


def test_there_is_a_broken_pack_for_every_kind_of_mistake() -> None:
    assert len(BROKEN) >= 45


@pytest.mark.parametrize("path", BROKEN, ids=lambda p: p.parent.name)
def test_a_broken_pack_is_refused_with_file_line_and_sentence(path: Path) -> None:
    """Its first line says what the refusal must be."""
    expected = re.match(r"# refused at line (\d+): (.*)", path.read_text().splitlines()[0])
    assert expected
    with pytest.raises(PackRefused) as refused:
        read_pack(path)
    assert [(line, expected[2] in sentence) for line, sentence in refused.value.mistakes] == [(int(expected[1]), True)]
    assert f"{path.name}:{expected[1]}: " in str(refused.value)


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe\x00", b"# only a comment\n", b"[]\n", b"pack: &a 1\nversion: *a\n"])
def test_a_file_that_is_no_pack_at_all_is_refused_and_not_a_crash(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "900001-2024.yaml"
    path.write_bytes(raw)
    with pytest.raises(PackRefused):
        read_pack(path)


def test_several_mistakes_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "900001-2024.yaml"
    good = (HERE / "good" / "900001-2024.yaml").read_text()
    path.write_text(good.replace("yuan: 380", "yuan: dear").replace("identities: [orphan]", "identities: [rich]"))
    with pytest.raises(PackRefused) as refused:
        read_pack(path)
    assert len(refused.value.mistakes) == 2


def test_two_packs_for_one_region_and_year_are_refused(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "900001-2024.yaml").write_text((HERE / "good" / "900001-2024.yaml").read_text())
    with pytest.raises(PackRefused, match="two packs for one region and year"):
        Shelf((tmp_path,))


def test_a_file_whose_name_is_not_region_and_year_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hengdong.yaml").write_text("pack: 1")
    with pytest.raises(PackRefused, match="REGION-YEAR"):
        Shelf((tmp_path,))


def test_the_longest_known_prefix_that_has_the_year_is_found(tmp_path: Path) -> None:
    text = (HERE / "good" / "900001-2024.yaml").read_text()
    for region, year in (("900001", 2024), ("900001100", 2024), ("900001100", 2023)):
        named = text.replace('"900001"', f'"{region}"').replace("coverage_year: 2024", f"coverage_year: {year}")
        (tmp_path / f"{region}-{year}.yaml").write_text(named)
    shelf = Shelf((tmp_path,))
    assert shelf.resolve("900001100001", 2024) == "900001100"
    assert shelf.resolve("900001200001", 2024) == "900001"
    with pytest.raises(PolicyNotFound) as missing:
        shelf.resolve("900001100001", 2030)
    assert missing.value.years == [2023, 2024]


def test_a_pack_is_read_when_it_is_first_asked_for(tmp_path: Path) -> None:
    (tmp_path / "900009-2024.yaml").write_text("not a pack")
    shelf = Shelf((NOTICES, tmp_path))
    assert shelf.find("430424", 2024)
    with pytest.raises(PackRefused):
        shelf.find("900009", 2024)


def test_the_same_file_always_has_the_same_digest_and_another_one_another(tmp_path: Path) -> None:
    text = (HERE / "good" / "900001-2024.yaml").read_text()
    digests = set()
    for change in ("", "", "# a comment\n"):
        (tmp_path / "900001-2024.yaml").write_text(text + change)
        digests.add(read_pack(tmp_path / "900001-2024.yaml")[1].digest)
    assert len(digests) == 2


def test_the_shelf_keeps_a_bounded_number_of_packs_and_reads_the_others_again() -> None:
    shelf = Shelf(kept=2)
    first = shelf.find("430424", 2024)
    assert shelf.find("430424", 2024) is first
    for region, year in (("620724", 2024), ("141102", 2023)):
        shelf.find(region, year)
    again = shelf.find("430424", 2024)
    assert again is not first
    assert again.policy == first.policy
