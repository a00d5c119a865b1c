"""Plain answers as JSON."""

import json
from typing import Any

from starlette.responses import Response


def json_answer(body: Any) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text.encode(), media_type="application/json")
