"""What the OpenAPI document says of a route whose body is read from the raw bytes.

FastAPI would parse JSON first and validate Python objects, which strict models refuse (a date is a string there); so
routes read the bytes themselves, and these helpers put the models into the document.
"""

from typing import Any

from fastapi import FastAPI, Response
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.api.problems import MEDIA_TYPE
from app.contract.answer import Problem

_REF = "#/components/schemas/{model}"
_BODIES: dict[str, type[BaseModel]] = {}
_FILE = {"schema": {"type": "string", "format": "binary"}}
_COMMON = (400, 413, 415, 422)


def takes(
    model: type[BaseModel], headers: dict[str, dict[str, Any]] | None = None, *parts: type[BaseModel]
) -> dict[str, Any]:
    """The request body of a route, the headers it wants with their schemas, and models that the body's schema names."""
    _BODIES.update({m.__name__: m for m in (model, *parts)})
    schema = {"$ref": _REF.format(model=model.__name__)}
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    wanted = [{"name": n, "in": "header", "required": True, "schema": s} for n, s in (headers or {}).items()]
    return {"openapi_extra": {"requestBody": body} | ({"parameters": wanted} if wanted else {})}


def takes_file(*kinds: str) -> dict[str, Any]:
    """A request body that is a file of one of these media types."""
    return {"openapi_extra": {"requestBody": {"required": True, "content": dict.fromkeys(kinds, _FILE)}}}


def answers(model: type[BaseModel], *others: int, common: tuple[int, ...] = _COMMON, good: int = 200) -> dict[str, Any]:
    """The answers of a route: the model with 200 (or `good`), problems with the other statuses."""
    found: dict[int | str, dict[str, Any]] = {good: {"model": model}}
    return {"status_code": good, "responses": found | dict.fromkeys(sorted({*common, *others}), _problem())}


def answers_file(kind: str, *others: int) -> dict[str, Any]:
    """The answers of a route that gives a file with 200."""
    found: dict[int | str, dict[str, Any]] = {200: {"description": "文件", "content": {kind: _FILE}}}
    return {"response_class": Response, "responses": found | dict.fromkeys(sorted(others), _problem())}


def _problem() -> dict[str, Any]:
    schema = {"$ref": _REF.format(model="Problem")}
    return {"description": "问题说明（RFC 9457）", "content": {MEDIA_TYPE: {"schema": schema}}}


def _secure(document: dict[str, Any]) -> None:
    """Routes that can answer 403 want a key."""
    scheme = {"type": "http", "scheme": "bearer", "description": "开发环境可用 `dev-key`"}
    document["components"]["securitySchemes"] = {"key": scheme}
    for operations in document["paths"].values():
        for operation in operations.values():
            if "403" in operation["responses"]:
                operation["security"] = [{"key": []}]


def complete(app: FastAPI) -> None:
    """Make `app.openapi()` carry the schemas of the raw bodies and of problems."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = plain()
            models = [(m, "validation") for m in (*_BODIES.values(), Problem)]
            _, schemas = models_json_schema(models, ref_template=_REF)  # type: ignore[arg-type]
            document.setdefault("components", {}).setdefault("schemas", {}).update(schemas["$defs"])
            _secure(document)
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
