"""Lists, registrations, payments, reversals and days in any order: what holds after each of them, on both databases."""

import os
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from app.storage import enrollment_register
from app.workflows.cancel_enrollment import cancel_enrollment
from app.workflows.listed_identities import lists_of, quote_by_lists
from app.workflows.office import Office
from app.workflows.verify_audit import verify_audit
from tests.rosters.in_the_office import (
    DISTRICT,
    GAOTAI,
    HENGDONG,
    LISHI,
    TOWN,
    Place,
    accounts,
    decided,
    listed,
    messages,
    now,
    on,
    proposed,
    registered,
    stretches,
    waiting,
)  # fmt: skip
from tests.rosters.made_up_lists import row
from tests.state.in_the_office import booked
from tests.state.made_up import id_number, payment, reversal

THOROUGH = int(os.environ.get("THOROUGH", "1"))
STEPS = 40
BEGINS = {HENGDONG: "2023-10-08", GAOTAI: "2023-10-08", LISHI: "2022-10-08", TOWN: "2019-10-08", DISTRICT: "2025-12-08"}
CATEGORIES = ("特困", "低保边缘", "四级残疾", "边缘易致贫", "脱贫户", "农村低保一类", "农村低保三类", "孤儿")
WORDS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"identities": [{"code": "orphan"}]},
    {"identities": [{"code": "at_risk_of_poverty"}]},
)
Event = dict[str, Any]


def lines_about(random: Random, number: str, today: date, most: int = 3) -> list[list[str]]:
    days = sorted(today + timedelta(random.randint(-20, 6)) for _ in range(random.randint(1, most)))
    kinds = (random.choice(("新增", "新增", "退出")) for _ in days)
    return [row(number, kind, random.choice(CATEGORIES), f"{day}") for kind, day in zip(kinds, days, strict=True)]


def granted(office: Office, made: dict[str, Any]) -> list[tuple[Any, ...]]:
    names = ("kind", "cause", "amount_fen", "pays_to", "due_month", "changed_on", "identity", "rule_clause")
    return [tuple(p[name] for name in names) for p in proposed(office, made)]


@dataclass
class Walk:
    """One region's season. `told` are the prices that the tax bureau was told, by order: since when and until when;
    `held_up` are payments that were made and whose callback has not come."""

    office: Office
    random: Random
    place: Place
    today: date
    made: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    held_up: list[Event] = field(default_factory=list)

    @property
    def there(self) -> Office:
        return on(self.office, str(self.today))

    def register(self) -> None:
        number = id_number()
        person = self.random.choice(WORDS) | {"insured_last_year": True}
        if self.has_way_in(person):
            self.made[number] = registered(self.there, number, self.place, person=person)

    def has_way_in(self, person: dict[str, Any]) -> bool:
        quote = self.there.quote_for(person | {"birth_date": "1985-06-15"}, *self.place, self.today)
        return quote["payable_fen"] is not None

    def import_lines(self) -> None:
        about = self.random.sample(sorted(self.made), min(len(self.made), 2)) or [id_number()]
        rows = [line for number in about for line in lines_about(self.random, number, self.today)]
        listed(self.there, *rows, region=self.place[0], source="medical_security")

    def pay(self) -> None:
        """At the price that was told last; the callback comes at once, or days later."""
        for number in self.random.sample(sorted(self.made), len(self.made)):
            shown = self.read(number)
            if shown["state"] in ("awaiting_payment", "reversed") and shown["receivable"]:
                due = messages(self.office, shown)[-1]["payable_fen"]
                assert due == shown["receivable"]["payable_fen"]
                event = payment(shown["order_no"], due, paid_at=f"{self.today}T10:00:00+08:00")
                if not any(other["order_no"] == event["order_no"] for other in self.held_up):
                    self.held_up.append(event)
                    return self.call_back() if self.random.random() < 0.5 else None
        return None

    def call_back(self) -> None:
        """Money at a told price covers, whatever has come between."""
        if self.held_up:
            event = self.held_up.pop(self.random.randrange(len(self.held_up)))
            assert booked(self.there, event) == ["covered"]
            self.events.append(event)

    def reverse(self) -> None:
        if self.events:
            undone = self.events.pop(self.random.randrange(len(self.events)))
            assert booked(self.there, reversal(undone, paid_at=f"{self.today}T11:00:00+08:00")) == ["reversed"]

    def decide(self) -> None:
        found = [p for number in sorted(self.made) for p in proposed(self.there, self.made[number])]
        if found:
            decided(self.there, self.random.choice(found), self.random.choice(("approved", "approved", "rejected")))

    def cancel(self) -> None:
        for number, made in sorted(self.made.items()):
            waits = any(event["order_no"] == made["order_no"] for event in self.held_up)
            if not waits and self.read(number)["state"] in ("awaiting_payment", "reversed"):
                cancel_enrollment(self.there, made["id"], "clerk-1")
                del self.made[number]
                return

    def wait(self) -> None:
        self.today += timedelta(self.random.choice((1, 3, 9)))
        for number in self.made:
            self.read(number)

    def read(self, number: str) -> dict[str, Any]:
        return now(self.there, self.made[number])

    # --- what holds

    def check(self) -> None:
        unsettled = {item["enrollment_id"] for item in waiting(self.office)}
        for number, made in self.made.items():
            shown = self.read(number)
            if shown["state"] in ("awaiting_payment", "reversed") and made["id"] not in unsettled:
                assert shown["receivable"] == self.fresh(made), number
            open_ = [p for p in proposed(self.office, made) if p["cause"] != "reversed"]
            assert len(open_) <= 1
        self.check_books()

    def fresh(self, made: dict[str, Any]) -> dict[str, Any] | None:
        """The price by the lists of today, asked for anew."""
        with self.office.database.reading() as connection:
            sealed, key = enrollment_register.personal_of(connection, made["id"])
            lists = lists_of(connection, self.place[0], key)
        personal = self.office.vault.open(sealed, made["id"])
        quoted = quote_by_lists(self.there, lists, personal, *self.place, self.today)
        if quoted["payable_fen"] is None:
            return None
        return {"payable_fen": quoted["payable_fen"], "due_through": quoted["valid_through"]}

    def check_books(self) -> None:
        """The subsidies are what covers now and what was approved; the money is what came and has not gone."""
        found = accounts(self.office, self.place[0])
        shares = [p["shares"] for made in self.made.values() for p in proposed(self.office, made, "approved")]
        assert found.get("collector", 0) == sum(event["amount_fen"] for event in self.events)
        assert sum(found.values()) == 0
        covered = [self.read(number) for number in self.made]
        by_quote = sum(shown["quote"]["subsidy_fen"] for shown in covered if shown["state"] == "covered")
        subsidies = sum(fen for account, fen in found.items() if account.startswith("subsidy:"))
        assert subsidies == by_quote + sum(share["amount_fen"] for some in shares for share in some)


