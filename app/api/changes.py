"""For other county software: the feed of enrollment changes, and the coverage of many people at once."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from app.api.access import client_of, place_of, within
from app.api.answers import json_answer
from app.api.documenting import answers, takes
from app.api.doing import done
from app.api.problems import Refusal, from_validation
from app.api.quotes import read
from app.contract.changes import ChangeList, CoverageBatchAnswer, CoverageBatchRequest
from app.contract.enrollment import DocumentForm
from app.contract.strict import PRINTABLE
from app.workflows.know_client import Client
from app.workflows.office import Office
from app.workflows.read_changes import LATEST, View, read_changes
from app.workflows.show_enrollment import look_up_many

MOST_PEOPLE = 1000
_LONGEST_CURSOR = 32_000  # of three thousand regions; a server reads no longer address


def routes(office: Office, by_key: Office) -> APIRouter:
    """`by_key` is the office whose database is asked for rows by their keys only."""
    router = APIRouter(prefix="/v1", tags=["对外共享 sharing"])
    _add_feed(router, office, by_key)
    _add_batch(router, office)
    return router


def _add_feed(router: APIRouter, office: Office, by_key: Office) -> None:
    @router.get("/changes", summary="登记的变动", **answers(ChangeList, 401, 403, 409, 503, common=(422,)))
    async def changes(
        request: Request,
        after: Annotated[
            str | None,
            Query(
                max_length=_LONGEST_CURSOR,
                pattern="^[A-Za-z0-9_-]*$",
                description=f"上次的 next_cursor；`{LATEST}` 从现在开始",
            ),
        ] = None,
        region: Annotated[str | None, Query(max_length=64, pattern=PRINTABLE, description="只看这个区划以下")] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    ) -> Response:
        """完整、有序、不重不漏：每个地区内按生效先后；不含个人信息。只给密钥可以访问的地区；换了 `region` 请从头读。"""
        client = await client_of(office, request, "read")
        if region is not None:
            within(client, region)
        return json_answer(await done(read_changes, by_key, View(client.regions, region or ""), after, limit))


def _add_batch(router: APIRouter, office: Office) -> None:
    @router.post(
        "/coverage/lookup/batch",
        summary="一批人某年度是否已参保（1000人以内）",
        **takes(CoverageBatchRequest, None, DocumentForm),
        **answers(CoverageBatchAnswer, 401, 403, 503),
    )
    async def lookup_batch(request: Request) -> Response:
        """按顺序逐人回答；读不懂、或不在密钥地区的一项原位返回问题说明，不影响其他人。"""
        client = await client_of(office, request, "read")
        asked = await read(CoverageBatchRequest, request)
        if len(asked.people) > MOST_PEOPLE:
            raise Refusal("batch_too_large")
        people = [_document(raw) for raw in asked.people]
        documents = [(p.id_type, p.id_number) for p in people if isinstance(p, DocumentForm)]
        found = iter(await done(look_up_many, office, documents, asked.coverage_year))
        results = [_result(client, next(found)) if isinstance(p, DocumentForm) else p.body() for p in people]
        return json_answer({"results": results})


def _document(raw: Any) -> DocumentForm | Refusal:
    try:
        return DocumentForm.model_validate_json(json.dumps(raw))
    except ValidationError as error:
        return from_validation(error)


def _result(client: Client, found: dict[str, Any] | None) -> dict[str, Any]:
    if found is None:
        return Refusal("invalid_request", errors=[("id_number", "证件号码不正确")]).body()
    if found["enrollment"] and not client.reaches(place_of(found["enrollment"])):
        return Refusal("forbidden").body()
    return found
