"""Is the process serving, and can it do business?"""

from collections.abc import Callable
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from app.api.documenting import answers
from app.api.problems import Refusal
from app.workflows.office import Office
from app.workflows.read_ledger import is_ready


class Health(BaseModel):
    status: Literal["ok"] = "ok"


def routes(office: Office, stopping: Callable[[], bool]) -> APIRouter:
    router = APIRouter(tags=["运行 operations"])

    @router.head("/healthz", include_in_schema=False)
    @router.get("/healthz", summary="进程是否在服务")
    async def healthz() -> Health:
        """能回答就是 200。"""
        return Health()

    @router.head("/readyz", include_in_schema=False)
    @router.get("/readyz", summary="能否办理业务", **answers(Health, 503, common=()))
    def readyz() -> Health:
        """数据库能用且结构为当前版本时为 200；正在停止时不再是。"""
        if stopping():
            raise Refusal("stopping")
        if not is_ready(office):
            raise Refusal("storage_unavailable")
        return Health()

    return router
