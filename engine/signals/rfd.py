"""Measure how quickly force was built up, as far as the sensor is quick enough to tell.

Use these numbers only as a trend of one person with one and the same sensor. An HX711 averages over 50 ms, so it reads
too low by a part that depends on the hand: simulated, 0-200 ms by 7 to 9 % (SD 4), the steepest 100 ms by 2 % (SD 2),
which is 8 % (SD 5) below the steepest moment.
Nobody is ever asked to squeeze as fast as possible for them.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from engine.measures import median, rounded

UNTIL_MS, WINDOW_MS = 200.0, 100.0
QUICK_HZ, SLOWEST_HZ = 200.0, 50.0
GAP_INTERVALS = 2.5


@dataclass(frozen=True, slots=True)
class Rate:
    """A rise of force a second, in the unit of the values; where it is ``None``, ``why`` says so.

    ``why`` is ``too-slow-sensor``, ``no-onset``, ``gap`` (readings are missing) or ``too-short``.
    """

    per_s: float | None
    why: str | None = None


def rise(
    values: Sequence[float], times_ms: Sequence[float], onset_ms: float | None, until_ms: float = UNTIL_MS
) -> Rate:
    """Return the mean rate of force development from the onset to ``until_ms`` after it.

    Sensors below 200 readings a second give nothing earlier than 200 ms, since 0-100 ms of an HX711 reads 20 to 30 %
    too low (SD 7 to 12), which nothing can correct; those below 50 give nothing at all.
    """
    why = _unfit(values, times_ms, until_ms, until_ms < UNTIL_MS)
    if why or onset_ms is None:
        return Rate(None, why or "no-onset")
    if not times_ms[0] <= onset_ms <= onset_ms + until_ms <= times_ms[-1]:
        return Rate(None, "too-short")
    if _touches(_holes(times_ms), onset_ms, until_ms):
        return Rate(None, "gap")
    return Rate(rounded(_gain(values, times_ms, onset_ms, until_ms) * 1000 / until_ms))


def steepest(values: Sequence[float], times_ms: Sequence[float], window_ms: float = WINDOW_MS) -> Rate:
    """Return the steepest rise over ``window_ms`` in ``values``: cut them to the rise of one squeeze first.

    Sensors below 200 readings a second give no window shorter than 100 ms, those below 50 none at all.
    """
    why = _unfit(values, times_ms, window_ms, window_ms < WINDOW_MS)
    if why:
        return Rate(None, why)
    holes = _holes(times_ms)
    whole = [start_ms for start_ms in _starts(times_ms, window_ms) if not _touches(holes, start_ms, window_ms)]
    if not whole:
        return Rate(None, "gap")
    return Rate(rounded(max(_gain(values, times_ms, at_ms, window_ms) for at_ms in whole) * 1000 / window_ms))


def _unfit(values: Sequence[float], times_ms: Sequence[float], window_ms: float, early: bool) -> str | None:
    """Return why nothing can be measured, if so; raise ``ValueError`` for readings that are not in order."""
    if len(values) != len(times_ms) or any(b < a for a, b in pairwise(times_ms)):
        raise ValueError("times_ms: must never go back, and be as many as values")
    if window_ms <= 0:
        raise ValueError(f"the window must be longer than 0 ms, not {window_ms}")
    if len(times_ms) < 2 or times_ms[-1] - times_ms[0] < window_ms:
        return "too-short"
    rate_hz = 1000 / _interval_ms(times_ms)
    return "too-slow-sensor" if rate_hz < (QUICK_HZ if early else SLOWEST_HZ) * (1 - 1e-6) else None


def _interval_ms(times_ms: Sequence[float]) -> float:
    return median([b - a for a, b in pairwise(times_ms)])


def _holes(times_ms: Sequence[float]) -> list[tuple[float, float]]:
    """Return from when to when readings are missing."""
    longest_ms = GAP_INTERVALS * _interval_ms(times_ms)
    return [(a, b) for a, b in pairwise(times_ms) if b - a > longest_ms]


def _touches(holes: Sequence[tuple[float, float]], start_ms: float, window_ms: float) -> bool:
    return any(a < start_ms + window_ms and b > start_ms for a, b in holes)


def _starts(times_ms: Sequence[float], window_ms: float) -> Iterator[float]:
    """Yield where a window can begin so that one of its ends is a reading: the steepest one is among them."""
    for at_ms in times_ms:
        if at_ms + window_ms <= times_ms[-1]:
            yield at_ms
        if at_ms - window_ms >= times_ms[0]:
            yield at_ms - window_ms


def _gain(values: Sequence[float], times_ms: Sequence[float], start_ms: float, window_ms: float) -> float:
    return _at(values, times_ms, start_ms + window_ms) - _at(values, times_ms, start_ms)


def _at(values: Sequence[float], times_ms: Sequence[float], at_ms: float) -> float:
    """Return the value at ``at_ms``, on a straight line between the readings beside it."""
    place = min(max(1, bisect_right(times_ms, at_ms)), len(times_ms) - 1)
    before_ms, after_ms = times_ms[place - 1], times_ms[place]
    share = (at_ms - before_ms) / (after_ms - before_ms) if after_ms > before_ms else 1.0
    return values[place - 1] + share * (values[place] - values[place - 1])
