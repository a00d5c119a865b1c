"""Who is offered what: the ways in that are open to whom, with which wait and subsidy, as sets of classes."""

from collections.abc import Hashable, Iterator
from functools import cached_property
from typing import NamedTuple

from app.proof.bits import Bits
from app.proof.crowd import Crowd
from app.proof.earlier import Begin, begin
from app.rules.policy import Policy, Route


class Offer(NamedTuple):
    """What one way in offers: indexes of the way in, its wait and the subsidy taken off (-1 is none)."""

    route: int
    wait: int
    subsidy: int


class Rank(NamedTuple):
    """The order of offers, as far as it does not hang on the first day with benefits."""

    unpriced: bool
    payable: int
    waits: bool
    unstated: bool


class Offers:
    """What the pack `k` offers everybody in the crowd."""

    def __init__(self, crowd: Crowd, k: int) -> None:
        self.crowd, self.k, self.under = crowd, k, crowd.plan.unders[k]
        self.policy: Policy = self.under.policy
        self._pay = self.under.payment(crowd.pay)
        self._waits: dict[tuple[int, ...], dict[int, Bits]] = {}
        self._shown: dict[Offer, Hashable] = {}
        self._begins: dict[tuple[int, int], Begin] = {}

    def open(self) -> Bits:
        """For whom some way in is open."""
        bits = self.crowd.none
        for i in range(len(self.policy.routes)):
            bits |= self.route(i)
        return bits

    def route(self, i: int) -> Bits:
        """For whom a way in is open."""
        return self.crowd.says(self.k, self.policy.routes[i].when)

    def subsidies(self, level: int) -> dict[int, Bits]:
        """Who gets which subsidy on a way in with this contribution; -1 none."""
        rows = [(i, r) for i, r in enumerate(self.policy.subsidies) if r.of_fen == self.policy.levels[level]]
        left, found = self.crowd.all, dict[int, Bits]()
        for i, _ in sorted(rows, key=lambda pair: -pair[1].fen):
            found[i] = self.claims(i) & left
            left ^= found[i]
        return found | {-1: left}

    def claims(self, row: int) -> Bits:
        """Who has a claim to a subsidy."""
        bits = self.crowd.none
        for claims in self.selected(row):
            bits |= claims
        return bits

    def selected(self, row: int) -> list[Bits]:
        """Who has a claim to a subsidy, identity by identity."""
        return [self.crowd.says(self.k, when) for when in self.under.claims[row]]

    def waits(self, route: Route) -> dict[int, Bits]:
        """Who has which wait on a way in; -1 none. The variants of a way in have the same waits."""
        key = tuple(id(self.crowd.plan.same(wait.when)) for wait in route.waits)
        if key not in self._waits:
            left, found = self.crowd.all, dict[int, Bits]()
            for n, wait in enumerate(route.waits):
                found[n] = self.crowd.says(self.k, wait.when) & left
                left ^= found[n]
            self._waits[key] = {n: bits for n, bits in (found | {-1: left}).items() if bits}
        return self._waits[key]

    def _all(self) -> Iterator[tuple[Rank, Offer, Bits]]:
        """Every offer that somebody gets."""
        levels = [self.subsidies(n) for n in range(len(self.policy.levels))]
        for i, route in enumerate(self.policy.routes):
            opened, unstated = self.route(i), route.start.anchor == "not_stated"
            if not opened:
                continue
            rows = [(row, both) for row, bits in levels[self.policy.level(route)].items() if (both := bits & opened)]
            for wait, waiting in ({-1: opened} if unstated else self.waits(route)).items():
                for row, granted in rows if waiting & opened else ():
                    if bits := waiting & granted:
                        rank = Rank(route.unpriced, self.payable(route, row), wait >= 0, unstated)
                        yield rank, Offer(i, wait, row), bits

    @cached_property
    def ranks(self) -> dict[Rank, list[tuple[Offer, Bits]]]:
        """All offers by their rank, in the order of the file, with who gets them."""
        found: dict[Rank, list[tuple[Offer, Bits]]] = {}
        for rank, offer, bits in self._all():
            found.setdefault(rank, []).append((offer, bits))
        return found

    def payable(self, route: Route, row: int) -> int:
        """What is to be paid; where that is not known, what the order of offers goes by."""
        charged = route.personal_fen + route.surcharge_fen
        if row < 0 or route.unpriced or route.subsidy != "applies":
            return charged
        return charged - self.policy.subsidies[row].off

    def shown(self, offer: Offer) -> Hashable:
        """What an answer says of an offer, its first day apart."""
        if offer not in self._shown:
            self._shown[offer] = self._says(offer)
        return self._shown[offer]

    def _says(self, offer: Offer) -> Hashable:
        route = self.policy.routes[offer.route]
        row = self.policy.subsidies[offer.subsidy] if offer.subsidy >= 0 and route.subsidy == "applies" else None
        money = None if route.unpriced else (route.personal_fen, route.surcharge_fen, row and row.worth, route.years)
        return money, route.waiting_days(offer.wait), route.waiting_months(offer.wait), route.benefits_tier

    def begin(self, offer: Offer) -> Begin:
        """When its benefits begin."""
        key = offer.route, offer.wait
        if key not in self._begins:
            route = self.policy.routes[offer.route]
            wait = route.waits[offer.wait] if offer.wait >= 0 else None
            self._begins[key] = begin(self.policy, route, wait, self._pay)
        return self._begins[key]