DEEDS = ("register", "import_lines", "import_lines", "pay", "pay", "call_back", "reverse", "decide", "wait", "cancel")


@pytest.mark.parametrize("seed", range(THOROUGH))
@pytest.mark.parametrize("place", BEGINS, ids=lambda place: place[0])
def test_whatever_comes_prices_are_those_of_the_lists_and_nothing_is_booked_twice(
    own_office: Office, place: Place, seed: int
) -> None:
    walk = Walk(own_office, Random(seed), place, date.fromisoformat(BEGINS[place]) + timedelta(seed % 40))
    for _ in range(STEPS):
        getattr(walk, walk.random.choice(DEEDS))()
        walk.check()
    assert [chain.broken_at for chain in verify_audit(own_office)] in ([None], [])


@pytest.mark.parametrize("place", BEGINS, ids=lambda place: place[0])
def test_a_callback_before_the_list_or_after_it_comes_to_the_same(own_office: Office, place: Place) -> None:
    random, today = Random(place[0]), date.fromisoformat(BEGINS[place])
    for _ in range(6 * THOROUGH):
        early, late = id_number(), id_number()
        there, listed_on = on(own_office, str(today)), today + timedelta(random.randint(0, 30))
        made = [registered(there, number, place, person={"insured_last_year": True}) for number in (early, late)]
        events = [
            payment(m["order_no"], m["receivable"]["payable_fen"], paid_at=f"{today}T10:00:00+08:00") for m in made
        ]
        booked(there, events[0])
        lines = lines_about(random, early, listed_on)
        later = on(own_office, str(listed_on))
        for number in (early, late):
            rows = [[*line[:4], number, *line[5:]] for line in lines]
            listed(later, *rows, region=place[0], source="medical_security")
        if not any(item["enrollment_id"] for item in waiting(later)):
            assert booked(later, events[1]) == ["covered"]
            assert granted(later, made[0]) == granted(later, made[1]), lines


@pytest.mark.parametrize("place", BEGINS, ids=lambda place: place[0])
def test_lines_in_one_file_or_in_several_come_to_the_same(own_office: Office, place: Place) -> None:
    random, today = Random(place[0]), date.fromisoformat(BEGINS[place])
    for _ in range(6 * THOROUGH):
        together, apart = id_number(), id_number()
        there, later = on(own_office, str(today)), on(own_office, str(today + timedelta(20)))
        made = [registered(there, number, place, person={"insured_last_year": True}) for number in (together, apart)]
        for one in made:
            amount = one["receivable"]["payable_fen"]
            booked(there, payment(one["order_no"], amount, paid_at=f"{today}T10:00:00+08:00"))
        lines = lines_about(random, together, today + timedelta(20), 4)
        days = sorted({line[-1] for line in lines})
        listed(later, *lines, region=place[0], source="medical_security")
        for day in days:
            rows = [[*line[:4], apart, *line[5:]] for line in lines if line[-1] == day]
            listed(later, *rows, region=place[0], source="medical_security")
        assert stretches(later, together, place[0]) == stretches(later, apart, place[0])
        assert granted(later, made[0]) == granted(later, made[1]), lines
