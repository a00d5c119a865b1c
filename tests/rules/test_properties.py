"""What must hold for everybody, on every day, under every notice."""

import os
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.packs.shelf import Shelf
from app.rules.compiling import Compiled
from app.rules.days import iso
from app.rules.person import Circumstance, Identity, Person
from app.rules.quoting import calendar, quote
from app.rules.vocabulary import CLASSES, IDENTITIES
from tests.people import pay_days, people

SHELF = Shelf()
THOROUGH = int(os.environ.get("THOROUGH", "1"))  # `THOROUGH=20 make test` looks longer
PACKS = [SHELF.find(region, year) for region, year in SHELF]
# Made once: a strategy that is made anew for every example confuses Hypothesis's record of what it has drawn.
PEOPLE = {pack.policy.id: people(pack) for pack in PACKS}
DAYS = {pack.policy.id: pay_days(pack) for pack in PACKS}
every_pack = pytest.mark.parametrize("pack", PACKS, ids=lambda p: p.policy.id)
LASTING = (
    "outcome",
    "reason",
    "personal_fen",
    "surcharge_fen",
    "subsidy_fen",
    "payable_fen",
    "route",
    "incentives",
    "subsidies",
    "refund_fen",
    "add_ons",
)
DECISIVE = (*LASTING, "waiting_days", "benefits_start", "benefits_end")


def ask(pack: Compiled, person: Person, day: date) -> dict[str, Any]:
    return quote(pack, person, day).answer()


