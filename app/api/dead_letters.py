"""Messages that the tax bureau's system did not take: a clerk sees them and sends them again."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.api.access import client_of, within
from app.api.answers import json_answer
from app.api.documenting import answers
from app.api.doing import done
from app.contract.enrolled import DeadLetter, DeadLetterList
from app.contract.strict import PRINTABLE
from app.workflows.office import Office
from app.workflows.relay_outbox import dead_letters, requeue_dead_letter


def routes(office: Office) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["税务推送 relay"])

    @router.get("/dead-letters", summary="未送达清单", **answers(DeadLetterList, 401, 403, 503, common=(422,)))
    async def list_dead(
        request: Request,
        region: Annotated[str | None, Query(max_length=64, pattern=PRINTABLE)] = None,
        cursor: Annotated[str | None, Query(max_length=100, pattern=PRINTABLE)] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> Response:
        """税务系统拒收、或多次重试仍未送达的应缴信息；同一登记后面的信息在它之后才会送出。"""
        client = await client_of(office, request, "clerk")
        within(client, region or "")
        return json_answer(await done(dead_letters, office, region, cursor, limit))

    @router.post(
        "/dead-letters/{id}/requeue",
        summary="重新推送",
        **answers(DeadLetter, 401, 403, 404, 409, 503, common=()),
    )
    async def requeue(request: Request, id: str) -> Response:
        """问题排除后重新推送，重试次数从头计。"""
        client = await client_of(office, request, "clerk")
        within(client, id.rpartition("-")[0])
        return json_answer(await done(requeue_dead_letter, office, id, client.id))

    return router
