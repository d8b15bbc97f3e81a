"""Notice that little has changed over the last sessions: a robust slope, and a rule of known error rates."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import isfinite
from statistics import median

# Chosen from a simulated table: the hand is worth 1 - 0.5 exp(-session / 8), its sessions vary by 5, 10 or 15 %.
# Ten sessions and 5 %: the rule speaks too early (before 80 % of the gain) in 0, 0.3 and 1.7 % of such hands, and by
# the median at session 26, 23 and 22, when about 95 % of the gain is reached. Eight sessions and 5 % are too early in
# 0, 6 and 13.3 %, six in 6, 24.7 and 43.3 %; twelve speak three sessions later. Ten sessions and 10 % speak two to
# four sessions sooner, but call a gain of 8 % little.
WINDOW, LEAST = 10, 0.05
RUNNING = 2


@dataclass(frozen=True, slots=True)
class Plateau:
    """Little was gained over the last ``sessions``.

    ``gain`` is what the trend gained over them, as a share of their median; it can be negative. ``lower`` says that
    it went down by more than what counts as little.
    """

    sessions: int
    gain: float
    lower: bool = False


def pieces(keys: Sequence[Hashable]) -> tuple[range, ...]:
    """Return the runs of equal ``keys``, as ranges of their indices.

    A trend, and a line in a chart, may only go through one piece: what was measured by another device, calibration,
    rate or filter, or with another aid on the hand (``engine.source.Source.comparable``), is another measure.
    """
    starts = [n for n, key in enumerate(keys) if n == 0 or key != keys[n - 1]]
    return tuple(range(a, b) for a, b in pairwise([*starts, len(keys)]))


def theil_sen(values: Sequence[float]) -> float:
    """Return the median of the slopes between all pairs of ``values``, a step (Theil 1950, Sen 1968).

    Raise ``ValueError`` for fewer than two values.
    """
    if len(values) < 2:
        raise ValueError(f"values: must be two or more, not {len(values)}")
    return median((b - a) / (n - m) for (m, a), (n, b) in combinations(enumerate(values), 2))


def plateau(values: Sequence[float], window: int = WINDOW, least: float = LEAST) -> Plateau | None:
    """Return the plateau that ``values``, one a session and newest last, now end in, or ``None``.

    There is one where the Theil-Sen trend gained less than ``least`` of the median over the last ``window`` sessions,
    and over those that ended one session earlier as well. ``None`` as well while there are too few sessions, and where
    a median is not above 0, since a share of it would mean nothing. Raise ``ValueError`` for an impossible window,
    least or value.
    """
    if window < 2 or not least > 0:
        raise ValueError(f"window, least: must be at least 2 and above 0, not {window} and {least}")
    if not all(isfinite(value) for value in values):
        raise ValueError("values: must be finite numbers")
    if len(values) < window + RUNNING - 1:
        return None
    gains = [_gain(values[len(values) - window - back : len(values) - back]) for back in range(RUNNING)]
    if any(gain is None or gain >= least for gain in gains) or gains[0] is None:
        return None
    return Plateau(window, round(gains[0], 4), lower=gains[0] < -least)


def _gain(values: Sequence[float]) -> float | None:
    middle = median(values)
    return theil_sen(values) * len(values) / middle if middle > 0 else None