def only(answer: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    """Some fields; of the subsidies the funds and amounts, whatever identity they are for."""
    funds = {s["fund"]: s["amount_fen"] for s in answer["subsidies"]} if "subsidies" in answer else {}
    return {k: funds if k == "subsidies" else answer[k] for k in keys}


@every_pack
@given(data=st.data())
def test_amounts_add_up_and_are_never_negative(pack: Compiled, data: st.DataObject) -> None:
    answer = ask(pack, data.draw(PEOPLE[pack.policy.id]), data.draw(DAYS[pack.policy.id]))
    amounts = [answer[k] for k in ("personal_fen", "surcharge_fen", "subsidy_fen", "payable_fen")]
    if answer["outcome"] in ("payable", "exempt"):
        if answer["payable_fen"] is None:  # what the notice does not say is null with a note
            codes = {note["code"] for note in answer["notes"]}
            assert {"amounts_not_known", "subsidy_amount_not_known"} & codes
            return
        personal, surcharge, subsidy, payable = amounts
        assert min(amounts) >= 0
        assert payable == personal + surcharge - subsidy
        assert subsidy <= personal
        assert sum(s["amount_fen"] for s in answer["subsidies"]) == subsidy
        assert (answer["outcome"] == "exempt") == (payable == 0)
    else:
        assert amounts == [None] * 4
        assert answer["waiting_days"] is None
        assert answer["benefits_start"] is None
        assert answer["subsidies"] == []


@every_pack
@given(data=st.data())
def test_benefits_lie_in_the_year_and_never_before_birth(pack: Compiled, data: st.DataObject) -> None:
    person = data.draw(PEOPLE[pack.policy.id])
    answer = ask(pack, person, data.draw(DAYS[pack.policy.id]))
    if answer["benefits_start"] is not None:
        assert answer["benefits_start"] <= answer["benefits_end"] == iso(pack.policy.last_day)
        if person.birth_date:
            assert answer["benefits_start"] >= person.birth_date.isoformat()


@every_pack
@given(data=st.data())
def test_every_line_has_a_clause_and_a_sentence(pack: Compiled, data: st.DataObject) -> None:
    answer = ask(pack, data.draw(PEOPLE[pack.policy.id]), data.draw(DAYS[pack.policy.id]))
    assert answer["explanation"]
    for line in answer["explanation"]:
        assert line["clause"].strip()
        assert line["text"].endswith("。")
        assert not any(ord(ch) < 32 for ch in line["text"])


@every_pack
@given(data=st.data())
def test_the_order_of_identities_and_circumstances_does_not_matter(pack: Compiled, data: st.DataObject) -> None:
    person, day = data.draw(PEOPLE[pack.policy.id]), data.draw(DAYS[pack.policy.id])
    turned = replace(person, identities=person.identities[::-1], circumstances=person.circumstances[::-1])
    assert ask(pack, turned, day) == ask(pack, person, day)


@every_pack
@settings(max_examples=60 * THOROUGH, deadline=None)
@given(data=st.data())
def test_valid_through_is_exactly_the_last_day_of_the_same_answer(pack: Compiled, data: st.DataObject) -> None:
    person, day = data.draw(PEOPLE[pack.policy.id]), data.draw(DAYS[pack.policy.id])
    answer = ask(pack, person, day)
    if answer["valid_through"] is None:
        assert answer["outcome"] in ("ineligible", "needs_information") or answer["reason"] == "year_over"
        return
    last = day
    while last.toordinal() < pack.policy.last_day:
        later = ask(pack, person, last + timedelta(days=1))
        if only(later, LASTING) != only(answer, LASTING):
            break
        last += timedelta(days=1)
    assert answer["valid_through"] == last.isoformat()


@every_pack
@settings(max_examples=40 * THOROUGH, deadline=None)
@given(data=st.data())
def test_calendar_segments_follow_each_other_and_equal_the_quote_of_each_day(
    pack: Compiled, data: st.DataObject
) -> None:
    person = data.draw(PEOPLE[pack.policy.id])
    segments = calendar(pack, person)
    day = date.fromordinal(pack.policy.opens - 1)
    for segment in segments:
        assert segment["from"] == day.isoformat()
        while day.isoformat() <= segment["to"]:
            answer = ask(pack, person, day)
            assert only(answer, LASTING) == only(segment["quote"], LASTING)
            assert answer["missing"] == segment["quote"]["missing"]
            day += timedelta(days=1)
    assert day.toordinal() == pack.policy.last_day + 1
    for before, after in pairwise(segments):
        keys = (*LASTING, "missing")
        if before["quote"]["outcome"] != "needs_information":
            assert only(before["quote"], keys) != only(after["quote"], keys)


def decisive(answer: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(value) for value in only(answer, DECISIVE).values())


def fillings(pack: Compiled, person: Person, day: date) -> dict[str, list[tuple[Any, ...]]]:
    """For each unknown fact values that lie on both sides of everything: (how to set it, value)."""
    policy = pack.policy
    back = [0, 1, 2, 89, 90, 91, 92]
    anchors = {day - timedelta(days=b) for b in back} | {
        date.fromordinal(policy.first_day + k) for k in (-2, -1, 0, 1, 2)
    }
    anchors |= {date.fromordinal(w.closes + k) for w in policy.windows for k in (-1, 0, 1, 2)}
    anchors |= {date(policy.coverage_year - 1, m, d) for m, d in ((1, 1), (9, 30), (10, 1), (10, 2), (10, 3))}
    anchors |= {date(policy.coverage_year - 2, 12, 31), day - timedelta(days=140), day - timedelta(days=60)}
    past = sorted(d for d in anchors if d <= day)
    found = _number_fillings(pack, person)
    if person.birth_date is None:
        old = date(day.year - 100, day.month, min(day.day, 28))
        others = [old, old + timedelta(days=1), day + timedelta(days=1), date(policy.coverage_year, 12, 31)]
        others += [date(policy.coverage_year + 1, 1, 1), date(1985, 6, 15)]
        found["person.birth_date"] = [("birth_date", d) for d in (*past, *others)]
    for i, identity in enumerate(person.identities):
        if identity.code in CLASSES and identity.class_ is None:
            found[f"person.identities.class#{i}"] = [("class", i, name) for name in CLASSES[identity.code]]
    for i, circumstance in enumerate(person.circumstances):
        if circumstance.on is None:
            found[f"person.circumstances.on#{i}"] = [("on", i, d) for d in past]
    for fact in ("insured_last_year", "parent_insured_in_province"):
        if getattr(person, fact) is None:
            found[f"person.{fact}"] = [(fact, True), (fact, False)]
    if person.employee_insurance and person.employee_insurance.status == "ended":
        found |= _job_fillings(person, past)
    return found


def _number_fillings(pack: Compiled, person: Person) -> dict[str, list[tuple[Any, ...]]]:
    """No more years can be repaired than were missed."""
    given = dict(person.numbers)
    found: dict[str, list[tuple[Any, ...]]] = {}
    for name, (low, high) in pack.asked.items():
        if name == "missed_years":
            low = given.get("repaid_years", low)
        if name not in given and name not in ("repaid_years", "continuous_years", "zero_claim_years"):  # absent: 0
            found[f"person.{name}"] = [("number", name, n) for n in range(low, high + 1)]
    return found


def _job_fillings(person: Person, past: list[date]) -> dict[str, list[tuple[Any, ...]]]:
    values: dict[str, list[Any]] = {
        "ended_on": list(past),
        "months_paid_this_year": [0, 2, 3],
        "months_paid_last_year": [0, 1, 2, 3],
        "gap_this_year": [True, False],
        "lapsed_last_year": [True, False],
    }
    job = person.employee_insurance
    return {
        f"person.employee_insurance.{name}": [("job", name, v) for v in choices]
        for name, choices in values.items()
        if getattr(job, name) is None
    }


def filled(pack: Compiled, person: Person, settings_: tuple[tuple[Any, ...], ...]) -> Person:
    """The person with facts filled in; what nobody gave is settled by what it follows from."""
    whole = _filled(person, settings_)
    job = whole.employee_insurance
    if person.insured_last_year is None and job and (job.months_paid_last_year or 0) > 0:
        whole = replace(whole, insured_last_year=True)
    if job and job.ended_on and job.ended_on.year == pack.policy.coverage_year - 1:
        assert person.employee_insurance is not None
        if person.employee_insurance.lapsed_last_year is None:
            whole = replace(whole, employee_insurance=replace(job, lapsed_last_year=True))
    return whole


def _filled(person: Person, settings_: tuple[tuple[Any, ...], ...]) -> Person:
    for setting in settings_:
        match setting:
            case ("class", i, name):
                ids = list(person.identities)
                ids[i] = Identity(ids[i].code, name, ids[i].since)
                person = replace(person, identities=tuple(ids))
            case ("on", i, day):
                events = list(person.circumstances)
                events[i] = Circumstance(events[i].code, day)
                person = replace(person, circumstances=tuple(events))
            case ("number", name, value):
                person = replace(person, numbers=(*person.numbers, (name, value)))
            case ("job", name, value):
                assert person.employee_insurance is not None
                person = replace(person, employee_insurance=replace(person.employee_insurance, **{name: value}))
            case (name, value):
                person = replace(person, **{name: value})
    return person


@every_pack
@settings(max_examples=60 * THOROUGH, deadline=None)
@given(data=st.data())
def test_a_fact_is_missing_exactly_if_some_value_of_it_changes_the_answer(pack: Compiled, data: st.DataObject) -> None:
    """Against the definition itself: every combination of telling values, two at a time for the fact in question."""
    person, day = data.draw(PEOPLE[pack.policy.id]), data.draw(DAYS[pack.policy.id])
    choices = fillings(pack, person, day)
    size = 1
    for options in choices.values():
        size *= len(options)
    if not choices or size > 4000:
        return
    answers = {}
    for combination in product(*choices.values()):
        answers[combination] = decisive(ask(pack, filled(pack, person, combination), day))
    telling = set()
    for at, fact in enumerate(choices):
        groups: dict[Any, set[Any]] = {}
        for combination, answer in answers.items():
            groups.setdefault(combination[:at] + combination[at + 1 :], set()).add(answer)
        if any(len(found) > 1 for found in groups.values()):
            telling.add(fact.partition("#")[0])
    asked = ask(pack, person, day)
    assert sorted(telling) == asked["missing"]
    if not telling:
        assert {decisive(asked)} == set(answers.values())


@every_pack
@settings(max_examples=100 * THOROUGH, deadline=None)
@given(data=st.data())
def test_adding_a_fact_that_was_not_asked_for_never_changes_the_answer(pack: Compiled, data: st.DataObject) -> None:
    person, day = data.draw(PEOPLE[pack.policy.id]), data.draw(DAYS[pack.policy.id])
    choices = fillings(pack, person, day)
    answer = ask(pack, person, day)
    for fact, options in choices.items():
        if fact.partition("#")[0] in answer["missing"]:
            continue
        later = ask(pack, filled(pack, person, (data.draw(st.sampled_from(options)),)), day)
        assert only(later, DECISIVE) == only(answer, DECISIVE)
        assert set(later["missing"]) <= set(answer["missing"])


@every_pack
@settings(max_examples=100 * THOROUGH, deadline=None)
@given(data=st.data())
def test_every_answer_that_can_come_out_is_among_the_possible_ones(pack: Compiled, data: st.DataObject) -> None:
    person, day = data.draw(PEOPLE[pack.policy.id]), data.draw(DAYS[pack.policy.id])
    choices = fillings(pack, person, day)
    answer = ask(pack, person, day)
    if answer["outcome"] != "needs_information":
        return
    whole = filled(pack, person, tuple(data.draw(st.sampled_from(options)) for options in choices.values()))
    keys = ("outcome", "reason", "payable_fen", "waiting_days", "benefits_end", "route")
    final = ask(pack, whole, day)
    fitting = [p for p in answer["possible"] if only(p, keys) == only(final, keys)]
    assert fitting
    starts = [p["benefits_start"] for p in fitting if not p["benefits_start_follows"]]
    assert final["benefits_start"] in starts or any(p["benefits_start_follows"] for p in fitting)


def test_the_answers_that_a_pack_keeps_are_bounded_and_stay_right() -> None:
    pack = Shelf().find("hunan-anon-town", 2020)
    codes = list(IDENTITIES)
    first: dict[int, Any] = {}
    for turn in range(2):
        for n in range(400):
            held = tuple(Identity(code) for i, code in enumerate(codes) if n >> (i % 9) & 1)
            answer = ask(pack, Person(date(1980, 2, 2), held), date(2019, 11, 1 + n % 28))
            assert turn == 0 or answer == first[n]
            first[n] = answer
    assert sum(len(kind.skeletons) for kind in pack.kinds.values()) <= 128
