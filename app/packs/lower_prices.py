"""Turns the money of a pack into prices and subsidies in fen: rates into alternatives, percentages into amounts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from app.packs import form
from app.packs import form_prices as fp
from app.packs.form_base import Cited
from app.packs.lower_tests import Path, TestLowering
from app.packs.lower_tiers import Tiers
from app.packs.mistakes import Mistake
from app.packs.scalars import Unsaid
from app.rules import conditions as c
from app.rules import policy as p
from app.rules.money import rounded_share, yuan
from app.rules.vocabulary import NUMBERS

CiteOf = Callable[[Cited, Path], p.Cite]


@dataclass(frozen=True, slots=True)
class Price:
    """What a way in charges those for whom `when` holds."""

    personal: int
    surcharge: int
    cites: tuple[p.Cite, ...]
    when: c.Condition = c.ALWAYS
    unpriced: bool = False
    title: str = ""
    benefits_tier: int | None = None
    years: tuple[p.OrderYear, ...] = ()
    surcharge_title: str = "财政补助标准部分"


class PriceLowering:
    """Knows the pack's standards, how its conditions read, and how it cites."""

    def __init__(self, pack: form.PackForm, tests: TestLowering, cite: CiteOf) -> None:
        self.pack, self.tests, self.cite = pack, tests, cite
        self.rates = {r.id: r for r in pack.standards.rates or []}
        self._tiers = Tiers(
            pack, self.rate_test, lambda charge, at: (price.personal for price in self.prices(charge, at))
        )

    def prices(self, charge: fp.ChargeForm, path: Path) -> list[Price]:
        """The alternatives of a way in, which exclude each other."""
        found = self._alternatives(charge, path)
        for price in found:
            counted = price.personal + price.surcharge
            if charge.total not in (None, counted):
                told = f"the total is said to be {yuan(charge.total or 0)}, the standards add up to {yuan(counted)}"
                raise Mistake((*path, "total_yuan"), told)
        return found

    def _alternatives(self, charge: fp.ChargeForm, path: Path) -> list[Price]:
        own, surcharge = self.cite(charge, path), charge.surcharge or 0
        if charge.kind == "waived":
            return [Price(0, 0, (own,))]
        if charge.kind == "full_standard":
            return [self._with_fiscal(price, own, path) for price in self._contributions((own,), charge, path)]
        found = self._contributions((own,), charge, path)
        if charge.further_years:
            found = [self._with_further(price, charge.further_years, path) for price in found]
        if surcharge:
            found = [replace(_also(price, surcharge, (own,)), surcharge_title="期外缴费另缴部分") for price in found]
        if charge.per_repaid_year:
            found = [one for price in found for one in self._with_repair(price, charge.per_repaid_year, path)]
        return found

    def _with_further(self, price: Price, years: list[fp.FurtherYearForm], path: Path) -> Price:
        """The contributions of several coverage years, as one."""
        current = p.OrderYear("current", price.personal, self.pack.coverage_year)
        further = tuple(p.OrderYear("further", y.yuan, y.coverage_year) for y in years)
        cites = tuple(self.cite(y, (*path, "further_years", i)) for i, y in enumerate(years))
        for i, y in enumerate(years):
            if y.coverage_year == self.pack.coverage_year:
                raise Mistake(
                    (*path, "further_years", i, "coverage_year"), "this is the coverage year of the pack itself"
                )
        whole = price.personal + sum(y.fen for y in further)
        return replace(price, personal=whole, years=(current, *further), cites=(*price.cites, *cites))

    def _with_repair(self, price: Price, repair: fp.RepairForm, path: Path) -> Iterable[Price]:
        """The price for each number of missed years that are paid for."""
        cite = self.cite(repair, (*path, "per_repaid_year"))
        current = price.years or (p.OrderYear("current", price.personal, self.pack.coverage_year),)
        for count in range(NUMBERS["repaid_years"] + 1):
            when = c.all_of([price.when, c.IsOneOf("repaid_years", (count,))])
            if count == 0:
                yield replace(price, when=when)
                continue
            fen = count * (price.personal if repair.yuan is None else repair.yuan)
            years = (*current, p.OrderYear("repair", fen, count=count))
            title = f"补缴断保{count}年" if not price.surcharge else f"{price.surcharge_title}和补缴断保{count}年"
            dearer = _also(price, price.surcharge + fen, (cite,))
            yield replace(dearer, when=when, years=years, surcharge_title=title)

    def _contributions(self, own: tuple[p.Cite, ...], charge: fp.ChargeForm, path: Path) -> list[Price]:
        standards = self.pack.standards
        if charge.kind == "stated":
            if charge.rates:
                return self._rates(charge.rates, (*path, "rates"), own)
            assert charge.yuan is not None
            return [_priced(charge.yuan, own)]
        if standards.rates:
            return self._rates(standards.rates, ("standards", "rates"), own)
        assert standards.personal is not None
        return [_priced(standards.personal.yuan, (self.cite(standards.personal, ("standards", "personal")), *own))]

    def _rates(self, rates: list[fp.RateForm], path: Path, own: tuple[p.Cite, ...]) -> list[Price]:
        """The first rate that fits, as conditions that exclude each other."""
        found, before = [], list[c.Condition]()
        for i, rate in enumerate(rates):
            if c.ALWAYS in before:
                raise Mistake((*path, i), f"the rate {rate.id!r} can never apply: the one before it is for everybody")
            when = self.rate_test(rate, (*path, i))
            price = _priced(rate.yuan, (self.cite(rate, (*path, i)), *own))
            alone = c.all_of([when, *map(c.Not, before)])
            found.append(replace(price, when=alone, title=rate.title, benefits_tier=rate.benefits_tier))
            before.append(when)
        return found

    def rate_test(self, rate: fp.RateForm, path: Path) -> c.Condition:
        """Whom a rate fits, whatever the rates before it."""
        parts: list[c.Condition] = []
        if rate.chosen_tier is not None:
            parts.append(c.IsOneOf("tier", (rate.chosen_tier,)))
        if rate.when is not None:
            parts.append(self.tests.test(rate.when, (*path, "when")))
        return c.all_of(parts)

    def _with_fiscal(self, price: Price, own: p.Cite, path: Path) -> Price:
        fiscal = self.pack.standards.fiscal
        if fiscal is None:
            raise Mistake((*path, "kind"), "full_standard needs standards.fiscal, the fiscal subsidy's amount")
        amount = fiscal.yuan
        found = _also(price, amount if isinstance(amount, int) else amount.at_least, ())
        cites = (price.cites[0], own, self.cite(fiscal, ("standards", "fiscal")))
        unpriced = price.unpriced or isinstance(amount, Unsaid)
        return replace(found, cites=cites, unpriced=unpriced)

    def subsidies(self, levels: Iterable[int]) -> tuple[p.Subsidy, ...]:
        """Each subsidy for each contribution that it can be taken off from."""
        known: list[int | None] = [*sorted(set(levels))] or [None]
        return tuple(
            row
            for level in known
            for i, s in enumerate(self.pack.subsidies)
            for base, who in self._tiers.bases(s, level, ("subsidies", i))
            for row in self._subsidy(s, level, base, who, len(known) > 1, ("subsidies", i))
        )

    def _subsidy(
        self,
        s: fp.SubsidyForm,
        level: int | None,
        base: int | Unsaid | None,
        who: c.Condition,
        several: bool,
        path: Path,
    ) -> Iterable[p.Subsidy]:
        fen, unknown = self._amount(s, level, base, path)
        if level is not None and fen > level:
            more = f"more than the {yuan(level)} charged"
            raise Mistake(path, f"the subsidy {s.id!r} takes off {yuan(fen)}, {more}; at_most: charged bounds it")
        if s.settled == "no_order" and fen != level and s.as_tier is None:
            raise Mistake(path, f"the subsidy {s.id!r} leaves something to pay, so there must be an order")
        if not fen and not unknown:
            return
        yield p.Subsidy(
            id=s.id,
            selectors=tuple(
                self.tests.selector(x, s.recognized, (*path, "identities", i)) for i, x in enumerate(s.identities)
            ),
            when=c.all_of([self.tests.test(s.when, (*path, "when")) if s.when else c.ALWAYS, who]),
            fen=fen,
            shares=_shares(s, fen, path),
            cite=self.cite(s, path),
            of_fen=level if several else None,
            # Whoever chose a dearer tier pays the difference, so there is an order.
            settled="at_payment" if s.settled == "no_order" and fen != level else s.settled,
            unknown=unknown,
        )

    def _amount(self, s: fp.SubsidyForm, level: int | None, base: int | Unsaid | None, path: Path) -> tuple[int, bool]:
        """Fen, and whether the notice leaves open how much more it is."""
        if bool(s.shares) == bool(s.fund):
            raise Mistake(path, "a subsidy names either its fund or the shares of several funds")
        ways = _bounds_kept(list(_ways(s, base, path)))
        if not ways or (ways[0] == (0, False) and s.person_pays is None):
            raise Mistake(path, "a subsidy needs an amount: all, yuan, percent or shares, or person_pays")
        if len(set(ways)) > 1:
            raise Mistake(path, f"the amounts given do not agree: {', '.join(yuan(fen) for fen, _ in ways)}")
        fen, unknown = ways[0]
        if s.at_least_yuan is not None and s.at_most_yuan is not None and s.at_least_yuan > s.at_most_yuan:
            raise Mistake((*path, "at_most_yuan"), "the upper bound is below the lower one")
        return min([max(fen, s.at_least_yuan or 0), *self._bounds(s, level, path)]), unknown

    def _bounds(self, s: fp.SubsidyForm, level: int | None, path: Path) -> Iterable[int]:
        if s.at_most_yuan is not None:
            yield s.at_most_yuan
        if s.at_least_yuan is not None and s.percent is None:
            raise Mistake((*path, "at_least_yuan"), "at_least_yuan raises a percentage; there is none here")
        if s.as_tier is not None and level is not None:
            yield level
        if s.at_most is None:
            return
        if s.at_most != "charged" and s.at_most not in self.rates:
            known = ", ".join(["charged", *self.rates])
            raise Mistake((*path, "at_most"), f"there is no rate {s.at_most!r} in this pack; known: {known}")
        bound = level if s.at_most == "charged" else self.rates[s.at_most].yuan
        if isinstance(bound, int):
            yield bound
            if level is not None:
                yield level


