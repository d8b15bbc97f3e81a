"""Tell at which difficulty of the ladder a performance would just have passed, by what decided its trial."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil, floor, isfinite
from typing import Any

from engine.game import Answer, Just, Outcome, Result
from engine.level import EASIEST, HARDEST, PLACES, Kind, Ladder, Number, kinds_of

Index = Callable[[Any], float]
Ends = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Bar:
    """What a performance just passes: a value of a parameter, and whether to be asked for a larger one is easier."""

    kind: Number
    value: float
    larger_is_easier: bool

    def passed(self, ends: Ends, position: float) -> bool:
        """Tell whether it passes at ``position`` 0..1 of a rung that grades the parameter from end to end."""
        asked = self.kind.at(ends, position)
        return bool(asked >= self.value if self.larger_is_easier else asked <= self.value)

    def crossing(self, ends: Ends) -> float:
        """Return the position where a rung with a passed and a failed end goes from one to the other.

        What a level asks is rounded, so it changes half a step before the line through the ends meets the value.
        """
        step = 1.0 if self.kind.whole else 10.0**-PLACES
        steps = round(self.value / step, 6)  # a value that was rounded as the ladder's own is one of its steps
        edge = step * (ceil(steps) - 0.5 if self.larger_is_easier else floor(steps) + 0.5)
        easy, hard = ends
        return (edge - easy) / (hard - easy)


def passed(ladder: Ladder, index: Index, difficulty: float, outcome: Outcome) -> tuple[float | None, bool]:
    """Return the just-passed difficulty of a trial that was played at ``difficulty``, and whether it is censored.

    It is the lowest of those of ``outcome.just``: as a trial gets harder, the first requirement that fails fails
    it. A performance that passes all that is ever asked of it is known to be good enough only as far as the first
    of its parameters is graded: what comes after that is hard in other ways. Censored means: at least this after a
    hit, at most this after a miss. ``None`` says that nothing but the result is known.
    """
    if not outcome.just or outcome.result is Result.OMISSION:
        return None, True
    lowest, censored = min(just_passed(ladder, index, difficulty, just) for just in outcome.just)
    hit = outcome.result is Result.HIT
    if hit and censored:
        lowest = min((end for end in _ends(ladder, index, difficulty, outcome.just) if end > difficulty), default=0.0)
    # The result is the judge: a value within a rounding of the limit may say a little too much or too little.
    return _beside(lowest, difficulty, hit), censored or (outcome.cut_short and not hit)


def answered(ladder: Ladder, index: Index, difficulty: float, answer: Answer) -> tuple[float | None, bool]:
    """Return the difficulty that one finger's answer alone would just have passed, and whether it is censored."""
    if not answer.just:
        return None, True
    return min(just_passed(ladder, index, difficulty, just) for just in answer.just)


def just_passed(ladder: Ladder, index: Index, difficulty: float, just: Just) -> tuple[float, bool]:
    """Return the difficulty that a performance just passes by one parameter alone, and whether it is censored.

    ``just`` is that parameter and the value of it that is just passed. Where it passes at ``difficulty``, the
    answer is the first difficulty above that asks more than the value, or (100, censored); else the nearest one
    below that asks no more, or (0, censored). It is rounded to 2 places. Raise
    ``ValueError`` for a parameter that is no number of this game, or that its index does not depend on.
    """
    bar = _bar(ladder, index, difficulty, just)
    rungs = [dict(level.values)[just[0]] for level in ladder.levels]
    level, position = ladder.place(difficulty)
    span = HARDEST / len(rungs)
    if bar.passed(rungs[level.rung - 1], position):
        failed = _first_failed(bar, rungs, level.rung - 1, position)
        return (HARDEST, True) if failed is None else (_beside(failed * span, difficulty, True), False)
    last = _last_passed(bar, rungs, level.rung - 1, position)
    return (EASIEST, True) if last is None else (_beside(last * span, difficulty, False), False)


def _ends(ladder: Ladder, index: Index, difficulty: float, pairs: tuple[Just, ...]) -> list[float]:
    """Return, for each parameter, the difficulty from which on it is as hard as it ever gets."""
    span, found = HARDEST / len(ladder.levels), []
    for just in pairs:
        bar = _bar(ladder, index, difficulty, just)
        ends = [dict(level.values)[just[0]] for level in ladder.levels]
        hardest = min(min(pair) for pair in ends) if bar.larger_is_easier else max(max(pair) for pair in ends)
        found.append(min(span * (rung + pair.index(hardest)) for rung, pair in enumerate(ends) if hardest in pair))
    return found


def _bar(ladder: Ladder, index: Index, difficulty: float, just: Just) -> Bar:
    name, value = just
    params = ladder.params(difficulty)
    kind: Kind | None = kinds_of(type(params)).get(name)
    if not isinstance(kind, Number):
        raise ValueError(f"just: {name} is not a number of {ladder.game}")
    if not isfinite(value):
        raise ValueError(f"just: {name} must be a finite number, not {value}")
    least, most = (index(replace(params, **{name: end})) for end in (kind.low, kind.high))
    if least == most:
        raise ValueError(f"just: the index of {ladder.game} does not depend on {name}")
    return Bar(kind, value, most < least)


def _first_failed(bar: Bar, rungs: list[Ends], at: int, position: float) -> float | None:
    """Return, in rungs, the first place from ``position`` of rung ``at`` up that asks too much."""
    for rung in range(at, len(rungs)):
        start = position if rung == at else 0.0
        if not bar.passed(rungs[rung], start):
            return rung + start
        if not bar.passed(rungs[rung], 1.0):
            return rung + min(max(bar.crossing(rungs[rung]), start), 1.0)
    return None


def _last_passed(bar: Bar, rungs: list[Ends], at: int, position: float) -> float | None:
    """Return, in rungs, the last place from ``position`` of rung ``at`` down that does not ask too much."""
    for rung in range(at, -1, -1):
        end = position if rung == at else 1.0
        if bar.passed(rungs[rung], end):
            return rung + end
        if bar.passed(rungs[rung], 0.0):
            return rung + min(max(bar.crossing(rungs[rung]), 0.0), end)
    return None


def _beside(there: float, difficulty: float, hit: bool) -> float:
    """Round ``there`` to 2 places, on its own side of the played difficulty: no lower after a hit, no higher else."""
    hundredths = round(difficulty * 100, 6)
    if hit:
        return min(max(round(there, 2), ceil(hundredths) / 100), HARDEST)
    return max(min(round(there, 2), floor(hundredths) / 100), EASIEST)
