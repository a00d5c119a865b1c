"""Scripts: played once, step by step; a mistake is named with its line, a step that can't be done is said."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.packs.read_pack import read_tree
from app.simulator.script import Script, ScriptRefused, read_script
from tests.simulator.bureau_for_tests import receivable, simulator, tell
from tests.simulator.test_statement import read

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = ROOT / "docs" / "collector-script.yaml"


def script(text: str) -> Script:
    return read_script("s.yaml", *read_tree("s.yaml", text.encode()))


def played(bureau: httpx.Client, seconds: float = 30) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found: dict[str, Any] = bureau.get("/script").json()
        if found["stage"] != "running":
            return found
        time.sleep(0.02)
    raise AssertionError(f"still running: {found}")


def test_the_example_is_played_to_its_end_against_the_service(base_url: str, tmp_path: Path) -> None:
    example = read_script(EXAMPLE.name, *read_tree(EXAMPLE.name, EXAMPLE.read_bytes()))
    with simulator(f"{base_url}/v1/tax/callbacks", seed=time.time_ns(), statements=tmp_path, script=example) as bureau:
        for n in range(20):
            tell(bureau, receivable(f"test-script-{n:02d}"))
        found = played(bureau)
        assert (found["stage"], found["said"]) == ("done", [
            "step 1, wait: 20 orders",
            "step 2, faults: duplicate 0.2, forged 0.1, stale 0.1",
            "step 3, pay: 15 orders",
            "step 4, faults: none",
            "step 5, pay: 2 orders",
            "step 6, wait: all through",
            "step 7, reverse: 3 orders",
            "step 8, wait: all through",
            "step 9, statement: 2023-11-02.csv",
        ])  # fmt: skip
        lines, trailer = read((tmp_path / "2023-11-02.csv").read_bytes(), "gb18030")
        assert (trailer[1], trailer[2]) == ("20", str(38000 * (17 - 3)))
        assert sum(line["channel"] == "微信" for line in lines) >= 15
        assert bureau.get("/callbacks").json()["counts"]["delivered"] == 20


def test_a_step_that_cannot_be_done_is_said_and_ends_the_script() -> None:
    waits = script('{script: "1", steps: [{wait: {orders: 3, seconds: 0.1}}, {pay: {}}]}')
    with simulator(script=waits) as bureau:
        found = played(bureau)
        assert found["stage"] == "failed"
        assert found["said"] == ["step 1, wait: failed: after 0.1 seconds 0 of 3 orders have arrived"]
    with simulator(script=script('{script: "1", steps: [{statement: {}}]}')) as bureau:
        assert played(bureau)["said"] == ["step 1, statement: failed: start the simulator with --statements DIR"]


def test_without_a_script_there_is_none_to_ask_for() -> None:
    with simulator() as bureau:
        assert bureau.get("/script").status_code == 404


WRONG = [
    ("{}", "s.yaml:1: script: this key is missing"),
    ('script: "2"\nsteps:\n  - pay: {}\n', "s.yaml:1: script: expected '1'"),
    ('script: "1"\nsteps: []\n', "s.yaml:2: steps: "),
    ('script: "1"\nsteps:\n  - pay: {}\n  - dance: {}\n', "s.yaml:4: steps.1.dance: there is no such key"),
    ('script: "1"\nsteps:\n  - pay: {}\n    reverse: {share: 5%}\n', "s.yaml:3: steps.0: a step is one of wait, pay"),
    ('script: "1"\nsteps:\n  - pay:\n      share: 80\n', "s.yaml:4: steps.0.pay.share: expected a share such as 80%"),
    ('script: "1"\nsteps:\n  - pay: {share: 101%}\n', "s.yaml:3: steps.0.pay.share: expected a share such as 80%"),
    ('script: "1"\nsteps:\n  - pay: {fault: flood}\n', "s.yaml:3: steps.0.pay.fault: expected 'duplicate', "),
    ('script: "1"\nsteps:\n  - reverse: {}\n', "s.yaml:3: steps.0.reverse.share: this key is missing"),
    ('script: "1"\nsteps:\n  - reverse: {share: 5%, fault: unknown_order}\n', "a reversal has no unknown_order"),
    ('script: "1"\nsteps:\n  - faults: {forged: 0.9, stale: 0.9}\n', "the probabilities add up to more than 1"),
    ('script: "1"\nsteps:\n  - faults: {forged: often}\n', "s.yaml:3: steps.0.faults.forged: "),
    ('script: "1"\nsteps:\n  - faults: {flood: 0.1}\n', "s.yaml:3: steps.0.faults.flood: there is no such key"),
    ('script: "1"\nsteps:\n  - wait: {}\n', "s.yaml:3: steps.0.wait: wait for orders or for callbacks"),
    ('script: "1"\nsteps:\n  - wait: {orders: many}\n', "s.yaml:3: steps.0.wait.orders: "),
    ('script: "1"\nsteps:\n  - statement: {day: 2023-11-31}\n', "s.yaml:3: steps.0.statement.day: "),
    ('script: "1"\nsteps:\n  - statement: {encoding: big5}\n', "s.yaml:3: steps.0.statement.encoding: expected "),
]


@pytest.mark.parametrize(("text", "says"), WRONG, ids=range(len(WRONG)))
def test_a_mistake_is_named_with_file_line_and_place(text: str, says: str) -> None:
    with pytest.raises(ScriptRefused) as refused:
        script(text)
    assert says in str(refused.value)


def command(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    run = [sys.executable, "-m", "app.cli", "collector-sim", *args]
    return subprocess.run(run, capture_output=True, text=True, cwd=ROOT, env=os.environ | env, timeout=60)


@pytest.mark.parametrize(
    ("text", "says"),
    [("script: [", "not YAML"), ("", "empty"), ('script: "1"\nscript: "1"', "twice"), ("steps: []", "s.yaml:1:")],
)
def test_the_command_refuses_a_wrong_script_without_a_traceback(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "s.yaml").write_text(text)
    done = command("--script", str(tmp_path / "s.yaml"))
    assert (done.returncode, says in done.stderr, "Traceback" in done.stderr) == (2, True, False)


def test_the_command_wants_a_script_that_is_there_and_no_production() -> None:
    assert "nowhere.yaml" in command("--script", "/nowhere.yaml").stderr
    done = command(CANBAO_ENV="production")
    assert (done.returncode, "CANBAO_ENV=production" in done.stderr) == (2, True)
