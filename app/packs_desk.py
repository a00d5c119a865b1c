"""`canbao packs schema`: what an officer needs to write a pack."""

from typing import Annotated

import typer

from app.packs.schema import as_text, cases_schema, pack_schema


def schema(
    cases: Annotated[bool, typer.Option("--cases", help="案例文件的 (that of the cases files)")] = False,
) -> None:
    """规则语言的 JSON Schema，供编辑器使用 (the pack language as JSON Schema, for editors)."""
    print(as_text(cases_schema() if cases else pack_schema()), end="")
