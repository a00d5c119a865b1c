"""/docs (Swagger UI) and /redoc, from files in this package: not one request goes to another host.

The content security policy makes the browser hold to that, whatever a viewer's bundle would like to fetch.
"""

from pathlib import Path

from fastapi import FastAPI
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

STATIC = Path(__file__).parent / "static"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; frame-ancestors 'none'"
)
_HEAD = '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>canbao 参保 接口文档</title>'
_VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
_DOCS = (
    f'{_HEAD}{_VIEWPORT}<link rel="stylesheet" href="/static/swagger-ui.css"></head><body><div id="swagger-ui"></div>'
    '<script src="/static/swagger-ui-bundle.js"></script><script src="/static/docs.js"></script></body></html>'
)
_REDOC = (
    f'{_HEAD}{_VIEWPORT}</head><body style="margin:0"><div id="redoc"></div>'
    '<script src="/static/redoc.standalone.js"></script><script src="/static/redoc.js"></script></body></html>'
)


def add_docs_pages(app: FastAPI) -> None:
    app.mount("/static", StaticFiles(directory=STATIC), name="static")

    @app.get("/docs", include_in_schema=False)
    def docs() -> Response:
        return _page(_DOCS)

    @app.get("/redoc", include_in_schema=False)
    def redoc() -> Response:
        return _page(_REDOC)


def _page(html: str) -> HTMLResponse:
    return HTMLResponse(html, headers={"content-security-policy": _POLICY})
