"""Whole files get the answers that single people get: random people, every pack, days next to every threshold."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.batch.answer_row import COLUMNS
from app.batch.classes import Classes
from app.packs.shelf import NOTICES, Shelf
from app.rules.compiling import Compiled
from app.rules.person import Person
from tests.batch.rows import EXPLAIN, NAMES, cells_of, single
from tests.people import pay_days, people

SHELF = Shelf((NOTICES,))
PACKS = [SHELF.find(region, year) for region, year in SHELF]
SCHEMA = dict.fromkeys(NAMES, pl.String)


def same(classes: Classes, compiled: Compiled, asked: list[tuple[Person, date]]) -> None:
    """Every row of the batch says what the engine says of that person alone."""
    facts = pl.DataFrame([cells_of(person, pay) for person, pay in asked], schema=SCHEMA)
    answers, refused = classes.answers(facts)
    assert refused.null_count() == len(asked)
    for (person, pay), row in zip(asked, answers.rows(), strict=True):
        together = {k: v.isoformat() if isinstance(v, date) else v for k, v in zip(COLUMNS, row, strict=True)}
        assert together == single(compiled, person, pay), (person, pay)


@pytest.mark.parametrize("compiled", PACKS, ids=lambda c: c.policy.id)
def test_random_people_get_the_answer_of_the_single_engine(compiled: Compiled) -> None:
    # One memory for all examples: most people meet a class that somebody else has opened.
    classes = Classes(compiled, date(2024, 1, 1), NAMES, EXPLAIN, as_text=False)
    one = st.tuples(people(compiled), pay_days(compiled))

    @settings(max_examples=40, deadline=None)
    @given(st.lists(one, min_size=20, max_size=40))
    def run(asked: list[tuple[Person, date]]) -> None:
        same(classes, compiled, asked)

    run()