def _priced(amount: int | Unsaid, cites: tuple[p.Cite, ...]) -> Price:
    if isinstance(amount, Unsaid):
        return Price(amount.at_least, 0, cites, unpriced=True)
    return Price(amount, 0, cites)


def _also(price: Price, surcharge: int, cites: tuple[p.Cite, ...]) -> Price:
    """The price with a surcharge; its clauses come after the contribution's."""
    return replace(price, surcharge=surcharge, cites=(*price.cites, *cites))


def _bounds_kept(ways: list[tuple[int, bool]]) -> list[tuple[int, bool]]:
    """The amounts without the bounds that they reach: a county's 294元 where the prefecture says 不低于50%."""
    exact = [way for way in ways if not way[1]]
    kept = bool(exact) and all(fen <= exact[0][0] for fen, bound in ways if bound)
    return exact if kept else ways


def _ways(s: fp.SubsidyForm, base: int | Unsaid | None, path: Path) -> Iterable[tuple[int, bool]]:
    """Every way in which the pack says how much the subsidy is; `base` is what it is a share of."""
    level, unsaid = (base.at_least, True) if isinstance(base, Unsaid) else (base, base is None)
    if s.all_:
        yield level or 0, unsaid
    if isinstance(s.yuan, Unsaid):
        yield s.yuan.at_least, True
    elif s.yuan is not None:
        yield s.yuan, False
    if s.percent is not None:
        least = isinstance(s.percent, Unsaid)
        share = s.percent.at_least if isinstance(s.percent, Unsaid) else s.percent
        yield _percentage(s, level or 0, share, path), least or unsaid
    if s.person_pays is not None:
        yield max(0, (level or 0) - s.person_pays), unsaid
    if s.shares and all(x.yuan is not None for x in s.shares):
        yield sum(x.yuan or 0 for x in s.shares), False


