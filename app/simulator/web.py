"""The simulator's HTTP interface; docs/collector.md lists it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import httpx
from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException

from app.collector.signature import BadSignature, verify
from app.simulator.bureau import Bureau
from app.simulator.callbacks import Callback
from app.simulator.forms import BusinessDay, Mode, Payment, Reversal
from app.simulator.orders import Receivable
from app.simulator.playing import Player
from app.simulator.postman import Postman, post_to
from app.simulator.refusals import Refused, unreadable
from app.simulator.script import Script
from app.simulator.statement import Encoding, keep, statement

Form = TypeVar("Form", bound=BaseModel)


@dataclass(frozen=True)
class Options:
    """How a simulator is set up. The first of the keys signs, each of them is believed."""

    callback_url: str
    keys: Sequence[bytes]
    now: Callable[[], datetime]
    rhythm: float = 1.0
    seed: int | None = None
    statements: Path | None = None
    script: Script | None = None
    say: Callable[[str], None] = print


def create_simulator(options: Options) -> FastAPI:
    """The app; its callbacks travel while it is served."""
    # No proxy from the environment: the receiver is most often on this very machine.
    client = httpx.AsyncClient(timeout=10, trust_env=False)
    postman = Postman(post_to(client, options.callback_url), options.keys[0], options.rhythm)
    bureau = Bureau(postman, options.now, options.seed)
    player = Player(bureau, options.script, options.statements, options.say) if options.script else None

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        playing = asyncio.create_task(player.play()) if player else None
        yield
        if playing:
            playing.cancel()
        await postman.close()
        await client.aclose()

    app = FastAPI(title="canbao collector-sim", docs_url=None, redoc_url=None, lifespan=lifespan)
    app.include_router(_orders(bureau, options.keys))
    app.include_router(_money(bureau))
    app.include_router(_callbacks(postman))
    app.include_router(_ways(bureau, player))
    app.include_router(_statements(bureau, options.statements))
    _add_problems(app)
    return app


def _orders(bureau: Bureau, keys: Sequence[bytes]) -> APIRouter:
    router = APIRouter(prefix="/receivables")

    @router.post("")
    async def take(request: Request) -> Response:
        raw = await request.body()
        try:
            verify(keys, dict(request.headers), raw, time.time())
        except BadSignature:
            raise Refused("bad_signature", "not signed with a secret of CANBAO_WEBHOOK_SECRETS, or not now") from None
        new = bureau.orders.take(_read(Receivable, raw))
        return _json({"code": "SUCCESS", "new": new})

    @router.get("")
    async def show_all(state: Annotated[str | None, Query()] = None) -> Response:
        orders = bureau.orders.all()
        counts = {name: sum(order.state == name for order in orders) for name in ("due", "paid", "nothing_due")}
        counts["withdrawn"] = len(orders) - sum(counts.values())
        shown = [order.shown() for order in bureau.orders.all(state)]
        return _json({"receivables": shown, "counts": counts})

    @router.get("/{order_no}")
    async def show(order_no: str) -> Response:
        return _json(bureau.orders.find(order_no).shown())

    return router


def _money(bureau: Bureau) -> APIRouter:
    router = APIRouter()

    @router.post("/payments")
    async def pay(request: Request) -> Response:
        return _events(bureau.pay(_read(Payment, await request.body())))

    @router.post("/reversals")
    async def reverse(request: Request) -> Response:
        return _events(bureau.reverse(_read(Reversal, await request.body())))

    return router


def _callbacks(postman: Postman) -> APIRouter:
    router = APIRouter(prefix="/callbacks")

    @router.get("")
    async def show_all(state: str | None = None, order_no: str | None = None) -> Response:
        found = [c for c in postman.all() if state in (None, c.state) and order_no in (None, c.movement.order_no)]
        return _json({"callbacks": [c.shown() for c in found], "counts": postman.counts()})

    @router.get("/{event_id}")
    async def show(event_id: str) -> Response:
        return _json(postman.find(event_id).shown())

    @router.post("/{event_id}/release")
    async def release(event_id: str) -> Response:
        callback = postman.find(event_id)
        postman.release(callback)
        return _json(callback.shown(), 202)

    return router


def _ways(bureau: Bureau, player: Player | None) -> APIRouter:
    router = APIRouter()

    def shown() -> dict[str, Any]:
        shares = {fault.value: share for fault, share in bureau.faults.probabilities.items()}
        return shares | {"then_honest": bureau.faults.then_honest}

    @router.get("/faults")
    async def show() -> Response:
        return _json(shown())

    @router.put("/faults")
    async def change(request: Request) -> Response:
        asked = _read(Mode, await request.body())
        bureau.faults.set(asked.probabilities(), then_honest=asked.then_honest)
        return _json(shown())

    @router.get("/day")
    async def day() -> Response:
        return _json({"day": bureau.today().isoformat()})

    @router.put("/day")
    async def turn(request: Request) -> Response:
        bureau.day = _read(BusinessDay, await request.body()).day
        return _json({"day": bureau.today().isoformat()})

    @router.get("/script")
    async def script() -> Response:
        if player is None:
            raise Refused("not_found", "started without --script")
        return _json(player.shown())

    @router.get("/healthz")
    async def healthz() -> Response:
        return _json({"status": "ok"})

    return router


def _statements(bureau: Bureau, folder: Path | None) -> APIRouter:
    router = APIRouter(prefix="/statements")

    @router.get("")
    async def days() -> Response:
        return _json({"days": [day.isoformat() for day in bureau.days()]})

    @router.get("/{day}")
    async def show(day: date, encoding: Annotated[Encoding, Query()] = "utf-8") -> Response:
        content = statement(bureau.money_of(day), encoding)
        return Response(content, media_type=f"text/csv; charset={encoding}")

    @router.post("/{day}")
    async def write(day: date, encoding: Annotated[Encoding, Query()] = "utf-8") -> Response:
        if folder is None:
            raise Refused("no_statement_folder", "start the simulator with --statements DIR")
        content = statement(bureau.money_of(day), encoding)
        return _json({"file": keep(folder, day, content), "bytes": len(content)}, 201)

    return router


def _read(form: type[Form], raw: bytes) -> Form:
    try:
        return form.model_validate_json(raw)
    except ValidationError as error:
        raise unreadable(error) from None


def _events(callbacks: list[Callback]) -> Response:
    return _json({"events": [callback.shown() for callback in callbacks]}, 201)


def _json(content: Any, status: int = 200) -> Response:
    return Response(json.dumps(content, ensure_ascii=False), status, media_type="application/json")


def _add_problems(app: FastAPI) -> None:
    def problem(refused: Refused) -> Response:
        return Response(refused.body(), refused.status, media_type="application/problem+json")

    async def refused(_: Request, error: Any) -> Response:
        return problem(error)

    async def invalid(_: Request, error: Any) -> Response:
        errors = [{"field": ".".join(map(str, e["loc"][1:])), "message": e["msg"]} for e in error.errors()]
        return problem(Refused("invalid_request", "a value in the address can't be read", errors))

    async def by_status(_: Request, error: Any) -> Response:
        code = "method_not_allowed" if error.status_code == 405 else "not_found"
        return problem(Refused(code, "there is nothing here"))

    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, by_status)
