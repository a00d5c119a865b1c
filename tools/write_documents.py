"""Writes the committed documents that come from the code: the OpenAPI document, the table of settings, the JSON Schemas
of the pack language."""

import json
from pathlib import Path

from app.api.watching import Watching
from app.main import create_api
from app.packs.schema import as_text, cases_schema, pack_schema
from app.packs.shelf import Shelf
from app.settings import Settings, UnsafeSettings

ROOT = Path(__file__).parent.parent
OPENAPI = ROOT / "openapi" / "openapi.json"
SETTINGS = ROOT / "docs" / "settings.md"
PACKS = ROOT / "docs" / "pack.schema.json"
CASES = ROOT / "docs" / "cases.schema.json"
_SETTINGS_HEAD = """# 设置 (settings)

All settings are environment variables, read once at start; `make openapi` writes this table from app/settings.py. What
cannot be read, and in production what is missing or only for development, is named and nothing is started.

| variable | 含义 (meaning) | default | in production |
| --- | --- | --- | --- |
"""


def settings_table() -> str:
    rows = []
    for field, about in Settings.model_fields.items():
        name = Settings.variable(field)
        default = "none" if about.default is None else f"`{about.default}`"
        if field in ("webhook_secrets", "data_keys", "index_key"):
            default = "a development value"
        rows.append(f"| `{name}` | {about.description} | {default} | {_in_production().get(name, '')} |\n")
    return _SETTINGS_HEAD + "".join(rows)


def _in_production() -> dict[str, str]:
    """What the program itself says when it is asked to start in production with a business day and nothing else."""
    try:
        Settings.model_validate({"env": "production", "today": "2023-11-02"}).refuse_unsafe()
    except UnsafeSettings as why:
        said = str(why).partition(": ")[2].split("; ")
        return {line.split()[0]: "required" if line.endswith("missing") else "refused" for line in said}
    return {}


def documents() -> dict[Path, str]:
    """The text by its path; a test compares it with what is committed."""
    api, *_ = create_api(Settings(), Shelf(), Watching())
    openapi = json.dumps(api.openapi(), ensure_ascii=False, indent=2) + "\n"
    return {
        OPENAPI: openapi,
        SETTINGS: settings_table(),
        PACKS: as_text(pack_schema()),
        CASES: as_text(cases_schema()),
    }


if __name__ == "__main__":
    for path, text in documents().items():
        path.write_text(text)
        print(path.relative_to(ROOT))
