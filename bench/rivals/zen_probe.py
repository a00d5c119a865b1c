"""Time zen-engine on request, so that a driver can interleave it with canbao's engine in one run.

    python zen_probe.py PEOPLE.json [engine|decision]

One command a line on stdin: `run N` prints the seconds that N evaluations took, `sample` prints every person's result
as one JSON list, `quit` (or the end of input) ends it.
"""

import json
import sys
from collections.abc import Callable, Mapping
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter
from typing import Any

import zen

RULES = Path(__file__).with_name("zen_rules.json")

Person = dict[str, Any]
Evaluate = Callable[[Person], Mapping[str, Any]]


def load_engine() -> Evaluate:
    """zen's fast way: the static loader compiles the rules once, and evaluate starts no thread."""
    rules = json.loads(RULES.read_text(encoding="utf-8"))
    engine = zen.ZenEngine({"loader": {"type": "static", "content": {"rules": rules}}})
    return partial(engine.evaluate, "rules")  # a lambda would put a Python call on zen's bill


def load_decision() -> Evaluate:
    """The way of zen's quickstart. In 2.1.3 every evaluate starts two threads, which is nearly all it costs."""
    decision = zen.ZenEngine().create_decision(RULES.read_text(encoding="utf-8"))
    return decision.evaluate


LOADERS = {"engine": load_engine, "decision": load_decision}


def read_people(path: str) -> list[Person]:
    return [entry["zen"] for entry in json.loads(Path(path).read_text(encoding="utf-8"))]


def time_run(evaluate: Evaluate, people: list[Person], count: int) -> float:
    start = perf_counter()
    for person in islice(cycle(people), count):
        evaluate(person)
    return perf_counter() - start


def answer(command: str, evaluate: Evaluate, people: list[Person]) -> str:
    match command.split():
        case ["run", count] if count.isdecimal():
            return repr(time_run(evaluate, people, int(count)))
        case ["sample"]:
            # ASCII: the pipe's encoding depends on the locale, the driver should not have to know it.
            return json.dumps([evaluate(person)["result"] for person in people])
        case _:
            return json.dumps({"error": f"unknown command: {command}"})


def main() -> None:
    evaluate = LOADERS[next(iter(sys.argv[2:]), "engine")]()
    people = read_people(sys.argv[1])
    # readline, not iteration: reading ahead would hold a command back until the next one came.
    while (line := sys.stdin.readline()) and line.strip() != "quit":
        print(answer(line.strip(), evaluate, people), flush=True)


if __name__ == "__main__":
    main()
