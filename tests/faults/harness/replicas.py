"""A PostgreSQL primary and the standby that has to have a commit before it is told to anybody."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.faults.harness.databases import command, until
from tests.postgres import Server, postgres_server

_IN_SYNC = "SELECT 1 FROM pg_stat_replication WHERE state = 'streaming' AND sync_state = 'sync'"


@dataclass(frozen=True)
class Pair:
    """Both of them run."""

    primary: Server
    standby: Server

    @property
    def url_of_both(self) -> str:
        """libpq takes whichever of the two can be written to."""
        hosts = "&".join(f"host=127.0.0.1:{server.port}" for server in (self.primary, self.standby))
        return f"postgresql://canbao@/postgres?{hosts}&target_session_attrs=read-write"

    def fail_over(self) -> None:
        self.primary.stop("immediate")
        self.standby.promote()


@contextmanager
def primary_and_standby() -> Iterator[Pair]:
    """The standby is a copy of the primary's folder, made while it stood still: that needs no other program."""
    with postgres_server() as primary:
        standby = primary.standby("standby")
        primary.start()
        standby.start()
        try:
            waits = "ALTER SYSTEM SET synchronous_standby_names = 'standby'"
            command(primary.url, waits, "ALTER SYSTEM SET synchronous_commit = 'on'", "SELECT pg_reload_conf()")
            until(primary.url, _IN_SYNC)
            yield Pair(primary, standby)
        finally:
            primary.stop("immediate")  # it would wait for its standby otherwise
            standby.stop("immediate")
