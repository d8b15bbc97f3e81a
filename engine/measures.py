"""Measure what was done: small, well-known numbers, rounded so that replays agree everywhere."""

from collections.abc import Sequence
from math import fsum

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
