"""Comparisons at the same moment, broken off, begun again: one of them counts, and it is whole."""

import io
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.pool import QueuePool

from app.storage.books import Books
from app.workflows.office import Office, Refused
from app.workflows.reconcile_day import Asked, reconcile_day
from app.workflows.show_reconciliation import list_reconciliations, reconciliation
from tests.reconcile.statements import DAY, asked, differences, statement_of
from tests.reconcile.test_comparing import paid
from tests.state.made_up import payment

# Over the file: its hash, its trailer, then the reading and the comparison, both with a look for a byte order mark.
PASSES = 6


class Watched(io.BytesIO):
    """A file that does something when the comparison has read so many of its lines."""

    def __init__(self, content: bytes, deeds: dict[int, Callable[[], Any]]) -> None:
        super().__init__(content)
        self.deeds, self.passes, self.lines = deeds, 0, 0

    def seek(self, *args: int) -> int:
        self.passes += args == (0,)
        return super().seek(*args)

    def readline(self, size: int | None = -1, /) -> bytes:
        if self.passes >= PASSES:
            self.deeds.pop(self.lines, lambda: None)()
            self.lines += 1
        return super().readline(size)


def watched(content: bytes, deeds: dict[int, Callable[[], Any]]) -> Asked:
    return Asked(Watched(content, deeds), DAY, asked(content).scope, "first")


def reconciled_records(office: Office) -> int:
    with office.database.reading() as connection:
        return int(connection.execute(text("SELECT count(*) FROM audit WHERE deed = 'reconciled'")).scalar_one())


def test_a_comparison_that_somebody_has_begun_again_writes_nothing_more(own_office: Office) -> None:
    content = statement_of(paid(own_office, told=False), paid(own_office, told=False))

    def again() -> None:
        with own_office.database.transaction() as connection:
            connection.execute(text("UPDATE reconciliations SET created_at = 0"))  # as if it had been silent
        reconcile_day(own_office, asked(content, "other"))

    with pytest.raises(Refused) as why:
        reconcile_day(own_office, watched(content, {1: again}))
    assert why.value.code == "reconciliation_in_progress"
    pool = own_office.database.engine.pool
    assert isinstance(pool, QueuePool)
    assert pool.checkedout() == 0  # also while the error is remembered
    kept = list_reconciliations(own_office, None, None, None, 10)["reconciliations"]
    assert [(one["state"], one["created_by"]) for one in kept] == [("done", "other")]
    assert [d["type"] for d in differences(own_office, kept[0])] == ["callback_missed"] * 2
    assert reconciled_records(own_office) == 1


def test_a_long_comparison_gives_signs_of_life(own_office: Office) -> None:
    content = statement_of(*(payment(f"430424-{n:032x}") for n in range(2100)))
    clock = [own_office.now()]

    class Timed(Office):
        def now(self) -> int:
            return clock[0]

    office = Timed(**{name: getattr(own_office, name) for name in own_office.__dataclass_fields__})

    def six_minutes() -> None:
        clock[0] += 360_000_000

    def somebody_asks() -> None:
        six_minutes()
        with pytest.raises(Refused) as why:
            reconcile_day(office, asked(content, "other"))
        assert why.value.code == "reconciliation_in_progress"

    begun = clock[0]
    deeds = {1: six_minutes, 2050: somebody_asks}
    found, new = reconcile_day(office, watched(content, deeds))
    assert (found["state"], new, found["created_by"], deeds) == ("done", True, "first", {})
    with own_office.database.reading() as connection:
        assert connection.execute(text("SELECT created_at FROM reconciliations")).scalar_one() == begun


def test_of_two_statements_that_end_at_the_same_moment_one_takes_the_other_s_place(own_office: Office) -> None:
    contents = [statement_of(*(paid(own_office) for _ in range(n))) for n in (1, 2)]
    meeting = threading.Barrier(2)

    class Together(Office):
        """Nobody commits before the other has come as far, or is kept waiting."""

        @contextmanager
        def deed(self) -> Iterator[Books]:
            with super().deed() as books:
                yield books
                with suppress(threading.BrokenBarrierError):
                    meeting.wait(1)

    office = Together(**{name: getattr(own_office, name) for name in own_office.__dataclass_fields__})
    with ThreadPoolExecutor(2) as clerks:
        found = [one["id"] for one, _ in clerks.map(lambda content: reconcile_day(office, asked(content)), contents)]
    superseded = [reconciliation(own_office, id)["superseded_by"] for id in found]
    assert sorted(superseded, key=str) == sorted([None, *(set(superseded) - {None})], key=str)
    assert {by for by in superseded if by} <= set(found)
    assert superseded.count(None) == 1


def test_a_finished_comparison_whose_commit_was_not_heard_of_stays_as_it_is(own_office: Office) -> None:
    content = statement_of(paid(own_office, told=False))

    class Deaf(Office):
        """The last word of every deed is lost on its way back."""

        @contextmanager
        def deed(self) -> Iterator[Books]:
            with super().deed() as books:
                yield books
            raise RuntimeError("lost")

    deaf = Deaf(**{name: getattr(own_office, name) for name in own_office.__dataclass_fields__})
    with pytest.raises(RuntimeError):
        reconcile_day(deaf, asked(content))
    found, new = reconcile_day(own_office, asked(content))
    assert (found["state"], new, found["created_at"][:2]) == ("done", False, "20")


def test_a_file_that_an_earlier_edition_refused_is_compared_when_it_can_be_read(own_office: Office) -> None:
    content = statement_of(paid(own_office, told=False))
    found, _ = reconcile_day(own_office, asked(content))
    with own_office.database.transaction() as connection:
        connection.execute(text("DELETE FROM differences"))
        refused = "UPDATE reconciliations SET state = 'refused', reason = 'header', line = 1, summary = '{}'"
        connection.execute(text(refused))
    again, new = reconcile_day(own_office, asked(content, "other"))
    assert (again["id"], new, again["state"], again["reason"], again["line"]) == (found["id"], True, "done", None, None)
    assert [d["type"] for d in differences(own_office, again)] == ["callback_missed"]
