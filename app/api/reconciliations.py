"""The tax bureau's daily statements, what they differ in from what is booked, and what clerks decide on it."""

import tempfile
from collections.abc import Iterator
from typing import IO, Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.background import BackgroundTask
from starlette.responses import StreamingResponse

from app.api.access import client_of, within
from app.api.answers import json_answer
from app.api.documenting import answers, answers_file, takes, takes_file
from app.api.doing import done
from app.api.quotes import read
from app.api.spooling import spooled
from app.contract.reconciled import (
    REGION,
    DecisionRequest,
    Difference,
    DifferenceList,
    ImportedDecisions,
    Reconciliation,
    ReconciliationList,
)
from app.contract.strict import PRINTABLE
from app.contract.words import Day
from app.enrollment.reconciliation import Scope
from app.workflows.decide_difference import decide_difference
from app.workflows.difference_sheets import export_differences, import_decisions
from app.workflows.office import Office
from app.workflows.reconcile_day import Asked, reconcile_day
from app.workflows.show_reconciliation import ALL, differences_page, list_reconciliations, reconciliation

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_STATEMENT, _MOST_SHEET = 256 * 1024 * 1024, 32 * 1024 * 1024  # bytes
_TYPE = "^(callback_missed|not_on_statement|amount_differs|content_differs|reversed|paid_twice|not_booked|wrong_region|"
_TYPE += "wrong_year|unknown_order)$"
Region = Annotated[str | None, Query(max_length=64, pattern=REGION, description="区划代码；其他地区的订单列为差异")]


def routes(office: Office, by_key: Office) -> APIRouter:
    """`by_key` is the office whose database is asked for rows by their keys only."""
    router = APIRouter(prefix="/v1/reconciliations", tags=["对账 reconciliation"])
    _add_comparing(router, by_key)
    _add_sheets(router, office)
    _add_reading(router, office)
    _add_deciding(router, office)
    return router


def _region_of(id: str) -> str:
    """The region in front of a reconciliation's id; empty where it is of all of them."""
    region = id.rpartition("-")[0]
    return "" if region == ALL else region


def _add_comparing(router: APIRouter, by_key: Office) -> None:
    @router.post(
        "",
        summary="提交税务日对账单",
        **takes_file("text/csv"),
        **answers(Reconciliation, 401, 403, 409, 413, 503, common=(408, 422), good=201),
    )
    async def compare(
        request: Request,
        region: Region = None,
        coverage_year: Annotated[int | None, Query(ge=1, le=9999, description="对账范围：年度")] = None,
        day: Annotated[Day | None, Query(description="业务日期；不填由流水得出，没有流水的须填")] = None,
    ) -> Response:
        """正文为对账单文件（CSV，UTF-8 或 GB18030，尾行 `#TRAILER`）。尾行不符、有一行不能读取的整份拒绝，不存内容。

        同一文件再次提交不改变任何内容，返回同一结果（200）；同一天新的对账单取代旧的，两份都保留。
        """
        client = await client_of(by_key, request, "clerk")
        within(client, region or "")
        file = await spooled(request, _MOST_STATEMENT)
        with file:
            asked = Asked(file, day, Scope(region or "", coverage_year or 0), client.id)
            found, new = await done(reconcile_day, by_key, asked)
        answer = json_answer(found)
        answer.status_code = 201 if new else 200
        return answer


def _add_sheets(router: APIRouter, office: Office) -> None:
    # Before `/{id}`, which would match it as well.
    @router.get(
        "/{id}.xlsx",
        summary="差异导出为 XLSX",
        **answers_file(XLSX, 401, 403, 404, 409, 422, 503),
    )
    async def export(request: Request, id: str) -> Response:
        """填好“处理”（同意、驳回）和“备注”两列后，用 `POST …/decisions` 交回。"""
        client = await client_of(office, request, "clerk")
        within(client, _region_of(id))
        file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it has been sent
        try:
            await done(export_differences, office, id, file)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        headers = {"content-disposition": f'attachment; filename="{id}.xlsx"'}
        return StreamingResponse(_parts(file), headers=headers, media_type=XLSX, background=BackgroundTask(file.close))

    @router.post(
        "/{id}/decisions",
        summary="交回填好处理的 XLSX",
        **takes_file(XLSX),
        **answers(ImportedDecisions, 401, 403, 404, 409, 413, 503, common=(408, 422)),
    )
    async def decide_many(request: Request, id: str) -> Response:
        """除“处理”“备注”外有任何改动的整份拒绝。对账人自己不能处理。逐条生效，可重复提交。"""
        client = await client_of(office, request, "clerk")
        within(client, _region_of(id))
        with await spooled(request, _MOST_SHEET) as file:
            return json_answer(await done(import_decisions, office, id, file, client.id))


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    while part := file.read(1 << 16):
        yield part


def _add_reading(router: APIRouter, office: Office) -> None:
    @router.get("", summary="历次对账", **answers(ReconciliationList, 401, 403, 503, common=(422,)))
    async def list_all(
        request: Request,
        region: Region = None,
        day: Annotated[Day | None, Query(description="业务日期")] = None,
        cursor: Annotated[str | None, Query(max_length=100, pattern=PRINTABLE)] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> Response:
        """新的在前；被拒绝的对账单也在其中。"""
        client = await client_of(office, request, "clerk")
        within(client, region or "")
        on = day.isoformat() if day else None
        return json_answer(await done(list_reconciliations, office, region, on, cursor, limit))

    @router.get("/{id}", summary="一次对账", **answers(Reconciliation, 401, 403, 404, 503, common=()))
    async def show(request: Request, id: str) -> Response:
        """三方的笔数、金额，和各类差异的条数。"""
        client = await client_of(office, request, "clerk")
        within(client, _region_of(id))
        return json_answer(await done(reconciliation, office, id))

    @router.get(
        "/{id}/differences", summary="差异清单", **answers(DifferenceList, 401, 403, 404, 409, 503, common=(422,))
    )
    async def list_differences(
        request: Request,
        id: str,
        type: Annotated[str | None, Query(pattern=_TYPE)] = None,
        state: Annotated[str | None, Query(pattern="^(open|approved|rejected)$")] = None,
        cursor: Annotated[str, Query(pattern="^[0-9]{1,9}$")] = "0",
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> Response:
        """先按对账单的行，后为对账单上没有的。"""
        client = await client_of(office, request, "clerk")
        within(client, _region_of(id))
        wanted = {"type": type, "state": state}
        return json_answer(await done(differences_page, office, id, wanted, int(cursor), limit))


def _add_deciding(router: APIRouter, office: Office) -> None:
    @router.post(
        "/{id}/differences/{number}/decide",
        summary="处理一条差异",
        **takes(DecisionRequest),
        **answers(Difference, 401, 403, 404, 409, 503),
    )
    async def decide(request: Request, id: str, number: Annotated[int, Path(ge=1, le=10**9)]) -> Response:
        """同意补登的，按对账单以同一事件编号入账一次；通知后来又到的不会重复入账。对账人自己不能处理。"""
        client = await client_of(office, request, "clerk")
        within(client, _region_of(id))
        asked = await read(DecisionRequest, request)
        return json_answer(await done(decide_difference, office, id, number, asked.decision, asked.remark, client.id))
