"""Measure change over sessions: slope, trend, and what counts as more than noise."""

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import copysign, erfc, isfinite, sqrt
from statistics import median

MANY = 200
Z = {0.95: 1.96, 0.90: 1.645}


@dataclass(frozen=True, slots=True)
class MannKendall:
    """A test for a trend: ``s`` counts pairs that rise minus pairs that fall, ``p`` is two-sided."""

    s: int
    z: float
    p: float


def theil_sen(values: Sequence[float]) -> float:
    """Return the median of the slopes between all pairs of ``values``, a step (Theil 1950, Sen 1968).

    Raise ``ValueError`` for fewer than two values. Sen 1968, doi:10.1080/01621459.1968.10480934.
    """
    if len(values) < 2:
        raise ValueError(f"values: must be two or more, not {len(values)}")
    if len(values) > MANY:
        return _theil_sen_of_many(values)
    return median((b - a) / (n - m) for (m, a), (n, b) in combinations(enumerate(values), 2))


def _theil_sen_of_many(values: Sequence[float]) -> float:
    """Return the same, much faster for years of practice; numpy is only loaded for them."""
    import numpy as np

    row = np.asarray(values, dtype=np.float64)
    slopes = [(row[step:] - row[:-step]) / step for step in range(1, len(row))]
    return float(np.median(np.concatenate(slopes)))


def mann_kendall(values: Sequence[float]) -> MannKendall | None:
    """Return the Mann-Kendall test of ``values`` in their order, corrected for ties and continuity.

    ``None`` for fewer than three values. Raise ``ValueError`` for a value that is not finite. Mann 1945,
    doi:10.2307/1907187; Kendall 1975, Rank Correlation Methods.
    """
    _finite(values)
    n, s = len(values), 0
    if n < 3:
        return None
    before: list[float] = []
    for value in values:
        s += bisect_left(before, value) - (len(before) - bisect_right(before, value))
        insort(before, value)
    ties = sum(t * (t - 1) * (2 * t + 5) for t in Counter(values).values())
    variance = (n * (n - 1) * (2 * n + 5) - ties) / 18
    z = copysign(abs(s) - 1, s) / sqrt(variance) if s else 0.0
    return MannKendall(s, z, erfc(abs(z) / sqrt(2)))


def sem(sd: float, icc: float) -> float:
    """Return the standard error of measurement, SD * sqrt(1 - ICC), in the unit of ``sd``.

    Raise ``ValueError`` for an SD below 0, or an ICC not between 0 and 1. Weir 2005, doi:10.1519/15184.1.
    """
    _finite([sd, icc])
    if sd < 0 or not 0 <= icc <= 1:
        raise ValueError(f"sd, icc: must be at least 0, and between 0 and 1, not {sd} and {icc}")
    return sd * sqrt(1 - icc)


def mdc(sem: float, confidence: float = 0.95) -> float:
    """Return the minimal detectable change, z * sqrt(2) * SEM, in the unit of ``sem``.

    z is 1.96 for a ``confidence`` of 0.95 and 1.645 for 0.90, as published; raise ``ValueError`` for any other, and
    for a SEM below 0. Weir 2005, doi:10.1519/15184.1.
    """
    _finite([sem])
    if sem < 0 or confidence not in Z:
        raise ValueError(f"sem, confidence: must be at least 0, and 0.95 or 0.90, not {sem} and {confidence}")
    return Z[confidence] * sqrt(2) * sem


def rci(before: float, after: float, sem: float) -> float | None:
    """Return the reliable change index, (after - before) / (sqrt(2) * SEM), without unit; ``None`` for a SEM of 0.

    Raise ``ValueError`` for a value that is not finite, and for a SEM below 0. Jacobson & Truax 1991,
    doi:10.1037/0022-006X.59.1.12.
    """
    _finite([before, after, sem])
    if sem < 0:
        raise ValueError(f"sem: must be at least 0, not {sem}")
    return (after - before) / (sqrt(2) * sem) if sem > 0 else None


def _finite(values: Sequence[float]) -> None:
    if not all(isfinite(value) for value in values):
        raise ValueError("values: must be finite numbers")
