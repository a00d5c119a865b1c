"""Imports: the same file again, dry runs, the work list, what is broken off, several at once. On both databases."""

import os
import threading
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from app.settings import Settings
from app.storage.personal import Vault
from app.workflows.import_roster import AT_A_TIME, Arrival, dry_run, import_roster
from app.workflows.office import Office, Refused
from app.workflows.rotate_data_keys import rotate_data_keys
from app.workflows.settle_conflict import list_conflicts
from app.workflows.show_roster import Shown, list_imports
from app.workflows.verify_audit import verify_audit
from tests.rosters.in_the_office import (
    GAOTAI,
    arrival,
    listed,
    now,
    on,
    paid,
    proposed,
    registered,
    stretches,
    tried,
)  # fmt: skip
from tests.rosters.made_up_lists import csv_of, row
from tests.state.made_up import id_number

LOW = "subsistence_allowance"
POOREST = ("extreme_poverty", None, "civil_affairs", "2023-05-01", None)


@pytest.fixture
def office(own_office: Office) -> Office:
    return on(own_office, "2023-11-02")


def everything(office: Office) -> dict[str, Any]:
    """All rows of all tables that a list can change."""
    tables = ("roster_imports", "roster_listings", "roster_conflicts", "proposals", "enrollments", "outbox", "audit")
    with office.database.reading() as connection:
        return {
            name: sorted(tuple(map(str, r)) for r in connection.execute(text(f"SELECT * FROM {name}")))
            for name in tables
        }


def test_a_timeline_is_kept_with_dates_and_sources(office: Office) -> None:
    number = id_number()
    listed(office, row(number, "新增", "农村低保一类", "2022-03-01"))
    listed(office, row(number, "新增", "农村低保二类", "2023-03-01"))
    listed(office, row(number, "新增", "二级残疾", "2023-05-01"), source="disabled_federation")
    listed(office, row(number, "退出", "农村低保", "2023-10-01"))
    assert stretches(office, number) == [
        (LOW, "rural_1", "civil_affairs", "2022-03-01", "2023-03-01"),
        (LOW, "rural_2", "civil_affairs", "2023-03-01", "2023-10-01"),
        ("disability_2", None, "disabled_federation", "2023-05-01", None),
    ]


def test_a_move_between_categories_in_one_file_is_no_conflict_whatever_the_order_of_its_lines(office: Office) -> None:
    number = id_number()
    listed(office, row(number, day="2023-01-01"))
    result = listed(office, row(number, "新增", "特困", "2023-10-01"), row(number, "退出", "农村低保", "2023-10-01"))
    assert (result["added"], result["removed"], result["conflicts"]) == (1, 1, 0)


def test_the_same_file_again_has_no_effect(office: Office) -> None:
    raw = csv_of(row(id_number()), row("123"))
    first = import_roster(office, arrival(raw), lambda _: None)
    before = everything(office)
    again = import_roster(office, arrival(raw, by="clerk-2"), lambda _: None)
    assert (first["repeated"], again["repeated"], again["id"]) == (False, True, first["id"])
    assert (again["lines"], again["refused"], again["added"]) == (1, 1, 1)
    assert everything(office) == before


def test_the_same_lines_in_another_file_change_nothing_either(office: Office) -> None:
    number = id_number()
    listed(office, row(number))
    result = listed(office, row(number), row(number))
    assert (result["repeated"], result["added"], result["unchanged"], result["conflicts"]) == (False, 0, 2, 0)


def test_a_dry_run_writes_nothing(office: Office) -> None:
    number = id_number()
    made = registered(office, number)
    before = everything(office)
    result, lines = tried(office, row(number), row(number, "退出", day="2023-10-20"), row(id_number(), "退出"))
    assert everything(office) == before
    assert (result["id"], result["state"], result["dry_run"]) == (None, "dry_run", True)
    assert [(line["line"], line["result"]) for line in lines] == [
        (4, "removed_not_listed"), (2, "added"), (3, "removed"),
    ]  # fmt: skip
    assert now(office, made)["receivable"]["payable_fen"] == 38000
    assert all(number not in str(line) for line in lines)


def test_a_dry_run_knows_what_its_own_earlier_lines_would_do(office: Office) -> None:
    """Also far apart: the lines between them fill a run of their own."""
    number = id_number()
    between = [row(id_number(), day="2023-10-11") for _ in range(AT_A_TIME)]
    lines = [row(number, day="2023-10-10"), *between, row(number, "退出", day="2023-10-12")]
    expected = (AT_A_TIME + 1, 1, 0)
    result = tried(office, *lines)[0]
    assert (result["added"], result["removed"], result["conflicts"]) == expected
    result = listed(office, *lines)
    assert (result["added"], result["removed"], result["conflicts"]) == expected
    assert tried(office, *lines)[0]["repeated"] is True


class DiesError(Exception):
    """The process dies."""


