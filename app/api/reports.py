"""Reports as JSON or as a workbook. One at a time in a process: each of them is a look at every enrollment."""

import asyncio
import os
import shutil
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from app.api.access import client_of, within
from app.api.answers import json_answer
from app.api.documenting import answers
from app.api.doing import done
from app.contract.report import ReportAnswer, ReportList
from app.contract.strict import PRINTABLE
from app.contract.words import Day
from app.reports.catalog import REPORTS
from app.workflows.make_report import Asked, make_report
from app.workflows.office import Office

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NAME = Path(pattern=f"^({'|'.join(REPORTS)})$", description="报表名称，见 `GET /v1/reports`")


def routes(office: Office) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["报表 reports"])
    one_at_a_time = asyncio.Semaphore(1)

    @router.get("/reports", summary="已有的报表", **answers(ReportList, 401, 403, 503, common=()))
    async def list_reports(request: Request) -> Response:
        """报表的名称和所需权限。"""
        await client_of(office, request, "read")
        found = [{"name": r.name, "title": r.title, "names": r.names} for r in REPORTS.values()]
        return json_answer({"reports": found})

    @router.get("/reports/{name}", summary="一份报表", **_answers())
    async def report(
        request: Request,
        name: Annotated[str, _NAME],
        region: Annotated[str, Query(max_length=64, pattern=PRINTABLE, description="县、乡镇或村的区划代码")],
        coverage_year: Annotated[int, Query(ge=1, le=9999)],
        as_of: Annotated[Day | None, Query(description="截至这一天结束时；不填为此刻")] = None,
        format: Literal["json", "xlsx"] = "json",
        names: Literal["whole", "masked"] = "whole",
    ) -> Response:
        """按村、乡镇统计，`format=xlsx` 为可打印的表格。

        含完整姓名和号码的须 `clerk` 权限并留操作记录；`names=masked` 隐去姓名和号码，只须 `read`。
        """
        whole = REPORTS[name].names and names == "whole"
        client = await client_of(office, request, "clerk" if whole else "read")
        within(client, region)
        asked = Asked(name, region, coverage_year, as_of, whole, format)
        async with AsyncExitStack() as failed:
            folder = FilePath(tempfile.mkdtemp(prefix=f"canbao-report-{os.getpid()}-"))
            failed.callback(shutil.rmtree, folder, ignore_errors=True)
            file = folder / f"report.{format}"
            async with one_at_a_time:
                await done(make_report, office, asked, file, client.id)
            failed.pop_all()  # from here on it is the answer that removes it
        return _file(file, f"{name}-{coverage_year}.{format}")

    return router


def _file(file: FilePath, name: str) -> Response:
    away = BackgroundTask(shutil.rmtree, file.parent, ignore_errors=True)
    if name.endswith(".json"):
        return FileResponse(file, media_type="application/json", background=away)
    return FileResponse(file, media_type=_XLSX, filename=name, background=away)


def _answers() -> dict[str, Any]:
    """JSON, or a file."""
    found = answers(ReportAnswer, 401, 403, 404, 503, common=(422,))
    found["responses"][200]["content"] = {_XLSX: {"schema": {"type": "string", "format": "binary"}}}
    return found
