"""The made-up village. Nobody in it can be taken for a person: names are numbered, codes and telephones unassigned."""

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.enrollment.id_numbers import check_digit

HENGDONG, GAOTAI = "430424", "620724"
COUNTIES = {HENGDONG: "衡东 Hengdong", GAOTAI: "高台 Gaotai"}
YEAR = 2024
PERSONAL_FEN = 38000  # in both notices
VILLAGES = {HENGDONG: "430424106201", GAOTAI: "620724102203"}
_FUNDS = {HENGDONG: "unspecified", GAOTAI: "medical_assistance"}
_STEMS = "甲乙丙丁戊己庚辛壬癸"


@dataclass(frozen=True, slots=True)
class Kind:
    """People of one sort: how many of them in a village of 300, and what the notice takes off for them."""

    of_300: int
    region: str
    subsidy_fen: int = 0
    identity: str | None = None
    class_: str | None = None
    born: tuple[int, int] = (1945, 2003)
    newborn: bool = False

    @property
    def payable_fen(self) -> int:
        return PERSONAL_FEN - self.subsidy_fen

    @property
    def is_plain(self) -> bool:
        """With a number of its own and no identity."""
        return self.identity is None and not self.newborn

    @property
    def fund(self) -> str:
        return _FUNDS[self.region]

    def facts(self) -> dict[str, Any]:
        if self.identity is None:
            return {}
        named = {"code": self.identity} | ({"class": self.class_} if self.class_ else {})
        return {"identities": [named]}


# 衡东 四(四): all or half of 380 yuan; 高台 三.2: all, 310, 250 or 100 yuan.
KINDS = (
    Kind(104, HENGDONG),
    Kind(18, HENGDONG, 19000, "subsistence_allowance"),
    Kind(10, HENGDONG, 19000, "at_risk_of_poverty"),
    Kind(6, HENGDONG, 19000, "subsistence_marginal"),
    Kind(12, HENGDONG, 0, "lifted_from_poverty"),
    Kind(8, HENGDONG, 38000, "extreme_poverty"),
    Kind(8, HENGDONG, 38000, "disability_1"),
    Kind(4, HENGDONG, 38000, "orphan", born=(2010, 2018)),
    Kind(10, HENGDONG, newborn=True),
    Kind(62, GAOTAI),
    Kind(4, GAOTAI, 0, "disability_2"),  # a list of its own, and no subsidy
    Kind(10, GAOTAI, 31000, "subsistence_allowance", "rural_1"),
    Kind(10, GAOTAI, 25000, "subsistence_allowance", "rural_3"),
    Kind(8, GAOTAI, 25000, "at_risk_of_poverty"),
    Kind(8, GAOTAI, 10000, "lifted_from_poverty"),
    Kind(6, GAOTAI, 38000, "extreme_poverty"),
    Kind(4, GAOTAI, 38000, "orphan", born=(2010, 2018)),
    Kind(8, GAOTAI, newborn=True),
)


@dataclass
class Person:
    """A registration to come, and what became of it: `told_fen` is the price, `notes` are the codes beside it."""

    kind: Kind
    number: int
    body: dict[str, Any]
    id: str = ""
    order_no: str | None = None
    told_fen: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def is_levied(self) -> bool:
        return self.kind.payable_fen > 0

    @property
    def name(self) -> str:
        return str(self.body["applicant"]["name"])


def village(count: int, seed: int) -> list[Person]:
    """`count` people, the same for the same seed, in the order in which they come to register."""
    chance, serial = random.Random(f"{seed} village"), itertools.count(1)
    kinds = [kind for kind, number in zip(KINDS, _shares(count), strict=True) for _ in range(number)]
    people: list[Person] = []
    for region in COUNTIES:
        here = [kind for kind in kinds if kind.region == region]
        chance.shuffle(here)
        here.sort(key=lambda kind: kind.newborn)  # somebody must be there to be born to
        people += _households(here, serial, chance)
    chance.shuffle(people)
    return people


def _shares(count: int) -> list[int]:
    """How many of each kind: in proportion, and together exactly `count` (the largest remainders are rounded up)."""
    whole = sum(kind.of_300 for kind in KINDS)
    found = [kind.of_300 * count // whole for kind in KINDS]
    by_remainder = sorted(range(len(KINDS)), key=lambda n: -(KINDS[n].of_300 * count % whole))
    for n in by_remainder[: count - sum(found)]:
        found[n] += 1
    return found


def _households(kinds: Sequence[Kind], serial: Iterator[int], chance: random.Random) -> list[Person]:
    """Up to four adults to a household; a newborn is registered by the guardian, who is its head."""
    people: list[Person] = []
    heads: list[Person] = []
    room = 0
    for kind in kinds:
        number = next(serial)
        if kind.newborn:
            people.append(_newborn(kind, number, chance.choice(heads), chance))
            continue
        person = _adult(kind, number, chance)
        if room == 0:
            heads.append(person)
            room = chance.randint(1, 4)
        relation = "head" if heads[-1] is person else "member"
        person.body["household"] = {"household_no": f"{person.body['village']}-{len(heads):03d}", "relation": relation}
        room -= 1
        people.append(person)
    return people


def _adult(kind: Kind, number: int, chance: random.Random) -> Person:
    born = f"{chance.randint(*kind.born)}{chance.randint(1, 12):02d}{chance.randint(1, 28):02d}"
    first = f"{999000 + number // 1000:06d}{born}{number % 1000:03d}"
    applicant = {"name": _name(number), "id_type": "resident_id", "id_number": first + check_digit(first)}
    return Person(kind, number, _body(kind, applicant | {"phone": f"100{number:08d}"}, kind.facts()))


def _newborn(kind: Kind, number: int, guardian: Person, chance: random.Random) -> Person:
    """Without a number of its own: found by the guardian's, its name and its birth date."""
    born = f"2023-{chance.randint(6, 10):02d}-{chance.randint(1, 28):02d}"
    head = guardian.body["applicant"]
    applicant = head | {"name": _name(number, "新生儿"), "id_type": "guardian_resident_id"}
    person = Person(kind, number, _body(kind, applicant, {"birth_date": born}))
    person.body["household"] = guardian.body["household"] | {"relation": "child"}
    return person


def _name(number: int, title: str = "村民") -> str:
    return f"{title}{_STEMS[number % 10]}{number:03d}"


def _body(kind: Kind, applicant: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
    asked = {"region": kind.region, "coverage_year": YEAR, "village": VILLAGES[kind.region], "channel": "demo"}
    return asked | {"applicant": applicant, "person": facts}
