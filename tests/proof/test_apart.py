"""Many identities: each is looked at alone, because all combinations of them would be too many."""

from datetime import date, timedelta
from itertools import product
from pathlib import Path

from app.proof.bits import Bits
from app.proof.crowd import Crowd
from app.proof.groups import Answers
from app.proof.plan import Plan
from app.proof.prove import prove
from app.proof.under import Under
from app.rules import vocabulary as v
from app.rules.compiling import compile_policy
from app.rules.facts import read_facts
from app.rules.person import Circumstance, Identity, Person
from tests.proof.numbering import number_of
from tests.proof.packs import written

MARKS = [f"m{n}" for n in range(20)]
LOCAL = "local_identities:\n" + "".join(f"  {mark}: {{title: 标记, cite: 三}}\n" for mark in MARKS)
WAY = """
  - id: {id}
    title: 途径
    cite: 三
    when: {{paid: {{after: main, to: 2024-{month:02}-10}}, identity: {{any_of: [{codes}]{more}}}}}
    charge: {{kind: personal, cite: 二}}
    subsidy: {{is: applies, cite: 四}}
    benefits: {{from: payment, cite: 三}}"""


def ways() -> str:
    found = [
        WAY.format(id=mark, month=2 + n % 10, codes=f'"local:{mark}"', more="") for n, mark in enumerate(MARKS[:15])
    ]
    codes = ", ".join(f'"local:{mark}"' for mark in MARKS[10:])
    return "".join(found) + WAY.format(id="newly", month=12, codes=codes, more=", recognized: {within: 30 days}")


def only(crowd: Crowd, number: int) -> Bits:
    """The set of one class."""
    found = crowd.all
    for part, (at, size) in enumerate(zip(crowd.table.values(number), crowd.table.sizes, strict=True)):
        found &= crowd.table.column(part, [n == at for n in range(size)])
    return found


def test_twenty_marks_are_proved_and_everybody_gets_the_answer_of_their_class(tmp_path: Path) -> None:
    pack = written(
        tmp_path, ("eligibility:\n", LOCAL + "eligibility:\n"), ("\none_subsidy:", ways() + "\none_subsidy:")
    )
    compiled = compile_policy(pack.policy)
    plan = Plan([Under(compiled)])
    assert plan.apart == {"identities"}
    assert prove(pack, compiled).classes > 1 << 20
    pay = date(2024, 3, 1)
    crowd = Crowd(plan, pay.toordinal())
    groups = Answers(crowd).groups()
    listed = [None, pay - timedelta(days=31), pay - timedelta(days=30), pay + timedelta(days=1)]
    for held, (one, other) in product(
        (("m0", "m1"), ("m1", "m12"), ("m12", "m19"), ("m16", "m17")), product(listed, listed)
    ):
        ids = tuple(Identity(f"local:{mark}", None, day) for mark, day in zip(held, (one, other), strict=True))
        person = Person(date(1985, 6, 15), ids, insured_last_year=True)
        number = number_of(crowd, person)
        assert number is not None
        verdict = compiled.decide(pay.toordinal(), read_facts(person, 2024))
        group = next(g for g in groups if g.bits & only(crowd, number))
        assert verdict[0] == group.code
        assert not group.offers or (verdict[4], verdict[5], verdict[6]) in group.offers


def test_whoever_has_two_circumstances_of_a_kind_one_before_a_day_and_one_after_it_is_told_apart(
    tmp_path: Path,
) -> None:
    when = "{paid: {after: main}, circumstance: {any_of: [prison_release, military_discharge], on: {from: 2024-02-01}}"
    way = WAY.replace(
        "{{paid: {{after: main, to: 2024-{month:02}-10}}, identity: {{any_of: [{codes}]{more}}}}}", "{when}"
    )
    more = way.format(id="moved", when=f"{when}, insured_last_year: yes}}")
    compiled = compile_policy(written(tmp_path, ("\none_subsidy:", more + "\none_subsidy:")).policy)
    crowd = Crowd(Plan([Under(compiled)]), date(2024, 3, 1).toordinal())
    days = date(2024, 1, 31), date(2024, 2, 1)
    for one, other in product(days, days):
        both = (Circumstance("prison_release", one), Circumstance("military_discharge", other))
        person = Person(date(1985, 6, 15), circumstances=both, insured_last_year=True)
        number = number_of(crowd, person)
        assert number is not None
        found = [compiled.decide(crowd.pay, read_facts(who, 2024))[4] for who in (person, crowd.person(number))]
        assert found == [2 if days[1] in (one, other) else 1] * 2


def test_a_class_that_counts_on_a_paused_day_is_known_though_it_does_not_when_payments_resume(tmp_path: Path) -> None:
    pause = ("eligibility:\n", "no_payment: {monthly: {from: 28, to: month_end}, cite: 三}\neligibility:\n")
    half = (
        "    identities: [subsistence_allowance]\n",
        "    identities: [{code: subsistence_allowance, classes: [rural_1]}]\n",
    )
    only_then = ("    yuan: 190\n", "    yuan: 190\n    when: {paid: {in: main}}\n")
    way = WAY.format(id="helped", month=12, codes="subsistence_allowance", more="")
    pack = written(tmp_path, pause, half, only_then, ("\none_subsidy:", way + "\none_subsidy:"))
    compiled = compile_policy(pack.policy)
    crowd = Crowd(Plan([Under(compiled)]), date(2023, 12, 30).toordinal())
    examples = [crowd.person(number) for number in range(crowd.table.count)]
    assert {i.class_ for person in examples for i in person.identities if i.code == "subsistence_allowance"} == {
        "rural_1"
    }
    assert {compiled.decide(crowd.pay, read_facts(person, 2024))[0] for person in examples} == {
        v.PAUSED,
        v.NOT_YET_BORN,
    }
