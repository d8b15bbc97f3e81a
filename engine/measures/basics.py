"""Sum up what was done in small, well-known numbers, rounded so that replays agree everywhere."""

from collections.abc import Sequence
from math import fsum, inf, sqrt

PLACES = 4


def rounded(value: float) -> float:
    """Return ``value`` to 4 places: the last bit of a maths library must not count."""
    return round(value, PLACES)


def quantile(values: Sequence[float], share: float) -> float:
    """Return the ``share`` quantile of ``values``, interpolated linearly (Hyndman & Fan type 7)."""
    if not values:
        raise ValueError("values: must not be empty")
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def median(values: Sequence[float]) -> float:
    """Return the median of ``values``."""
    return quantile(values, 0.5)


def steadiness(deviations: Sequence[float], allowed: float) -> float:
    """Return how steady: 1 without any spread, 0 where the standard deviation reaches ``allowed``."""
    centre = mean(deviations)
    spread = (fsum((d - centre) ** 2 for d in deviations) / len(deviations)) ** 0.5
    return rounded(max(0.0, 1 - spread / allowed)) if allowed > 0 else 0.0


def evenness(speeds: Sequence[float]) -> float:
    """Return how even a movement was: 1 at one speed, 0 where the spread reaches the mean speed (1 - its CV)."""
    centre = mean(speeds)
    if centre <= 0:
        return 0.0
    spread = (fsum((s - centre) ** 2 for s in speeds) / len(speeds)) ** 0.5
    return rounded(max(0.0, 1 - spread / centre))


def mean(values: Sequence[float]) -> float:
    """Return the mean of ``values``."""
    if not values:
        raise ValueError("values: must not be empty")
    return fsum(values) / len(values)


def goal_attainment(scores: Sequence[float], weights: Sequence[float] | None = None, rho: float = 0.3) -> float | None:
    """Return the T-score of goals scored -2..2 each: 50 where all were attained as expected, ``None`` without goals.

    ``weights`` are importance x difficulty, 1 without any; ``rho`` is the expected correlation between goals. Raise
    ``ValueError`` for scores, weights or a ``rho`` out of range. Kiresuk & Sherman 1968; Turner-Stokes 2009 with its
    erratum (the formulas printed on pages 364 and 367 were wrong).
    """
    if not scores:
        return None
    weighed = list(weights) if weights is not None else [1.0] * len(scores)
    if len(weighed) != len(scores):
        raise ValueError(f"weights: must be as many as scores ({len(scores)}), not {len(weighed)}")
    if not all(-2 <= x <= 2 for x in scores):
        raise ValueError(f"scores: must lie between -2 and 2, not {list(scores)}")
    if not all(0 < w < inf for w in weighed):
        raise ValueError(f"weights: must be above 0, not {weighed}")
    if not 0 <= rho <= 1:
        raise ValueError(f"rho: must lie between 0 and 1, not {rho}")
    spread = (1 - rho) * fsum(w * w for w in weighed) + rho * fsum(weighed) ** 2
    return 50 + 10 * fsum(w * x for w, x in zip(weighed, scores, strict=True)) / sqrt(spread)
