"""Errors as problem details (RFC 9457), in Chinese, without anything of what was sent.

The table is the one place where a refusal gets its status, code and sentence.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from starlette.responses import Response

from app.journal.telling import remember

MEDIA_TYPE = "application/problem+json"

# code -> (status, detail)
TABLE: dict[str, tuple[int, str]] = {
    "malformed_json": (400, "请求正文不是有效的 JSON。"),
    "invalid_request": (422, "请求内容有误，请按提示修改。"),
    "contradictory_facts": (422, "所填信息互相矛盾，请核对后重试。"),
    "batch_too_large": (422, "一次最多查询1000人，请分批提交。"),
    "policy_not_found": (404, "没有该地区该年度的参保公告。"),
    "policy_broken": (503, "该地区该年度的规则文件暂时无法读取，请联系管理员。"),
    "unauthorized": (401, "缺少有效的访问密钥。"),
    "bad_signature": (401, "签名无效或时间戳超出5分钟。"),
    "forbidden": (403, "该密钥无权进行此操作或访问该地区。"),
    "enrollment_not_found": (404, "没有这条参保登记。"),
    "suspense_not_found": (404, "没有这笔待处理款项。"),
    "conflict_not_found": (404, "待处理清单中没有这一项。"),
    "proposal_not_found": (404, "没有这条处理建议。"),
    "roster_unreadable": (422, "名单文件无法读取。"),
    "roster_import_in_progress": (409, "同一名单正在导入，请稍后重试。"),
    "nothing_to_apply": (409, "这一项须补充登记信息后重新登记，只能标记为已处理（dismiss）。"),
    "proposal_decided": (409, "这条处理建议已有结果。"),
    "proposal_out_of_date": (409, "缴费情况已变化，这条处理建议已失效。"),
    "second_clerk_required": (403, "须由导入名单、提出处理的人以外的经办人员决定。"),
    "dead_letter_not_found": (404, "没有这条未送达的通知。"),
    "not_a_dead_letter": (409, "这条通知不在未送达清单中。"),
    "already_enrolled": (409, "该人员本年度已有有效的参保登记。"),
    "idempotency_in_progress": (409, "相同 Idempotency-Key 的请求正在处理，请稍后重试。"),
    "event_conflict": (409, "相同 event_id 的通知内容不同，以先到的为准。"),
    "not_cancellable": (409, "已缴费的登记不能取消，须先由税务退费。"),
    "already_settled": (409, "这笔款项已处理。"),
    "not_enrollable": (422, "按公告，该人员当前不能登记，原因见所附报价。"),
    "idempotency_key_reused": (422, "该 Idempotency-Key 已用于内容不同的请求。"),
    "idempotency_key_missing": (400, "须提供 Idempotency-Key 请求头（1至255个可见ASCII字符）。"),
    "storage_unavailable": (503, "数据库暂时不可用，请稍后重试。"),
    "stopping": (503, "服务正在停止，请稍后重试。"),
    "not_found": (404, "没有这个地址。"),
    "method_not_allowed": (405, "该地址不支持这种请求方法。"),
    "unsupported_media_type": (415, "请求正文须为 JSON（Content-Type: application/json）。"),
    "request_timeout": (408, "请求没有在30秒内发送完毕。"),
    "malformed_form": (400, "上传的表单无法读取，须含一个文件。"),
    "file_too_large": (413, "文件过大，请分批上传。"),
    "body_too_large": (413, "请求正文超过1MiB，请分批提交。"),
    "bad_request": (400, "请求无法处理。"),
    "internal_error": (500, "系统内部错误，请稍后重试。"),
}
_PLAIN_WORD = re.compile(r"[A-Za-z_]{1,40}")
_MOST_ERRORS = 50
# Spelled out: Python's own phrases change with its version.
_TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}
_BY_STATUS = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large", 415: "unsupported_media_type"}


@dataclass
class Refusal(Exception):  # noqa: N818 - an answer, not a failure
    """A request that gets a problem for an answer."""

    code: str
    detail: str | None = None
    errors: list[tuple[str, str]] | None = None
    more: dict[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        status, detail = TABLE[self.code]
        problem: dict[str, Any] = {
            "type": "about:blank",
            "title": _TITLES.get(status) or HTTPStatus(status).phrase,
            "status": status,
            "detail": self.detail or detail,
            "code": self.code,
        }
        if self.errors is not None:
            problem["errors"] = [{"field": field, "message": message} for field, message in self.errors]
        return problem | self.more

    def response(self, headers: dict[str, str] | None = None) -> Response:
        remember(code=self.code)
        body = json.dumps(self.body(), ensure_ascii=False).encode()
        return Response(body, TABLE[self.code][0], headers, MEDIA_TYPE)


def from_status(status: int) -> Refusal:
    """The problem for an error that the framework raised by status."""
    return Refusal(_BY_STATUS.get(status, "bad_request" if status < 500 else "internal_error"))


def from_validation(error: ValidationError, prefix: tuple[str | int, ...] = ()) -> Refusal:
    """The problem for input that does not fit a model: field paths and sentences, never the input itself."""
    found = error.errors(include_url=False, include_input=False, include_context=True)
    if any(e["type"] == "json_invalid" for e in found):
        return Refusal("malformed_json")
    # Each mistake once, and not more than a person can read: the answer must not outgrow the question.
    return Refusal("invalid_request", errors=list(dict.fromkeys(_fields(found, prefix)))[:_MOST_ERRORS])


def from_framework(found: Sequence[Any]) -> Refusal:
    """The problem for query and path values that FastAPI refused; its places start with where the value stood."""
    return Refusal("invalid_request", errors=[(".".join(map(str, e["loc"][1:])), _message(e)) for e in found])


def _fields(found: Iterable[ErrorDetails], prefix: tuple[str | int, ...]) -> Iterable[tuple[str, str]]:
    for e in found:
        place = [*prefix, *e["loc"]]
        if e["type"] == "extra_forbidden":
            # The unknown key's name is the sender's own text: shown only if it is a plain word, as a slip would be.
            plain = _PLAIN_WORD.fullmatch(str(place[-1]))
            yield ".".join(map(str, place if plain else place[:-1])), "未知字段" if plain else "有未知字段"
        else:
            yield ".".join(map(str, place)), _message(e)


def _message(e: ErrorDetails) -> str:
    context = e.get("ctx", {})
    match e["type"]:
        case "missing":
            return "必填"
        case "date_type" | "date_parsing" | "date_from_datetime_parsing" | "date_from_datetime_inexact":
            return "应为 YYYY-MM-DD 格式的真实日期"
        case "literal_error":
            return "应为以下之一：" + str(context.get("expected", "")).replace(" or ", ", ").replace("'", "")
        case "int_type" | "int_parsing" | "int_from_float" | "int_parsing_size":
            return "应为整数"
        case "bool_type" | "bool_parsing":
            return "应为 true 或 false"
        case "greater_than_equal":
            return f"不能小于{context.get('ge')}"
        case "less_than_equal":
            return f"不能大于{context.get('le')}"
        case "list_type":
            return "应为列表"
        case "model_type" | "model_attributes_type" | "dict_type":
            return "应为对象"
        case "string_type" | "string_unicode":
            return "应为字符串"
        case "string_pattern_mismatch":
            return "含有不允许的字符"
        case "string_too_short" | "string_too_long":
            limit = context.get("min_length", context.get("max_length"))
            return f"长度不能{'小于' if e['type'] == 'string_too_short' else '超过'}{limit}个字符"
        case "too_long":
            return f"最多{context.get('max_length')}项"
        case _:
            return "格式不正确"
