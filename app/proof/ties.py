"""Two answers for one person: offers or subsidies of one rank, between which only the order of the file decides."""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import replace
from functools import reduce
from itertools import combinations, product
from operator import or_
from typing import Any

from app.proof.asked import claim
from app.proof.bits import Bits
from app.proof.earlier import Begin
from app.proof.findings import Day, Finding, Pack, Watch
from app.proof.layers import Group
from app.proof.offers import Offer, Rank
from app.rules import conditions as c
from app.rules.compiling import compile_policy, test_of
from app.rules.facts import Facts, read_facts
from app.rules.money import yuan
from app.rules.person import Person
from app.rules.policy import Subsidy


class Ties(Watch):
    """Ways in with the same price, wait and first day that say different things; subsidies of the same amount."""

    def __init__(self, pack: Pack) -> None:
        super().__init__(pack)
        self._found: dict[tuple[str, ...], Finding] = {}
        self._alone: dict[int, Any] = {}
        rows = list(enumerate(self.policy.subsidies))
        self._equal = [[i for i, row in rows[n + 1 :] if _same_but_settled(one, row)] for n, one in rows]

    def see(self, day: Day) -> None:
        several: dict[Rank, list[Group]] = {}
        for group in day.undecided:
            if group.rank is not None:
                several.setdefault(group.rank, []).append(group)
        for group, _ in day.fresh:
            for offer in group.offers:
                self._funds(day, group, offer)
        for rank, groups in several.items():
            among = reduce(or_, (group.bits for group in groups))
            pairs = list(self._pairs(day, rank, among))
            for group in groups:
                self._compare_all(day, group, pairs)

    def _pairs(self, day: Day, rank: Rank, among: Bits) -> Iterator[tuple[Offer, Offer, Bits]]:
        """Offers of a rank that say different things, with who of some people may get both on one day; those too that
        another one like them goes before. The variants of a way in that say the same are looked at together first."""
        offers, race = day.answers.offers, day.answers.race
        alike: dict[tuple[str, Hashable, Begin], list[tuple[Offer, Bits]]] = {}
        for offer, bits in offers.ranks[rank]:
            if both := bits & among:
                key = self.policy.routes[offer.route].entry, offers.shown(offer), offers.begin(offer)
                alike.setdefault(key, []).append((offer, both))
        whole = {key: reduce(or_, (bits for _, bits in found)) for key, found in alike.items()}
        for one, other in combinations(alike, 2):
            if one[1] == other[1] or self._key(one[0], other[0]) in self._found:
                continue
            if (both := whole[one] & whole[other]) and (both := both & race.level(one[2], other[2])):
                for (first, these), (second, those) in product(alike[one], alike[other]):
                    if shared := both & these & those:
                        yield first, second, shared

    def _key(self, *entries: str) -> tuple[str, ...]:
        return "two_answers", *entries

    def found(self) -> Iterator[Finding]:
        yield from self._found.values()

    def _compare_all(self, day: Day, group: Group, pairs: list[tuple[Offer, Offer, Bits]]) -> None:
        for one, other, bits in pairs:
            key = self._key(*(self.policy.routes[offer.route].entry for offer in (one, other)))
            if key not in self._found and (both := bits & group.bits):
                examples = self._examples(day, both, one, other)
                tied = next((person for person in examples if self._is_tie(day, person, one, other)), None)
                if tied is not None:
                    self._found[key] = self._finding(key, day, tied, one, other)

    def _examples(self, day: Day, both: Bits, one: Offer, other: Offer) -> Iterable[Person]:
        """Those among whom a tie is looked for; one is enough where the two begin on one day, whoever it is."""
        begins = {day.answers.offers.begin(offer) for offer in (one, other)}
        return [day.example(both)] if len(begins) == 1 else day.examples(both, (one, other))

    def _is_tie(self, day: Day, person: Person, one: Offer, other: Offer) -> bool:
        """Whether both begin on the day on which somebody's benefits begin: a third one that begins earlier decides."""
        there, facts = day.answers.there, read_facts(person, self.policy.coverage_year)
        start = self._start(one, there, facts)
        return bool(start == self._start(other, there, facts) == self.compiled.decide(there, facts)[9])

    def _finding(self, key: tuple[str, ...], day: Day, person: Person, one: Offer, other: Offer) -> Finding:
        titles = [self.policy.routes[offer.route].title for offer in (one, other)]
        told = f"“{titles[0]}”和“{titles[1]}”同样有利而内容不同，只有文件中的先后决定"
        english = "two answers: equally favorable ways in that differ; only the order of the file decides"
        place = self.place("routes", key[2])
        routes = {one.route, other.route}

        def shows(pay: int, facts: Facts) -> bool:
            return routes <= set(self.compiled.decide(pay, facts)[8])

        return Finding(key[0], key[1:], place, f"{told} ({english})", person, day.pay, shows)

    def _start(self, offer: Offer, pay: int, facts: Any) -> Any:
        """The first day with benefits on this way in alone."""
        if offer.route not in self._alone:
            only = replace(self.policy, routes=(self.policy.routes[offer.route],))
            self._alone[offer.route] = compile_policy(only).decide
        return self._alone[offer.route](pay, facts)[9]

    def _funds(self, day: Day, group: Group, offer: Offer) -> None:
        route = self.policy.routes[offer.route]
        if offer.subsidy < 0 or route.subsidy != "applies":
            return
        taken = self.policy.subsidies[offer.subsidy]
        for i in self._equal[offer.subsidy]:
            both = day.answers.offers.claims(i) & group.bits
            if both:
                self._same_amount(day, taken, self.policy.subsidies[i], both)

    def _same_amount(self, day: Day, taken: Subsidy, row: Subsidy, both: Bits) -> None:
        differ = (taken.off, taken.settled, taken.unknown) != (row.off, row.settled, row.unknown)
        key = ("two_answers" if differ else "other_fund", taken.id, row.id)
        if key in self._found:
            return
        told = f"资助“{taken.id}”和“{row.id}”金额相同（{yuan(row.fen)}）而"
        told += "结算办法不同" if differ else "资金不同"
        english = "subsidies of the same amount, " + ("settled differently" if differ else "from other funds")
        sentence = f"{told}，只有文件中的先后决定 ({english}; only the order of the file decides)"
        place = self.place("subsidies", row.id)
        tests = [test_of(self.policy, c.any_of([claim(r, s) for s in r.selectors])) for r in (taken, row)]

        def shows(pay: int, facts: Facts) -> bool:
            return all(test(pay, facts) for test in tests)

        self._found[key] = Finding(key[0], key[1:], place, sentence, day.example(both), day.pay, shows)


def _same_but_settled(one: Subsidy, other: Subsidy) -> bool:
    """Whether two subsidies are as much off the same contribution, and not from the same funds in the same way."""
    return one.fen == other.fen and one.of_fen == other.of_fen and one.worth != other.worth
