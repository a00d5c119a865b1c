"""GET /metrics, in Prometheus's text format: nothing personal, no region, and only labels of which there are few."""

import asyncio
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version

from fastapi import APIRouter, Response
from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool

from app.api.tally import BOUNDS, Tally
from app.enrollment.payments import Reason
from app.workflows.read_backlog import Backlog

FRESH_SECONDS = 5.0  # however often it is asked for
PATIENCE_SECONDS = 2.0  # for a database that does not answer; the scrape itself must
_BOUNDS = [str(bound) for bound in BOUNDS] + ["+Inf"]


class Backlogs:
    """The database's figures, read at most every few seconds, and never twice at a time."""

    def __init__(
        self, read: Callable[[], Backlog], fresh: float = FRESH_SECONDS, patience: float = PATIENCE_SECONDS
    ) -> None:
        self._read, self._fresh, self._patience, self._at = read, fresh, patience, float("-inf")
        self._reading: asyncio.Future[Backlog] | None = None
        self.last: Backlog | None = None

    async def renew(self) -> None:
        """`last` is of now, or a few seconds old; None where the database does not answer in time."""
        if self._reading is None and time.monotonic() < self._at + self._fresh:
            return
        if self._reading is None:
            self._reading = asyncio.ensure_future(run_in_threadpool(self._read))
        done, _ = await asyncio.wait({self._reading}, timeout=self._patience)
        if not done:
            self.last = None
            return
        reading, self._reading, self._at = done.pop(), None, time.monotonic()
        self.last = None if reading.exception() else reading.result()


class Figures(Collector):
    """Everything that canbao counts, as Prometheus's families."""

    def __init__(self, tally: Tally, backlogs: Backlogs) -> None:
        self._tally, self._backlogs = tally, backlogs

    def collect(self) -> Iterator[Metric]:
        yield _gauge("canbao_build_info", "The version that runs.", 1, version=version("canbao"))
        yield from self._requests()
        callbacks = CounterMetricFamily("canbao_callbacks", "Callbacks by what became of them.", labels=["result"])
        for result, count in self._tally.callbacks.items():
            callbacks.add_metric([result], count)
        yield callbacks
        backlog = self._backlogs.last
        yield _gauge("canbao_database_up", "Whether the database answered.", 0 if backlog is None else 1)
        yield from _waiting(backlog) if backlog else ()

    def _requests(self) -> Iterator[Metric]:
        labels = ["route", "method", "status"]
        requests = CounterMetricFamily(
            "canbao_requests", "Requests answered, by route, method and status.", labels=labels
        )
        counts: dict[str, list[int]] = {}
        sums: dict[str, float] = {}
        for (route, method, status), entry in self._tally.requests.items():
            requests.add_metric([route, method, str(status)], sum(entry.counts))
            before = counts.get(route, [0] * len(entry.counts))
            counts[route] = [a + b for a, b in zip(before, entry.counts, strict=True)]
            sums[route] = sums.get(route, 0.0) + entry.seconds
        yield requests
        took = HistogramMetricFamily(
            "canbao_request_seconds", "Time from a request's head to its answer.", labels=["route"]
        )
        for route, found in counts.items():
            cumulative = [sum(found[: n + 1]) for n in range(len(found))]
            took.add_metric([route], list(zip(_BOUNDS, cumulative, strict=True)), sums[route])
        yield took


def _waiting(backlog: Backlog) -> Iterator[Metric]:
    yield _gauge("canbao_outbox_waiting", "Messages to the collection system not sent yet.", backlog.waiting)
    yield _gauge("canbao_outbox_dead", "Messages that are not tried any more.", backlog.dead)
    age = max(0.0, time.time() - backlog.oldest / 1e6) if backlog.oldest is not None else 0.0
    yield _gauge("canbao_outbox_oldest_seconds", "Age of the message that waits longest.", age)
    suspense = GaugeMetricFamily("canbao_suspense_open", "Open items in suspense, by reason.", labels=["reason"])
    for reason in dict.fromkeys((*map(str, Reason), *backlog.suspended)):
        suspense.add_metric([reason], backlog.suspended.get(reason, 0))
    yield suspense
    yield _gauge(
        "canbao_suspense_open_fen", "Money in suspense: what came in less what went out.", backlog.suspended_fen
    )


def _gauge(name: str, says: str, value: float, **labels: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, says, labels=list(labels))
    family.add_metric(list(labels.values()), value)
    return family


def routes(tally: Tally, read: Callable[[], Backlog]) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    registry, backlogs = CollectorRegistry(), Backlogs(read)
    registry.register(Figures(tally, backlogs))
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)

    @router.get("/metrics")
    async def metrics() -> Response:
        await backlogs.renew()
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return router
