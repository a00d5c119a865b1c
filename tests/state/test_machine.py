"""Enrollments and callbacks in any order, against the model, on both databases, compared after each step."""

import json
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.enrollment.id_numbers import check_digit
from tests.postgres import new_database
from tests.state.deeds import DEEDS, NO_ORDER, Again, Cancel, Deed, Early, Odd, Pay, Read, Reverse, Settle, Wait
from tests.state.made_up import registration
from tests.state.model import Account, Enrolled, Event, Model
from tests.state.price_table import DAYS, KINDS, MOMENTS
from tests.state.world import Answer, World, new_world

THOROUGH = int(os.environ.get("THOROUGH", "1"))  # `THOROUGH=20 make test` looks longer
MOST = 4  # registrations in one example: the fewer, the more happens to each
PEOPLE = ("甲", "乙", "丙")
STARTS = [(day, name) for name, kind in KINDS.items() for day in DAYS if kind.on(day)]


@dataclass(eq=False)
class Asked:
    """A registration as it was asked and answered; `one` is None where it was refused."""

    key: str
    body: dict[str, Any]
    answer: Answer
    one: Enrolled | None = None


class Machine(RuleBasedStateMachine):
    """Each rule asks the service and the model the same, and compares all that can be seen after each deed."""

    world: World
    asked: Bundle[Asked] = Bundle("asked")
    enrolled: st.SearchStrategy[Any] = asked.map(lambda asked: asked.one).filter(lambda one: one is not None)

    def __init__(self) -> None:
        super().__init__()
        self.world.empty()
        self.model = Model(DAYS[0])
        self._set_clock(DAYS[0])
        self.made = self.registrations = 0
        self.events: dict[tuple[Enrolled, str], list[Event]] = defaultdict(list)  # the latest in front

    @initialize(target=asked, start=st.sampled_from(STARTS))
    def begin(self, start: tuple[date, str]) -> Asked:
        self._set_clock(start[0])
        return self._register(start[1], PEOPLE[0])

    @precondition(lambda self: self.registrations < MOST)
    @rule(kind=st.sampled_from(sorted(KINDS)), person=st.sampled_from(PEOPLE), target=asked)
    def register(self, kind: str, person: str) -> Asked:
        return self._register(kind, person)

    @rule(first=asked, change=st.sampled_from([{}, {}, {"channel": "other"}]))
    def ask_again(self, first: Asked, change: dict[str, Any]) -> None:
        again = self.world.post("/v1/enrollments", first.body | change, idempotency_key=first.key)
        if change:
            assert again.outcome == (422, "idempotency_key_reused")
        else:
            assert again == first.answer
        self._compare()

    @rule(one=enrolled, deeds=st.lists(DEEDS, min_size=1, max_size=8))
    def happens_to_one(self, one: Enrolled, deeds: list[Deed]) -> None:
        for deed in deeds:
            self._do(one, deed)

    @rule(ones=st.lists(st.tuples(enrolled, DEEDS), min_size=1, max_size=8))
    def happens_to_several(self, ones: list[tuple[Enrolled, Deed]]) -> None:
        for one, deed in ones:
            self._do(one, deed)

    def _register(self, name: str, person: str) -> Asked:
        kind, refusal = KINDS[name], self.model.refusal(KINDS[name], person)
        applicant = {"name": person, "id_type": "resident_id", "id_number": id_of(person)}
        body = registration(region=kind.region, coverage_year=kind.year, person=kind.facts, applicant=applicant)
        key = self._name("key")
        self.registrations += 1
        answer = self.world.post("/v1/enrollments", body, idempotency_key=key)
        if refusal:
            assert answer.outcome == (409 if refusal == "already_enrolled" else 422, refusal)
            return Asked(key, body, answer)
        assert answer.status == 201, answer.body
        one = self.model.register(kind, person, answer.said["id"], answer.said["order_no"])
        assert answer.location == f"/v1/enrollments/{one.id}"
        assert (one.order_no is None) == (one.state == "covered")
        assert seen(answer.said) == expected(one)
        self._compare()
        return Asked(key, body, answer, one)

    def _name(self, what: str) -> str:
        self.made += 1
        return f"{what}-{self.made}"

    # --- deeds

    def _do(self, one: Enrolled, deed: Deed) -> None:
        match deed:
            case Read():
                self._read(one)
            case Cancel():
                self._cancel(one)
            case Settle():
                self._settle(deed)
            case Wait():
                self._set_clock(DAYS[min(DAYS.index(self.model.today) + deed.days, len(DAYS) - 1)])
                if deed.read:
                    self._read(one)
            case Early():
                payment = self._new(one, "payments", self._payment(one, deed.when, "due"))
                self._deliver(self._new(one, "reversals", self._reversal(payment), deed.odd))
                self._deliver(payment)
            case _:
                self._callback(one, deed)
        self._compare()

    def _set_clock(self, day: date) -> None:
        self.model.today = self.world.settings.today = day

    def _read(self, one: Enrolled) -> None:
        before, another = one.price, self.model.read(one)
        found = self.world.get(f"/v1/enrollments/{one.id}")
        assert seen(found) == expected(one)
        assert "repriced" in found or not another
        if before and "repriced" in found:
            assert found["repriced"] == {"from_fen": before.payable, "on": self.model.today.isoformat()}
        for year in MOMENTS:
            wanted = {"id_type": "resident_id", "id_number": id_of(one.person), "coverage_year": year}
            found, live = self.world.post("/v1/coverage/lookup", wanted).said, self.model.live(one.person, year)
            assert found["covered"] == (live is not None and live.state == "covered")
            assert (found["enrollment"] or {}).get("id") == (live.id if live else None)

    def _cancel(self, one: Enrolled) -> None:
        answer = self.world.post(f"/v1/enrollments/{one.id}/cancel")
        if self.model.cancel(one):
            assert (answer.status, seen(answer.said)) == (200, expected(one))
        else:
            assert answer.outcome == (409, "not_cancellable")

    def _settle(self, deed: Settle) -> None:
        items = list(reversed(self.model.items.values()))
        if not items:
            return
        item = items[deed.before % len(items)]
        listed = self.world.get(f"/v1/suspense?limit=500&state={'settled' if item.settled else 'open'}")["suspense"]
        (id,) = [i["id"] for i in listed if i["event_id"] == item.event["event_id"]]
        answer = self.world.post(f"/v1/suspense/{id}/settle", {"reason": "已核实"})
        if self.model.settle(item):
            assert (answer.status, answer.said["settlement"]) == (200, item.settled)
        else:
            assert answer.outcome == (409, "already_settled")

    # --- callbacks

    def _callback(self, one: Enrolled, deed: Pay | Reverse | Again) -> None:
        if isinstance(deed, Again):
            self._deliver(self._known(one, deed) | dict(deed.odd), spaced=deed.spaced)
        elif isinstance(deed, Reverse):
            self._deliver(self._new(one, "reversals", self._reversal(self._known(one, deed)), deed.odd))
        else:
            payment = self._new(one, "payments", self._payment(one, deed.when, deed.amount), deed.odd)
            if not deed.held_up:
                self._deliver(payment)

    def _known(self, one: Enrolled, deed: Reverse | Again) -> Event:
        """Of the order's events the one that is meant; where there is none a payment comes first."""
        known = self.events[one, deed.of] or self.events[one, "payments"]
        if not known:
            self._deliver(self._new(one, "payments", self._payment(one, "in the window", "due")))
            known = self.events[one, "payments"]
        return known[deed.before % len(known)]

    def _new(self, one: Enrolled, of: str, event: Event, odd: Odd = ()) -> Event:
        self.events[one, of].insert(0, event | dict(odd))
        return self.events[one, of][0]

    def _payment(self, one: Enrolled, when: str, amount: str) -> Event:
        paid_at, day = MOMENTS[one.kind.year][when]
        price = one.price if amount == "recorded" else one.kind.on(day)
        fen = ((price.payable if price else 0) or 38000) + (amount == "a fen more")
        event = {"event_id": self._name("event"), "type": "payment.succeeded", "order_no": one.order_no or NO_ORDER}
        return event | {"amount_fen": fen, "paid_at": paid_at, "voucher_no": "1", "channel": "test"}

    def _reversal(self, of: Event) -> Event:
        undo = {"event_id": self._name("event"), "type": "payment.reversed", "reverses_event_id": of["event_id"]}
        return undo | {key: of[key] for key in ("order_no", "amount_fen", "paid_at")}

    def _deliver(self, event: Event, *, spaced: bool = False) -> None:
        raw = json.dumps(event, indent=2, sort_keys=True) if spaced else json.dumps(event)
        status = self.model.deliver(event)
        answer = self.world.call_back(raw.encode(), f"message-of-{event['event_id']}")
        assert answer.outcome == (status, "SUCCESS" if status == 200 else "event_conflict")

    # --- what holds after each deed

    def _compare(self) -> None:
        self._compare_enrollments()
        self._compare_suspense()
        self._compare_books()

    def _compare_enrollments(self) -> None:
        ours, found = self.model.enrolled.values(), self.world.get("/v1/enrollments?limit=500")["enrollments"]
        assert sorted(map(seen, found)) == sorted(map(expected, ours))
        for one in ours:
            covers = [one.cover is not None, one.state == "covered" and one.price is not None and not one.price.payable]
            assert sum(covers) == (one.state == "covered")  # by one payment, or because nothing is to be paid

    def _compare_suspense(self) -> None:
        keys = ("event_id", "order_no", "type", "amount_fen")
        wanted = [(i.reason, *(i.event[key] for key in keys)) for i in self.model.open_items()]
        found = [(i["reason"], *(i[key] for key in keys)) for i in self.world.get("/v1/suspense?limit=500")["suspense"]]
        assert sorted(found) == sorted(wanted)

    def _compare_books(self) -> None:
        found, wanted = self.world.get("/v1/ledger/balances")["balances"], self.model.books()
        assert {account_of(b): b["balance_fen"] for b in found if b["balance_fen"]} == wanted
        assert sum(wanted.values()) == 0
        assert self.world.unbalanced() == []


