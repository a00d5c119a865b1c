"""Hardship lists: change lists come in, what does not fit is settled, timelines are looked up."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from app.api.access import client_of, within
from app.api.answers import json_answer
from app.api.documenting import answers, takes
from app.api.doing import done
from app.api.problems import Refusal
from app.api.quotes import read
from app.api.uploads import Upload, read_upload, takes_file
from app.contract.rosters import (
    RosterConflict,
    RosterConflictList,
    RosterImportList,
    RosterResult,
    SettleConflictRequest,
    Timeline,
    TimelineRequest,
)
from app.contract.strict import PRINTABLE
from app.rosters.categories import source as source_named
from app.rosters.reading import read_list
from app.rosters.rows import MOST_BYTES, ListRefused
from app.workflows.import_roster import Arrival, dry_run, import_roster
from app.workflows.know_client import Client
from app.workflows.office import Office
from app.workflows.settle_conflict import list_conflicts, settle_conflict
from app.workflows.show_roster import Shown, list_imports, timeline

_MOST_SHOWN = 5000
_AT_ONCE = 2  # files in memory
_YES = {"true": True, "1": True, "false": False, "0": False, "": False}
_PARAMETERS = (
    {"name": "region", "schema": {"type": "string"}, "description": "名单所属地区代码"},
    {"name": "source", "schema": {"type": "string"}, "description": "来源部门代码或名称，如 `civil_affairs`、`民政`"},
    {"name": "dry_run", "schema": {"type": "boolean"}, "description": "只列出逐行结果，不写入"},
)
_Region = Annotated[str | None, Query(max_length=64, pattern=PRINTABLE)]
_Cursor = Annotated[str | None, Query(max_length=100, pattern=PRINTABLE)]
_Limit = Annotated[int, Query(ge=1, le=500)]


def routes(office: Office) -> APIRouter:
    router = APIRouter(prefix="/v1/rosters", tags=["困难人员名单 rosters"])
    _add_importing(router, office)
    _add_work_list(router, office)
    return router


def _add_importing(router: APIRouter, office: Office) -> None:
    turn = asyncio.Semaphore(_AT_ONCE)

    @router.post(
        "",
        summary="导入变动名单",
        **takes_file(*_PARAMETERS),
        **answers(RosterResult, 401, 403, 404, 408, 409, 413, 503, common=(400, 422)),
    )
    async def take_list(request: Request) -> Response:
        """CSV（UTF-8、GB18030）或 XLSX，原样作为正文或以表单上传；同一文件再次上传没有作用，中断的从中断处继续。"""
        client = await client_of(office, request, "clerk")
        async with turn:
            upload = await read_upload(request, MOST_BYTES)
            region, source, dry = _asked(office, client, upload)
            return json_answer(await done(_taken, office, region, source, client.id, upload.content, dry))

    @router.get("", summary="已导入的名单", **answers(RosterImportList, 401, 403, 503, common=(422,)))
    async def list_all(
        request: Request,
        region: Annotated[str, Query(max_length=64, pattern=PRINTABLE)],
        cursor: _Cursor = None,
        limit: _Limit = 100,
    ) -> Response:
        """按导入先后排列。"""
        client = await client_of(office, request, "clerk")
        within(client, region)
        return json_answer(await done(list_imports, office, region, cursor, limit))


def _asked(office: Office, client: Client, upload: Upload) -> tuple[str, str, bool]:
    """The list's region, which must be the client's, its source, and whether it is a dry run."""
    values = upload.values
    region, source, dry = values.get("region", ""), source_named(values.get("source", "")), values.get("dry_run", "")
    wrong = [("region", "必填")] if not region else []
    wrong += [("source", "应为已知的来源部门")] if source is None else []
    wrong += [("dry_run", "应为 true 或 false")] if dry.lower() not in _YES else []
    if wrong or source is None:
        raise Refusal("invalid_request", errors=wrong)
    home = office.shelf.home(region)
    within(client, home or region)
    if home is None:
        raise Refusal("policy_not_found")
    return home, source, _YES[dry.lower()]


def _taken(office: Office, region: str, source: str, by: str, raw: bytes, dry: bool) -> dict[str, Any]:
    try:
        content = read_list(raw)
    except ListRefused as why:
        raise Refusal("roster_unreadable", str(why)) from None
    changes: list[dict[str, Any]] = []
    seen = 0

    def show(line: Shown) -> None:
        nonlocal seen
        seen += 1
        if len(changes) < _MOST_SHOWN:
            changes.append(line.plain())

    deed = dry_run if dry else import_roster
    result = deed(office, Arrival(region, source, by, content), show)
    told = content.unreadable[:_MOST_SHOWN]
    errors = [{"line": one.number, "who": one.who, "reason": one.reason} for one in told]
    left_out = seen - len(changes) + len(content.unreadable) - len(errors)
    return result | {"changes": changes, "errors": errors, "left_out": left_out}


def _add_work_list(router: APIRouter, office: Office) -> None:
    @router.get("/conflicts", summary="名单待处理清单", **answers(RosterConflictList, 401, 403, 503, common=(422,)))
    async def conflicts(
        request: Request,
        region: _Region = None,
        state: Annotated[str | None, Query(pattern="^(open|settled)$")] = "open",
        kind: Annotated[str | None, Query(pattern="^[a-z_]{1,32}$")] = None,
        cursor: _Cursor = None,
        limit: _Limit = 100,
    ) -> Response:
        """与已有记录不符、未予执行的行，以及缺少信息不能计价的登记。"""
        client = await client_of(office, request, "clerk")
        within(client, region or "")
        return json_answer(await done(list_conflicts, office, region, state, kind, cursor, limit))

    @router.post(
        "/conflicts/{id}/settle",
        summary="处理一行",
        **takes(SettleConflictRequest),
        **answers(RosterConflict, 401, 403, 404, 409, 503),
    )
    async def settle(request: Request, id: str) -> Response:
        """按该行执行（`apply`），或保持现状（`dismiss`）。"""
        client = await client_of(office, request, "clerk")
        asked = await read(SettleConflictRequest, request)
        within(client, id.rpartition("-")[0])
        return json_answer(await done(settle_conflict, office, id, client.id, asked.decision, asked.remark))

    @router.post("/lookup", summary="某人的名单记录", **takes(TimelineRequest), **answers(Timeline, 401, 403, 404, 503))
    async def lookup(request: Request) -> Response:
        """各部门名单上的身份、起止日期和来源。用 POST，证件号码不进网址和日志。"""
        client = await client_of(office, request, "clerk")
        asked = await read(TimelineRequest, request)
        home = office.shelf.home(asked.region)
        within(client, home or asked.region)
        if home is None:
            raise Refusal("policy_not_found")
        return json_answer(await done(timeline, office, home, asked.id_number))
