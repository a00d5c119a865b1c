"""Writes a policy's conditions as Python expressions over integers.

A test of the day of payment, `pay <= X`, is written so that it also lowers `until` to X where it holds: after a run
`until` is the last day up to which every comparison made would come out the same, so the verdict holds that long.
In the plain flavor, used while unknown facts are explored, that bookkeeping is left out.
Only numbers and words of the closed vocabulary get into the text, each through repr().
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import assert_never

from app.rules import conditions as c
from app.rules import days
from app.rules.vocabulary import NUMBERS

_FLAGS: dict[str, str] = {name: f"f.{name}" for name in ("insured", "parent", "gap", "lapsed", "zero_claims")}


@dataclass
class Writer:
    """Turns conditions into expressions.

    `constants` collects the sets that the text refers to by name, `functions` those of its own that it calls. Where
    `first` and `last` bound the day of payment, tests of it against fixed days are settled or done once, in the lines
    of `hoisted`.
    """

    tracking: bool
    constants: dict[str, frozenset[str]] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    first: int | None = None
    last: int | None = None
    fixed_days: list[int] = field(default_factory=list)

    def hoisted(self) -> Iterator[str]:
        """The tests of the day of payment against fixed days, each done once."""
        for n, day in enumerate(self.fixed_days):
            yield f"by{n} = pay <= {day!r}"
            if self.tracking:
                yield f"if by{n} and until > {day!r}: until = {day!r}"

    def test(self, condition: c.Condition) -> str:
        match condition:
            case c.All(parts):
                return _join("and", [self.test(p) for p in parts], neutral="True", final="False")
            case c.Any(parts):
                return _join("or", [self.test(p) for p in parts], neutral="False", final="True")
            case c.Not(part):
                return _not(self.test(part))
            case c.PaidBy(limit):
                return self._paid_by(limit)
            case c.EventBy(event, day):
                return f"({self.day(event)} <= {day!r})"
            case c.HasIdentity(codes, first, last):
                return self._has_identity(codes, first, last)
            case c.HasClass():
                return self._has_class(condition)
            case c.HasCircumstance(code):
                return f"({code!r} in circ)"
            case c.HadJob():
                return "had_job"
            case c.IsTrue(fact):
                return _FLAGS[fact]
            case c.AtLeast(fact, count):
                return f"({_number(fact)} >= {count!r})"
            case c.Owes(count, repaired):
                return _owes(count, repaired=repaired)
            case c.IsOneOf(fact, values):
                return f"({_number(fact)} in {values!r})"
            case _:
                assert_never(condition)

    def day(self, when: c.On | c.After | c.Event | c.LastRecognition) -> str:
        """The expression for a day that a rule names."""
        match when:
            case c.On(day):
                return repr(day)
            case c.Birth():
                return "birth"
            case c.EmploymentEnd():
                return "ended"
            case c.CircumstanceDay(code):
                return f"circ[{code!r}]"
            case c.LastRecognition(codes):
                return f"last_recognized(ids, {self.constant(codes)})"
            case c.After(event, count, "days", shift):
                return f"({self.day(event)} + {count + shift!r})"
            case c.After(event, count, _, shift):
                months = f"plus_months({self.day(event)}, {count!r})"
                return f"({months} + {shift!r})" if shift else months
            case _:
                assert_never(when)

    def constant(self, codes: frozenset[str]) -> str:
        """A name for a set of identity codes in the compiled module."""
        for name, known in self.constants.items():
            if known == codes:
                return name
        name = f"SET_{len(self.constants)}"
        self.constants[name] = codes
        return name

    def _paid_by(self, limit: c.On | c.After) -> str:
        if isinstance(limit, c.On) and self.first is not None and self.last is not None:
            return self._paid_by_fixed(limit.day, self.first, self.last)
        if not self.tracking:
            return f"(pay <= {self.day(limit)})"
        return f"(pay <= (x := {self.day(limit)}) and (until <= x or (until := x)))"

    def _paid_by_fixed(self, day: int, first: int, last: int) -> str:
        if day < first or day >= last:
            return repr(day >= last)
        if day not in self.fixed_days:
            self.fixed_days.append(day)
        return f"by{self.fixed_days.index(day)}"

    def _has_identity(self, codes: frozenset[str], first: int | None, last: int | None) -> str:
        if len(codes) == 1 and first is None and last is not None:
            # No ordinal is as large as this, so that somebody without the identity is never recognized in time.
            return f"(ids.get({next(iter(codes))!r}, {days.LAST + 1}) <= {last!r})"
        if first is not None or last is not None:
            return f"(ids and recognized(ids, {self.constant(codes)}, {first!r}, {last!r}) is not None)"
        if len(codes) == 1:
            return f"({next(iter(codes))!r} in ids)"
        return f"(ids and not {self.constant(codes)}.isdisjoint(ids))"

    def _has_class(self, test: c.HasClass) -> str:
        held = self._has_identity(frozenset({test.code}), test.first, test.last)
        return f"({held} and f.classes[{test.code!r}] in {test.classes!r})"


def _owes(count: int, *, repaired: bool) -> str:
    missed = _number("missed_years")
    return f"owes({missed}, {_number('repaid_years')}, {count})" if repaired else f"({missed} >= {count})"


def _number(fact: c.Count) -> str:
    return f"f.numbers[{fact!r}]" if fact in NUMBERS else f"f.{fact}"


def _join(word: str, parts: list[str], *, neutral: str, final: str) -> str:
    """The parts joined, without what changes nothing and settled where one part settles it."""
    if final in parts:
        return final
    left = [p for p in parts if p != neutral]
    if len(left) < 2:
        return left[0] if left else neutral
    return f"({f' {word} '.join(left)})"


def _not(test: str) -> str:
    return {"True": "False", "False": "True"}.get(test, f"(not {test})")
