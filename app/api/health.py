"""Is the process serving?"""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel


class Health(BaseModel):
    status: Literal["ok"] = "ok"


def routes() -> APIRouter:
    router = APIRouter(tags=["运行 operations"])

    @router.get("/healthz", summary="进程是否在服务")
    async def healthz() -> Health:
        """能回答就是 200。"""
        return Health()

    return router
