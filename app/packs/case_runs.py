"""Whether a case holds under a pack."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from app.packs.cases import REMEDY, Case, CaseForm, VillageCaseForm
from app.rules.collection import Village
from app.rules.compiling import Compiled
from app.rules.person import Identity, Person, contradictions
from app.rules.quoting import quote
from app.rules.remedies import due, funds_of
from app.rules.wording import clause


def run_case(compiled: Compiled, case: Case) -> list[str]:
    """What comes out differently, one sentence a field; empty where the case holds."""
    form = case.form
    return list(_of_village(compiled, form) if isinstance(form, VillageCaseForm) else _of_person(compiled, form))


def _of_person(compiled: Compiled, case: CaseForm) -> Iterator[str]:
    person = case.person.person()
    for some in (person, _afterwards(case, person)):
        if clashes := contradictions(some, compiled.policy.coverage_year, compiled.known):
            yield f"the facts contradict each other: {clashes}"
            return
    answer = quote(compiled, person, case.pay_date).answer()
    said = {key: _comparable("notes" if key == "without_notes" else key, answer) for key in case.expect.keys() - REMEDY}
    said |= _remedy(compiled, case, person, answer) if case.then else {}
    yield from _differences(case.expect, said)


def _afterwards(case: CaseForm, person: Person) -> Person:
    """The person with the identities of afterwards, as if they had been recognized by the day of payment."""
    if case.then is None:
        return person
    held = tuple(Identity(i.code, i.class_, min(i.since or case.pay_date, case.pay_date)) for i in case.then.identities)
    return replace(person, identities=held)


def _remedy(compiled: Compiled, case: CaseForm, person: Person, paid: dict[str, Any]) -> dict[str, Any]:
    """What follows from the change of `then`: null everywhere where it makes no difference."""
    assert case.then is not None
    now = quote(compiled, _afterwards(case, person), case.pay_date).answer()
    owed = due(compiled.policy, funds_of(paid), funds_of(now), case.then.on, case.pay_date)
    if owed is None:
        return dict.fromkeys(REMEDY)
    funds = {fund: str(fen) for fund, fen in owed.shares.items()}
    return {"remedy": owed.kind, "remedy_funds": funds, "remedy_to": owed.to, "remedy_month": owed.month}


def _of_village(compiled: Compiled, case: VillageCaseForm) -> Iterator[str]:
    collection, done = compiled.policy.collection, case.village
    if collection is None:
        yield "the pack has no collection"
        return
    village = _village(case, [docked.identities for docked in collection.docked if docked.identities])
    step = collection.best_step(village)
    fen = {"fee_fen": collection.fee_fen, "reward_fen": step.fen if step else 0}
    said: dict[str, Any] = {key: rate * village.covered for key, rate in fen.items()}
    said["docked"] = [clause(docked.cite) for docked in collection.docked_for(village)]
    yield from _differences(case.expect.model_dump(exclude_unset=True), said)
    for code in done.listed.keys() - {code for docked in collection.docked for code in docked.identities}:
        yield f"listed: no clause of the pack's collection names {code}"


def _village(case: VillageCaseForm, wanted: list[tuple[str, ...]]) -> Village:
    done = case.village
    covered = sum(done.paid.values()) if done.covered is None else done.covered
    listed = {}
    for codes in wanted:
        some = [done.listed[code] for code in codes if code in done.listed]
        listed[codes] = sum(one.registered for one in some), sum(one.covered for one in some)
    return Village(done.task, covered, {day.toordinal(): n for day, n in done.paid.items()}, listed)


def _differences(expect: dict[str, Any], said: dict[str, Any]) -> Iterator[str]:
    for key, wanted in expect.items():
        got = said[key]
        if key == "notes":
            if not set(wanted) <= set(got):
                yield f"notes: wanted {wanted}, got {got}"
        elif key == "without_notes":
            if set(wanted) & set(got):
                yield f"notes: wanted none of {wanted}, got {got}"
        elif key == "missing":
            if sorted(wanted) != sorted(got):
                yield f"{key}: wanted {wanted}, got {got}"
        elif wanted != got:
            yield f"{key}: wanted {wanted}, got {got}"


def _comparable(key: str, answer: dict[str, Any]) -> Any:
    """A field of the answer as the cases write it: strings, sums by fund or code."""
    value = answer[key]
    if key in ("subsidies", "incentives", "refunds", "add_ons"):
        sums: dict[str, int] = {}
        for item in value:
            name = item["fund" if key in ("subsidies", "refunds") else "code"]
            sums[name] = sums.get(name, 0) + item["amount_fen"]
        return {name: str(fen) for name, fen in sums.items()}
    if key == "order_years":
        return {str(item["coverage_year"] or item["kind"]): str(item["amount_fen"]) for item in value}
    if key == "notes":
        return [note["code"] for note in value]
    return str(value) if isinstance(value, int) else value
