"""create_app(): wiring only."""

from dataclasses import replace
from functools import partial
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from app.api import dead_letters, documenting, enrollments, health, payments, policies, quotes
from app.api.docs_pages import add_docs_pages
from app.api.front_door import FrontDoor
from app.api.problems import TABLE, Refusal, from_framework, from_status
from app.packs.shelf import Shelf
from app.settings import Settings
from app.storage.database import open_database
from app.wiring import office_of
from app.workflows.payment_queue import PaymentQueue
from app.workflows.record_payment import record_payments

DESCRIPTION = """城乡居民基本医疗保险参保缴费：今天应缴多少、为什么、从哪天起享受待遇。
每个数字都注明公告条款，公告没有写的不编造。

金额一律是整数分（`_fen`），日期是北京时间的 `YYYY-MM-DD`。
错误是 RFC 9457 问题说明，`detail` 可直接给群众看。"""


def create_api(settings: Settings, shelf: Shelf) -> tuple[FastAPI, quotes.Quotes, payments.Callbacks]:
    """The FastAPI app with its documentation, and what answers quotes and callbacks."""
    codes = "\n".join(f"- `{code}`（{status}）{text}" for code, (status, text) in TABLE.items())
    app = FastAPI(
        title="canbao 参保",
        version="0.1.0",
        description=f"{DESCRIPTION}\n\n错误代码：\n\n{codes}",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    asked = quotes.Quotes(shelf, settings.business_day)
    office = office_of(settings, shelf)
    by_key = replace(office, database=open_database(settings.database, by_key=True))
    callbacks = payments.Callbacks(office, PaymentQueue(partial(record_payments, by_key), by_key.database.writers))
    app.include_router(quotes.routes(asked))
    app.include_router(policies.routes(shelf))
    app.include_router(enrollments.routes(office))
    app.include_router(payments.callback_routes(callbacks))
    app.include_router(payments.money_routes(office))
    app.include_router(dead_letters.routes(office))
    app.include_router(health.routes(office))
    add_docs_pages(app)
    _add_problems(app)
    documenting.complete(app)
    return app, asked, callbacks


def create_app(settings: Settings | None = None) -> ASGIApp:
    """The whole service; raises UnsafeSettings where the environment must not be served."""
    settings = settings or Settings.read()
    settings.refuse_unsafe()
    return FrontDoor(*create_api(settings, Shelf(settings.pack_folders)))


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
