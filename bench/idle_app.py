"""The yardstick for HTTP: a FastAPI route that takes and returns the same pydantic models and does nothing."""

from app.contract.strict import Strict

# FastAPI validates Python objects, where a strict model would refuse every date; the yardstick must accept requests.
Strict.model_config["strict"] = False

from fastapi import FastAPI  # noqa: E402

from app.contract import quote as requests  # noqa: E402
from app.contract.answer import Answer  # noqa: E402
from app.packs.shelf import Shelf  # noqa: E402
from app.rules.quoting import quote  # noqa: E402
from bench.engine import PEOPLE, as_asked  # noqa: E402

_PERSON, _DAY = as_asked(PEOPLE[:1])[0]
_ANSWER = Answer.model_validate(quote(Shelf().find("hunan-anon-district", 2026), _PERSON, _DAY).answer())

app = FastAPI()


async def idle(asked: requests.QuoteRequest) -> Answer:  # noqa: ARG001
    """The same answer for everybody."""
    return _ANSWER


app.add_api_route("/v1/quotes", idle, methods=["POST"])
