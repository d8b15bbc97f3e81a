"""Ease the one parameter that most recent misses come from, and leave the others as hard as they were."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.level import EASIEST, Ladder

LOOKED_AT, MISSES, SHARE = 8, 3, 0.6
NEAR = 0.25


def cause_of(causes: Sequence[str], eases: Mapping[str, str]) -> str:
    """Return the cause whose parameter most recent misses come from, or nothing if no parameter stands out.

    ``causes`` are those of the latest trials, newest last, empty for a hit; ``eases`` is the game's parameter for each
    cause. At least three of the last eight trials must be such misses, and they three fifths of all misses.
    """
    missed = [cause for cause in causes[-LOOKED_AT:] if cause]
    params = Counter(eases[cause] for cause in missed if cause in eases)
    if not params:
        return ""
    param, count = params.most_common(1)[0]
    if count < MISSES or count < SHARE * len(missed):
        return ""
    return next(cause for cause in reversed(missed) if eases.get(cause) == param)


def eased(
    ladder: Ladder, index: Callable[[Any], float], was: float, difficulty: float, param: str
) -> tuple[Any, float] | None:
    """Return the parameters of ``was`` with only ``param`` eased until the whole is no harder than at ``difficulty``.

    Hardness is the game's own index, ordinal. The second value is the difficulty that ``param`` was taken from.
    ``None`` if it cannot be eased so far, or if nothing but ``param`` differs anyway.
    """
    before, wanted = ladder.params(was), index(ladder.params(difficulty))

    def mixed(at: float) -> Any:
        return replace(before, **{param: getattr(ladder.params(at), param)})

    if mixed(difficulty) == ladder.params(difficulty) or index(mixed(EASIEST)) > wanted:
        return None
    low, high = EASIEST, difficulty
    if index(mixed(high)) <= wanted:
        return mixed(high), high
    while high - low > NEAR:
        middle = (low + high) / 2
        low, high = (middle, high) if index(mixed(middle)) <= wanted else (low, middle)
    low = round(low, 2)
    return (mixed(low), low) if index(mixed(low)) <= wanted else None
