"""Turns a pack as written (form.py) into the policy that the engine compiles; checks what only the whole can tell."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Literal

from app.packs import form
from app.packs.form_base import Cited
from app.packs.form_prices import AddOnForm, IncentiveForm, RemedyForm, RewardForm
from app.packs.form_tests import Test
from app.packs.lower_collection import CollectionLowering
from app.packs.lower_prices import Price, PriceLowering
from app.packs.lower_rewards import missed_waits, rewards
from app.packs.lower_tests import Path, TestLowering
from app.packs.mistakes import Mistake
from app.packs.starts import lacks
from app.rules import conditions as c
from app.rules import policy as p
from app.rules.collection import Collection
from app.rules.days import monthly_spans, runs, year_bounds
from app.rules.vocabulary import LOCAL
from app.rules.wording import clauses

_EVENTS: dict[str, c.Event] = {"birth": c.Birth(), "employment_end": c.EmploymentEnd()}


def lower(pack: form.PackForm, digest: str) -> p.Policy:
    """The policy; raises Mistake at the place that is wrong."""
    return Lowering(pack, digest).policy()


class Lowering:
    """One pack on its way; `tests` and `prices` turn its single parts."""

    def __init__(self, pack: form.PackForm, digest: str) -> None:
        self.pack, self.digest = pack, digest
        self.first, self.last = pack.coverage.starts.toordinal(), pack.coverage.ends.toordinal()
        self.windows = {name: self.window(name, w) for name, w in pack.windows.items()}
        self.tests = TestLowering(pack, self.windows)
        self.prices = PriceLowering(pack, self.tests, self.cite)

    def policy(self) -> p.Policy:
        pack = self.pack
        self._check_names()
        routes = tuple(route for i, r in enumerate(pack.routes) for route in self.routes(r, ("routes", i)))
        return p.Policy(
            id=f"{pack.region}-{pack.coverage_year}",
            version=pack.version,
            digest=self.digest,
            title=pack.notice.title,
            region=pack.region,
            coverage_year=pack.coverage_year,
            first_day=self.first,
            last_day=self.last,
            coverage_cite=self.cite(pack.coverage, ("coverage",)),
            windows=tuple(self.windows.values()),
            eligibility=self.eligibility(),
            routes=routes,
            subsidies=self.prices.subsidies(_levels(routes)),
            one_subsidy_cite=self.cite(pack.one_subsidy, ("one_subsidy",)),
            incentives=(
                *(self.incentive(x, ("incentives", i)) for i, x in enumerate(pack.incentives)),
                *rewards(self.rewarded(), pack.rewards_cap, self.tests),
                *(self.incentive(x, ("add_ons", i), "add_on") for i, x in enumerate(pack.add_ons)),
            ),
            notes=tuple(self.note(n, ("notes", i)) for i, n in enumerate(pack.notes)),
            subsidies_known=pack.subsidies_not_known is None,
            local_identities=tuple((LOCAL + name, x.title) for name, x in pack.local_identities.items()),
            pause=self.pause(),
            recognized_after_payment=tuple(self.remedies("recognized_after_payment")),
            changed_after_subsidy=tuple(self.remedies("changed_after_subsidy")),
            collection=self.collection(),
        )

    def cite(self, cited: Cited, path: Path) -> p.Cite:
        said = cited.cite
        if said.convention is not None:
            return p.Cite("convention", f"产品约定：{said.convention}")
        if said.document is None:
            return p.Cite("notice", "公告未载明" if said.clause == "not_stated" else said.clause or "")
        document = self.pack.documents.get(said.document)
        if document is None:
            raise Mistake((*path, "cite", "document"), f"there is no document {said.document!r} in this pack")
        return p.Cite("document", said.clause or "", document.number or document.title)

    def window(self, name: str, w: form.WindowForm) -> p.Window:
        closes = self.last if isinstance(w.closes, str) else w.closes.toordinal()
        if isinstance(w.opens, date):
            opens = w.opens.toordinal()
        elif w.opens == "not_stated":
            # The convention: an opening that is not stated counts as 1 January of the year before the coverage year.
            opens = year_bounds(self.pack.coverage_year - 1)[0]
        else:
            opens = date.fromisoformat(f"{w.opens}-01").toordinal()
        if closes < opens:
            raise Mistake(("windows", name, "closes"), f"the window {name!r} closes before it opens")
        stated, month = isinstance(w.opens, date), w.opens not in ("not_stated",) and isinstance(w.opens, str)
        cite = self.cite(w, ("windows", name))
        return p.Window(name, opens, closes, stated, cite, not isinstance(w.closes, str), month)

    def pause(self) -> p.Pause | None:
        """Every stretch of days on which no payment is taken, from the first opening to the year's end."""
        form = self.pack.no_payment
        if form is None:
            return None
        days = {day for i, m in enumerate(form.monthly) for day in self.monthly(m, ("no_payment", "monthly", i))}
        if form.in_ is not None:
            named = [self.tests.window(name, ("no_payment", "in", i)) for i, name in enumerate(form.in_)]
            days = {day for day in days if any(w.opens <= day <= w.closes for w in named)}
        for name, w in self.windows.items():
            if w.opens in days:
                raise Mistake(("windows", name, "opens"), "the window opens on a day on which no payment is taken")
        told = (f"{m.from_}日至{'月末' if m.to == 'month_end' else f'{m.to}日'}" for m in form.monthly)
        return p.Pause(tuple(runs(sorted(days))), f"每月{'、'.join(told)}", self.cite(form, ("no_payment",)))

    def monthly(self, m: form.MonthlyForm, path: Path) -> Iterator[int]:
        """The days of every month that it names."""
        if isinstance(m.to, int) and m.to < m.from_:
            raise Mistake(path, "ends before it begins")
        for first, last in monthly_spans(min(w.opens for w in self.windows.values()), self.last, m.from_, m.to):
            yield from range(first, last + 1)

    def collection(self) -> Collection | None:
        said = self.pack.collection
        return CollectionLowering(self.cite, self.tests).collection(said) if said else None

    def eligibility(self) -> p.Eligibility:
        e, path = self.pack.eligibility, ("eligibility",)
        child = e.not_yet_born.unless
        return p.Eligibility(
            self.cite(e.employee_insured, (*path, "employee_insured")),
            self.cite(e.insured_elsewhere, (*path, "insured_elsewhere")),
            self.cite(e.not_yet_born, (*path, "not_yet_born")),
            self.tests.test(child, (*path, "not_yet_born", "unless")) if child else None,
        )

    def routes(self, r: form.RouteForm, path: Path) -> Iterator[p.Route]:
        """The way in, once for each contribution that it charges."""
        prices = self.prices.prices(r.charge, (*path, "charge"))
        when = self.tests.test(r.when, (*path, "when"))
        if r.benefits.from_ == "end_of_wait" and not r.wait:
            raise Mistake((*path, "benefits"), "benefits begin with the end of a wait, and this way in has none")
        missing = lacks(self.start(r.benefits, (*path, "benefits")), when)
        if missing:
            told = f"benefits begin with something that this way in does not ask for: {missing}"
            raise Mistake((*path, "benefits"), told)
        for price in prices:
            if r.subsidy.is_ == "applies" and not (price.personal or price.unpriced):
                raise Mistake((*path, "subsidy"), "where nothing is charged there is nothing to subsidize")
            yield self.route(r, price, c.all_of([when, price.when]), path)

    def route(self, r: form.RouteForm, price: Price, when: c.Condition, path: Path) -> p.Route:
        return p.Route(
            id=r.route or r.id,
            entry=r.id,
            title=r.title,
            when=when,
            personal_fen=price.personal,
            surcharge_fen=price.surcharge,
            charge_cites=price.cites,
            subsidy=r.subsidy.is_,
            start=self.start(r.benefits, (*path, "benefits")),
            waits=tuple(x for i, w in enumerate(r.wait) for x in self.waits(w, r, (*path, "wait", i))),
            cite=self.cite(r, path),
            in_window=r.when.paid.in_ if r.when.paid else None,
            event=_event_of(r.when),
            subsidy_cite=self.cite(r.subsidy, (*path, "subsidy")),
            unpriced=price.unpriced,
            rate=price.title,
            benefits_tier=price.benefits_tier,
            years=price.years,
            surcharge_title=price.surcharge_title,
        )

    def start(self, b: form.BenefitsForm, path: Path) -> p.Start:
        cite = self.cite(b, path)
        month, shift = _says(b, "month_after"), int(_says(b, "day_after"))
        if b.from_ == "end_of_wait":
            return p.Start("payment", cite)
        if b.day is not None:
            return p.Start("day", cite, day=b.day.toordinal())
        if code := b.circumstance or b.day_after_circumstance or b.month_after_circumstance:
            return p.Start("event", cite, event=c.CircumstanceDay(code), next_month=month, shift=shift)
        for test, key in ((b.recognition, "recognition"), (b.month_after_recognition, "month_after_recognition")):
            if test is not None:
                found = p.Recognition(*self.tests.recognition(test, (*path, key)))
                return p.Start("recognition", cite, recognition=found, next_month=month, shift=shift)
        name = b.from_ or b.day_after or b.month_after or "not_stated"
        if name in _EVENTS:
            return p.Start("event", cite, event=_EVENTS[name], next_month=month, shift=shift)
        if name == "payment":
            return p.Start("payment", cite, next_month=month, shift=shift)
        return p.Start("coverage_year" if name == "coverage_year" else "not_stated", cite)

    def waits(self, w: form.WaitForm, r: form.RouteForm, path: Path) -> Iterable[p.Wait]:
        wait = self.wait(w, r, path)
        return missed_waits(wait, w.per_missed_year) if w.per_missed_year else (wait,)

    def wait(self, w: form.WaitForm, r: form.RouteForm, path: Path) -> p.Wait:
        if r.benefits.from_ not in ("coverage_year", "end_of_wait"):
            raise Mistake(path, "a way in with its own benefit start has no waiting period")
        unit = "days" if w.days is not None else "months"
        if not (w.days or w.months):
            told = "leave it out, and exclude whoever has none from the other waits (when: not)"
            raise Mistake((*path, unit), f"a wait of 0 {unit} is no wait; {told}")
        when = self.tests.test(w.when, (*path, "when")) if w.when else c.ALWAYS
        shift = -1 if w.last_day == "benefits" else 0
        return p.Wait(w.days or 0, when, self.cite(w, path), w.months or 0, w.counts_from, shift)

    def incentive(
        self, x: IncentiveForm | AddOnForm, path: Path, kind: Literal["incentive", "add_on"] = "incentive"
    ) -> p.Incentive:
        when = self.tests.test(x.when, (*path, "when")) if x.when else c.ALWAYS
        return p.Incentive(x.code, x.title, x.yuan, when, self.cite(x, path), kind)

    def rewarded(self) -> Iterator[tuple[RewardForm, p.Cite, Path]]:
        for i, x in enumerate(self.pack.rewards):
            cites = [self.cite(x, ("rewards", i))]
            if self.pack.rewards_cap:
                cites.append(self.cite(self.pack.rewards_cap, ("rewards_cap",)))
            yield x, clauses(cites), ("rewards", i)

    def remedies(self, key: Literal["recognized_after_payment", "changed_after_subsidy"]) -> Iterator[p.Remedy]:
        forms: list[RemedyForm] = getattr(self.pack, key)
        for i, x in enumerate(forms):
            if i and forms[i - 1].on is None:
                raise Mistake((key, i), "this can never apply: the one before it is for every day")
            first, last = self.tests.between(x.on, (key, i, "on"))
            yield p.Remedy("nothing" if x.nothing else "pays_back", self.cite(x, (key, i)), x.to, first, last)

    def note(self, n: form.NoteForm, path: Path) -> p.Note:
        return p.Note(
            code=n.code,
            kind=n.kind,
            text=n.text,
            cite=self.cite(n, path),
            routes=self._known(
                n.shown.routes,
                [name for r in self.pack.routes for name in (r.id, r.route or r.id)],
                (*path, "shown", "routes"),
            ),
            subsidies=self._known(
                n.shown.subsidies, [s.id for s in self.pack.subsidies], (*path, "shown", "subsidies")
            ),
            reasons=frozenset(n.shown.reasons),
            when=self.tests.test(n.when, (*path, "when")) if n.when else c.ALWAYS,
        )

    def _known(self, names: list[str], there: list[str], path: Path) -> frozenset[str]:
        for i, name in enumerate(names):
            if name not in there:
                raise Mistake((*path, i), f"there is no {name!r} in this pack; known: {', '.join(there)}")
        return frozenset(names)

    def _check_names(self) -> None:
        if self.first > self.last:
            raise Mistake(("coverage", "ends"), "the coverage year ends before it starts")
        issued = self.pack.notice.issued_on
        if self.pack.leaves_out and self.pack.extends is None:
            raise Mistake(("leaves_out",), "there is no pack above of which something could be left out")
        for i, amendment in enumerate(self.pack.amendments):
            if isinstance(issued, date) and amendment.known_from < issued:
                told = f"made known before the notice itself was issued, on {issued}"
                raise Mistake(("amendments", i, "known_from"), told)
        for name, codes in self.pack.groups.items():
            for i, code in enumerate(codes):
                self.tests.check_local(code, ("groups", name, i))
        lists: list[tuple[str, list[Any]]] = [("routes", self.pack.routes), ("subsidies", self.pack.subsidies)]
        for key, forms in lists:
            seen: set[str] = set()
            for i, named in enumerate(forms):
                if named.id in seen:
                    raise Mistake((key, i, "id"), f"the id {named.id!r} is used twice")
                seen.add(named.id)


def _says(b: form.BenefitsForm, word: str) -> bool:
    """Whether the one key that benefits begin with is, or begins with, this word."""
    return any(name.startswith(word) for name in b.model_fields_set)


def _levels(routes: Iterable[p.Route]) -> Iterator[int]:
    """The contributions that a subsidy may be taken off from."""
    for route in routes:
        if route.subsidy != "none" and route.personal_fen and not route.unpriced:
            yield route.personal_fen


def _event_of(when: Test) -> c.Event | None:
    """The event that a way in rests on, for the explanation; None where there is none or it could be one of several."""
    if when.circumstance and len(when.circumstance.any_of) == 1:
        return c.CircumstanceDay(when.circumstance.any_of[0])
    if when.employee_insurance:
        return c.EmploymentEnd()
    return c.Birth() if when.born else None
