"""Writes the committed document that comes from the code: the OpenAPI document."""

import json
from pathlib import Path

from app.main import create_api
from app.packs.shelf import Shelf
from app.settings import Settings

ROOT = Path(__file__).parent.parent
OPENAPI = ROOT / "openapi" / "openapi.json"


def documents() -> dict[Path, str]:
    """The text by its path; a test compares it with what is committed."""
    api, *_ = create_api(Settings(), Shelf())
    return {OPENAPI: json.dumps(api.openapi(), ensure_ascii=False, indent=2) + "\n"}


if __name__ == "__main__":
    for path, text in documents().items():
        path.write_text(text)
        print(path.relative_to(ROOT))
