"""What somebody would pay who had chosen a certain tier: the amount that a subsidy is worked out of (`as_tier`)."""

from collections.abc import Callable, Sequence

from app.packs.form_prices import RateForm
from app.packs.lower_tests import Path
from app.packs.mistakes import Mistake
from app.packs.scalars import Unsaid
from app.rules import conditions as c

_NEVER: c.Condition = c.Any(())
Base = tuple[int | Unsaid, c.Condition]
RateTest = Callable[[RateForm, Path], c.Condition]


def at_tier(rates: Sequence[RateForm], test: RateTest, tier: int, path: Path) -> list[Base]:
    """Each contribution that the tier's choice can lead to, with those who would pay it; their conditions exclude each
    other and do not ask for the tier. Raises Mistake where nobody can choose the tier."""
    known = sorted({rate.chosen_tier for rate in rates if rate.chosen_tier is not None})
    if tier not in known:
        told = ", ".join(map(str, known)) or "none"
        raise Mistake(path, f"nobody can choose tier {tier}: no rate has it as chosen_tier; known: {told}")
    found: dict[int | Unsaid, list[c.Condition]] = {}
    before: list[c.Condition] = []
    for i, rate in enumerate(rates):
        when = chosen(test(rate, ("standards", "rates", i)), tier)
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
