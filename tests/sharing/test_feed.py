"""The feed of changes: complete, in order, nothing twice, whoever writes in the meantime."""

import base64
import json
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from app.enrollment.feed import Place, UnreadableCursor, place_of
from app.storage.books import Books, Collided
from app.workflows.cancel_enrollment import cancel_enrollment
from app.workflows.office import Office, Refused
from app.workflows.read_changes import LATEST, View, read_changes
from app.workflows.reprice_enrollment import current_enrollment
from tests.state.in_the_office import booked, opened
from tests.state.made_up import id_number, payment, reversal

ALL = View(("",))
Changes = list[dict[str, Any]]


def pages(office: Office, view: View = ALL, cursor: str | None = None, limit: int = 7) -> Iterator[dict[str, Any]]:
    """Every page until there is no more."""
    more = True
    while more:
        page = read_changes(office, view, cursor, limit)
        yield page
        cursor, more = page["next_cursor"], page["has_more"]


def everything(office: Office, view: View = ALL, limit: int = 7) -> Changes:
    return [change for page in pages(office, view, limit=limit) for change in page["changes"]]


def told(office: Office, enrollment: dict[str, Any]) -> list[tuple[Any, ...]]:
    mine = [c for c in everything(office) if c["enrollment_id"] == enrollment["id"]]
    return [(c["type"], c["state"], c["payable_fen"], c["amount_fen"]) for c in mine]


def test_a_life_is_told_as_it_was_at_each_step(own_office: Office) -> None:
    made = opened(own_office)
    first, second = payment(made["order_no"]), payment(made["order_no"])
    booked(own_office, first)
    booked(own_office, second)
    booked(own_office, reversal(first))
    assert told(own_office, made) == [
        ("registered", "awaiting_payment", 38000, None),
        ("covered", "covered", 38000, 38000),
        ("reversed", "reversed", None, 38000),
        ("covered", "covered", 38000, 38000),  # the second payment takes its place
    ]


def test_a_new_price_leaves_the_state_that_was_and_none_is_null(own_office: Office) -> None:
    waiting, undone = opened(own_office), opened(own_office)
    paid = payment(undone["order_no"])
    booked(own_office, paid)
    booked(own_office, reversal(paid))
    for made in (waiting, undone):
        current_enrollment(replace(own_office, today=partial(date, 2024, 1, 3)), made["id"])
    assert told(own_office, waiting)[-1] == ("repriced", "awaiting_payment", None, None)
    assert told(own_office, undone)[-1] == ("repriced", "reversed", None, None)
    cancel_enrollment(own_office, waiting["id"], "test")
    assert told(own_office, waiting)[-1] == ("cancelled", "cancelled", None, None)


def test_who_pays_nothing_is_covered_from_the_start(own_office: Office) -> None:
    made = opened(own_office, person={"identities": [{"code": "orphan"}]})
    assert told(own_office, made) == [("registered", "covered", 0, None)]


def test_nothing_personal_is_told(own_office: Office) -> None:
    number = id_number()
    opened(own_office, applicant={"name": "欧阳试验", "id_type": "resident_id", "id_number": number})
    said = json.dumps(everything(own_office), ensure_ascii=False)
    assert number not in said
    assert "欧阳" not in said
    assert number[6:14] not in said


def test_records_that_are_no_changes_are_passed_over_and_not_read_again(own_office: Office) -> None:
    made = opened(own_office)
    for _ in range(12):
        booked(own_office, payment(made["order_no"], 7))  # into suspense
    booked(own_office, payment(made["order_no"]))
    assert [c["type"] for c in everything(own_office, limit=1)] == ["registered", "covered"]
    cursor = list(pages(own_office))[-1]["next_cursor"]
    assert read_changes(own_office, ALL, cursor, 10) == {"changes": [], "next_cursor": cursor, "has_more": False}


def test_regions_take_turns_and_the_same_cursor_gives_the_same_page(own_office: Office) -> None:
    for region in ("430424", "620724", "141102"):
        year = 2023 if region == "141102" else 2024
        for _ in range(4):
            opened(replace(own_office, today=partial(date, year - 1, 11, 2)), region=region, coverage_year=year)
    found = everything(own_office, limit=2)
    assert Counter(c["region"] for c in found) == {"430424": 4, "620724": 4, "141102": 4}
    assert {c["region"] for c in found[:4]} == {"430424", "620724", "141102"}
    again = read_changes(own_office, ALL, None, 2)
    assert again == read_changes(own_office, ALL, None, 2)
    assert [c["id"] for c in everything(own_office, limit=500)] != []


def test_a_client_is_told_of_its_own_places_only(own_office: Office) -> None:
    here = opened(own_office, village="430424106201")
    opened(own_office, village="430424200000")
    opened(own_office, region="620724", village=None)
    township = View(("430424106",))
    assert [c["enrollment_id"] for c in everything(own_office, township)] == [here["id"]]
    assert {c["region"] for c in everything(own_office, View(("430424",)))} == {"430424"}
    assert {c["region"] for c in everything(own_office, View(("",), "620724"))} == {"620724"}
    assert everything(own_office, View(("11",))) == []


