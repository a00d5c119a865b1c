"""Files that come in as a raw body or as a form (multipart/form-data): bounded, read after the key was looked at."""

import asyncio
import re
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from app.api.problems import Refusal

PATHS = frozenset({"/v1/rosters"})  # whose bodies the front door lets through unread
_SECONDS_TO_SEND = 300
_MOST_PARTS = 20
_BOUNDARY = re.compile(r'boundary="?([0-9A-Za-z\'()+_,./:=? -]{1,70})"?', re.IGNORECASE)
_NAME = re.compile(rb'name="([^"\r\n]*)"', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Upload:
    """The file, and the values that came beside it."""

    content: bytes
    values: dict[str, str]


async def read_upload(request: Request, most_bytes: int) -> Upload:
    """Raises Refusal: too large, too slow, a form that can't be read or has no file."""
    try:
        async with asyncio.timeout(_SECONDS_TO_SEND):
            body = await _body(request, most_bytes)
    except TimeoutError:
        raise Refusal("request_timeout") from None
    values = {name: value for name, value in request.query_params.items() if len(value) <= 200}
    kind = request.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/form-data"):
        return Upload(body, values)
    content, fields = _form(body, kind)
    return Upload(content, values | fields)


async def _body(request: Request, most_bytes: int) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most_bytes:
            raise Refusal("file_too_large")
        parts.append(part)
    return b"".join(parts)


def _form(body: bytes, kind: str) -> tuple[bytes, dict[str, str]]:
    """The one file of a form, and its plain fields."""
    boundary = _BOUNDARY.search(kind)
    if boundary is None:
        raise Refusal("malformed_form")
    mark = b"--" + boundary[1].encode()
    pieces = (b"\r\n" + body).split(b"\r\n" + mark)
    if len(pieces) < 3 or len(pieces) > _MOST_PARTS + 2 or not pieces[-1].startswith(b"--"):
        raise Refusal("malformed_form")
    content: bytes | None = None
    fields: dict[str, str] = {}
    for piece in pieces[1:-1]:
        head, found, value = piece.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if not found or name is None:
            raise Refusal("malformed_form")
        if b"filename" in head.lower():
            content = value
        elif len(value) <= 200:
            fields[name[1].decode("utf-8", "replace")] = value.decode("utf-8", "replace")
    if content is None:
        raise Refusal("malformed_form")
    return content, fields


def takes_file(*parameters: dict[str, Any]) -> dict[str, Any]:
    """What the OpenAPI document says of such a route."""
    binary = {"schema": {"type": "string", "format": "binary"}}
    fields = {p["name"]: p["schema"] for p in parameters}
    form = {"schema": {"type": "object", "required": ["file"], "properties": {"file": binary["schema"], **fields}}}
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    content = {"text/csv": binary, sheet: binary, "application/octet-stream": binary, "multipart/form-data": form}
    where = [{"in": "query", "required": False, **p} for p in parameters]
    return {"openapi_extra": {"requestBody": {"required": True, "content": content}, "parameters": where}}
