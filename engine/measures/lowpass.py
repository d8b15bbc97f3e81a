"""Smooth without delay, the one way that scores use."""

from collections.abc import Sequence
from math import isfinite, pi, sqrt, tan

PAD = 9  # scipy's filtfilt: three times the number of coefficients
SHORTEST = 2


def zero_phase(values: Sequence[float], rate_hz: float, cutoff_hz: float) -> tuple[float, ...]:
    """Return ``values`` smoothed without delay: a Butterworth of order 2, once forwards and once backwards.

    The same as ``scipy.signal.filtfilt(*butter(2, cutoff_hz, fs=rate_hz), values)``; fewer than ten values are padded
    as far as they reach. Both ways together halve the amplitude at ``cutoff_hz``; 3 dB lie at 0.80 of it. Raise
    ``ValueError`` for a cut-off not between 0 and half the rate, or a value that is no number: fill or cut holes first.
    """
    if not 0 < cutoff_hz < rate_hz / 2:
        raise ValueError(f"cutoff_hz: must lie between 0 and half of {rate_hz}, not {cutoff_hz}")
    if not all(isfinite(value) for value in values):
        raise ValueError("values: must be finite numbers")
    if len(values) < SHORTEST:
        return tuple(values)
    pad = min(PAD, len(values) - 1)
    once = _filtered(_padded(values, pad), rate_hz, cutoff_hz)
    return tuple(_filtered(once[::-1], rate_hz, cutoff_hz)[::-1][pad:-pad])


def _padded(values: Sequence[float], pad: int) -> list[float]:
    """Return ``values`` with ``pad`` more at each end, turned about the end point."""
    before = [2 * values[0] - value for value in values[pad:0:-1]]
    after = [2 * values[-1] - value for value in values[-2 : -pad - 2 : -1]]
    return [*before, *values, *after]


def _filtered(values: Sequence[float], rate_hz: float, cutoff_hz: float) -> list[float]:
    """Return ``values`` once through the filter (transposed direct form II), as if its first value had always been."""
    (b0, b1, b2), (a1, a2) = _butterworth(rate_hz, cutoff_hz)
    one, two = (1 - b0) * values[0], (b2 - a2) * values[0]
    out = []
    for value in values:
        smooth = b0 * value + one
        one, two = b1 * value - a1 * smooth + two, b2 * value - a2 * smooth
        out.append(smooth)
    return out


def _butterworth(rate_hz: float, cutoff_hz: float) -> tuple[tuple[float, float, float], tuple[float, float]]:
    """Return the coefficients (b0, b1, b2) and (a1, a2): the analogue filter by the bilinear transform, prewarped.

    The tangent is the one step whose last bit depends on the maths library, so it is rounded.
    """
    warped = round(tan(pi * cutoff_hz / rate_hz), 12)
    square = warped * warped
    scale = 1 + sqrt(2) * warped + square
    b0 = square / scale
    return (b0, 2 * b0, b0), (2 * (square - 1) / scale, (1 - sqrt(2) * warped + square) / scale)