def test_latest_begins_with_what_comes(own_office: Office) -> None:
    opened(own_office)
    start = read_changes(own_office, ALL, LATEST, 10)
    assert start["changes"] == []
    made = opened(own_office)
    found = [c for page in pages(own_office, cursor=start["next_cursor"]) for c in page["changes"]]
    assert [c["enrollment_id"] for c in found] == [made["id"]]


def packed(said: str) -> str:
    return base64.urlsafe_b64encode(zlib.compress(said.encode())).decode().rstrip("=")


NESTED = packed("[" * 100_000)
FORGED = [
    packed('[1,"",{"430424":-1}]'),
    packed('[1,"",{"430424":1e3}]'),
    packed('[2,"",{}]'),
    packed('{"a":1}'),
    NESTED,
]


@pytest.mark.parametrize("cursor", ["x", "AAAA", "é", Place({"430424": 1}).cursor()[:-3], "W10=", *FORGED])
def test_a_cursor_that_was_not_made_here_is_refused(own_office: Office, cursor: str) -> None:
    with pytest.raises(Refused) as why:
        read_changes(own_office, ALL, cursor, 10)
    assert why.value.code == "invalid_request"


def test_a_cursor_keeps_its_place() -> None:
    place = Place({"430424": 12, "620724": 1}, "430424")
    assert place_of(place.cursor()) == place
    with pytest.raises(UnreadableCursor):
        place_of("")


def test_a_database_that_went_back_in_time_says_so(own_office: Office) -> None:
    opened(own_office)
    with pytest.raises(Refused) as why:
        read_changes(own_office, ALL, Place({"430424": 99}).cursor(), 10)
    assert why.value.code == "cursor_ahead"


def test_a_database_that_went_back_to_before_a_region_s_first_change_says_so(own_office: Office) -> None:
    opened(own_office)
    cursor = Place({"620724": 2}).cursor()
    with pytest.raises(Refused) as why:
        read_changes(own_office, ALL, cursor, 10)
    assert why.value.code == "cursor_ahead"
    assert read_changes(own_office, View(("430424",)), cursor, 10)["changes"] != []  # who may not see it is not told


class Reader(threading.Thread):
    """Reads on and on, with a cursor of its own, until told to stop and everything is read."""

    def __init__(self, office: Office) -> None:
        super().__init__(daemon=True)
        self.office, self.found, self.stop = office, Changes(), threading.Event()

    def run(self) -> None:
        cursor: str | None = None
        while True:
            last = self.stop.is_set()
            for page in pages(self.office, cursor=cursor, limit=5):
                self.found += page["changes"]
                cursor = page["next_cursor"]
            if last:
                return


def _life(office: Office, region: str) -> None:
    made = opened(office, region=region, village=None)
    paid = payment(made["order_no"], made["receivable"]["payable_fen"])
    _surely(partial(booked, office, paid))
    _surely(partial(booked, office, reversal(paid)))
    cancel_enrollment(office, made["id"], "test")


def _surely(deed: Callable[[], Any]) -> None:
    try:
        deed()
    except Collided:
        deed()


def test_readers_miss_nothing_and_get_nothing_twice_while_many_write(own_office: Office) -> None:
    readers = [Reader(own_office) for _ in range(3)]
    for reader in readers:
        reader.start()
    with ThreadPoolExecutor(6) as writers:
        list(writers.map(partial(_life, own_office), ["430424", "620724"] * 20))
    for reader in readers:
        reader.stop.set()
        reader.join(60)
    with own_office.database.reading() as connection:
        deeds = "('registered', 'repriced', 'covered', 'reversed', 'cancelled')"
        asked = text(f"SELECT region, number FROM audit WHERE deed IN {deeds} ORDER BY region, number")
        wanted = [f"{region}-{number}" for region, number in connection.execute(asked)]
    assert len(wanted) == 160
    for reader in readers:
        ids = [change["id"] for change in reader.found]
        assert Counter(ids) == Counter(wanted)
        for region in ("430424", "620724"):
            assert [i for i in ids if i.startswith(region)] == [i for i in wanted if i.startswith(region)]
        of_one = [c["type"] for c in reader.found if c["enrollment_id"] == reader.found[0]["enrollment_id"]]
        assert of_one == ["registered", "covered", "reversed", "cancelled"]


def test_a_writer_that_has_its_number_but_has_not_committed_holds_back_the_next(own_office: Office) -> None:
    """The proof in small: a later number is never seen before an earlier one."""
    opened(own_office)
    start = read_changes(own_office, ALL, LATEST, 10)["next_cursor"]
    numbered, commit = threading.Event(), threading.Event()

    def slow() -> None:
        with own_office.database.transaction() as connection:
            books = Books(connection, own_office.vault, own_office.now())
            books.audit("430424", "test", "resealed")
            books.write()
            numbered.set()
            commit.wait(30)

    first = threading.Thread(target=slow, daemon=True)
    first.start()
    assert numbered.wait(30)
    second = threading.Thread(target=opened, args=(own_office,), daemon=True)
    second.start()
    second.join(0.5)
    assert second.is_alive()
    assert read_changes(own_office, ALL, start, 10)["changes"] == []
    commit.set()
    second.join(30)
    first.join(30)
    assert [c["type"] for c in read_changes(own_office, ALL, start, 10)["changes"]] == ["registered"]
