"""The notices that are there: what each covers, what it leaves silent, and the pack itself with every citation."""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from app.api.answers import json_answer
from app.api.documenting import answers
from app.api.problems import Refusal
from app.api.quotes import not_found
from app.contract.strict import PRINTABLE
from app.journal.telling import tell
from app.packs.form import PackForm
from app.packs.mistakes import PackRefused
from app.packs.scalars import Unsaid
from app.packs.shelf import PolicyNotFound, Shelf, division_codes
from app.rules.compiling import Compiled
from app.rules.wording import clause


class RouteItem(BaseModel):
    id: str = Field(description="途径的稳定标识，即报价中的 `route`")
    title: str
    clause: str


class RateItem(BaseModel):
    id: str
    title: str
    personal_fen: int | None


class SilenceItem(BaseModel):
    code: str
    text: str
    clause: str


class PolicyItem(BaseModel):
    """One notice: where it applies, what it covers and what it leaves open."""

    id: str
    region: str
    region_name: str
    coverage_year: int
    version: str
    digest: str
    title: str
    issuer: str
    number: str
    issued_on: str
    personal_fen: int | None = Field(description="个人缴费标准，单位分；分档或公告未载明的为 null")
    rates: list[RateItem] = Field(description="分人群、分档的缴费标准")
    routes: list[RouteItem] = Field(description="公告规定的缴费途径")
    identities: list[str] = Field(description="有资助的身份代码")
    silences: list[SilenceItem] = Field(description="公告没有写明的事项")


class PolicyList(BaseModel):
    policies: list[PolicyItem]
    next_cursor: str | None = Field(description="下一页的游标；没有下一页为 null")


class PolicyDocument(BaseModel):
    """The pack as JSON: every amount, date and rule with its `cite`."""

    id: str
    digest: str
    pack: dict[str, Any]


def routes(shelf: Shelf) -> APIRouter:
    router = APIRouter(prefix="/v1/policies", tags=["政策 policies"])

    @router.get("", summary="已有的参保公告", **answers(PolicyList, common=(422,)))
    def policies(
        region: Annotated[str | None, Query(max_length=64, pattern=PRINTABLE, description="只列这个地区")] = None,
        coverage_year: Annotated[int | None, Query(ge=1, le=9999, description="只列这个年度")] = None,
        cursor: Annotated[
            str | None, Query(max_length=80, pattern=PRINTABLE, description="上一页的 next_cursor")
        ] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 100,
    ) -> Response:
        """按地区、年度排列；每份公告写明途径、资助对象和没有写明的事项。"""
        wanted = None if region is None else set(division_codes(region))
        keys = [k for k in shelf if (wanted is None or k[0] in wanted) and coverage_year in (None, k[1])]
        keys = [k for k in keys if cursor is None or _cursor(k) > cursor]
        page, rest = keys[:limit], keys[limit:]
        found = [item for item in (_item(shelf, *k) for k in page) if item]
        return json_answer({"policies": found, "next_cursor": _cursor(page[-1]) if rest else None})

    @router.get("/{region}/{year}", summary="一份公告的全部规则和出处", **answers(PolicyDocument, 404, common=(422,)))
    def policy(region: str, year: int) -> Response:
        """规则文件的 JSON 形式，每个金额、日期和规则都带出处（cite）。"""
        try:
            form, compiled = shelf.open(shelf.resolve(region, year), year)
        except PolicyNotFound as missing:
            raise not_found(missing) from None
        except PackRefused:
            raise Refusal("policy_broken") from None
        pack = form.model_dump(mode="json", by_alias=True, exclude_unset=True)
        return json_answer({"id": compiled.policy.id, "digest": compiled.policy.digest, "pack": pack})

    return router


def _cursor(key: tuple[str, int]) -> str:
    return f"{key[0]}-{key[1]:04d}"


def _item(shelf: Shelf, region: str, year: int) -> dict[str, Any] | None:
    """None for a pack that does not load: it must not take the others down. The log says which and why."""
    try:
        return summary(*shelf.open(region, year))
    except PackRefused as refused:
        tell("pack_refused", level="error", pack=str(refused))
        return None


def summary(form: PackForm, compiled: Compiled) -> dict[str, Any]:
    """What a notice covers and leaves silent."""
    policy, notice, standards = compiled.policy, form.notice, form.standards
    return {
        "id": policy.id,
        "region": policy.region,
        "region_name": form.region_name,
        "coverage_year": policy.coverage_year,
        "version": policy.version,
        "digest": policy.digest,
        "title": policy.title,
        "issuer": notice.issuer,
        "number": notice.number,
        "issued_on": str(notice.issued_on),
        "personal_fen": _one(standards.personal.yuan) if standards.personal else None,
        "rates": [{"id": r.id, "title": r.title, "personal_fen": _one(r.yuan)} for r in standards.rates or []],
        "routes": list({r.id: {"id": r.id, "title": r.title, "clause": r.cite.clause} for r in policy.routes}.values()),
        "identities": list(dict.fromkeys(s.code for row in policy.subsidies for s in row.selectors)),
        "silences": list(_silences(compiled)),
    }


def _one(amount: int | Unsaid) -> int | None:
    return amount if isinstance(amount, int) else None


def _silences(compiled: Compiled) -> Iterator[dict[str, str]]:
    """What the notice leaves open: said by the pack's notes, or seen from a missing opening or benefit start."""
    policy = compiled.policy
    for note in policy.notes:
        if note.kind == "silence":
            yield {"code": note.code, "text": note.text, "clause": clause(note.cite)}
    main = policy.windows[0]
    if not main.stated_opening:
        yield {"code": "window_opening_not_stated", "text": "公告未载明缴费开始日期。", "clause": clause(main.cite)}
    if not main.stated_closing:
        yield {"code": "window_closing_not_stated", "text": "公告未载明缴费截止日期。", "clause": clause(main.cite)}
    if any(r.unpriced for r in policy.routes):
        cite = next(r for r in policy.routes if r.unpriced).charge_cites[0]
        yield {"code": "amounts_not_known", "text": "公告的缴费金额不详。", "clause": clause(cite)}
    if not policy.subsidies_known:
        text = "公告的资助办法不详。"
        yield {"code": "subsidies_not_known", "text": text, "clause": clause(policy.one_subsidy_cite)}
    for route in policy.routes:
        if route.start.anchor == "not_stated":
            text = f"公告未载明“{route.title}”的待遇起始日。"
            yield {"code": "benefits_start_not_stated", "text": text, "clause": clause(route.start.cite)}
