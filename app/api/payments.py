"""Payment events from the tax bureau, money in suspense, and the ledger's balances."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.api.access import client_of, within
from app.api.answers import json_answer
from app.api.documenting import answers, takes
from app.api.doing import done, refusals
from app.api.problems import Refusal
from app.api.quotes import read
from app.api.tally import Tally
from app.contract.callback import PaymentEvent, Received
from app.contract.enrolled import BalanceList, SuspenseItem, SuspenseList
from app.contract.enrollment import SettleRequest
from app.contract.strict import PRINTABLE
from app.journal.telling import remember
from app.workflows.group_commit import GroupCommit
from app.workflows.office import Office
from app.workflows.read_ledger import balances as balances_of
from app.workflows.record_payment import Arrived, Result, read_callback
from app.workflows.settle_suspense import list_suspense, settle_suspense

_SIGNED = {
    "webhook-id": {"type": "string", "description": "消息编号"},
    "webhook-timestamp": {"type": "string", "description": "Unix 秒，与当前时间相差不超过5分钟"},
    "webhook-signature": {"type": "string", "description": "`v1,<base64>`，可有多个，以空格分隔"},
}
_SUCCESS = b'{"code":"SUCCESS"}'


class Callbacks:
    """Takes in payment events: for the route, and for the front door, which asks here without a detour."""

    def __init__(self, office: Office, queue: GroupCommit[Arrived, Result], tally: Tally) -> None:
        self.office, self.queue, self.tally = office, queue, tally

    async def answer(self, headers: dict[str, str], body: bytes) -> bytes:
        """The body of the 200, given only when the event is stored; raises Refusal."""
        with self.tally.callback() as booked, refusals():
            arrived = read_callback(self.office, headers, body)
            remember(event_id=arrived.event.event_id)
            result = await self.queue.done(arrived)
            if result == "conflict":
                raise Refusal("event_conflict")
            booked(result)
        return _SUCCESS


def callback_routes(callbacks: Callbacks) -> APIRouter:
    router = APIRouter(prefix="/v1/tax", tags=["税务回调 callbacks"])

    @router.post(
        "/callbacks", summary="缴费、退费通知", **takes(PaymentEvent, _SIGNED), **answers(Received, 401, 409, 503)
    )
    async def callback(request: Request) -> Response:
        """按 Standard Webhooks 签名。只有在通知已可靠保存后才回答 200；其他回答请重发。"""
        answer = await callbacks.answer(dict(request.headers), await request.body())
        return Response(answer, media_type="application/json")

    return router


def money_routes(office: Office) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["款项 money"])

    @router.get("/suspense", summary="待处理款项", **answers(SuspenseList, 401, 403, 503, common=(422,)))
    async def suspense(
        request: Request,
        region: Annotated[str | None, Query(max_length=64, pattern=PRINTABLE)] = None,
        state: Annotated[str | None, Query(pattern="^(open|settled)$")] = "open",
        cursor: Annotated[str | None, Query(max_length=100, pattern=PRINTABLE)] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> Response:
        """已到账但不能入账的款项及原因。未知订单的地区为空，只有不限地区的密钥能看到。"""
        client = await client_of(office, request, "read")
        within(client, region or "")
        return json_answer(await done(list_suspense, office, region, state, cursor, limit))

    @router.post(
        "/suspense/{id}/settle",
        summary="处理一笔款项",
        **takes(SettleRequest),
        **answers(SuspenseItem, 401, 403, 404, 409, 503),
    )
    async def settle(request: Request, id: str) -> Response:
        """经办人员注明依据：到账的已原路退回，无对应的退费不成立。"""
        client = await client_of(office, request, "clerk")
        asked = await read(SettleRequest, request)
        within(client, id.rpartition("-")[0])
        return json_answer(await done(settle_suspense, office, id, client.id, asked.reason))

    @router.get("/ledger/balances", summary="账户余额", **answers(BalanceList, 401, 403, 503, common=(422,)))
    async def balances(
        request: Request,
        region: Annotated[str | None, Query(max_length=64, pattern=PRINTABLE)] = None,
        coverage_year: Annotated[int | None, Query(ge=1, le=9999)] = None,
    ) -> Response:
        """按地区、年度、账户合计；借方为正，贷方为负，总和为零。"""
        client = await client_of(office, request, "read")
        within(client, region or "")
        return json_answer({"balances": await done(balances_of, office, region, coverage_year)})

    return router