def account_of(balance: dict[str, Any]) -> Account:
    """The region under which money of no known order is kept is the service's own affair."""
    year = balance["coverage_year"]
    return balance["region"] if year else None, year, balance["account"]


def id_of(person: str) -> str:
    """Division code 999000 is nobody's."""
    start = f"99900019850615{PEOPLE.index(person):03d}"
    return start + check_digit(start)


def seen(found: dict[str, Any]) -> tuple[Any, ...]:
    """Of an enrollment as it is shown, what the model knows."""
    due = found["receivable"] and (found["receivable"]["payable_fen"], found["receivable"]["due_through"])
    return *(found[name] for name in ("id", "order_no", "state", "region", "coverage_year")), due


def expected(one: Enrolled) -> tuple[Any, ...]:
    due = one.price and (one.price.payable, one.price.last.isoformat())
    return one.id, one.order_no, one.state, one.kind.region, one.kind.year, due


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('machine')}/canbao.db"
    else:
        url = new_database(request.getfixturevalue("postgres"))
    with new_world(url) as found:
        yield found


def test_enrollments_and_money_are_at_every_step_what_the_model_says(world: World) -> None:
    class Placed(Machine):
        pass

    Placed.world = world
    long = settings(max_examples=50 * THOROUGH, stateful_step_count=6, deadline=None)
    run_state_machine_as_test(Placed, settings=long)
