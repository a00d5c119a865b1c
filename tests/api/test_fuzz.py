"""Generated requests against the running service: never a 5xx, never an answer outside the documented schema.

A short run here; `make fuzz` asks for 20,000 requests (FUZZ_REQUESTS).
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
WANTED = int(os.environ.get("FUZZ_REQUESTS", "600"))
# A request can fit the schema and still contradict itself, so refusing one is no failure. And the framework's 405 names
# the methods of one route only where two share a path.
LEFT_OUT = "positive_data_acceptance,allow_header_conformance"


def run(base_url: str, seed: int, examples: int, folder: Path) -> tuple[int, int, str]:
    """Exit code, number of requests made, and what was printed."""
    command = [str(Path(sys.executable).parent / "schemathesis"), "run", f"{base_url}/openapi.json"]
    command += ["--max-examples", str(examples), "--seed", str(seed), "--checks", "all", "--exclude-checks", LEFT_OUT]
    command += ["--header", "Authorization: Bearer dev-key"]
    command += ["--phases", "examples,coverage,fuzzing", "--warnings", "off", "--continue-on-failure", "--no-color"]
    env = os.environ | {"SCHEMATHESIS_HOOKS": "tests.api.fuzz_hooks", "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=3000)
    made = re.search(r"([\d,]+) generated", done.stdout)
    return done.returncode, int(made[1].replace(",", "")) if made else 0, done.stdout + done.stderr


def test_no_generated_request_breaks_the_service_or_the_contract(base_url: str, tmp_path: Path) -> None:
    made, seed = 0, 1
    while made < WANTED:
        code, count, printed = run(base_url, seed, min(2000, max(40, WANTED // 8)), tmp_path)
        assert code == 0, printed[-4000:]
        assert count, printed[-2000:]
        made, seed = made + count, seed + 1
    print(f"{made} generated requests, no failure")
