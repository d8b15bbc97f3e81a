"""Accuracy before speed: a clock enters only after two stretches of good success without one."""

from collections.abc import Callable, Sequence
from typing import Any

from engine.level import EASIEST, HARDEST, Ladder

STRETCHES, GOOD, FEWEST = 2, 0.8, 5
STEP = 0.5


def clock_from(ladder: Ladder, self_paced: Callable[[Any], bool]) -> float | None:
    """Return the hardest difficulty without a clock, or ``None`` where there never is one, or from the first on."""
    steps = round((HARDEST - EASIEST) / STEP)
    for step in range(steps + 1):
        difficulty = EASIEST + step * STEP
        if not self_paced(ladder.params(difficulty)):
            return difficulty - STEP if step else None
    return None


def steadied(steady: int, hits: Sequence[bool], difficulties: Sequence[float], clock: float, rung: float) -> int:
    """Return how many good stretches running there are after one more, played on the last rung before the clock.

    A stretch lies between two rests. It counts where at least four fifths were hits and it ended within a ``rung``
    below the clock; a worse one begins the count again; one that was easier, or shorter than five trials, says nothing.
    """
    if steady >= STRETCHES or len(hits) < FEWEST or difficulties[-1] < clock - rung:
        return steady
    return steady + 1 if sum(hits) >= GOOD * len(hits) else 0


def is_open(steady: int) -> bool:
    """Tell whether a clock may enter."""
    return steady >= STRETCHES
