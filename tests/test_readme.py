"""The examples of the README run and answer what it says."""

import json
import re
from pathlib import Path

import httpx
import pytest

from tests.simulator.bureau_for_tests import receivable, simulator, tell

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
    "name",
    [
        "README.md",
        "README.zh-CN.md",
        "docs/architecture.md",
        "docs/decisions/README.md",
        "docs/operations.md",
        "docs/collector.md",
        "docs/quote-file.md",
    ],
)
def test_links_and_make_targets_exist(name: str) -> None:
    text, targets = (ROOT / name).read_text(), (ROOT / "Makefile").read_text()
    for link in re.findall(r"\]\((?!http)([^)#]+)\)", text):
        assert ((ROOT / name).parent / link).exists(), link
    for target in re.findall(r"^    make ([a-z-]+)", text, re.MULTILINE):
        assert re.search(rf"^{target}:", targets, re.MULTILINE), target


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_payment_in_the_readme_is_one_that_the_simulator_takes(name: str) -> None:
    after = (ROOT / name).read_text().split("<!-- test: readme-payment -->", 1)[1].split("```", 2)[1]
    asked = re.search(r":8100(/[a-z]+) -d '(.*)'", after)
    assert asked
    with simulator() as bureau:
        tell(bureau, receivable(json.loads(asked[2])["order_no"]))
        assert bureau.post(asked[1], content=asked[2]).status_code == 201
        for path in re.findall(r":8100(/[a-z0-9/-]+)$", after, re.MULTILINE):
            assert bureau.get(path).status_code == 200


def test_every_setting_is_in_the_table_and_explained_in_chinese_and_english() -> None:
    from app.settings import Settings

    text = (ROOT / "docs" / "settings.md").read_text()
    for field in Settings.model_fields:
        row = re.search(rf"^\| `{Settings.variable(field)}` \| (.+?) \|", text, re.MULTILINE)
        assert row, field
        assert re.fullmatch(r".*[一-鿿].* \([^一-鿿]+\)", row[1]), row[1]
    required = set(re.findall(r"^\| `(\w+)` .* required \|$", text, re.MULTILINE))
    assert required == {"DATABASE_URL", "CANBAO_WEBHOOK_SECRETS", "CANBAO_DATA_KEYS", "CANBAO_INDEX_KEY"}
    for name in ("README.md", "README.zh-CN.md"):
        assert "(docs/settings.md)" in (ROOT / name).read_text()
