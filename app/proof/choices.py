"""Alternatives: parts of an `any` that never make a difference, and rates that fit one person together."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.packs.form_tests import Test
from app.packs.lower import Lowering
from app.proof.asked import Rule
from app.proof.bits import Bits
from app.proof.findings import Day, Finding, Pack, Place, Watch
from app.rules import conditions as c
from app.rules import vocabulary as v
from app.rules.compiling import test_of
from app.rules.facts import Facts
from app.rules.money import yuan


@dataclass(frozen=True, slots=True)
class Alternative:
    """A part of an `any`: the whole condition, the one without it, and the part."""

    place: Place
    of: tuple[str, ...]
    whole: c.Condition
    without: c.Condition
    part: c.Condition


def alternatives(pack: Pack) -> list[Alternative]:
    """Every part of every `any` of the pack's ways in, waits, rates, subsidies, advantages and notes."""
    lowering = Lowering(pack.form, "")
    found = []
    for place, of, test in _tests(pack):
        whole = lowering.tests.test(test, place)
        for at, without, part in _dropped(test):
            less = lowering.tests.test(without, place)
            found.append(Alternative((*place, *at), of, whole, less, lowering.tests.test(part, place)))
    return found


def _tests(pack: Pack) -> Iterator[tuple[Place, tuple[str, ...], Test]]:
    form = pack.form
    for i, route in enumerate(form.routes):
        yield ("routes", i, "when"), (route.id,), route.when
        for n, wait in enumerate(route.wait):
            if wait.when is not None:
                yield ("routes", i, "wait", n, "when"), (route.id, f"wait_{n + 1}"), wait.when
    for i, s in enumerate(form.subsidies):
        if s.when is not None:
            yield ("subsidies", i, "when"), (s.id,), s.when
        for n, x in enumerate(s.identities):
            if x.when is not None:
                yield ("subsidies", i, "identities", n, "when"), (s.id, x.code), x.when
    named: list[tuple[str, Any]] = [("incentives", form.incentives), ("add_ons", form.add_ons), ("notes", form.notes)]
    for key, items in named:
        yield from (((key, i, "when"), (x.code,), x.when) for i, x in enumerate(items) if x.when is not None)


def _dropped(test: Test) -> Iterator[tuple[Place, Test, Test]]:
    """The condition without each part of each `any` in it, and the part."""
    for key, parts in (("any", test.any), ("all", test.all)):
        for i, part in enumerate(parts or []):
            if key == "any" and len(parts or []) > 1:
                left = [p for n, p in enumerate(parts or []) if n != i]
                yield (key, i), test.model_copy(update={key: left}), part
            for at, less, inner in _dropped(part):
                changed = [less if n == i else p for n, p in enumerate(parts or [])]
                yield (key, i, *at), test.model_copy(update={key: changed}), inner
    if test.not_ is not None:
        for at, less, inner in _dropped(test.not_):
            yield ("not", *at), test.model_copy(update={"not_": less}), inner


class Alternatives(Watch):
    """Which parts of an `any` ever make a difference."""

    def __init__(self, pack: Pack) -> None:
        super().__init__(pack)
        self.all = alternatives(pack)
        self.held, self.decided = set[int](), set[int]()

    def rules(self) -> Iterator[Rule]:
        """The conditions that have to be asked besides the pack's own."""
        for n, one in enumerate(self.all):
            kind = "note_part" if one.place[0] == "notes" else "part"
            yield from (Rule(kind, (n,), when) for when in (one.whole, one.without, one.part))

    def see(self, day: Day) -> None:
        answers, crowd = day.answers, day.answers.crowd
        if not self.policy.opens <= answers.there <= self.policy.last_day:
            return
        for n, one in enumerate(self.all):
            if n in self.decided:
                continue
            asks = (
                crowd.says(answers.k, when, of_the_day=one.place[0] == "notes")
                for when in (one.whole, one.without, one.part)
            )
            whole, without, part = asks
            if part:
                self.held.add(n)
            if whole != without:
                self.decided.add(n)

    def found(self) -> Iterator[Finding]:
        for n, one in enumerate(self.all):
            if n not in self.decided:
                code = "never_decides" if n in self.held else "never_applies"
                chinese = "从不决定结果：去掉它没有区别" if n in self.held else "没有人能符合"
                english = "without it nothing changes" if n in self.held else "nobody can come under it"
                sentence = (
                    f"{'.'.join(one.of)}：any 的第{one.place[-1]}项（从0数）{chinese} (this part of `any`: {english})"
                )
                yield Finding(code, one.of, one.place, sentence)


class Rates(Watch):
    """Two rates that both fit somebody and differ in price: the first in the file counts."""

    def __init__(self, pack: Pack) -> None:
        super().__init__(pack)
        lowering = Lowering(pack.form, "")
        rates = list(enumerate(pack.form.standards.rates or []))
        self.tests = {i: lowering.prices.rate_test(rate, ("standards", "rates", i)) for i, rate in rates}
        self.rates, self._found = rates, dict[tuple[str, str], Finding]()

    def rules(self) -> Iterator[Rule]:
        for i, when in self.tests.items():
            yield Rule("rate", (i,), when)

    def see(self, day: Day) -> None:
        answers, crowd, enrolled = day.answers, day.answers.crowd, day.answers.crowd.none
        for group, _ in day.fresh:
            enrolled |= group.bits if group.code == v.OPEN else crowd.none
        for i, one in self.rates if enrolled else []:
            for j, other in self.rates[i + 1 :]:
                key = one.id, other.id
                if other.when is None or one.yuan == other.yuan or key in self._found:
                    continue  # a rate without a condition is for all the others
                both = enrolled
                for when in (self.tests[i], self.tests[j]):
                    both &= crowd.says(answers.k, when)
                if both:
                    self._found[key] = self._finding(i, j, day, both)

    def _finding(self, i: int, j: int, day: Day, both: Bits) -> Finding:
        one, other = self.rates[i][1], self.rates[j][1]
        prices = [yuan(r.yuan) if isinstance(r.yuan, int) else "金额不详" for r in (one, other)]
        told = f"同时符合“{one.title}”（{prices[0]}）和“{other.title}”（{prices[1]}），按在前的收"
        sentence = f"{told} (two rates fit one person; the first in the file counts)"
        place = ("standards", "rates", j)
        tests = [test_of(self.policy, self.tests[n]) for n in (i, j)]

        def shows(pay: int, facts: Facts) -> bool:
            return all(test(pay, facts) for test in tests)

        return Finding("overlapping_rates", (one.id, other.id), place, sentence, day.example(both), day.pay, shows)

    def found(self) -> Iterator[Finding]:
        yield from self._found.values()
