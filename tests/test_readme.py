"""The examples of the README run and answer what it says."""

import json
import re
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parent.parent


def example(text: str) -> tuple[dict[str, object], dict[str, object]]:
    """Request and answer that stand behind the mark."""
    after = text.split("<!-- test: readme-quote -->", 1)[1]
    asked = re.search(r"-d '\s*(\{.*?\})'", after, re.DOTALL)
    answered = re.search(r"```json\n(.*?)```", after, re.DOTALL)
    assert asked
    assert answered
    return json.loads(asked[1]), json.loads(answered[1])


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_quote_in_the_readme_is_the_real_answer(name: str, client: httpx.Client) -> None:
    asked, answered = example((ROOT / name).read_text())
    assert client.post("/v1/quotes", json=asked).json() == answered


@pytest.mark.parametrize(
    "name", ["README.md", "README.zh-CN.md", "docs/architecture.md", "docs/decisions/README.md", "docs/quote-file.md"]
)
def test_links_and_make_targets_exist(name: str) -> None:
    text, targets = (ROOT / name).read_text(), (ROOT / "Makefile").read_text()
    for link in re.findall(r"\]\((?!http)([^)#]+)\)", text):
        assert ((ROOT / name).parent / link).exists(), link
    for target in re.findall(r"^    make ([a-z-]+)", text, re.MULTILINE):
        assert re.search(rf"^{target}:", targets, re.MULTILINE), target


def test_every_setting_is_in_the_table() -> None:
    from app.settings import Settings

    text = (ROOT / "README.md").read_text()
    for name, field in Settings.model_fields.items():
        assert f"`{field.validation_alias or 'CANBAO_' + name.upper()}`" in text
