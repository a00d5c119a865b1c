"""Turns a pack as written (form.py) into the policy that the engine compiles; checks what only the whole can tell."""

from typing import Any

from app.packs import form
from app.packs.form_tests import Test
from app.packs.lower_tests import Path, TestLowering
from app.packs.mistakes import Mistake
from app.rules import conditions as c
from app.rules import policy as p
from app.rules.days import year_bounds
from app.rules.money import percent_of, yuan

_EVENTS: dict[str, c.Event] = {"birth": c.Birth(), "employment_end": c.EmploymentEnd()}


def lower(pack: form.PackForm, digest: str) -> p.Policy:
    """The policy; raises Mistake at the place that is wrong."""
    return _Lowering(pack, digest).policy()


class _Lowering:
    def __init__(self, pack: form.PackForm, digest: str) -> None:
        self.pack, self.digest = pack, digest
        self.first, self.last = pack.coverage.starts.toordinal(), pack.coverage.ends.toordinal()
        self.personal = pack.standards.personal.yuan
        self.windows = {name: self.window(name, w) for name, w in pack.windows.items()}
        self.tests = TestLowering(pack.coverage_year, self.windows, pack.groups)

    def policy(self) -> p.Policy:
        pack = self.pack
        self._check_names()
        subsidies = tuple(self.subsidy(s, ("subsidies", i)) for i, s in enumerate(pack.subsidies))
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
            routes=tuple(self.route(r, ("routes", i)) for i, r in enumerate(pack.routes)),
            subsidies=subsidies,
            one_subsidy_cite=self.cite(pack.one_subsidy, ("one_subsidy",)),
            incentives=tuple(self.incentive(x, ("incentives", i)) for i, x in enumerate(pack.incentives)),
            notes=tuple(self.note(n, ("notes", i)) for i, n in enumerate(pack.notes)),
        )

    def cite(self, cited: form.Cited, path: Path) -> p.Cite:
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
        stated = w.opens != "not_stated"
        # The convention: an opening that is not stated counts as 1 January of the year before the coverage year.
        opens = w.opens.toordinal() if w.opens != "not_stated" else year_bounds(self.pack.coverage_year - 1)[0]
        if w.closes.toordinal() < opens:
            raise Mistake(("windows", name, "closes"), f"the window {name!r} closes before it opens")
        return p.Window(name, opens, w.closes.toordinal(), stated, self.cite(w, ("windows", name)))

    def eligibility(self) -> p.Eligibility:
        e, path = self.pack.eligibility, ("eligibility",)
        child = e.not_yet_born.unless
        return p.Eligibility(
            self.cite(e.employee_insured, (*path, "employee_insured")),
            self.cite(e.insured_elsewhere, (*path, "insured_elsewhere")),
            self.cite(e.not_yet_born, (*path, "not_yet_born")),
            self.tests.test(child, (*path, "not_yet_born", "unless")) if child else None,
        )

    def route(self, r: form.RouteForm, path: Path) -> p.Route:
        personal, surcharge, cites = self.charge(r.charge, (*path, "charge"))
        return p.Route(
            id=r.route or r.id,
            entry=r.id,
            title=r.title,
            when=self.tests.test(r.when, (*path, "when")),
            personal_fen=personal,
            surcharge_fen=surcharge,
            charge_cites=cites,
            subsidy=r.subsidy.is_,
            start=self.start(r.benefits, (*path, "benefits")),
            waits=tuple(self.wait(w, r, (*path, "wait", i)) for i, w in enumerate(r.wait)),
            cite=self.cite(r, path),
            in_window=r.when.paid.in_ if r.when.paid else None,
            event=_event_of(r.when),
            subsidy_cite=self.cite(r.subsidy, (*path, "subsidy")),
        )

    def charge(self, charge: form.ChargeForm, path: Path) -> tuple[int, int, tuple[p.Cite, ...]]:
        """Personal part, surcharge, and the clauses of both."""
        standards = self.pack.standards
        own = (self.cite(charge, path), self.cite(standards.personal, ("standards", "personal")))
        if charge.kind == "waived":
            return 0, 0, own[:1]
        if charge.kind == "personal":
            return self._totaled(charge, self.personal, 0, path), 0, own[::-1]
        if standards.fiscal is None:
            raise Mistake((*path, "kind"), "full_standard needs standards.fiscal, the fiscal subsidy's amount")
        fiscal = standards.fiscal.yuan
        self._totaled(charge, self.personal, fiscal, path)
        return self.personal, fiscal, (own[1], own[0], self.cite(standards.fiscal, ("standards", "fiscal")))

    def _totaled(self, charge: form.ChargeForm, personal: int, surcharge: int, path: Path) -> int:
        if charge.total not in (None, personal + surcharge):
            told, counted = yuan(charge.total or 0), yuan(personal + surcharge)
            raise Mistake((*path, "total_yuan"), f"the total is said to be {told}, the standards add up to {counted}")
        return personal

    def start(self, b: form.BenefitsForm, path: Path) -> p.Start:
        cite = self.cite(b, path)
        if b.day is not None:
            return p.Start("day", cite, day=b.day.toordinal())
        if b.circumstance is not None:
            return p.Start("event", cite, event=c.CircumstanceDay(b.circumstance))
        for test, key in ((b.recognition, "recognition"), (b.month_after_recognition, "month_after_recognition")):
            if test is not None:
                found = p.Recognition(*self.tests.recognition(test, (*path, key)))
                return p.Start("recognition", cite, recognition=found, next_month=key != "recognition")
        name = b.from_ or b.month_after or "not_stated"
        if name in _EVENTS:
            return p.Start("event", cite, event=_EVENTS[name], next_month=b.month_after is not None)
        if name == "payment":
            return p.Start("payment", cite, next_month=b.month_after is not None)
        return p.Start("coverage_year" if name == "coverage_year" else "not_stated", cite)

    def wait(self, w: form.WaitForm, r: form.RouteForm, path: Path) -> p.Wait:
        if r.benefits.from_ != "coverage_year":
            raise Mistake(path, "a way in with its own benefit start has no waiting period")
        if w.days == 0:
            raise Mistake((*path, "days"), "a wait of 0 days is no wait; leave it out")
        when = self.tests.test(w.when, (*path, "when")) if w.when else c.ALWAYS
        return p.Wait(w.days, when, self.cite(w, path))

    def subsidy(self, s: form.SubsidyForm, path: Path) -> p.Subsidy:
        fen = self._subsidy_amount(s, path)
        if fen > self.personal:
            raise Mistake(
                path, f"the subsidy {s.id!r} takes off {yuan(fen)}, more than the {yuan(self.personal)} charged"
            )
        return p.Subsidy(
            id=s.id,
            selectors=tuple(
                p.Selector(x.code, self.tests.selector(x, s.recognized, (*path, "identities", i)))
                for i, x in enumerate(s.identities)
            ),
            when=self.tests.test(s.when, (*path, "when")) if s.when else c.ALWAYS,
            fen=fen,
            shares=tuple((x.fund, x.yuan) for x in s.shares) if s.shares else ((s.fund or "", fen),),
            cite=self.cite(s, path),
        )

    def _subsidy_amount(self, s: form.SubsidyForm, path: Path) -> int:
        if bool(s.shares) == bool(s.fund):
            raise Mistake(path, "a subsidy names either its fund or the shares of several funds")
        ways: list[int] = [self.personal] if s.all_ else []
        ways += [s.yuan] if s.yuan is not None else []
        ways += [percent_of(self.personal, s.percent)] if s.percent is not None else []
        ways += [sum(x.yuan for x in s.shares)] if s.shares else []
        if not ways or ways[0] == 0:
            raise Mistake(path, "a subsidy needs an amount: all, yuan, percent or shares")
        if len(set(ways)) > 1:
            raise Mistake(path, f"the amounts given do not agree: {', '.join(yuan(w) for w in ways)}")
        return ways[0]

    def incentive(self, x: form.IncentiveForm, path: Path) -> p.Incentive:
        return p.Incentive(x.code, x.title, x.yuan, self.tests.test(x.when, (*path, "when")), self.cite(x, path))

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
        lists: list[tuple[str, list[Any]]] = [("routes", self.pack.routes), ("subsidies", self.pack.subsidies)]
        for key, forms in lists:
            seen: set[str] = set()
            for i, named in enumerate(forms):
                if named.id in seen:
                    raise Mistake((key, i, "id"), f"the id {named.id!r} is used twice")
                seen.add(named.id)


def _event_of(when: Test) -> c.Event | None:
    """The event that a way in rests on, for the explanation; None where there is none or it could be one of several."""
    if when.circumstance and len(when.circumstance.any_of) == 1:
        return c.CircumstanceDay(when.circumstance.any_of[0])
    if when.employee_insurance:
        return c.EmploymentEnd()
    return c.Birth() if when.born else None
