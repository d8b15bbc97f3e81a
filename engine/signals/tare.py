"""Find a force sensor's zero in a second without a hand on it, or say why that second cannot be it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from engine.measures import median, quantile

TARE_MS, COVERED_MS, LEAST = 1000.0, 800.0, 8
NOISE_SHARE, COARSE_SHARE, COARSE_COUNTS = 2.4e-5, 0.01, 8.0  # 402 counts of 24 bits, 8 counts of 10 bits
UNKNOWN_COUNTS, UNKNOWN_SHARE = 402.0, 0.02
DRIFT_LIMITS = 3.0
MOVED_SHARE = 0.05
SHIFTED_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Tared:
    """A zero in counts, the 10-90 % spread around it in counts, and its drift in counts a second."""

    zero: float
    noise: float
    drift: float


@dataclass(frozen=True, slots=True)
class Refused:
    """No zero: ``hand-on``, ``unsteady`` (trembling or drifting) or ``too-few`` readings."""

    why: str


def tared(
    values: Sequence[float], times_ms: Sequence[float], span: float, earlier: float | None = None, full: float = 0.0
) -> Tared | Refused:
    """Return the zero from the last second of ``values``: its median; or why it is refused.

    ``span`` is the width of the channel's range in counts, 0 when unknown. ``earlier`` is a zero of before and
    ``full`` the counts from rest to the hand's firm squeeze (below 0 where squeezing lowers them): with both, a
    reading more than 5 % of the squeeze above the earlier zero is a hand that lies still. When it stays there after
    the patient was asked to let go, tare again without ``earlier``: the sensor has moved, which ``shifted`` tells.
    A still hand on a sensor without an earlier zero cannot be seen. Raise ``ValueError`` where times and values differ.
    """
    if len(values) != len(times_ms):
        raise ValueError(f"times_ms: must be as many as values, {len(values)}, not {len(times_ms)}")
    last = [(v, t) for v, t in zip(values, times_ms, strict=True) if t > times_ms[-1] - TARE_MS and isfinite(v)]
    if len(last) < LEAST or last[-1][1] - last[0][1] < COVERED_MS:
        return Refused("too-few")
    zero = median([value for value, _ in last])
    if earlier is not None and full and (zero - earlier) / full > MOVED_SHARE:
        return Refused("hand-on")
    drift, limit = _drift(last), noise_limit(span, full)
    level = [value - drift * at_ms / 1000 for value, at_ms in last]
    noise = quantile(level, 0.9) - quantile(level, 0.1)
    return Refused("unsteady") if noise > limit or abs(drift) > DRIFT_LIMITS * limit else Tared(zero, noise, drift)


def noise_limit(span: float, full: float = 0.0) -> float:
    """Return the largest 10-90 % spread of a channel at rest, in counts.

    An HX711 at 80 a second has about 100 (90 nV rms). Where the span is unknown it is 2 % of the firm squeeze, and
    before that is known as for 24 bits, since raw counts of such a converter are what unknown sketches mostly send.
    """
    if span > 0:
        return max(span * NOISE_SHARE, min(span * COARSE_SHARE, COARSE_COUNTS))
    return UNKNOWN_SHARE * abs(full) or UNKNOWN_COUNTS


def shifted(earlier: Tared, later: Tared, span: float) -> bool:
    """Tell whether the zero moved by more than 2 % of ``span`` between two tares: the sensor was moved, or is warm.

    Give as ``span`` the range that is used: from rest to the firm squeeze, or the load cell's own. Half of a 24-bit
    converter's range lies beyond any load cell; 2 % of all of it are most of a grip.
    """
    return abs(later.zero - earlier.zero) > SHIFTED_SHARE * abs(span)


def _drift(last: Sequence[tuple[float, float]]) -> float:
    """Return the drift in counts a second, between the medians of the first and the last third."""
    third = len(last) // 3
    first, final = last[:third], last[-third:]
    apart_ms = median([t for _, t in final]) - median([t for _, t in first])
    rise = median([v for v, _ in final]) - median([v for v, _ in first])
    return rise * 1000 / apart_ms if apart_ms > 0 else 0.0
