"""Files as the offices send them."""

from datetime import date, datetime

import pytest

from app.rosters.categories import category, source
from app.rosters.lines import Line, Unreadable, masked
from app.rosters.reading import errors_csv, read_list
from app.rosters.rows import ListRefused
from app.rules.vocabulary import CLASSES, IDENTITIES
from tests.rosters.made_up_lists import HEADINGS, csv_of, row, xlsx_of
from tests.state.made_up import id_number

NUMBER = id_number()
# As in 离石 annex 3, and as the offices write them otherwise.
CATEGORIES = [
    ("农村特困", ("extreme_poverty", None)),
    ("城市特困", ("extreme_poverty", None)),
    ("特困人员", ("extreme_poverty", None)),
    ("农村低保", ("subsistence_allowance", None)),
    ("城市低保", ("subsistence_allowance", None)),
    ("农村低保一类", ("subsistence_allowance", "rural_1")),
    ("农村二类低保", ("subsistence_allowance", "rural_2")),
    ("城市低保（差额）", ("subsistence_allowance", "urban_partial")),
    ("孤儿", ("orphan", None)),
    ("事实无人抚养儿童", ("unattended_child", None)),
    ("低保边缘", ("subsistence_marginal", None)),
    ("脱贫户", ("lifted_from_poverty", None)),
    ("返贫致贫", ("relapsed_poverty", None)),
    ("脱贫不稳定", ("unstable_lifted", None)),
    ("边缘易致贫", ("at_risk_of_poverty", None)),
    ("突发严重困难", ("sudden_hardship", None)),
    ("二级残疾", ("disability_2", None)),
    ("残疾人4级", ("disability_4", None)),
    (" 低保 对象 ", ("subsistence_allowance", None)),
]
DAYS = ["2023-10-10", "2023/10/10", "2023.10.10", "2023年10月10日", "20231010", "2023-10-10 00:00:00", "２０２３-10-10"]
REFUSED = [
    (row("12345"), "18位"),
    (row(NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1")), "校验位"),
    (row("999000850615001"), "18位"),
    (row(""), "缺少身份证号"),
    (row("9.99E+17"), "丢失"),
    (row("999000198506151000"), "丢失"),
    (row(NUMBER, kind="变更"), "变动类型"),
    (row(NUMBER, kind=""), "变动类型"),
    (row(NUMBER, category="重度残疾"), "等级"),
    (row(NUMBER, category="低保、残疾"), "等级"),
    (row(NUMBER, category="百岁老人"), "人员类别"),
    (row(NUMBER, category=""), "人员类别"),
    (row(NUMBER, day="2023-13-01"), "真实"),
    (row(NUMBER, day="10月10日"), "YYYY-MM-DD"),
    (row(NUMBER, day="1923-10-10"), "年份"),
    ([*row(NUMBER), "多一列"], "应有9列"),
]


def one(raw: bytes) -> Line:
    found = read_list(raw)
    assert found.unreadable == []
    (line,) = found.lines
    return line


@pytest.mark.parametrize(("text", "expected"), CATEGORIES)
def test_categories_are_known_by_the_names_that_lists_use(text: str, expected: tuple[str, str | None]) -> None:
    assert category(text) == expected


def test_every_identity_that_a_list_can_have_is_known_by_its_own_name_and_every_class() -> None:
    assert {code for code, name in IDENTITIES.items() if category(name) != (code, None)} == {"centenarian"}
    for class_, name in CLASSES["subsistence_allowance"].items():
        assert category(f"{name[:2]}低保{name[2:]}") == ("subsistence_allowance", class_)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_the_encodings_there_are(encoding: str) -> None:
    line = one(csv_of(row(NUMBER)).decode().encode(encoding))
    expected = ("added", "subsistence_allowance", "2023-10-10", NUMBER, "测试甲", "高湖镇", "某村", "10000000000")
    assert (
        line.action,
        line.identity,
        line.day,
        line.id_number,
        line.name,
        line.township,
        line.village,
        line.phone,
    ) == (expected)
    assert line.number == 2


@pytest.mark.parametrize("text", DAYS)
def test_days_are_read_as_people_write_them(text: str) -> None:
    assert one(csv_of(row(NUMBER, day=text))).day == "2023-10-10"


@pytest.mark.parametrize("cell", [date(2023, 10, 10), datetime(2023, 10, 10), 45209, 20231010, "2023/10/10"])
def test_days_of_a_workbook_are_days_whatever_they_are_stored_as(cell: object) -> None:
    assert one(xlsx_of([*row(NUMBER)[:-1], cell])).day == "2023-10-10"


@pytest.mark.parametrize("title", [True, False])
def test_a_workbook_is_read_below_its_title(title: bool) -> None:
    assert one(xlsx_of(row(NUMBER), title=title)).id_number == NUMBER


def test_a_number_that_a_workbook_stored_as_a_number_is_refused_as_such() -> None:
    cells: list[object] = list(row(NUMBER))
    cells[4] = 999000198506150019
    found = read_list(xlsx_of(cells, row(NUMBER)))
    (wrong,) = found.unreadable
    assert (wrong.number, "存为数字" in wrong.reason, len(found.lines)) == (3, True, 1)


@pytest.mark.parametrize("text", [f"'{NUMBER}", f"\t{NUMBER}", f'="{NUMBER}"', NUMBER.lower(), f" {NUMBER} "])
def test_what_spreadsheets_put_around_a_number_is_no_part_of_it(text: str) -> None:
    quoted = '"' + text.replace('"', '""') + '"'
    assert one(csv_of(row(quoted))).id_number == NUMBER


@pytest.mark.parametrize(("cells", "reason"), REFUSED, ids=[reason + str(i) for i, (_, reason) in enumerate(REFUSED)])
def test_a_line_that_cannot_be_read_is_left_out_with_its_reason_and_the_rest_goes_on(
    cells: list[str], reason: str
) -> None:
    found = read_list(csv_of(row(id_number()), cells, row(id_number())))
    (wrong,) = found.unreadable
    assert (wrong.number, reason in wrong.reason, len(found.lines)) == (3, True, 2)
    assert not cells[4] or cells[4] not in errors_csv(found.unreadable)


def test_a_stray_quotation_mark_and_broken_bytes_cost_their_line_only() -> None:
    raw = csv_of(row(NUMBER), row('"' + NUMBER), row(NUMBER)) + b"1,\xff\xff,,,,,,,\r\n"
    found = read_list(raw)
    assert [u.number for u in found.unreadable] == [3, 5]
    assert len(found.lines) == 2


def test_the_error_file_names_line_and_reason_and_masks_the_number() -> None:
    text = errors_csv([Unreadable(7, masked("999000198506150019"), "身份证号码校验位不正确")])
    assert text.splitlines()[1] == "7,999************019,身份证号码校验位不正确"
    assert masked("不是号码") == masked("") == ""


def test_headings_are_known_in_any_order_with_marks_and_unknown_columns_do_not_matter() -> None:
    cells = ["2023-10-10", "孤儿", "退出", NUMBER, "高湖", "x"]
    headings = ("变动时间", "*人员类别", "变动情况", "公民身份号码", "乡（镇、街道）", "家庭住址")
    assert read_list(csv_of(cells, headings=headings)).lines[0].township == "高湖"
    with pytest.raises(ListRefused, match="表头"):
        read_list(csv_of(cells, headings=("何时", *headings[1:])))


def test_lines_are_taken_by_date_and_on_one_day_whoever_leaves_comes_first() -> None:
    later, earlier = row(NUMBER, day="2023-10-11"), row(NUMBER, day="2023-10-09")
    found = read_list(csv_of(later, row(NUMBER), row(NUMBER, "退出", "孤儿"), earlier))
    assert [line.number for line in found.lines] == [5, 4, 3, 2]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "空的"),
        (b" \r\n ", "空的"),
        (csv_of(), "没有内容"),
        (csv_of(row("12345")), "没有一行"),
        ("姓名,身份证号\n测试,1\n".encode(), "表头"),
        (b"PK\x03\x04broken", "不是可以读取"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 100, "不是可以读取"),
    ],
    ids=["empty", "blank", "headings only", "nothing readable", "no headings", "broken", "old workbook"],
)
def test_a_file_that_is_no_list_is_refused_whole(raw: bytes, reason: str) -> None:
    with pytest.raises(ListRefused, match=reason):
        read_list(raw)


def test_sources_are_known_by_code_and_by_name() -> None:
    assert [source(s) for s in ("civil_affairs", "民政", "农业农村局", "残联", "邻居")] == [
        "civil_affairs", "civil_affairs", "rural_revitalization", "disabled_federation", None,
    ]  # fmt: skip


def test_a_file_is_known_by_its_bytes() -> None:
    assert read_list(csv_of(row(NUMBER))).content_hash != read_list(xlsx_of(row(NUMBER))).content_hash
    assert len(HEADINGS) == len(row(NUMBER))
