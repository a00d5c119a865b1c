"""Random single edits to the five packs: how many do the loader, the packs' own cases and the proof catch?

    python -m tools.mutate_packs --edits 500 --seed 1

An edit that nobody's answer changes by, in any class of either pack, is listed as equivalent. docs/pack-proof.md.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from random import Random
from time import perf_counter

from app.packs.cases import read_cases
from app.packs.shelf import Shelf
from app.proof.edits import Edit, edits
from app.proof.trial import Outcome, Trials

FIVE = (
    ("430424", 2024), ("620724", 2024), ("141102", 2023), ("hunan-anon-town", 2020), ("hunan-anon-district", 2026),
)  # fmt: skip
Key = tuple[str, int]
_READY: dict[Key, Trials] = {}


def trials(key: Key) -> Trials:
    """A pack, ready for edits; once in each process."""
    if key not in _READY:
        shelf = Shelf()
        path = shelf.path(*key)
        cases = read_cases(path.with_suffix(".cases.yaml"))
        _READY[key] = Trials(path, shelf.written(*key), shelf.find(*key), cases)
    return _READY[key]


def chosen(count: int, seed: int) -> Iterator[tuple[Key, Edit]]:
    """So many edits: a pack, a place in it where something can be edited, and an edit there, each drawn evenly; none
    twice."""
    dice, met, shelf = Random(seed), set[str](), Shelf()
    places: dict[Key, dict[str, list[Edit]]] = {key: {} for key in FIVE}
    for key in FIVE:
        for edit in edits(shelf.written(*key).tree):
            places[key].setdefault(f"{edit.kind} {edit.place}", []).append(edit)
    while len(met) < count:
        key = dice.choice(FIVE)
        edit = dice.choice(places[key][dice.choice(sorted(places[key]))])
        if (name := f"{key} {edit}") not in met:
            met.add(name)
            yield key, edit


def run(job: tuple[Key, Edit]) -> tuple[Key, Outcome]:
    return job[0], trials(job[0]).run(job[1])


def tried(jobs: list[tuple[Key, Edit]], processes: int) -> list[tuple[Key, Outcome]]:
    """The outcome of each edit, in their order."""
    if processes == 1:
        return [run(job) for job in jobs]
    with ProcessPoolExecutor(processes) as pool:
        return list(pool.map(run, jobs, chunksize=5))


def summary(outcomes: list[tuple[Key, Outcome]]) -> list[str]:
    """Counted both ways: equivalent edits as not caught, and left out."""
    by = Counter(outcome.by for _, outcome in outcomes)
    caught, all_of_them = sum(o.caught for _, o in outcomes), len(outcomes)
    left = all_of_them - by["equivalent"]
    lines = [f"{all_of_them} edits: {dict(by)}"]
    lines.append(
        f"caught: {caught / all_of_them:.1%} of all, {caught / max(left, 1):.1%} of those that change an answer"
    )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edits", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    said = parser.parse_args()
    started = perf_counter()
    outcomes = tried(list(chosen(said.edits, said.seed)), said.processes)
    for by in ("equivalent", "nobody"):
        for (region, year), outcome in outcomes:
            if outcome.by == by:
                print(f"{by}: {region}-{year}: {outcome.edit}: {outcome.why}")
    print(*summary(outcomes), f"{perf_counter() - started:.0f} s", sep="\n")
    sys.exit(0)


if __name__ == "__main__":
    main()
