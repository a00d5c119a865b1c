"""Turns the conditions of a pack into the engine's tests: dates to ordinals, window edges to dates, groups to codes."""

from collections.abc import Iterator
from datetime import date
from typing import Literal, cast

from app.packs import form_tests as ft
from app.packs.form import PackForm
from app.packs.form_prices import SelectorForm
from app.packs.mistakes import Mistake
from app.packs.refusals import nearest
from app.rules import conditions as c
from app.rules.days import year_bounds
from app.rules.policy import Selector, Window
from app.rules.vocabulary import CLASSES, IDENTITIES, LOCAL, SCHOOLS

Path = tuple[str | int, ...]
_CENTURY = 1200  # months


class TestLowering:
    """Knows the pack's year, windows and groups; `path` is where in the pack a test stands, for error messages."""

    def __init__(self, pack: PackForm, windows: dict[str, Window]) -> None:
        self.year, self.windows, self.groups = pack.coverage_year, windows, pack.groups
        self.local = {LOCAL + name: form for name, form in pack.local_identities.items()}
        self._spelling_out: list[str] = []

    def test(self, t: ft.Test, path: Path) -> c.Condition:
        """The conjunction of everything the condition says."""
        parts: list[c.Condition] = []
        if t.paid:
            parts.append(self.paid(t.paid, (*path, "paid")))
        if t.born:
            parts.append(self._day_test(t.born, c.Birth(), (*path, "born")))
        if t.circumstance:
            parts.append(self._circumstance(t.circumstance, (*path, "circumstance")))
        if t.employee_insurance:
            parts.append(self._employee(t.employee_insurance, (*path, "employee_insurance")))
        if t.identity:
            parts.append(self.identity(t.identity, (*path, "identity")))
        parts += [*self._flags(t), *self._numbers(t)]
        if t.age:
            parts.append(_aged(t.age, (*path, "age")))
        for i, part in enumerate(t.all or []):
            parts.append(self.test(part, (*path, "all", i)))
        if t.any is not None:
            parts.append(c.any_of([self.test(part, (*path, "any", i)) for i, part in enumerate(t.any)]))
        if t.not_ is not None:
            parts.append(c.Not(self.test(t.not_, (*path, "not"))))
        return c.all_of(parts)

    def _flags(self, t: ft.Test) -> list[c.Condition]:
        said: list[tuple[bool | None, c.Flag]] = [
            (t.insured_last_year, "insured"),
            (t.parent_insured_in_province, "parent"),
            (t.zero_claims_last_year, "zero_claims"),
        ]
        return [_yes_or_no(value, fact) for value, fact in said if value is not None]

    def _numbers(self, t: ft.Test) -> list[c.Condition]:
        parts: list[c.Condition] = []
        if t.tier is not None:
            parts.append(c.IsOneOf("tier", (t.tier,)))
        if t.school:
            parts.append(c.IsOneOf("school", tuple(sorted(list(SCHOOLS).index(name) for name in t.school.any_of))))
        counts: list[tuple[ft.MonthsTest | None, c.Count]] = [
            (t.missed_years, "missed_years"),
            (t.repaid_years, "repaid_years"),
            (t.continuous_years, "continuous_years"),
            (t.zero_claim_years, "zero_claim_years"),
        ]
        return parts + [test for said, fact in counts if said for test in _counted(said, fact)]

    def paid(self, p: ft.PaidTest, path: Path) -> c.Condition:
        parts: list[c.Condition] = []
        if p.in_:
            window = self.window(p.in_, (*path, "in"))
            parts += [_not_before(window.opens), c.PaidBy(c.On(window.closes))]
        if p.after:
            window = self.window(p.after, (*path, "after"))
            if not window.stated_closing:
                raise Mistake((*path, "after"), f"nothing comes after {p.after!r}: its closing is not stated")
            parts.append(_not_before(window.closes + 1))
        if p.from_:
            parts.append(_not_before(p.from_.toordinal()))
        if p.to:
            parts.append(c.PaidBy(c.On(p.to.toordinal())))
        if not parts:
            raise Mistake(path, "says nothing; name a window with in or after, or days with from and to")
        return c.all_of(parts)

    def window(self, name: str, path: Path) -> Window:
        if name not in self.windows:
            raise Mistake(path, f"there is no window {name!r} in this pack; known: {', '.join(self.windows)}")
        return self.windows[name]

    def edge(self, value: date | str, path: Path) -> int:
        """A day, or the edge of a window such as `main.closes`."""
        if isinstance(value, date):
            return value.toordinal()
        name, _, which = value.partition(".")
        window = self.window(name, path)
        return window.opens if which == "opens" else window.closes

    def _day_test(self, d: ft.DayTest, event: c.Event, path: Path) -> c.Condition:
        parts: list[c.Condition] = []
        if d.in_:
            first, last = year_bounds(self.year - (d.in_ == "year_before"))
            parts += _event_between(event, first, last)
        parts += _event_between(event, *self._bounds(d, path))
        # Spans come last: they cost the most, above all in months.
        for span, negated in ((d.within, False), (d.beyond, True)):
            if span is not None:
                limit = c.After(event, span[0], cast(Literal["days", "months"], span[1]))
                parts.append(c.Not(c.PaidBy(limit)) if negated else c.PaidBy(limit))
        if not parts:
            raise Mistake(path, "says nothing about the day; name within, beyond, in, from, to or after")
        return c.all_of(parts)

    def _bounds(self, d: ft.DayTest | ft.RecognizedTest, path: Path) -> tuple[int | None, int | None]:
        """First and last day that `from`, `after` and `to` leave."""
        first = self.edge(d.from_, (*path, "from")) if d.from_ is not None else None
        if d.after is not None:
            first = max(first or 0, self.edge(d.after, (*path, "after")) + 1)
        last = self.edge(d.to, (*path, "to")) if d.to is not None else None
        if first is not None and last is not None and first > last:
            raise Mistake(path, "ends before it begins")
        return first, last

    def between(self, r: ft.RecognizedTest | None, path: Path) -> tuple[int | None, int | None]:
        """The days that a recognition may lie on."""
        return self._bounds(r, path) if r else (None, None)

    def _circumstance(self, t: ft.CircumstanceTest, path: Path) -> c.Condition:
        def one(code: str) -> c.Condition:
            held = c.HasCircumstance(code)
            return c.all_of([held, self._day_test(t.on, c.CircumstanceDay(code), (*path, "on"))]) if t.on else held

        return c.any_of([one(code) for code in t.any_of])

    def _employee(self, t: ft.EmployeeTest, path: Path) -> c.Condition:
        parts: list[c.Condition] = [c.HadJob()]
        if t.ended:
            parts.append(self._day_test(t.ended, c.EmploymentEnd(), (*path, "ended")))
        months: list[tuple[ft.MonthsTest | None, c.Count]] = [
            (t.months_paid_this_year, "months_this"),
            (t.months_paid_last_year, "months_last"),
        ]
        for test, count in months:
            if test:
                parts += _counted(test, count)
        flags: list[tuple[bool | None, c.Flag]] = [(t.gap_this_year, "gap"), (t.lapsed_last_year, "lapsed")]
        return c.all_of([*parts, *(_yes_or_no(value, fact) for value, fact in flags if value is not None)])

    def codes(self, names: list[str], path: Path) -> frozenset[str]:
        """Identity codes, with the pack's groups spelled out."""
        found: set[str] = set()
        for i, name in enumerate(names):
            if name not in self.groups and name not in IDENTITIES and name not in self.local:
                told = f"{name!r} is neither an identity of the vocabulary nor a group of this pack"
                raise Mistake((*path, i), told + nearest(name, [*IDENTITIES, *self.groups, *self.local]))
            found |= set(self.groups.get(name, [name]))
        return frozenset(found)

    def check_local(self, code: str, path: Path) -> None:
        """Raises Mistake for an identity of the notice's own that the pack does not declare."""
        if code.startswith(LOCAL) and code not in self.local:
            raise Mistake(path, f"{code!r} is not among this pack's local_identities")

    def recognition(self, t: ft.IdentityTest, path: Path) -> tuple[frozenset[str], int | None, int | None]:
        bounds = self._bounds(t.recognized, (*path, "recognized")) if t.recognized else (None, None)
        if t.recognized and t.recognized.within and path[-1] != "identity":
            raise Mistake((*path, "recognized", "within"), "a recognition that benefits begin with has no within")
        return self.codes(t.any_of, (*path, "any_of")), *bounds

    def identity(self, t: ft.IdentityTest, path: Path) -> c.Condition:
        codes, first, last = self.recognition(t, path)
        held = c.HasIdentity(codes, first, last)
        if t.recognized and t.recognized.within:
            return _newly(held, codes, t.recognized, (*path, "recognized"))
        return c.any_of([held, *self._held_anyway(sorted(codes), first, last)])

    def _held_anyway(self, codes: list[str], first: int | None, last: int | None) -> list[c.Condition]:
        """What makes somebody have an identity without being recognized: a hundredth birthday, or what a pack says."""
        found = [_hundred(first, last)] if "centenarian" in codes else []
        for code in codes:
            form = self.local.get(code)
            if form is not None and form.when is not None:
                place = ("local_identities", code.removeprefix(LOCAL), "when")
                if code in self._spelling_out:
                    raise Mistake(place, f"{code!r} is explained by itself")
                self._spelling_out.append(code)
                found.append(self.test(form.when, place))
                self._spelling_out.pop()
        return found

    def selector(self, s: SelectorForm, r: ft.NewlyRecognizedTest | None, path: Path) -> Selector:
        """A subsidy's identity, in some of its classes where it names them, and under its further condition."""
        self.check_local(s.code, path)
        held = self._selected(s, r, path)
        more = [self.test(s.when, (*path, "when"))] if s.when else []
        return Selector(s.code, c.all_of([held, *more]))

    def _selected(self, s: SelectorForm, r: ft.NewlyRecognizedTest | None, path: Path) -> c.Condition:
        first, last = self._bounds(r, (*path, "recognized")) if r else (None, None)
        held: c.Condition = c.HasIdentity(frozenset({s.code}), first, last)
        if s.classes is not None:
            known = list(CLASSES.get(s.code, ()))
            if not set(s.classes) <= set(known):
                raise Mistake((*path, "classes"), f"{s.code} has no such class; known: {', '.join(known) or 'none'}")
            held = c.HasClass(s.code, tuple(sorted(known.index(name) for name in s.classes)), first, last)
        if r and r.within:
            return _newly(held, frozenset({s.code}), r, (*path, "recognized"))
        return held if s.classes is not None else c.any_of([held, *self._held_anyway([s.code], first, last)])


