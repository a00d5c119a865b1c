"""What happens to whom, and what must come of it: known before anything is done, so that the end can be checked."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.demo.deeds import DEEDS, EXEMPT, PAYS, Deed, Standing
from app.demo.village import PERSONAL_FEN, Person

Plan = dict[int, Deed]  # by a person's place in the village


@dataclass(frozen=True, slots=True)
class Course:
    """What somebody costs when registering and when paying (`covers_fen` of it the funds pay), what the funds pay
    afterwards, and which identity the lists have at the end."""

    first_fen: int
    last_fen: int
    covers_fen: int
    afterwards_fen: int
    identity: str | None


@dataclass
class Expected:
    """Every number of people and money that the end must show."""

    people: int = 0
    levied: int = 0
    withdrawn: int = 0
    states: Counter[tuple[str, str]] = field(default_factory=Counter)  # by region and state
    suspense: Counter[str] = field(default_factory=Counter)
    suspense_fen: Counter[str] = field(default_factory=Counter)
    accounts: Counter[tuple[str, str]] = field(default_factory=Counter)  # by region and account
    feed: Counter[tuple[str, str]] = field(default_factory=Counter)  # by region and type of change
    movements: int = 0
    tampered: int = 0
    attacks: int = 0


def assign(people: Sequence[Person], seed: int) -> Plan:
    """A deed for each person, by their place in the village. Each deed happens at least once."""
    places = [n for n, person in enumerate(people) if person.is_levied]
    random.Random(f"{seed} deeds").shuffle(places)
    planned = {n: EXEMPT for n, person in enumerate(people) if not person.is_levied}
    for deed in DEEDS:
        fitting = [n for n in places if deed.fits(people[n].kind)]
        for n in fitting[: max(1, (deed.of_300 * len(people) + 150) // 300)]:
            planned[n] = deed
            places.remove(n)
    return planned | dict.fromkeys(places, PAYS)


def declare(people: Sequence[Person], planned: Plan) -> None:
    """Who says nothing of an identity registers without."""
    for n, person in enumerate(people):
        if not planned[n].declares:
            person.body["person"] = {}


def course(person: Person, deed: Deed) -> Course:
    kind, change = person.kind, deed.change
    stood = Standing(kind.identity, kind.class_, kind.subsidy_fen) if deed.is_listed else Standing(None, None, 0)
    counts = change is not None and (change.conflict is None or change.conflict[1] == "apply")
    then = change.then[kind.region] if change is not None and counts else stood
    paid_as = stood if change is not None and change.proposal else then
    first, last = (PERSONAL_FEN - standing.subsidy_fen for standing in (stood, paid_as))
    proposal = change.proposal if change else None
    afterwards = proposal.fen if proposal and proposal.decision == "approve" else 0
    return Course(first, last, paid_as.subsidy_fen, afterwards, then.identity)


def expect(people: Sequence[Person], planned: Plan) -> Expected:
    found = Expected(people=len(people), levied=sum(person.is_levied for person in people))
    for n, person in enumerate(people):
        deed, region = planned[n], person.kind.region
        found.states[region, deed.ends] += 1
        found.movements += deed.movements
        found.tampered += deed.tampered
        found.attacks += deed.name == "attack"
        found.withdrawn += deed.ends == "cancelled" or deed.name == "made_extreme"
        found.feed.update((region, type) for type in ("registered", *deed.feed))
        _expect_money(found, person, deed)
    return found


def _expect_money(found: Expected, person: Person, deed: Deed) -> None:
    money, region, fund = course(person, deed), person.kind.region, f"subsidy:{person.kind.fund}"
    moved: list[tuple[str, int]] = []
    if deed.ends == "covered":
        moved += [("collector", money.last_fen), (fund, money.covers_fen), ("personal", -PERSONAL_FEN)]
    if deed.suspense:
        fen = money.last_fen - deed.less_fen
        found.suspense[deed.suspense] += 1
        found.suspense_fen[deed.suspense] += fen
        moved += [("collector", fen), ("suspense", -fen)]
    proposal = deed.change.proposal if deed.change else None
    if proposal:
        moved += [(fund, money.afterwards_fen), (proposal.account, -money.afterwards_fen)]
    for account, fen in moved:
        found.accounts[region, account] += fen
