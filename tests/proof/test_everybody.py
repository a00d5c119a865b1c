"""Nobody is missed: every person and day that there can be belongs to a class, and gets the answer of its class."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.packs.read_pack import read_pack
from app.packs.shelf import NOTICES, Shelf
from app.proof.bits import Table, split
from app.proof.cohorts import cohorts
from app.proof.crowd import Crowd
from app.proof.groups import Answers
from app.proof.plan import Plan
from app.proof.season import stretches
from app.proof.under import Under
from app.rules import vocabulary as v
from app.rules.compiling import Compiled, compile_policy
from app.rules.facts import read_facts
from app.rules.person import Circumstance, Identity, Person, contradictions
from app.rules.quoting import quote
from app.rules.vocabulary import CLASSES
from tests.people import pay_days, people
from tests.proof.numbering import number_of
from tests.proof.packs import GOOD, written

SHELF = Shelf((NOTICES, Path(__file__).parent.parent / "packs" / "made_up"))
PACKS = [SHELF.find(region, year) for region, year in SHELF]
PEOPLE = {pack.policy.id: people(pack) for pack in PACKS}
DAYS = {pack.policy.id: pay_days(pack) for pack in PACKS}
PLANS = {pack.policy.id: Plan([Under(pack)]) for pack in PACKS}
every_pack = pytest.mark.parametrize("pack", PACKS, ids=lambda p: p.policy.id)


def known(pack: Compiled, person: Person, pay: date) -> Person:
    """The same person with everything known."""
    job = person.employee_insurance
    if job is not None and job.status == "ended":
        ended = job.ended_on or pay - timedelta(days=400)
        last_year = ended.year == pack.policy.coverage_year - 1
        job = replace(
            job,
            ended_on=ended,
            months_paid_this_year=job.months_paid_this_year or 0,
            months_paid_last_year=job.months_paid_last_year or 0,
            gap_this_year=bool(job.gap_this_year),
            lapsed_last_year=last_year if job.lapsed_last_year is None else job.lapsed_last_year,
        )
    return replace(
        person,
        birth_date=person.birth_date or date(1985, 6, 15),
        identities=tuple(
            Identity(i.code, i.class_ or (next(iter(CLASSES[i.code])) if i.code in CLASSES else None), i.since)
            for i in person.identities
        ),
        circumstances=tuple(Circumstance(c.code, c.on or pay - timedelta(days=300)) for c in person.circumstances),
        employee_insurance=job,
        insured_last_year=True if person.insured_last_year is None else person.insured_last_year,
        parent_insured_in_province=bool(person.parent_insured_in_province),
        numbers=tuple({**{name: low for name, (low, _) in pack.asked.items()}, **dict(person.numbers)}.items()),
    )


def check(pack: Compiled, crowd: Crowd, person: Person, pay: int) -> None:
    """Somebody's verdict is that of their class."""
    number = number_of(crowd, person)
    assert number is not None, "a class that the enumeration does not know"
    group = next(g for g in Answers(crowd).groups() if g.bits >> number & 1)
    verdict = pack.decide(pay, read_facts(person, pack.policy.coverage_year))
    assert verdict[0] == group.code
    if group.offers:
        assert (verdict[4], verdict[5], verdict[6]) in group.offers
    if len(group.offers) == 1:
        theirs, example = (quote(pack, p, date.fromordinal(pay)).answer() for p in (person, crowd.person(number)))
        same = (
            "outcome",
            "reason",
            "payable_fen",
            "personal_fen",
            "surcharge_fen",
            "subsidy_fen",
            "waiting_days",
            "route",
        )
        assert [theirs[key] for key in same] == [example[key] for key in same]
        assert (theirs["benefits_start"] is None) == (example["benefits_start"] is None)


@every_pack
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_anybody_belongs_to_a_class_and_gets_its_answer(pack: Compiled, data: st.DataObject) -> None:
    pay = data.draw(DAYS[pack.policy.id])
    person = known(pack, data.draw(PEOPLE[pack.policy.id]), pay)
    job = person.employee_insurance
    active = job is not None and (job.status == "active" or (job.ended_on is not None and job.ended_on > pay))
    assume(not active and not person.insured_elsewhere)  # refused by every pack alike
    assume(not contradictions(person, pack.policy.coverage_year, pack.known))
    check(pack, Crowd(PLANS[pack.policy.id], pay.toordinal()), person, pay.toordinal())


