"""Conditions are compared by what they say, in this process and in any other."""

import os
import pickle
import subprocess
import sys

from app.rules import conditions as c

WHEN = c.all_of([c.IsTrue("insured"), c.any_of([c.HadJob(), c.HasCircumstance("working_away")])])
ASK = """
import pickle, sys
from tests.rules.test_conditions import WHEN
print(pickle.loads(bytes.fromhex(sys.argv[1])) in {WHEN})
"""


def test_all_and_any_of_the_same_are_not_the_same() -> None:
    parts = (c.HadJob(), c.IsTrue("gap"))
    found: dict[c.Condition, int] = {c.All(parts): 1, c.Any(parts): 2}
    assert (found[c.All((c.HadJob(), c.IsTrue("gap")))], found[c.Any((c.HadJob(), c.IsTrue("gap")))]) == (1, 2)


def test_a_condition_that_comes_from_another_process_is_found_among_the_same() -> None:
    for seed in ("1", "2"):
        command = [sys.executable, "-c", ASK, pickle.dumps(WHEN).hex()]
        done = subprocess.run(
            command, capture_output=True, text=True, env=os.environ | {"PYTHONHASHSEED": seed}, timeout=60, check=True
        )
        assert done.stdout.strip() == "True"
