"""Of several equally favorable ways in, whoever may win is never struck out, and whoever is struck out never wins."""

from datetime import date
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.proof.crowd import Crowd
from app.proof.earlier import Begin, Race
from app.proof.groups import Answers
from app.proof.plan import Plan
from app.proof.under import Under
from app.rules import conditions as c
from app.rules import vocabulary as v
from app.rules.compiling import compile_policy
from app.rules.vocabulary import CIRCUMSTANCES
from tests.proof.packs import written

PAY = 5
# Birth (after the day of payment: an expected child), the end of employee insurance, and a circumstance's day.
PEOPLE = list(product(range(8), range(8), range(8)))
ALL = (1 << len(PEOPLE)) - 1
DAYS = {"birth": 0, "ended": 1, "event": 2}
EVENTS: dict[str, c.Event] = {"birth": c.Birth(), "ended": c.EmploymentEnd(), "event": c.CircumstanceDay("x")}
starts = st.tuples(st.integers(0, 9), st.sampled_from([None, "birth", "ended", "event"]), st.integers(0, 2))
somebody = st.binary(min_size=len(PEOPLE) // 8, max_size=len(PEOPLE) // 8).map(lambda told: int.from_bytes(told, "big"))
offers = st.lists(st.tuples(starts, st.sampled_from("ab"), st.just(ALL) | somebody), min_size=2, max_size=6)


def bits(holds: list[bool]) -> int:
    return sum(1 << n for n, held in enumerate(holds) if held)


def begin(floor: int, moves: str | None, shift: int) -> Begin:
    if moves is None:
        return Begin(floor)
    return Begin(floor, (moves, shift), lambda limit: c.EventBy(EVENTS[moves], limit - shift))


def day(start: tuple[int, str | None, int], person: tuple[int, ...]) -> int:
    floor, moves, shift = start
    return max(floor, person[0], person[DAYS[moves]] + shift if moves else 0)


def race(unasked: frozenset[int]) -> Race:
    def asked(test: c.Condition) -> int | None:
        assert isinstance(test, c.EventBy)
        at = next(n for name, n in DAYS.items() if EVENTS[name] == test.event)
        return None if test.day in unasked else bits([person[at] <= test.day for person in PEOPLE])

    born = bits([person[0] <= PAY for person in PEOPLE])
    return Race(0, ALL, lambda limit: born if limit > PAY else 0, asked)


@settings(max_examples=300, deadline=None)
@given(offers, st.frozensets(st.integers(0, 9), max_size=4))
def test_nobody_who_may_win_is_struck_out(
    offered: list[tuple[tuple[int, str | None, int], str, int]], unasked: frozenset[int]
) -> None:
    hopeful = race(unasked).hopeful([(begin(*start), says, who) for start, says, who in offered])
    for n, person in enumerate(PEOPLE):
        open_ = [(day(start, person), i) for i, (start, _, who) in enumerate(offered) if who >> n & 1]
        left = {i for i, who in enumerate(hopeful) if who >> n & 1}
        assert left <= {i for _, i in open_}
        if open_:
            first = min(open_)
            assert first[1] in left
            # Those that begin on the same day and say something else are told of: somebody stays for each thing said.
            same = {offered[i][1] for start, i in open_ if start == first[0]}
            assert same <= {offered[i][1] for i in left}


@pytest.mark.parametrize(
    ("one", "other", "left"),
    [
        ((7, None, 0), (8, None, 0), [True, False]),  # both settled: the earlier one
        ((8, None, 0), (7, None, 0), [False, True]),
        ((7, None, 0), (7, None, 0), [True, False]),  # on one day: the first in the file
        ((7, None, 0), (7, "event", 0), [True, False]),  # never before the floor
        ((8, None, 0), (7, "event", 1), [False, True]),  # an event on day 4 begins on 7
        ((6, None, 0), (0, "event", 3), [True, False]),  # an event on day 4 begins on 7
    ],
)
def test_whoever_always_comes_second_is_struck_out(
    one: tuple[int, str | None, int], other: tuple[int, str | None, int], left: list[bool]
) -> None:
    hopeful = race(frozenset()).hopeful([(begin(*start), "a", ALL) for start in (one, other)])
    someone = PEOPLE.index((1, 1, 4))
    assert [bool(who >> someone & 1) for who in hopeful] == left


ROUTES = "".join(
    f"""
  - id: way_{n}
    title: 第{n}种情形缴费
    cite: 三
    when: {{paid: {{after: main}}, circumstance: {{any_of: [{code}], on: {{within: {60 + n} days}}}}}}
    charge: {{kind: personal, cite: 二}}
    subsidy: {{is: applies, cite: 四}}
    benefits: {{from: {"coverage_year" if n % 2 else "payment"}, cite: 三}}"""
    for n, code in enumerate(list(CIRCUMSTANCES)[:10])
)


def test_ten_ways_in_at_one_price_make_no_more_answers_than_ways_in(tmp_path: Path) -> None:
    compiled = compile_policy(written(tmp_path, ("\none_subsidy:", f"{ROUTES}\none_subsidy:")).policy)
    crowd = Crowd(Plan([Under(compiled)]), date(2024, 3, 1).toordinal())
    groups = [group for group in Answers(crowd).groups("years") if group.code == v.OPEN]
    assert {offer.route for group in groups for offer in group.offers} == set(range(1, 12))
    assert len(groups) < 100  # there are 1,024 sets of ways in, three prices and two starts
