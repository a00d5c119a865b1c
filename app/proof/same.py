"""Whether two packs say the same to everybody: every class of both is put to both engines."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from app.proof.asked import rules_of
from app.proof.bits import Bits, split
from app.proof.crowd import Crowd
from app.proof.groups import Answers
from app.proof.plan import Plan
from app.proof.season import stretches
from app.proof.under import Under
from app.rules.compiling import Compiled
from app.rules.person import EmployeeInsurance, Identity, Person
from app.rules.quoting import quote

_APART = ("policy", "explanation")


def difference(one: Compiled, other: Compiled) -> tuple[Person, date] | None:
    """Somebody who gets another answer (the sentences of the explanation apart), None where nobody does."""
    unders = [Under(one), Under(other)]
    rules = [(k, rule) for k, under in enumerate(unders) for rule in rules_of(under.policy)]
    plan = Plan(unders, [(k, rule) for k, rule in rules if rule.kind == "incentive"])
    crowd = None
    for stretch in stretches(plan):
        for pay in stretch.ends:
            crowd = Crowd(plan, pay, like=crowd)
            for bits in _classes(crowd):
                found = _differs(crowd, bits, one, other)
                if found is not None:
                    return found
    return _refused(one, other)


def _classes(crowd: Crowd) -> Iterator[Bits]:
    """Groups of classes that get one answer under each of the two."""
    found = [crowd.all]
    marks: list[Bits] = []
    for k, under in enumerate(crowd.plan.unders):
        answers = Answers(crowd, k)
        groups = answers.groups()
        found = [both for bits in found for group in groups if (both := bits & group.bits)]
        marks += [crowd.says(k, x.when) for x in under.policy.incentives]
        marks += [crowd.says(k, note.when, of_the_day=True) for note in under.policy.notes]
        # A subsidy that is not settled shows as a note.
        marks += [answers.offers.claims(i) for i in range(len(under.policy.subsidies))]
    distinct = [mark for mark in dict.fromkeys(marks) if mark not in (crowd.none, crowd.all)]
    for bits in found:
        yield from split({(): bits}, distinct).values()


def _differs(crowd: Crowd, bits: Bits, one: Compiled, other: Compiled) -> tuple[Person, date] | None:
    for number, high in ((crowd.table.first(bits), False), (crowd.table.last(bits), True)):
        person, day = crowd.person(number, high=high), date.fromordinal(crowd.pay)
        if _answer(one, person, day) != _answer(other, person, day):
            return person, day
    return None


def _answer(compiled: Compiled, person: Person, day: date) -> dict[str, Any]:
    answer = quote(compiled, person, day).answer()
    return {key: value for key, value in answer.items() if key not in _APART}


def _refused(one: Compiled, other: Compiled) -> tuple[Person, date] | None:
    """The notes of those whom every pack refuses."""
    for code in sorted({i for c in (one, other) for s in c.policy.subsidies for i in (x.code for x in s.selectors)}):
        for person in _elsewhere(code):
            day = date.fromordinal(one.policy.main_closes)
            if _answer(one, person, day) != _answer(other, person, day):
                return person, day
    return None


def _elsewhere(code: str) -> Iterator[Person]:
    yield Person(date(1985, 6, 15), (Identity(code),), insured_elsewhere=True)
    yield Person(date(1985, 6, 15), (Identity(code),), employee_insurance=EmployeeInsurance("active"))
