"""Proposals for people who have paid when a hardship list changes: a second clerk approves or rejects them."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.api.access import client_of, within
from app.api.answers import json_answer
from app.api.documenting import answers, takes
from app.api.doing import done
from app.api.problems import Refusal
from app.api.quotes import read
from app.contract.rosters import DecideRequest, Proposal, ProposalList
from app.contract.strict import PRINTABLE
from app.workflows.decide_proposal import Decision, decide_proposal, list_proposals
from app.workflows.office import Office

_KINDS = "^(pays_back|nothing|not_stated)$"
_STATES = "^(open|approved|rejected|superseded)$"


def routes(office: Office) -> APIRouter:
    router = APIRouter(prefix="/v1/proposals", tags=["处理建议 proposals"])

    @router.get("", summary="处理建议", **answers(ProposalList, 401, 403, 503, common=(422,)))
    async def list_all(
        request: Request,
        region: Annotated[str | None, Query(max_length=64, pattern=PRINTABLE)] = None,
        state: Annotated[str | None, Query(pattern=_STATES)] = "open",
        kind: Annotated[str | None, Query(pattern=_KINDS)] = None,
        enrollment_id: Annotated[str | None, Query(max_length=100, pattern=PRINTABLE)] = None,
        cursor: Annotated[str | None, Query(max_length=100, pattern=PRINTABLE)] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> Response:
        """已缴费人员身份变动后，按公告补发、不补不退，或公告未载明须决定的事项。"""
        client = await client_of(office, request, "clerk")
        within(client, region or "")
        wanted = {"region": region, "state": state, "kind": kind, "enrollment_id": enrollment_id}
        return json_answer(await done(list_proposals, office, wanted, cursor, limit))

    _add_deciding(router, office, "approve", "approved", "同意", "同意后按资金入账。")
    _add_deciding(router, office, "reject", "rejected", "驳回", "须说明理由；不入账。")
    return router


def _add_deciding(
    router: APIRouter, office: Office, word: str, decision: Decision, summary: str, description: str
) -> None:
    @router.post(
        f"/{{id}}/{word}",
        summary=summary,
        name=word,
        description=f"由导入名单者以外的经办人员决定。{description}",
        **takes(DecideRequest),
        **answers(Proposal, 401, 403, 404, 409, 503),
    )
    async def decide(request: Request, id: str) -> Response:
        client = await client_of(office, request, "clerk")
        asked = await read(DecideRequest, request) if await request.body() else DecideRequest(remark=None)
        if decision == "rejected" and asked.remark is None:
            raise Refusal("invalid_request", errors=[("remark", "必填")])
        within(client, id.rpartition("-")[0])
        return json_answer(await done(decide_proposal, office, id, client.id, decision, asked.remark))