def _percentage(s: fp.SubsidyForm, level: int, percent: int, path: Path) -> int:
    if s.rounding is None and level * percent % 100:
        raise Mistake((*path, "percent"), f"{percent}% of {yuan(level)} is no whole fen; say how it is rounded")
    return rounded_share(level, percent, s.rounding or "nearest_fen")


def _shares(s: fp.SubsidyForm, fen: int, path: Path) -> tuple[tuple[str, int], ...]:
    """What each fund pays. `parts` divide what amounts and percentages leave; what rounding leaves over goes to the
    share that takes the rest, to the first that has parts, or to the first."""
    if not s.shares:
        return ((s.fund or "", fen),)
    parts = [x.yuan if x.yuan is not None else fen * (x.percent or 0) // 100 for x in s.shares]
    left, divided = fen - sum(parts), sum(x.parts or 0 for x in s.shares)
    if left > 0 and divided:
        parts = [part + left * (x.parts or 0) // divided for part, x in zip(parts, s.shares, strict=True)]
        left = fen - sum(parts)
    takers = [i for i, x in enumerate(s.shares) if x.rest or x.parts]
    rests = sum(x.rest is not None for x in s.shares) + (divided > 0)
    in_full = sum(x.percent or 0 for x in s.shares) == 100
    if rests > 1:
        raise Mistake((*path, "shares"), "the rest is taken twice; funds that divide it have parts")
    if left < 0 or (left and not rests and not in_full):
        raise Mistake((*path, "shares"), f"the shares do not add up to the {yuan(fen)} of the subsidy")
    parts[takers[0] if takers else 0] += left
    return tuple((x.fund, part) for x, part in zip(s.shares, parts, strict=True))