def test_brute_force_on_a_small_pack_meets_every_class_and_no_other() -> None:
    pack = compile_policy(read_pack(GOOD)[1])
    plan = Plan([Under(pack)])
    births = [date(1985, 6, 15), *(date(2024, m, d) for m, d in ((1, 1), (6, 1), (12, 31))), date(2025, 1, 1)]
    held = [
        None,
        Identity("orphan"),
        Identity("orphan", None, date(2023, 12, 31)),
        Identity("orphan", None, date(2024, 2, 1)),
    ]
    also = [None, Identity("subsistence_allowance"), Identity("subsistence_allowance", None, date(2024, 5, 1))]
    for stretch in stretches(plan):
        for pay in {stretch.first, stretch.last, (stretch.first + stretch.last) // 2}:
            crowd, met = Crowd(plan, pay), 0
            near = [date.fromordinal(pay + k) for k in (-1, 0, 1)]
            for birth, one, other in product({*births, *near}, held, also):
                person = known(pack, Person(birth, tuple(i for i in (one, other) if i)), date.fromordinal(pay))
                check(pack, crowd, person, pay)
                number = number_of(crowd, person)
                assert number is not None
                met |= 1 << number
            assert met == crowd.all


@pytest.mark.parametrize("key", [("430424", 2024), ("900102", 2026), ("900103", 2027), ("hunan-anon-district", 2026)])
def test_every_day_within_a_stretch_has_the_same_classes(key: tuple[str, int]) -> None:
    plan = PLANS[f"{key[0]}-{key[1]}"]
    for stretch in stretches(plan)[::3]:
        shapes = [
            {part: [state.truths for state in states] for part, states in Crowd(plan, pay).states.items()}
            for pay in {stretch.first, (stretch.first + stretch.last) // 2, stretch.last}
        ]
        assert all(shape == shapes[0] for shape in shapes)


@every_pack
def test_the_engine_says_of_each_cohorts_example_what_the_cohort_says(pack: Compiled) -> None:
    total = 0
    for cohort in cohorts([Under(pack)]):
        person, day = cohort.asked()
        verdict = pack.decide(day.toordinal(), read_facts(person, pack.policy.coverage_year))
        assert verdict[0] == cohort.groups[0].code
        assert not contradictions(person, pack.policy.coverage_year, pack.known)
        total += cohort.classes
    assert total > len(pack.policy.routes)


def test_a_pack_beside_itself_a_year_later_is_one_and_the_same() -> None:
    pack = SHELF.find("141102", 2023)
    for cohort in cohorts([Under(pack), Under(pack)]):
        assert cohort.groups[0].code == cohort.groups[1].code
        assert cohort.asked(0) == cohort.asked(1)


def test_next_years_pack_is_asked_about_the_same_day_and_people_a_year_younger() -> None:
    old, new = SHELF.find("141102", 2023), SHELF.find("430424", 2024)
    found = list(cohorts([Under(old), Under(new, years=1)]))
    assert {c.asked(1)[1].year - c.asked(0)[1].year for c in found} == {1}
    newborns = [c for c in found if c.person.birth_date and c.person.birth_date.year == 2023]
    assert {c.asked(1)[0].birth_date.year for c in newborns} == {2024}  # type: ignore[union-attr]
    codes = {(c.groups[0].code, c.groups[1].code) for c in found}
    # On 26 December the one has closed already; a newborn pays a subsidized price in the one and not in the other.
    assert (v.WINDOW_CLOSED, v.OPEN) in codes
    assert (v.OPEN, v.WINDOW_CLOSED) in codes


def test_an_expected_child_that_may_not_be_enrolled_when_payments_resume_is_not_told_to_wait(tmp_path: Path) -> None:
    pause = "no_payment: {monthly: {from: 28, to: month_end}, cite: 三}\neligibility:\n"
    unless = "  not_yet_born: {cite: 一, unless: {paid: {in: main}}}"
    changes = ("eligibility:\n", pause), ("  not_yet_born: {cite: 一}", unless)
    plan = Plan([Under(compile_policy(written(tmp_path, *changes).policy))])
    crowd = Crowd(plan, date(2023, 12, 30).toordinal())
    codes = {
        born: next(g.code for g in Answers(crowd).groups() if g.bits >> (number_of(crowd, Person(born)) or 0) & 1)
        for born in (date(1985, 6, 15), date(2024, 1, 1), date(2024, 6, 1))
    }
    assert list(codes.values()) == [v.PAUSED, v.PAUSED, v.WINDOW_CLOSED]


def test_what_happens_between_a_day_without_payment_and_the_one_on_which_payments_resume_is_told_apart(
    tmp_path: Path,
) -> None:
    pause = "no_payment: {monthly: {from: 28, to: month_end}, cite: 三}\neligibility:\n"
    note = "  - {code: away, kind: rule, text: 说明, cite: 五, when: {circumstance: {any_of: [working_away]}}}\n"
    when = "when: {paid: {after: main}}", "when: {paid: {after: main}, circumstance: {any_of: [working_away]}}"
    changes = ("eligibility:\n", pause), ("notes:\n", "notes:\n" + note), when
    pack = compile_policy(written(tmp_path, *changes).policy)
    crowd = Crowd(Plan([Under(pack)]), date(2024, 3, 28).toordinal())
    for day in (date(2024, 3, 28), date(2024, 3, 30)):
        assert number_of(crowd, Person(date(1985, 6, 15), (), (Circumstance("working_away", day),))) is not None


def test_tables_count_in_all_combinations() -> None:
    table = Table([2, 3, 2])
    assert table.count == 12
    column = table.column(1, [False, True, False])
    assert [table.values(n)[1] == 1 for n in range(12)] == [bool(column >> n & 1) for n in range(12)]
    assert split({(): 0b1111}, [0b0011, 0b0101]) == {(1, 1): 1, (1, 0): 2, (0, 1): 4, (0, 0): 8}


def test_the_numbers_of_bits_are_all_of_them_upwards() -> None:
    assert list(Table([71]).numbers(0)) == []
    assert list(Table([71]).numbers(1 << 70 | 0b1000_0001_0000_0101)) == [0, 2, 8, 15, 70]
