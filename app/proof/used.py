"""Rules that can never apply, and rules that apply but never decide."""

from collections.abc import Iterator

from app.packs.lower import Lowering
from app.packs.lower_rewards import missed_waits
from app.proof.asked import Rule
from app.proof.bits import Bits
from app.proof.findings import Day, Finding, Pack, Place, Watch
from app.proof.layers import Group
from app.proof.offers import Offer, Rank
from app.proof.values import IDENTITY
from app.rules import vocabulary as v
from app.rules.conditions import ALWAYS, AtLeast, Condition, all_of
from app.rules.facts import read_facts
from app.rules.policy import Cite, Wait
from app.rules.standing import belongs

_WORDS = {
    "never_applies": "没有人能适用 (nobody can ever come under it)",
    "never_decides": "从不决定结果，总有别的规则在先 (it never decides: another rule always goes before it)",
}


class Used(Watch):
    """Which ways in, rates, waits, subsidies, identities, notes, incentives and add-ons ever come to bear."""

    def __init__(self, pack: Pack) -> None:
        super().__init__(pack)
        self.opened, self.won = set[int](), set[int]()
        self.waits, self.rows = set[tuple[int, int]](), set[str]()
        self.claimed, self.named = set[tuple[str, int]](), set[tuple[str, int]]()
        self.notes, self.advantages = set[int](), set[str]()
        self.asked = list(_advantages(pack))

    def rules(self) -> Iterator[Rule]:
        """The conditions that have to be asked besides the pack's own."""
        yield from (Rule("incentive", (n,), when) for n, (_, when) in enumerate(self.asked))

    def see(self, day: Day) -> None:
        answers = day.answers
        if answers.there < self.policy.opens or answers.there > self.policy.last_day or answers.there != answers.pay:
            self._notes(day)
            return
        enrolled = answers.crowd.none
        for group, verdict in day.fresh:
            if group.code == v.OPEN:
                enrolled |= group.bits
                self.won.add(verdict[4])
        for i in range(len(self.policy.routes)):
            if i not in self.opened and answers.offers.route(i) & enrolled:
                self.opened.add(i)
        for group in day.undecided:
            self._win(day, group)
        self._offers(day)
        for code, when in self.asked:
            if code not in self.advantages and answers.crowd.says(answers.k, when) & enrolled:
                self.advantages.add(code)
        self._notes(day)

    def _win(self, day: Day, group: Group) -> None:
        """Looks for somebody for whom a way in wins that may begin before the others."""
        if len({day.answers.offers.begin(offer) for offer in group.offers}) == 1 or self._have_won(group):
            return
        for person in day.examples(group.bits, group.offers):
            facts = read_facts(person, self.policy.coverage_year)
            self.won.add(self.compiled.decide(day.answers.there, facts)[4])
            if self._have_won(group):
                return

    def _have_won(self, group: Group) -> bool:
        """Whether each of the ways in that a group may get has been somebody's."""
        won = {self.policy.routes[i].entry for i in self.won}
        return won >= {self.policy.routes[offer.route].entry for offer in group.offers}

    def _offers(self, day: Day) -> None:
        """Waits and subsidies of the best rank apply, also on a way in that another one always goes before: without
        them it would be of another rank."""
        best: dict[Rank, Bits] = {}
        for group, _ in day.fresh:
            if group.rank is not None:
                best[group.rank] = best.get(group.rank, day.answers.crowd.none) | group.bits
        for rank, ranked in best.items():
            for offer, bits in day.answers.offers.ranks[rank]:
                if not self._is_known(offer) and (both := bits & ranked):
                    self.waits.add((offer.route, offer.wait))
                    self._subsidy(day, both, offer.route, offer.subsidy)

    def _is_known(self, offer: Offer) -> bool:
        """Whether nothing is left to be found out about an offer."""
        if (offer.route, offer.wait) not in self.waits:
            return False
        if offer.subsidy < 0 or self.policy.routes[offer.route].subsidy != "applies":
            return True
        row = self.policy.subsidies[offer.subsidy]
        return row.id in self.rows and all((row.id, n) in self.named for n in range(len(row.selectors)))

    def _subsidy(self, day: Day, bits: Bits, route: int, row: int) -> None:
        """Whose claim it is that brings the subsidy, and whether another identity of it would have done."""
        if row < 0 or self.policy.routes[route].subsidy != "applies":
            return
        subsidy, crowd = self.policy.subsidies[row], day.answers.crowd
        self.rows.add(subsidy.id)
        keys = [(subsidy.id, n) for n in range(len(subsidy.selectors))]
        if all(key in self.named for key in keys):
            return
        claimed = day.answers.offers.selected(row)
        held = [claims & bits for claims in claimed]
        kinds = [crowd.plan.group_of.get(IDENTITY + s.code, s.code) for s in subsidy.selectors]
        for n, key in enumerate(keys):
            alike = [m for m, kind in enumerate(kinds) if kind == kinds[n]]  # one of them stands for all
            claims = others = crowd.none
            for m, more in enumerate(held):
                twice = m != n and subsidy.selectors[m] == subsidy.selectors[n]
                claims |= more if m in alike else crowd.none
                others |= more if m not in alike or twice else crowd.none
            if any(claimed[m] for m in alike):
                self.claimed.add(key)
            if claims & ~others:
                self.named.add(key)

    def _notes(self, day: Day) -> None:
        for i, note in enumerate(self.policy.notes):
            if i in self.notes:
                continue
            for group, _ in day.fresh:
                shown = [(None, None)] if group.code != v.OPEN else [(o.route, o.subsidy) for o in group.offers]
                for number, row in shown:
                    route = None if number is None else self.policy.routes[number]
                    taken = route is not None and row is not None and row >= 0 and route.subsidy == "applies"
                    id = self.policy.subsidies[row].id if taken and row is not None else None
                    if belongs(note, group.code, route, id) and self._holds(day, i) & group.bits:
                        self.notes.add(i)

    def _holds(self, day: Day, i: int) -> Bits:
        crowd = day.answers.crowd
        return crowd.says(day.answers.k, self.policy.notes[i].when, of_the_day=True)

    def found(self) -> Iterator[Finding]:
        yield from self._routes()
        yield from self._waits()
        yield from self._rates()
        yield from self._subsidies()
        for i, note in enumerate(self.form.notes):
            if i not in self.notes and not any(n.code == note.code for n in self.form.notes[:i]):
                reasons = set(note.shown.reasons)
                if not reasons or not reasons <= {"employee_insured", "insured_elsewhere"}:
                    yield _never("never_applies", (note.code,), ("notes", i))
        yield from self._besides()

    def _routes(self) -> Iterator[Finding]:
        for i, form in enumerate(self.form.routes):
            variants = {n for n, route in enumerate(self.policy.routes) if route.entry == form.id}
            if not variants & self.opened:
                yield _never("never_applies", (form.id,), ("routes", i))
            elif not variants & self.won:
                yield _never("never_decides", (form.id,), ("routes", i))

    def _waits(self) -> Iterator[Finding]:
        for i, form in enumerate(self.form.routes):
            variants = {n for n, route in enumerate(self.policy.routes) if route.entry == form.id}
            used = {wait for route, wait in self.waits if route in variants}
            at = 0
            for n, wait in enumerate(form.wait):
                plain = Wait(wait.days or 0, ALWAYS, Cite("notice", ""), wait.months or 0)
                count = len(list(missed_waits(plain, wait.per_missed_year))) if wait.per_missed_year else 1
                if not used & set(range(at, at + count)) and variants & self.won:
                    yield _never("never_applies", (form.id, f"wait_{n + 1}"), ("routes", i, "wait", n))
                at += count

    def _rates(self) -> Iterator[Finding]:
        charged = {self.policy.routes[n].rate for n in self.opened}
        for i, rate in enumerate(self.form.standards.rates or []):
            if rate.title not in charged:
                yield _never("never_applies", (rate.id,), ("standards", "rates", i))
        for i, form in enumerate(self.form.routes):
            own = {self.policy.routes[n].rate for n in self.opened if self.policy.routes[n].entry == form.id}
            for n, rate in enumerate(form.charge.rates or []):
                if rate.title not in own:
                    yield _never("never_applies", (form.id, rate.id), ("routes", i, "charge", "rates", n))

    def _subsidies(self) -> Iterator[Finding]:
        if all(route.unpriced for route in self.policy.routes):
            return
        for i, form in enumerate(self.form.subsidies):
            if form.id not in self.rows:
                yield _never("never_applies", (form.id,), ("subsidies", i))
                continue
            for n, selector in enumerate(form.identities):
                key = form.id, n
                if key not in self.named:
                    code = "never_decides" if key in self.claimed else "never_applies"
                    yield _never(code, (form.id, selector.code), ("subsidies", i, "identities", n))

    def _besides(self) -> Iterator[Finding]:
        used = self.advantages
        lists: list[tuple[str, list[str]]] = [
            ("incentives", [x.code for x in self.form.incentives]),
            ("rewards", [x.code for x in self.form.rewards]),
            ("add_ons", [x.code for x in self.form.add_ons]),
        ]
        for key, codes in lists:
            for i, code in enumerate(codes):
                if code not in used:
                    yield _never("never_applies", (code,), (key, i))


def _advantages(pack: Pack) -> Iterator[tuple[str, Condition]]:
    """Each advantage with whom it is for. A reward is for whoever has its first year and none of the others': how much
    each number of years brings is nothing that could fail to apply."""
    tests, rewards = Lowering(pack.form, "").tests, {reward.code for reward in pack.form.rewards}
    granted = pack.compiled.policy.incentives
    yield from ((x.code, x.when) for x in granted if x.code not in rewards)
    for i, reward in enumerate(pack.form.rewards):
        if any(x.code == reward.code for x in granted):
            when = tests.test(reward.when, ("rewards", i, "when")) if reward.when else ALWAYS
            yield reward.code, all_of([when, AtLeast(reward.for_each, reward.beyond + 1)])


def _never(code: str, of: tuple[str, ...], place: Place) -> Finding:
    return Finding(code, of, place, f"{'.'.join(of)}：{_WORDS[code]}")
