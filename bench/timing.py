"""Interleaved measurement: the contestants take turns, so that a slow moment of the machine falls on all of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Ratio:
    """How much faster (above 1) or slower than the rival, round by round."""

    name: str
    goal: str
    rounds: tuple[float, ...]
    remark: str = ""

    def __str__(self) -> str:
        low, mid, high = min(self.rounds), median(self.rounds), max(self.rounds)
        return f"| {self.name} | {mid:.2f} | {low:.2f} - {high:.2f} | {self.goal} | {self.remark} |"


def interleave(contestants: Sequence[Callable[[], float]], rounds: int) -> list[list[float]]:
    """Seconds (or any figure) of each contestant for each round, one warm-up round thrown away."""
    taken: list[list[float]] = [[] for _ in contestants]
    for turn in range(rounds + 1):
        # Every other round runs backwards: nobody always comes after the same neighbor.
        order = range(len(contestants)) if turn % 2 else reversed(range(len(contestants)))
        for i in order:
            figure = contestants[i]()
            if turn:
                taken[i].append(figure)
    return taken


def ratios(rival: Sequence[float], ours: Sequence[float]) -> tuple[float, ...]:
    """Rival's seconds over ours, round by round."""
    return tuple(r / o for r, o in zip(rival, ours, strict=True))