def _newly(held: c.Condition, codes: frozenset[str], r: ft.NewlyRecognizedTest, path: Path) -> c.Condition:
    """Paid within a span of the latest recognition. Nobody is recognized by an age so that a span could run from it."""
    assert r.within is not None
    if r.to is not None:
        raise Mistake(
            (*path, "within"), "within counts from the latest recognition; it stands beside from or after only"
        )
    limit = c.After(c.LastRecognition(codes), r.within[0], cast(Literal["days", "months"], r.within[1]))
    return c.all_of([held, c.PaidBy(limit)])


def _counted(test: ft.MonthsTest, count: c.Count) -> Iterator[c.Condition]:
    if test.at_least is not None:
        yield c.AtLeast(count, test.at_least)
    if test.below is not None:
        yield c.Not(c.AtLeast(count, test.below))


def _aged(age: ft.AgeTest, path: Path) -> c.Condition:
    """A birthday reached by a day: `at_least` full years, not yet `below`."""
    parts: list[c.Condition] = []
    for years, wanted in ((age.at_least, True), (age.below, False)):
        if years is None:
            continue
        if isinstance(age.on, str):  # the birthday itself counts: the day before it is not reached any more
            reached: c.Condition = c.Not(c.PaidBy(c.After(c.Birth(), 12 * years, "months", -1)))
        else:
            reached = c.EventBy(c.After(c.Birth(), 12 * years, "months"), age.on.toordinal())
        parts.append(reached if wanted else c.Not(reached))
    if not parts:
        raise Mistake(path, "says nothing about the age; name at_least or below")
    return c.all_of(parts)


def _not_before(day: int) -> c.Condition:
    return c.Not(c.PaidBy(c.On(day - 1)))


def _event_between(event: c.Event | c.After, first: int | None, last: int | None) -> list[c.Condition]:
    parts: list[c.Condition] = []
    if first is not None:
        parts.append(c.Not(c.EventBy(event, first - 1)))
    if last is not None:
        parts.append(c.EventBy(event, last))
    return parts


def _hundred(first: int | None, last: int | None) -> c.Condition:
    """A hundredth birthday reached by the day of payment is the identity `centenarian`, recognized on that day."""
    birthday = c.After(c.Birth(), _CENTURY, "months")
    reached = c.Not(c.PaidBy(c.After(c.Birth(), _CENTURY, "months", -1)))
    return c.all_of([reached, *_event_between(birthday, first, last)])


def _yes_or_no(value: bool, fact: c.Flag) -> c.Condition:
    return c.IsTrue(fact) if value else c.Not(c.IsTrue(fact))
