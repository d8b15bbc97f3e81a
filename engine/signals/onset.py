"""Find when a squeeze began: where the force leaves its resting noise for good."""

from collections.abc import Sequence
from math import fsum, sqrt

from engine.measures import rounded

BASELINE_MS, BASELINE_LEAST = 500.0, 5
DEVIATIONS, LEAST_N = 5.0, 0.5
HELD_MS = 50.0
TINY_MS = 1e-6


def onset_ms(values: Sequence[float], times_ms: Sequence[float], least: float = LEAST_N) -> float | None:
    """Return when the force begins to rise, on the time line of ``times_ms``, or ``None`` where it does not.

    The first 500 ms must be rest: the cue comes after them. The force has risen where it stays above their mean plus 5
    SD, but at least plus ``least`` (0.5 N; give it in the unit of ``values``), for 50 ms; from there the way back leads
    to mean plus 1 SD, between two readings by a straight line. Error in simulated squeezes (mean, SD; below 0 is
    too early): 1 kHz 3 and 2 ms, 80 Hz -4 and 7 ms, HX711 at 80 a second 6 and 6 ms, at 10 a second -35 and 65 ms.
    Raise ``ValueError`` where times and values differ in number.
    """
    if len(values) != len(times_ms):
        raise ValueError(f"times_ms: must be as many as values, {len(values)}, not {len(times_ms)}")
    resting = [v for v, at_ms in zip(values, times_ms, strict=True) if at_ms < times_ms[0] + BASELINE_MS]
    if len(resting) < BASELINE_LEAST:
        return None
    mean = fsum(resting) / len(resting)
    deviation = sqrt(fsum((v - mean) ** 2 for v in resting) / (len(resting) - 1))
    risen = _risen(values, times_ms, mean + max(DEVIATIONS * deviation, least), len(resting))
    return None if risen is None else _left(values, times_ms, mean + deviation, risen)


def _risen(values: Sequence[float], times_ms: Sequence[float], threshold: float, first: int) -> int | None:
    """Return the first place from which the force stays above ``threshold`` long enough."""
    since: int | None = None
    for place in range(first, len(values)):
        if values[place] <= threshold:
            since = None
            continue
        since = place if since is None else since
        if times_ms[place] - times_ms[since] >= HELD_MS - TINY_MS:
            return since
    return None


def _left(values: Sequence[float], times_ms: Sequence[float], level: float, place: int) -> float | None:
    """Return when the force passed ``level`` last before ``place``."""
    while place > 0 and values[place - 1] > level:
        place -= 1
    if place == 0:
        return None
    low, high = values[place - 1], values[place]
    share = (level - low) / (high - low)
    return rounded(times_ms[place - 1] + share * (times_ms[place] - times_ms[place - 1]))
