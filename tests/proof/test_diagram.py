"""Sets of combinations as diagrams: they say what whole numbers say, also where those would be too long."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.proof.bits import Table, split
from app.proof.crowd import Crowd
from app.proof.diagram import Diagram
from app.proof.examples import alike, kinds
from app.proof.groups import Answers
from app.proof.near import near
from app.proof.season import stretches
from app.rules.compiling import Compiled
from tests.proof.numbering import number_of
from tests.proof.test_everybody import PLANS, every_pack

SIZES = (3, 1, 4, 2)
COLUMNS = st.lists(
    st.sampled_from(range(len(SIZES))).flatmap(
        lambda axis: st.tuples(
            st.just(axis), st.lists(st.booleans(), min_size=SIZES[axis], max_size=SIZES[axis]), st.sampled_from("&|-")
        )
    ),
    min_size=1,
    max_size=8,
)
OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "&": lambda one, other: one & other,
    "|": lambda one, other: one | other,
    "-": lambda one, other: one & ~other,
}


def built(space: Table | Diagram, columns: list[tuple[int, list[bool], str]]) -> Any:
    found: Any = space.all
    for axis, held, how in columns:
        found = OPERATIONS[how](found, space.column(axis, held))
    return found


@given(one=COLUMNS, other=COLUMNS)
def test_a_diagram_has_the_members_that_a_number_has_bits(one: Any, other: Any) -> None:
    table, diagram = Table(SIZES), Diagram(SIZES)
    bits, some = built(table, one), built(diagram, one)
    members = list(table.numbers(bits))
    assert sorted(diagram.numbers(some)) == members
    assert (some.bit_count(), bool(some)) == (len(members), bool(members))
    if members:
        assert {diagram.first(some), diagram.last(some)} <= set(members)
    assert (built(diagram, other) == some) == (built(table, other) == bits)
    assert all(diagram.values(number) == table.values(number) for number in members)


@given(columns=st.lists(COLUMNS, max_size=3))
def test_both_are_divided_alike(columns: Any) -> None:
    table, diagram = Table(SIZES), Diagram(SIZES)
    parts = [split({(): space.all}, [built(space, c) for c in columns]) for space in (table, diagram)]
    counted = [{key: bits.bit_count() for key, bits in found.items()} for found in parts]
    assert counted[0] == counted[1]


def test_of_everything_and_of_nothing_a_diagram_asks_nothing() -> None:
    diagram = Diagram(SIZES)
    column = diagram.column(2, [True, False, False, True])
    assert (column | ~column, column & ~column) == (diagram.all, diagram.none)
    assert [~diagram.none, ~~column] == [diagram.all, column]
    assert {column, ~~column} == {column}
    assert diagram.all.bit_count() == 24


def test_sets_of_more_than_could_ever_be_counted_one_by_one_cost_no_more() -> None:
    diagram = Diagram([100] * 12)
    halves = [diagram.column(n, [k % 2 == 0 for k in range(100)]) for n in range(12)]
    every = diagram.all
    for half in halves:
        every = every & half
    assert (every.bit_count(), (~every).bit_count()) == (50**12, 100**12 - 50**12)
    assert diagram.values(diagram.last(every)) == (98,) * 12
    assert diagram.values(diagram.first(~every & halves[0])) == (0, *(0,) * 10, 1)


@every_pack
def test_the_people_of_a_pack_get_the_same_answers_either_way(pack: Compiled) -> None:
    plan = PLANS[pack.policy.id]
    for stretch in stretches(plan)[::7]:
        ways = [Crowd(plan, stretch.first, most_bits) for most_bits in (1 << 30, 0)]
        told = [[(g.code, g.offers, g.rank, g.bits.bit_count()) for g in Answers(crowd).groups()] for crowd in ways]
        assert sorted(told[0], key=repr) == sorted(told[1], key=repr)
        assert {type(crowd.table) for crowd in ways} == {Table, Diagram}
        for deciding in near(plan, stretch.first, 7) or ():
            found = [
                sorted(
                    (bits.bit_count(), repr(person))
                    for person, bits in alike(crowd, crowd.all, kinds(crowd, 7, deciding))
                )
                for crowd in ways
            ]
            assert found[0] == found[1]


@pytest.mark.parametrize("id", ["hunan-anon-district-2026", "900102-2026"])
def test_an_example_of_a_diagram_belongs_to_the_class_of_its_number(id: str) -> None:
    plan = PLANS[id]
    for stretch in stretches(plan)[::9]:
        crowd = Crowd(plan, stretch.last, 0)
        for group in Answers(crowd).groups():
            for number in (crowd.table.first(group.bits), crowd.table.last(group.bits)):
                assert number_of(crowd, crowd.person(number)) == number
