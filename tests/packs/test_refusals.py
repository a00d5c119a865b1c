"""What an officer is told: each refusal in Chinese and English, and after a slip of the pen what to write instead."""

import re
from pathlib import Path

import pytest

from app.packs.mistakes import PackRefused
from app.packs.read_pack import read_pack

HERE = Path(__file__).parent
GOOD = (HERE / "good" / "900001-2024.yaml").read_text()
BROKEN = sorted((HERE / "broken").glob("*/*.yaml"))


def refusal(tmp_path: Path, before: str, after: str) -> str:
    """What is said of the small pack with something changed."""
    assert before in GOOD
    path = tmp_path / "900001-2024.yaml"
    path.write_text(GOOD.replace(before, after, 1))
    with pytest.raises(PackRefused) as refused:
        read_pack(path)
    return str(refused.value)


@pytest.mark.parametrize("path", BROKEN, ids=lambda p: p.parent.name)
def test_every_refusal_is_in_chinese_too(path: Path) -> None:
    with pytest.raises(PackRefused) as refused:
        read_pack(path)
    for line in str(refused.value).splitlines():
        assert re.match(r"900001-2024\.yaml:\d+: [^(]*[一-鿿]", line), line


SLIPS = [
    ("region: ", "region：", 3, "冒号用半角"),
    ("  main: {opens", "\tmain: {opens", 15, "不用 Tab 键"),
    ("yuan: 380, cite", "yuan: 380，cite", 12, "逗号用半角"),
    ("yuan: 380, cite", "yuan:380, cite", 12, "冒号后面加空格"),
    ("yuan: 380, cite", "yuan: 4,000, cite", 12, "金额里不写逗号"),
    ("closes: 2023-12-31", "closes: 2023.12.31", 15, "请写 2023-12-31"),
    ("closes: 2023-12-31", "closes: 2023年12月31日", 15, "请写 2023-12-31"),
    ("closes: 2023-12-31", "closes: 20231231", 15, "请写 2023-12-31"),
    ("closes: 2023-12-31", "closes: 2023-11-31", 15, "不是日历上有的日子"),
    ("opens: 2023-09-01", "opens: 2023年9月", 15, "请写 2023-09"),
    ("opens: 2023-09-01", "opens: 未载明", 15, "请写 not_stated"),
    ("yuan: 380, cite", "yuan: 380元, cite", 12, "请写 380"),
    ("yuan: 380, cite", "yuan: ３８０, cite", 12, "请写 380"),
    ("all: yes", "all: 是", 38, "请写 yes"),
    ("all: yes", "percent: 90%", 38, "请写 90"),
    ("identities: [orphan]", "identities: [孤儿]", 38, "是不是 orphan"),
    ("identities: [orphan]", "identities: [orphans]", 38, "是不是 orphan"),
    ("identities: [orphan]", "identities: [orphan，disability_1]", 38, "逗号用半角"),
    ("identities: [orphan]", "identities: orphan", 38, "这里应是清单"),
    ("fund: fiscal", "fund: 财政资金", 38, "是不是 fiscal"),
    ("kind: personal", "kind: 个人缴费", 25, "是不是 personal"),
    ("one_subsidy: {cite: 四}", "one_subsidy: {}", 36, "加上 cite，如 cite: 二(四)"),
    ("one_subsidy: {cite: 四}", "one_subsidy: {cite: [四]}", 36, "出处应是条款号"),
    ("one_subsidy: {cite: 四}", "one_subsidy: {cite: }", 36, "这个键没有值"),
    ("charge: {kind: personal", "charge: {issuer: 县, kind: personal", 25, "这里不能写这个键"),
    ("    title: 集中", "   title: 集中", 22, "缩进不对"),
    ("    title: 集中", "      title: 集中", 22, "检查缩进"),
    ("    title: 集中", "    title: 集: 中", 22, "含冒号的文字要加引号"),
    ("    title: 集中", "    titel: 集中", 22, "是不是 title"),
    ("when: {paid: {in: main}}", "when: {paid: {in: main}", 24, "括号没有成对"),
    ("when: {paid: {in: main}}", "when: {paid: {in: 主}}", 24, "小写英文名"),
    ("  - id: late", "  -id: late", 28, "短横后面加空格"),
    ("title: 国家文件}", 'title: "国家文件}', 9, "引号没有成对"),
    ("windows:\n", "windows\n", 15, "少了冒号"),
    ("windows:\n", "window:\n", 14, "是不是 windows"),
]


@pytest.mark.parametrize(("before", "after", "line", "says"), SLIPS, ids=[after for _, after, _, _ in SLIPS])
def test_after_a_slip_the_line_and_the_right_way_are_told(
    tmp_path: Path, before: str, after: str, line: int, says: str
) -> None:
    told = refusal(tmp_path, before, after)
    assert any(one.startswith(f"900001-2024.yaml:{line}: ") and says in one for one in told.splitlines()), told


def test_a_condition_with_a_chinese_word_is_told_the_code(tmp_path: Path) -> None:
    told = refusal(tmp_path, "when: {paid: {in: main}}", "when: {identity: {any_of: [orphn]}, paid: {in: main}}")
    assert "是不是 orphan" in told