def test_an_import_that_is_broken_off_goes_on_where_it_was(office: Office) -> None:
    numbers = [id_number() for _ in range(2 * AT_A_TIME + 50)]
    raw = csv_of(*[row(number) for number in numbers])
    shown: list[Shown] = []

    def die(line: Shown) -> None:
        shown.append(line)
        if len(shown) > AT_A_TIME:
            raise DiesError

    with pytest.raises(DiesError):
        import_roster(office, arrival(raw), die)
    (begun,) = list_imports(office, "430424", None, 10)["imports"]
    assert (begun["state"], begun["added"]) == ("running", 2 * AT_A_TIME)
    # Half a list decides nothing yet for those whose lines are to come.
    person = {"identities": [{"code": LOW}]}
    assert registered(office, id_number(), person=person)["receivable"]["payable_fen"] == 19000
    rest: list[Shown] = []
    done = import_roster(office, arrival(raw), rest.append)
    assert (done["id"], done["state"], done["added"], done["repeated"]) == (begun["id"], "done", len(numbers), False)
    assert len(rest) == 50
    assert [stretches(office, number) for number in (numbers[0], numbers[-1])] == [
        [(LOW, None, "civil_affairs", "2023-10-10", None)]
    ] * 2
    assert [chain.broken_at for chain in verify_audit(office)] == [None]


def test_of_several_that_take_the_same_file_at_once_each_line_is_taken_once(office: Office) -> None:
    raw = csv_of(*[row(id_number()) for _ in range(2 * AT_A_TIME)])
    outcomes: list[str] = []

    def one() -> None:
        try:
            outcomes.append(str(import_roster(office, arrival(raw), lambda _: None)["state"]))
        except Refused as refused:
            outcomes.append(refused.code)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(outcomes) <= {"done", "roster_import_in_progress"}
    assert "done" in outcomes
    with office.database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM roster_listings")).scalar() == 2 * AT_A_TIME
    (found,) = list_imports(office, "430424", None, 10)["imports"]
    assert (found["added"], found["conflicts"]) == (2 * AT_A_TIME, 0)


def test_who_registers_while_a_list_comes_in_is_priced_by_it_before_or_after(office: Office) -> None:
    """Whichever is first: nobody slips between the list and the registration."""
    listed(office, row(id_number()))
    numbers = [id_number() for _ in range(40)]
    made: dict[str, dict[str, Any]] = {}

    def register(some: list[str]) -> None:
        for number in some:
            made[number] = registered(office, number)

    threads = [threading.Thread(target=register, args=(numbers[i::3],)) for i in range(3)]
    threads += [threading.Thread(target=listed, args=(office, row(number))) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {now(office, made[number])["receivable"]["payable_fen"] for number in numbers} == {19000}


def test_personal_data_of_lists_is_sealed_and_sealed_anew_with_a_new_key(office: Office) -> None:
    number = id_number()
    listed(office, row(number), row(id_number(), "退出"))
    stored = everything(office)
    for secret in (number, "测试甲", "10000000000"):
        assert secret not in str(stored["roster_listings"])
        assert secret not in str(stored["roster_conflicts"])
    renewed = replace(office, vault=_renewed())
    assert sum(changed for _, changed in rotate_data_keys(renewed)) == 2
    only_new = replace(office, vault=_renewed(keep=False))
    assert list_conflicts(only_new, None, "open", None, None, 10)["conflicts"][0]["name"] == "测试甲"


_NEW = os.urandom(32)


def _renewed(*, keep: bool = True) -> Vault:
    keys, _, index = Settings().vault_keys()
    return Vault({"new": _NEW} | (keys if keep else {}), "new", index)


def test_an_import_is_on_record_with_the_hash_of_its_file(office: Office) -> None:
    listed(office, row(id_number()))
    with office.database.reading() as connection:
        rows = connection.execute(text("SELECT actor, deed, about FROM audit ORDER BY number")).all()
    assert [(r[0], r[1]) for r in rows] == [("clerk-1", "roster_begun"), ("clerk-1", "roster_imported")]
    assert "sha256" in rows[0][2]


def test_a_dry_run_can_look_while_others_write(office: Office) -> None:
    asked = Arrival("430424", "civil_affairs", "x", arrival(csv_of(row(id_number()))).content)
    with office.database.transaction() as connection:
        connection.execute(text("UPDATE clients SET name = name"))
        assert dry_run(office, asked, lambda _: None)["added"] == 1


def test_a_dry_run_says_what_the_import_then_does(own_office: Office) -> None:
    unpaid, settled = id_number(), id_number()
    office = on(own_office, "2023-11-20")
    open_one, covered = registered(office, unpaid, GAOTAI), paid(own_office, settled, GAOTAI, "2023-10-10")
    lines = [row(n, "新增", "农村低保一类", "2023-11-15") for n in (unpaid, settled, id_number())]
    result, shown = tried(office, *lines, region=GAOTAI[0])
    effects = [(e["effect"], e.get("payable_fen"), e.get("amount_fen")) for line in shown for e in line["effects"]]
    assert effects == [("repriced", 7000, None), ("proposed", None, 31000)]
    assert now(office, open_one)["receivable"]["payable_fen"] == 38000
    assert proposed(office, covered) == []
    done = listed(office, *lines, region=GAOTAI[0])
    counts = ("lines", "added", "removed", "unchanged", "conflicts", "repriced", "proposals")
    assert [result[name] for name in counts] == [done[name] for name in counts] == [3, 3, 0, 0, 0, 1, 1]
