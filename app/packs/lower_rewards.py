"""What years in insurance bring: waits that grow with missed years, rewards that grow with years under one cap.

The engine knows fixed waits and fixed advantages only. Here each length and each amount that can come out becomes one
of them, with the years that lead to it as its condition.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from app.packs import form_prices as fp
from app.packs.form import MissedForm
from app.packs.lower_tests import Path, TestLowering
from app.packs.mistakes import Mistake
from app.rules import conditions as c
from app.rules import policy as p
from app.rules.money import rounded_share
from app.rules.vocabulary import NUMBERS

Share = tuple[int, c.Condition]  # so much (fen so far; months or days of a wait), and for whom


def missed_waits(wait: p.Wait, missed: MissedForm) -> Iterator[p.Wait]:
    """The wait for each number of missed years that count, the longest first, then the fixed one for the others.

    A repaired year no longer counts; after `floor.missed_years` the wait is at least that of the floor, repaired or
    not.
    """
    unit = "days" if missed.months is None else "months"
    fixed, (step, most, least) = getattr(wait, unit), missed.lengths(unit)
    counted = range(NUMBERS["missed_years"] - missed.beyond, 0, -1)
    longer: list[Share] = [
        (fixed + n * (step or 0), c.Owes(missed.beyond + n, repaired=missed.repair)) for n in counted
    ]
    bounded: list[Share] = [(min(length, most or length), test) for length, test in longer]
    many: list[Share] = (
        [(least, c.AtLeast("missed_years", missed.floor.missed_years))] if missed.floor and least else []
    )
    before = [pair for pair in bounded if pair[0] > (least or 0)]
    after = [pair for pair in bounded if pair[0] <= (least or 0)]
    for length, test in (*before, *(pair for pair in many if pair[0] > fixed), *after):
        longest = replace(wait, days=length) if unit == "days" else replace(wait, months=length)
        yield replace(longest, when=c.all_of([wait.when, test]))
    yield wait


def rewards(
    forms: Iterable[tuple[fp.RewardForm, p.Cite, Path]], cap: fp.CapForm | None, tests: TestLowering
) -> Iterator[p.Incentive]:
    """Each reward with each amount it can have; what the ones before it have used up of the cap is gone."""
    bound = rounded_share(cap.of_yuan, cap.percent, "down_to_fen") if cap else None
    shares: list[Share] = [(0, c.ALWAYS)]
    for form, cite, path in forms:
        if form.yuan_per_year == 0:
            raise Mistake((*path, "yuan_per_year"), "a reward of nothing; leave it out")
        when = tests.test(form.when, (*path, "when")) if form.when else c.ALWAYS
        amounts: dict[int, list[c.Condition]] = {}
        after: list[Share] = []
        for used, holds in shares:
            left = None if bound is None else bound - used
            for fen, years in _steps(form, left):
                test = c.all_of([holds, years])
                amounts.setdefault(fen, []).append(test)
                after.append((used + fen, test))
        shares = after
        for fen, found in sorted(amounts.items()):
            if fen:
                yield p.Incentive(form.code, form.title, fen, c.all_of([when, c.any_of(found)]), cite)


def _steps(form: fp.RewardForm, left: int | None) -> Iterator[Share]:
    """What so many years bring, up to what is left of the cap."""
    fact, most = form.for_each, NUMBERS[form.for_each]
    if left == 0:
        yield 0, c.ALWAYS
        return
    yield 0, c.Not(c.AtLeast(fact, form.beyond + 1))
    for years in range(form.beyond + 1, most + 1):
        fen = form.yuan_per_year * (years - form.beyond)
        if years == most or (left is not None and fen >= left):
            yield fen if left is None else min(fen, left), c.AtLeast(fact, years)
            return
        yield fen, c.all_of([c.AtLeast(fact, years), c.Not(c.AtLeast(fact, years + 1))])
