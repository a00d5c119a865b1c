"""create_app(): wiring only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from app.api import (
    changes,
    dead_letters,
    documenting,
    enrollments,
    health,
    metrics,
    payments,
    policies,
    proposals,
    quotes,
    reconciliations,
    reports,
    rosters,
)
from app.api.docs_pages import add_docs_pages
from app.api.front_door import FrontDoor
from app.api.problems import TABLE, Refusal, from_framework, from_status
from app.api.watching import Watching
from app.packs.shelf import Shelf
from app.settings import Settings
from app.storage.database import open_database
from app.wiring import office_of
from app.workflows import open_enrollment, record_payment
from app.workflows.group_commit import GroupCommit, Kind
from app.workflows.office import Office
from app.workflows.read_backlog import read_backlog
from app.workflows.record_payment import Arrived, Result

DESCRIPTION = """城乡居民基本医疗保险参保缴费：今天应缴多少、为什么、从哪天起享受待遇。
每个数字都注明公告条款，公告没有写的不编造。

金额一律是整数分（`_fen`），日期是北京时间的 `YYYY-MM-DD`。
错误是 RFC 9457 问题说明，`detail` 可直接给群众看。
每个答复都带 `X-Request-Id`（请求自带的，或新编的），反馈问题时请一并提供。"""


def _openings(office: Office) -> enrollments.Openings:
    together = partial(open_enrollment.open_enrollments, office, enrollments.refusing)
    opening = Kind("registrations", together, open_enrollment.names, lambda asked: asked.region)
    return GroupCommit(opening, office.database.writers)


def create_api(settings: Settings, shelf: Shelf, watch: Watching) -> tuple[FastAPI, quotes.Quotes, payments.Callbacks]:
    """The FastAPI app with its documentation, and what answers quotes and callbacks."""
    asked = quotes.Quotes(shelf, settings.business_day)
    office = office_of(settings, shelf)
    by_key = replace(office, database=open_database(settings.database, by_key=True))
    paying = Kind[Arrived, Result]("payments", partial(record_payment.record_payments, by_key), record_payment.names)
    callbacks = payments.Callbacks(office, GroupCommit(paying, by_key.database.writers), watch.tally)
    app = _empty(office, by_key)
    app.include_router(quotes.routes(asked))
    app.include_router(policies.routes(shelf))
    app.include_router(enrollments.routes(office, _openings(by_key)))
    app.include_router(payments.callback_routes(callbacks))
    app.include_router(payments.money_routes(office))
    app.include_router(dead_letters.routes(office))
    app.include_router(rosters.routes(office))
    app.include_router(proposals.routes(office))
    app.include_router(changes.routes(office, by_key))
    app.include_router(reconciliations.routes(office, by_key))
    app.include_router(reports.routes(office))
    app.include_router(health.routes(office, lambda: watch.stopping))
    app.include_router(metrics.routes(watch.tally, partial(read_backlog, office)))
    add_docs_pages(app)
    _add_problems(app)
    documenting.complete(app)
    return app, asked, callbacks


def _empty(*offices: Office) -> FastAPI:
    """An app without routes, which closes the databases when it ends."""
    codes = "\n".join(f"- `{code}`（{status}）{text}" for code, (status, text) in TABLE.items())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        for office in offices:
            office.database.close()

    return FastAPI(
        title="canbao 参保",
        version=version("canbao"),
        description=f"{DESCRIPTION}\n\n错误代码：\n\n{codes}",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )


def create_app(settings: Settings | None = None) -> FrontDoor:
    """The whole service; raises UnsafeSettings where the environment must not be served."""
    settings = settings or Settings.read()
    settings.refuse_unsafe()
    watch = Watching()
    return FrontDoor(*create_api(settings, Shelf(settings.pack_folders), watch), watch)


def _add_problems(app: FastAPI) -> None:
    async def refused(_: Request, error: Any) -> Response:
        return error.response()  # type: ignore[no-any-return]

    async def invalid(_: Request, error: Any) -> Response:
        return from_framework(error.errors()).response()

    async def by_status(_: Request, error: Any) -> Response:
        return from_status(error.status_code).response(dict(error.headers or {}))

    async def failed(_: Request, __: Exception) -> Response:
        return Refusal("internal_error").response()

    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, by_status)
    app.add_exception_handler(Exception, failed)
