"""What somebody would pay who had chosen a certain tier: the amount that a subsidy is worked out of (`as_tier`)."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from app.packs.form import PackForm
from app.packs.form_prices import ChargeForm, RateForm, SubsidyForm
from app.packs.lower_tests import Path
from app.packs.mistakes import Mistake
from app.packs.scalars import Unsaid
from app.rules import conditions as c
from app.rules.money import yuan

_NEVER: c.Condition = c.Any(())
Base = tuple[int | Unsaid, c.Condition]
_STANDARDS: Path = ("standards", "rates")
RateTest = Callable[[RateForm, Path], c.Condition]


class Tiers:
    """What a subsidy is a share of: what is charged, or, with `as_tier`, what a tier would cost on the same way in."""

    def __init__(self, pack: PackForm, test: RateTest, charged: Callable[[ChargeForm, Path], Iterable[int]]) -> None:
        self._pack, self._test, self._charged = pack, test, charged

    def bases(self, s: SubsidyForm, level: int | None, path: Path) -> list[tuple[int | Unsaid | None, c.Condition]]:
        """What the subsidy is a share of, and for whom: what is charged, or what the tier would cost them there."""
        if s.as_tier is None:
            return [(level, c.ALWAYS)]
        lists = self._lists.get(level) if level is not None else None
        found: list[list[Base]] = []
        for at, rates in (lists or {_STANDARDS: self._pack.standards.rates or []}).items():
            tiered = at == _STANDARDS or any(rate.chosen_tier is not None for rate in rates)
            alone: list[Base] = [(level or 0, c.ALWAYS)]
            bases = at_tier(rates, at, self._test, s.as_tier, (*path, "as_tier")) if tiered else alone
            found += [bases] if bases not in found else []
        if len(found) > 1:
            told = f"two ways in charge {yuan(level or 0)}, and tier {s.as_tier} has another price on each"
            raise Mistake((*path, "as_tier"), f"{told}; the subsidy cannot tell them apart")
        return [*found[0]]

    @cached_property
    def _lists(self) -> dict[int, dict[Path, list[RateForm]]]:
        """By contribution the lists of rates that lead to it, by place: the pack's own or those of a way in."""
        found: dict[int, dict[Path, list[RateForm]]] = {}
        for i, r in enumerate(self._pack.routes):
            path, own = ("routes", i, "charge"), r.charge.kind == "stated"
            for level in self._charged(r.charge, path) if r.subsidy.is_ != "none" else ():
                at = (*path, "rates") if own else _STANDARDS
                rates = r.charge.rates if own else self._pack.standards.rates
                found.setdefault(level, {})[at] = rates or []
        return found


def at_tier(rates: Sequence[RateForm], at: Path, test: RateTest, tier: int, path: Path) -> list[Base]:
    """Each contribution of a list (which stands `at` a place) that the tier's choice can lead to, with those who would
    pay it; their conditions exclude each other and do not ask for the tier. Raises Mistake where nobody can choose it.
    """
    known = sorted({rate.chosen_tier for rate in rates if rate.chosen_tier is not None})
    if tier not in known:
        told = ", ".join(map(str, known)) or "none"
        raise Mistake(path, f"nobody can choose tier {tier}: no rate has it as chosen_tier; known: {told}")
    found: dict[int | Unsaid, list[c.Condition]] = {}
    before: list[c.Condition] = []
    for i, rate in enumerate(rates):
        when = chosen(test(rate, (*at, i)), tier)
        if when == _NEVER or c.ALWAYS in before:
            continue
        found.setdefault(rate.yuan, []).append(c.all_of([when, *map(c.Not, before)]))
        before.append(when)
    whole = len(found) == 1 and c.ALWAYS in before  # everybody, at the same contribution
    return [(fen, c.ALWAYS if whole else c.any_of(tests)) for fen, tests in found.items()]


def chosen(condition: c.Condition, tier: int) -> c.Condition:
    """What is left of a condition for whoever chose this tier."""
    match condition:
        case c.IsOneOf("tier", values):
            return c.ALWAYS if tier in values else _NEVER
        case c.All(parts):
            left = [chosen(part, tier) for part in parts]
            return _NEVER if _NEVER in left else c.all_of(left)
        case c.Any(parts):
            left = [chosen(part, tier) for part in parts]
            return c.ALWAYS if c.ALWAYS in left else c.any_of([part for part in left if part != _NEVER])
        case c.Not(part):
            inner = chosen(part, tier)
            return _NEVER if inner == c.ALWAYS else c.ALWAYS if inner == _NEVER else c.Not(inner)
        case _:
            return condition
