"""Registrations: open, look at, cancel, list, and whether somebody is covered."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from app.api.access import client_of, within
from app.api.answers import json_answer
from app.api.documenting import answers, takes
from app.api.doing import done, refusals
from app.api.problems import MEDIA_TYPE, Refusal
from app.api.quotes import read
from app.contract.enrolled import AuditList, CoverageAnswer, Enrollment, EnrollmentList
from app.contract.enrollment import EnrollmentRequest, LookupRequest
from app.contract.strict import PRINTABLE
from app.journal.telling import tell
from app.workflows.cancel_enrollment import cancel_enrollment
from app.workflows.group_commit import GroupCommit
from app.workflows.know_client import Client
from app.workflows.office import Office, Refused
from app.workflows.open_enrollment import Answer, InProgress, Opened
from app.workflows.read_registration import Registration, read_registration
from app.workflows.reprice_enrollment import current_enrollment
from app.workflows.show_enrollment import find_enrollment, household, list_enrollments, look_up
from app.workflows.verify_audit import audit_of

_KEY_HEADER = {"Idempotency-Key": {"type": "string", "pattern": r"^[\x21-\x7e]{1,255}$"}}
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


Openings = GroupCommit[Registration, Opened]


def routes(office: Office, openings: Openings) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["参保登记 enrollments"])
    _add_opening(router, office, openings)
    _add_reading(router, office)
    _add_changing(router, office)
    _add_audit(router, office)
    return router


def refusing(refused: Refused) -> Answer:
    """A refusal as the answer that is kept under the idempotency key."""
    response = Refusal(refused.code, refused.detail, refused.errors, refused.more).response()
    return Answer(response.status_code, None, bytes(response.body))


def _within_village(client: Client, asked: EnrollmentRequest) -> None:
    """A key may reach some villages of a county only; raises Refusal outside them."""
    village = asked.village or asked.region
    within(client, village if village.startswith(asked.region) else asked.region)


def _add_opening(router: APIRouter, office: Office, openings: Openings) -> None:
    busy = InProgress()

    @router.post(
        "/enrollments",
        summary="登记参保",
        **takes(EnrollmentRequest, _KEY_HEADER),
        **answers(Enrollment, 401, 403, 404, 409, 503, good=201),
    )
    async def open_one(request: Request) -> Response:
        """须带 `Idempotency-Key`：同一键同一内容原样返回第一次的答复。每人每年度只能有一条有效登记。"""
        client = await client_of(office, request, "enroll")
        key = request.headers.get("idempotency-key", "")
        if not _KEY.fullmatch(key):
            raise Refusal("idempotency_key_missing")
        asked = await read(EnrollmentRequest, request)
        _within_village(client, asked)
        with _held(busy, client, key):
            digest = hashlib.sha256(await request.body()).hexdigest()
            registration = await done(read_registration, office, client.id, key, digest, asked)
            answer = await _opened(openings, registration)
        headers = {"location": answer.location} if answer.location else {}
        kind = "application/json" if answer.status < 400 else MEDIA_TYPE
        return Response(answer.body, answer.status, headers, kind)


async def _opened(openings: Openings, registration: Registration) -> Answer:
    """Given only when it is stored; raises Refusal."""
    with refusals():
        opened = await openings.done(registration)
    if opened.id:
        tell("enrollment_registered", enrollment_id=opened.id, result=opened.state)
    return opened.answer


def _add_reading(router: APIRouter, office: Office) -> None:
    @router.get("/enrollments", summary="登记列表", **answers(EnrollmentList, 401, 403, 503, common=(422,)))
    async def list_all(
        request: Request,
        region: Annotated[str | None, Query(max_length=64, pattern=PRINTABLE, description="公告地区代码")] = None,
        coverage_year: Annotated[int | None, Query(ge=1, le=9999)] = None,
        state: Annotated[str | None, Query(pattern="^(awaiting_payment|covered|reversed|cancelled)$")] = None,
        village: Annotated[str | None, Query(max_length=64, pattern=PRINTABLE)] = None,
        cursor: Annotated[str | None, Query(max_length=100, pattern=PRINTABLE)] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> Response:
        """按登记先后排列；密钥限定地区的，须指明其中一个地区。"""
        client = await client_of(office, request, "read")
        within(client, region or "")
        wanted = {"region": region, "coverage_year": coverage_year, "state": state, "village": village}
        return json_answer(await done(list_enrollments, office, wanted, cursor, limit))

    @router.get(
        "/households/{household_no}", summary="一户的登记", **answers(EnrollmentList, 401, 403, 503, common=(422,))
    )
    async def show_household(
        request: Request,
        household_no: Annotated[str, Path(max_length=64, pattern=PRINTABLE)],
        coverage_year: Annotated[int | None, Query(ge=1, le=9999)] = None,
    ) -> Response:
        """按户编号查全户；只列密钥可以访问的地区。"""
        client = await client_of(office, request, "read")
        found = await done(household, office, household_no, coverage_year)
        mine = [e for e in found if client.reaches(e["region"])]
        return json_answer({"enrollments": mine, "next_cursor": None})

    @router.get("/enrollments/{id}", summary="一条登记", **answers(Enrollment, 401, 403, 404, 503, common=()))
    async def show_one(request: Request, id: str) -> Response:
        """登记的当前状态、应缴和所依据的报价；报价过期的重新报价并注明（repriced）。"""
        client = await client_of(office, request, "read")
        await _found(office, client, id)
        return json_answer(await done(current_enrollment, office, id))


def _add_audit(router: APIRouter, office: Office) -> None:
    @router.get("/enrollments/{id}/audit", summary="操作记录", **answers(AuditList, 401, 403, 404, 503, common=()))
    async def show_audit(request: Request, id: str) -> Response:
        """谁在什么时候对这条登记做了什么，按先后排列。"""
        client = await client_of(office, request, "clerk")
        await _found(office, client, id)
        return json_answer(await done(audit_of, office, id))


def _add_changing(router: APIRouter, office: Office) -> None:
    @router.post(
        "/enrollments/{id}/cancel", summary="取消登记", **answers(Enrollment, 401, 403, 404, 409, 503, common=())
    )
    async def cancel_one(request: Request, id: str) -> Response:
        """未缴费的登记可以取消；已缴费的须先由税务退费。"""
        client = await client_of(office, request, "enroll")
        await _found(office, client, id)
        return json_answer(await done(cancel_enrollment, office, id, client.id))

    @router.post(
        "/coverage/lookup",
        summary="某人某年度是否已参保",
        **takes(LookupRequest),
        **answers(CoverageAnswer, 401, 403, 503),
    )
    async def lookup(request: Request) -> Response:
        """用 POST，证件号码不进网址和日志。"""
        client = await client_of(office, request, "read")
        asked = await read(LookupRequest, request)
        found = await done(look_up, office, asked.id_type, asked.id_number, asked.coverage_year)
        if found["enrollment"] and not client.reaches(found["enrollment"]["region"]):
            raise Refusal("forbidden")
        return json_answer(found)


@contextmanager
def _held(busy: InProgress, client: Client, key: str) -> Iterator[None]:
    """The key, held while it is worked on; raises Refusal where it is held already."""
    try:
        with busy.holding(client.id, key):
            yield
    except Refused as refused:
        raise Refusal(refused.code) from None


async def _found(office: Office, client: Client, id: str) -> dict[str, Any]:
    found = await done(find_enrollment, office, id)
    inside = found["village"].startswith(found["region"])
    within(client, found["village"] if inside else found["region"])
    return found
