"""What a line does to a timeline, and which identities count on a day."""

from dataclasses import replace

import pytest

from app.enrollment.rosters import COVERS, SOURCES, Change, Conflict, Listed, Stretch, force, holds_until, listed, rule
from app.rules.vocabulary import IDENTITIES

LOW = Stretch("a", "subsistence_allowance", None, "civil_affairs", "2023-03-01")
ENDED = replace(LOW, until="2023-06-01")
CLASSED = replace(LOW, class_="rural_1")
ADD = Change("added", "subsistence_allowance", None, "2023-09-01", "civil_affairs")
REMOVE = replace(ADD, action="removed")
GONE = replace(LOW, identity="extreme_poverty")
OTHER = replace(LOW, id="b", source="rural_revitalization")

RULINGS: list[tuple[str, list[Stretch], Change, str, Conflict | None]] = [
    ("nobody yet", [], ADD, "added", None),
    ("the same again", [LOW], replace(ADD, day="2023-03-01"), "unchanged", None),
    ("another day", [LOW], ADD, "conflict", Conflict.ADDED_TWICE),
    ("back after a while", [ENDED], ADD, "added", None),
    ("back on the day it ended", [ENDED], replace(ADD, day="2023-06-01"), "added", None),
    ("back before it ended", [ENDED], replace(ADD, day="2023-05-31"), "conflict", Conflict.DATES_OUT_OF_ORDER),
    ("another class", [CLASSED], replace(ADD, class_="rural_2"), "reclassified", None),
    ("the class told later", [LOW], replace(ADD, class_="rural_2"), "reclassified", None),
    (
        "another class, dated before", [CLASSED], replace(ADD, class_="rural_2", day="2023-02-01"), "conflict",
        Conflict.DATES_OUT_OF_ORDER,
    ),
    ("what excludes it", [GONE], ADD, "conflict", Conflict.LISTS_DISAGREE),
    ("what excluded it before", [replace(GONE, until="2023-09-01")], ADD, "added", None),
    ("another list too", [OTHER], ADD, "added", None),
    (
        "another list, in another class", [replace(OTHER, class_="rural_1")], replace(ADD, class_="rural_2"),
        "conflict", Conflict.LISTS_DISAGREE,
    ),
    ("gone", [LOW], REMOVE, "removed", None),
    ("gone again", [replace(LOW, until="2023-09-01")], REMOVE, "unchanged", None),
    ("gone, never there", [], REMOVE, "conflict", Conflict.REMOVED_NOT_LISTED),
    ("gone on another day", [ENDED], REMOVE, "conflict", Conflict.REMOVED_NOT_LISTED),
    ("gone before it came", [LOW], replace(REMOVE, day="2023-02-28"), "conflict", Conflict.DATES_OUT_OF_ORDER),
    ("gone, but another has it", [LOW, OTHER], REMOVE, "conflict", Conflict.LISTS_DISAGREE),
    ("gone, of another class", [CLASSED], replace(REMOVE, class_="rural_2"), "conflict", Conflict.REMOVED_NOT_LISTED),
]  # fmt: skip


@pytest.mark.parametrize(("standing", "change", "result", "why"), [r[1:] for r in RULINGS], ids=[r[0] for r in RULINGS])
def test_a_line_fits_or_waits_for_a_clerk(
    standing: list[Stretch], change: Change, result: str, why: Conflict | None
) -> None:
    ruling = rule(standing, change)
    assert (ruling.result, ruling.conflict) == (result, why)


@pytest.mark.parametrize(("standing", "change"), [r[1:3] for r in RULINGS], ids=[r[0] for r in RULINGS])
def test_a_clerk_can_have_every_line_as_it_stands(standing: list[Stretch], change: Change) -> None:
    ruling = force(standing, change)
    after = [s for s in standing if s not in (ruling.closes, ruling.redates)]
    after += [replace(s, until=ruling.closed_on) for s in standing if s is ruling.closes]
    after += [replace(s, since=change.day) for s in standing if s is ruling.redates]
    if ruling.opens:
        after.append(Stretch("new", change.identity, change.class_, change.source, change.day, ruling.until))
    assert all(s.until is None or s.since <= s.until for s in after)
    own = [s for s in after if (s.source, s.identity) == (change.source, change.identity)]
    assert any(s.holds_on(change.day) for s in own) == (change.action == "added")


def test_an_identity_counts_from_its_day_until_the_day_it_ends() -> None:
    assert [list(listed([ENDED], day)) for day in ("2023-05-31", "2023-06-01")] == [
        [Listed("subsistence_allowance", None, "2023-03-01")],
        [],
    ]
    assert list(listed([LOW], "2023-02-28")) == [Listed("subsistence_allowance", None, "2023-03-01")]
    assert (holds_until([ENDED], "2023-05-31"), holds_until([LOW], "2023-05-31")) == ("2023-06-01", None)


def test_a_change_of_class_or_source_without_a_break_is_no_new_recognition() -> None:
    later = replace(CLASSED, id="c", since="2023-06-01")
    assert list(listed([ENDED, later], "2023-07-01")) == [Listed("subsistence_allowance", "rural_1", "2023-03-01")]
    apart = replace(later, since="2023-06-02")
    assert list(listed([ENDED, apart], "2023-07-01")) == [Listed("subsistence_allowance", "rural_1", "2023-06-02")]


def test_a_line_that_lists_nobody_on_any_day_counts_for_nothing() -> None:
    never = replace(LOW, until=LOW.since)
    assert list(listed([never], "2023-03-01")) == []


def test_the_sources_decide_identities_of_the_vocabulary_and_a_birthday_is_none_of_them() -> None:
    decided = {code for codes in COVERS.values() for code in codes}
    assert decided == set(IDENTITIES) - {"centenarian"}
    assert set(SOURCES) == set(COVERS)
