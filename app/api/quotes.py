"""Quotes: one person, many people, and the calendar of a season. Stateless; no key is asked for."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool

from app.api.documenting import answers, takes
from app.api.problems import Refusal, from_validation
from app.contract.answer import Answer, BatchAnswer, CalendarAnswer
from app.contract.person import PersonForm
from app.contract.quote import BatchRequest, CalendarRequest, QuoteRequest
from app.packs.mistakes import PackRefused
from app.packs.shelf import PolicyNotFound, Shelf
from app.rules.compiling import Compiled
from app.rules.person import Person, contradictions
from app.rules.quoting import calendar, quote

MOST_PEOPLE = 1000
M = TypeVar("M", bound=BaseModel)


class Quotes:
    """Answers quote requests from a shelf of packs; `today` gives the business day."""

    def __init__(self, shelf: Shelf, today: Callable[[], date]) -> None:
        self.shelf, self.today = shelf, today

    def one(self, asked: QuoteRequest) -> bytes:
        """The answer as JSON. Raises Refusal."""
        compiled = self.policy(asked.region, asked.coverage_year, asked.as_of)
        person = checked(asked.person, compiled)
        return quote(compiled, person, asked.pay_date or self.today()).json()

    def batch(self, asked: BatchRequest) -> bytes:
        """The answers as JSON, in order, with a problem in the place of whoever can't be read."""
        if len(asked.people) > MOST_PEOPLE:
            raise Refusal("batch_too_large")
        compiled = self.policy(asked.region, asked.coverage_year, asked.as_of)
        day = asked.pay_date or self.today()
        return b'{"quotes":[' + b",".join(_each(compiled, raw, day) for raw in asked.people) + b"]}"

    def calendar(self, asked: CalendarRequest) -> bytes:
        """The season's segments as JSON."""
        compiled = self.policy(asked.region, asked.coverage_year, asked.as_of)
        segments = calendar(compiled, checked(asked.person, compiled))
        return json.dumps({"segments": segments}, ensure_ascii=False, separators=(",", ":")).encode()

    def policy(self, region: str, year: int, as_of: date | None = None) -> Compiled:
        """The compiled pack; raises Refusal naming the years that are there."""
        try:
            return self.shelf.find(region, year, as_of)
        except PolicyNotFound as missing:
            raise not_found(missing) from None
        except PackRefused:
            raise Refusal("policy_broken") from None


def not_found(missing: PolicyNotFound) -> Refusal:
    if not missing.years:
        return Refusal("policy_not_found", "没有该地区的参保公告。")
    years = "、".join(map(str, missing.years))
    return Refusal("policy_not_found", f"没有该地区该年度的参保公告；已有的年度：{years}。")


def checked(form: PersonForm, compiled: Compiled) -> Person:
    """The person's facts; raises Refusal where they contradict each other."""
    person = form.person()
    clashes = contradictions(person, compiled.policy.coverage_year, compiled.known)
    if clashes:
        raise Refusal("contradictory_facts", errors=clashes)
    return person


def _each(compiled: Compiled, raw: Any, day: date) -> bytes:
    try:
        # Through JSON again: strict reading takes dates from JSON text, not from Python strings.
        person = checked(PersonForm.model_validate_json(json.dumps(raw)), compiled)
        return quote(compiled, person, day).json()
    except ValidationError as error:
        return _problem(from_validation(error, ("person",)))
    except Refusal as refusal:
        return _problem(refusal)


def _problem(refusal: Refusal) -> bytes:
    return json.dumps(refusal.body(), ensure_ascii=False, separators=(",", ":")).encode()


async def read(model: type[M], request: Request) -> M:
    """The request's body as `model`; raises Refusal."""
    try:
        return model.model_validate_json(await request.body())
    except ValidationError as error:
        raise from_validation(error) from None


def routes(quotes: Quotes) -> APIRouter:
    router = APIRouter(prefix="/v1/quotes", tags=["报价 quotes"])

    @router.post("", summary="一个人在某一天应缴多少", **takes(QuoteRequest), **answers(Answer, 404))
    async def quote_one(request: Request) -> Response:
        """费用、资助、期外附加、等待期、待遇期，每一步附条款出处；公告没有写的为 null 并附说明。"""
        return _json(quotes.one(await read(QuoteRequest, request)))

    @router.post("/batch", summary="一批人（1000人以内）", **takes(BatchRequest), **answers(BatchAnswer, 404))
    async def quote_batch(request: Request) -> Response:
        """按顺序逐人回答；读不懂的一项原位返回问题说明，不影响其他人。"""
        asked = await read(BatchRequest, request)
        return _json(await run_in_threadpool(quotes.batch, asked))

    @router.post("/calendar", summary="结果如何随缴费日变化", **takes(CalendarRequest), **answers(CalendarAnswer, 404))
    async def quote_calendar(request: Request) -> Response:
        """从缴费期开始前一天到参保年度结束，逐段给出结果，首尾相接、不重叠。"""
        asked = await read(CalendarRequest, request)
        return _json(await run_in_threadpool(quotes.calendar, asked))

    return router


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")
