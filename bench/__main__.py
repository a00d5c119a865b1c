"""`make bench`: every figure of docs/benchmarks.md, measured in one run. `python -m bench engine` runs a part."""

import sys
from collections.abc import Callable, Iterable

from bench import batch, databases, engine, http, reports, rosters, season, startup

ROUNDS = 9
PARTS: dict[str, Callable[[], Iterable[object]]] = {
    "http": lambda: http.against_idle_route(ROUNDS),
    "engine": lambda: [*engine.against_handwritten(ROUNDS), *engine.against_zen(ROUNDS)],
    "openfisca": lambda: http.against_openfisca(ROUNDS),
    "callbacks": lambda: [*databases.against_pgbench(ROUNDS), *databases.against_sqlite(ROUNDS)],
    "large": lambda: databases.large_against_small(ROUNDS),
    "batch": lambda: [*batch.against_polars(ROUNDS), *batch.memory((2_000_000, 10_000_000))],
    "rosters": lambda: rosters.report(),
    "reports": reports.of_a_county,
    "season": season.of_a_county,
    "startup": lambda: startup.report(5),
}


def main(chosen: list[str]) -> None:
    print("| measured | median | spread | goal | remark |\n| --- | --- | --- | --- | --- |")
    for name in chosen or PARTS:
        for row in PARTS[name]():
            print(row, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
