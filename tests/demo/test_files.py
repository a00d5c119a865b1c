"""Files that the demo brings to the counters: lists, statements with slips, workbooks that are filled in."""

import pytest

from app.demo.deeds import DEEDS, Deed
from app.demo.lists import COUNTED, change_lists, first_lists
from app.demo.plan import assign
from app.demo.slips import by_county, with_slips
from app.demo.statements import add_up, lines_of, statement_of
from app.demo.village import village
from app.demo.workbooks import filled_in, sheets_of, workbook
from app.rosters.reading import read_list

NAMED = {deed.name: deed for deed in DEEDS}
LINE = {"event_id": "evt-1", "order_no": "430424-1", "type": "payment.succeeded", "amount_fen": "38000",
        "paid_at": "2023-11-02T10:15:40+08:00", "reverses_event_id": "", "voucher_no": "1", "channel": "x"}  # fmt: skip
THERE = LINE | {"event_id": "evt-2", "order_no": "620724-1"}
BACK = LINE | {"event_id": "evt-3", "type": "payment.reversed", "reverses_event_id": "evt-1"}


def test_lists_read_as_many_lines_as_the_plan_says_and_the_unreadable_ones_do_not() -> None:
    people = village(300, 2024)
    planned = assign(people, 2024)
    files = [*first_lists(people, planned), *change_lists(people, planned)]
    assert {(one.form, one.round) for one in files} == {
        ("csv", "first"), ("xlsx", "first"), ("csv", "change"), ("xlsx", "change"),
    }  # fmt: skip
    for one in files:
        read = read_list(one.content())
        assert (len(read.lines), len(read.unreadable)) == one.counts[:2]
        counts = dict(zip(COUNTED, one.counts, strict=True))
        assert counts["lines"] == sum(counts[name] for name in ("added", "removed", "unchanged", "conflicts"))


def test_each_county_gets_its_lines_and_a_right_statement_has_no_slips() -> None:
    content = statement_of([LINE, THERE, BACK])
    found = by_county(content)
    assert [line["event_id"] for line in lines_of(found["430424"])] == ["evt-1", "evt-3"]
    assert add_up(found.values()).fen == add_up([content]).fen == 38000
    assert with_slips(content, {}) == found


@pytest.mark.parametrize(
    ("slip", "here", "there"),
    [
        ("misfiled", [], [LINE, BACK]),
        ("misstated", [LINE | {"amount_fen": "38100"}, BACK | {"amount_fen": "38100"}], []),
        ("mistimed", [one | {"paid_at": "2023-11-02T10:15:10+08:00"} for one in (LINE, BACK)], []),
        ("left_out", [LINE], []),
    ],
)
def test_a_slip_changes_its_own_lines_and_the_trailer_fits(
    slip: str, here: list[dict[str, str]], there: list[dict[str, str]]
) -> None:
    deeds: dict[str, Deed] = {"430424-1": NAMED[slip]}
    found = with_slips(statement_of([LINE, BACK]), deeds)
    assert (lines_of(found["430424"]), lines_of(found["620724"])) == (here, there)
    assert add_up(found.values()).movements == len(here) + len(there)


def test_a_workbook_is_filled_in_and_keeps_its_other_cells() -> None:
    made = workbook({"差异": [("序号", "订单号", "处理"), (1, "000123", ""), (2, "=1+1", "")], "对账": [("编号", "x")]})
    filled = filled_in(made, "差异", lambda row: {"处理": "同意"} if row["订单号"] == "000123" else {})
    assert sheets_of(filled) == {
        "差异": [["序号", "订单号", "处理"], [1.0, "000123", "同意"], [2.0, "=1+1", ""]],
        "对账": [["编号", "x"]],
    }
