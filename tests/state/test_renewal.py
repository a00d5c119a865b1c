"""Connections that have to be made anew are closed when none of them is in use, and only then."""

import threading

from app.storage.renewal import Renewal


class _Pool:
    def __init__(self, patience: float = 10) -> None:
        self.closed = 0
        self.renewal = Renewal(self._close, patience)

    def _close(self) -> None:
        self.closed += 1

    def work(self, began: threading.Event, may_end: threading.Event) -> None:
        with self.renewal.using():
            began.set()
            assert may_end.wait(10)


def _working(pool: _Pool, may_end: threading.Event) -> tuple[threading.Thread, threading.Event]:
    began = threading.Event()
    thread = threading.Thread(target=pool.work, args=(began, may_end))
    thread.start()
    return thread, began


def test_nothing_is_closed_while_nobody_asked() -> None:
    pool = _Pool()
    with pool.renewal.using():
        pass
    assert pool.closed == 0


def test_who_asks_is_answered_once_before_the_next_work() -> None:
    pool = _Pool()
    pool.renewal.ask()
    with pool.renewal.using():
        assert pool.closed == 1
    with pool.renewal.using():
        assert pool.closed == 1


def test_new_work_waits_until_the_old_work_has_ended() -> None:
    pool, old_may_end, go_on = _Pool(), threading.Event(), threading.Event()
    old, old_began = _working(pool, old_may_end)
    assert old_began.wait(10)
    pool.renewal.ask()
    go_on.set()
    new, new_began = _working(pool, go_on)
    assert not new_began.wait(0.2)
    assert pool.closed == 0
    old_may_end.set()
    assert new_began.wait(10)
    assert pool.closed == 1
    for thread in (old, new):
        thread.join(10)


def test_work_within_work_does_not_wait_for_itself_for_ever() -> None:
    pool = _Pool(patience=0.05)
    with pool.renewal.using():
        pool.renewal.ask()
        with pool.renewal.using():
            assert pool.closed == 0
    with pool.renewal.using():
        assert pool.closed == 1
