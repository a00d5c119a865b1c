"""Whole files get the answers that single people get: random people, every pack, days next to every threshold."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.batch.answer_row import COLUMNS, Layout
from app.batch.classes import Classes
from app.batch.comparisons import Unreadable, comparisons_of, read
from app.batch.near import Near
from app.packs.shelf import NOTICES, Shelf
from app.rules.compiling import Compiled
from app.rules.conditions import CircumstanceDay
from app.rules.person import Circumstance, EmployeeInsurance, Identity, Person, contradictions
from tests.batch.rows import EXPLAIN, NAMES, cells_of, single
from tests.people import pay_days, people
from tests.rules.test_made_up import PACKS as MADE_UP
from tests.rules.test_made_up import anybody

SHELF = Shelf((NOTICES,))
PACKS = [SHELF.find(region, year) for region, year in SHELF]
RICH = [shelf.find(*key) for shelf in [Shelf((Path(__file__).parent.parent / "packs" / "rich",))] for key in shelf]
BORN = date(1985, 6, 15)
SCHEMA = dict.fromkeys(NAMES, pl.String)


def same(classes: Classes, compiled: Compiled, asked: list[tuple[Person, date]]) -> None:
    """Every row of the batch says what the engine says of that person alone."""
    facts = pl.DataFrame([cells_of(person, pay) for person, pay in asked], schema=SCHEMA)
    answers, refused = classes.answers(facts)
    assert refused.null_count() == len(asked)
    for (person, pay), row in zip(asked, answers.rows(), strict=True):
        together = {k: v.isoformat() if isinstance(v, date) else v for k, v in zip(COLUMNS, row, strict=True)}
        assert together == single(compiled, person, pay), (person, pay)


def few_days(compiled: Compiled) -> list[date]:
    """Days of payment around the window's end and in the middle of the year: people who pay on one day can be alike."""
    closes = compiled.policy.windows[0].closes
    return [date.fromordinal(d) for d in (closes - 40, closes, closes + 1, (closes + compiled.policy.last_day) // 2)]


@pytest.mark.parametrize("compiled", PACKS, ids=lambda c: c.policy.id)
def test_random_people_get_the_answer_of_the_single_engine(compiled: Compiled) -> None:
    # One memory for all examples: most people meet a class that somebody else has opened.
    classes = Classes(compiled, date(2024, 1, 1), NAMES, EXPLAIN, Layout(COLUMNS))
    day = st.sampled_from(few_days(compiled)) | pay_days(compiled)

    @settings(max_examples=15, deadline=None)
    @given(st.lists(st.tuples(people(compiled), day), min_size=20, max_size=40))
    def run(asked: list[tuple[Person, date]]) -> None:
        same(classes, compiled, asked)

    run()


@pytest.mark.parametrize("compiled", [*PACKS, *MADE_UP], ids=lambda c: c.policy.id)
def test_every_day_of_the_years_around_the_season_gets_the_answer_of_the_single_engine(compiled: Compiled) -> None:
    policy = compiled.policy
    assert comparisons_of(compiled) is not None
    recent = [*range(policy.first_day - 800, policy.last_day + 40)]
    old = [*range(date(1850, 1, 1).toordinal(), policy.first_day, 97), *_birthdays(policy.coverage_year, (18, 60, 100))]
    random = Random(policy.id)  # in any order: whoever comes first stands for the others
    for pay in few_days(compiled)[1:3]:
        asked = [(person, pay) for day in recent for person in _dated(compiled, date.fromordinal(day))]
        asked += [(_born(date.fromordinal(day)), pay) for day in old]
        asked = [(replace(person, numbers=_lowest(compiled)), on) for person, on in asked]
        known = [(p, on) for p, on in asked if not contradictions(p, policy.coverage_year, compiled.known)]
        random.shuffle(known)
        same(Classes(compiled, pay, NAMES, EXPLAIN, Layout(COLUMNS)), compiled, known)


@pytest.mark.parametrize("compiled", [*MADE_UP, *RICH], ids=lambda c: c.policy.id)
def test_packs_with_every_construct_are_read_and_answered_like_the_single_engine(compiled: Compiled) -> None:
    assert comparisons_of(compiled) is not None
    classes = Classes(compiled, date(2024, 1, 1), NAMES, EXPLAIN, Layout(COLUMNS))
    for seed in range(10):
        same(classes, compiled, [anybody(compiled, 40 * seed + n) for n in range(40)])


def _lowest(compiled: Compiled) -> tuple[tuple[str, int], ...]:
    """The numbers that the pack asks for, so that days decide and nothing is left to ask."""
    return tuple((name, low) for name, (low, _) in compiled.asked.items())


def _birthdays(year: int, ages: tuple[int, ...]) -> list[int]:
    return [date(year - age, 1, 1).toordinal() + n for age in ages for n in range(-400, 400)]


def _born(day: date) -> Person:
    return Person(birth_date=day, insured_last_year=False, parent_insured_in_province=True)


def _dated(compiled: Compiled, day: date) -> list[Person]:
    """People of whom one day each is the one given."""
    ended = EmployeeInsurance("ended", day, 3, 3, False, None)
    events = {r.event.code for r in compiled.policy.routes if isinstance(r.event, CircumstanceDay)}
    return [
        _born(day),
        Person(BORN, identities=(Identity("orphan", None, day),), insured_last_year=True),
        Person(BORN, employee_insurance=ended, insured_last_year=True),
        *[Person(BORN, circumstances=(Circumstance(code, day),), insured_last_year=True) for code in sorted(events)],
    ]


def test_most_people_are_answered_from_the_answer_of_somebody_else() -> None:
    compiled = SHELF.find("hunan-anon-district", 2026)
    asked: list[int] = []

    class Counted(Classes):
        def _quoted(self, key: int) -> int:
            asked.append(key)
            return super()._quoted(key)

    classes = Counted(compiled, date(2026, 1, 15), ["birth_date", "insured_last_year"], EXPLAIN, Layout(COLUMNS))
    births = [date(1930, 1, 1) + timedelta(days=n) for n in range(33_000)]
    facts = pl.DataFrame({"birth_date": map(str, births), "insured_last_year": ["true"] * len(births)})
    answers, _ = classes.answers(facts)
    assert (len(asked), answers["outcome"].unique().to_list()) == (1, ["payable"])


@pytest.mark.parametrize(
    "text",
    [
        "def decide(pay, f):\n    return age(f.birth, pay) >= 60",  # a function that nobody told near.py about
        "def decide(pay, f):\n    return f.birth // 365 > 3",
        "def decide(pay, f):\n    return f.birth + pay > 3",
        "def decide(pay, f):\n    return f.next_birthday <= pay",
        "def decide(pay, f):\n    return plus_months(f.birth, f.months_this) <= pay",
        "def decide(pay, f):\n    return plus_months(f.birth + 90, 720) <= pay",
        "def decide(pay, f):\n    return circ['working_away'] <= ended",  # two days that both lie long ago
        "def decide(pay, f):\n    start, wait = birth, -1",  # an answer would name a day that stands for others
        "def decide(pay, f):\n    start, wait = max(birth, ended), -1",
    ],
)
def test_what_is_not_known_to_compare_days_ends_the_reading(text: str) -> None:
    with pytest.raises(Unreadable):
        read(text)


def test_a_pack_that_cannot_be_read_tells_every_day_apart_and_answers_the_same() -> None:
    compiled = SHELF.find("430424", 2024)
    near = Near(None, compiled.policy.opens, compiled.policy.last_day)
    assert [near.stand_in(day) for day in (1, 700_000, 739_000)] == [1, 700_000, 739_000]


def test_a_day_of_payment_far_outside_the_season_widens_what_is_near() -> None:
    compiled = SHELF.find("430424", 2024)
    classes = Classes(compiled, date(2023, 11, 2), NAMES, EXPLAIN, Layout(COLUMNS))
    pays = [date(2023, 11, 2), date(1990, 1, 1), date(2090, 1, 1), date(1, 1, 1), date(9999, 12, 31)]
    same(classes, compiled, [(Person(BORN, insured_last_year=True), pay) for pay in pays * 2])


def test_more_different_texts_than_a_key_has_room_for_widen_the_key() -> None:
    compiled = SHELF.find("430424", 2024)
    classes = Classes(compiled, date(2023, 11, 2), ["pay_date", "birth_date"], EXPLAIN, Layout(COLUMNS))
    pays = [date(1950, 1, 1) + timedelta(days=n) for n in range(9000)]
    facts = pl.DataFrame({"pay_date": map(str, pays), "birth_date": ["1949-01-01"] * len(pays)})
    answers, refused = classes.answers(facts)
    assert refused.null_count() == len(pays)
    assert answers["reason"][0] == "not_yet_open"
    assert answers["reason"].value_counts().height == 1


def test_what_was_learned_is_forgotten_when_there_is_too_much_of_it() -> None:
    compiled = SHELF.find("430424", 2024)
    classes = Classes(compiled, date(2023, 11, 2), ["birth_date"], EXPLAIN, Layout(COLUMNS), most_known=5)
    for day in range(1, 28):
        facts = pl.DataFrame({"birth_date": [f"2023-10-{day:02}", "", f"2023-09-{day:02}", "x"]})
        answers, refused = classes.answers(facts)
        assert answers["outcome"].to_list()[:3] == ["payable", "needs_information", "payable"]
        assert [n is None for n in refused] == [True, True, True, False]
