"""Smooth a force: at once for the cursor on the screen, and without any delay afterwards for the scores."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, pi, sqrt, tan

MIN_HZ, SLOPE_HZ = 1.0, 1.0
# The cut-off rises by this many Hz for each newton a second. In shares of the firm squeeze it is the same rule for a
# hand of 300 N: every hand then sees the same delay for the same part of its own range, however weak it is. A weak
# hand's noise is larger in shares; at 1 % of the firm squeeze it still comes out at a third.
BETA_PER_N = 0.02
BETA_PER_SHARE = 6.0
PAD = 9  # scipy's filtfilt: three times the number of coefficients
SHORTEST = 2


@dataclass(frozen=True, slots=True)
class OneEuro:
    """A one-euro filter after the readings so far: its smoothed ``value`` and ``slope``; begin with ``OneEuro()``.

    ``beta`` is in Hz for each unit a second of the value: ``BETA_PER_N`` for newtons, ``BETA_PER_SHARE`` for shares
    of the firm squeeze.
    """

    value: float = 0.0
    slope: float = 0.0
    at_ms: float | None = None
    beta: float = BETA_PER_SHARE
    min_hz: float = MIN_HZ
    slope_hz: float = SLOPE_HZ


def one_euro(state: OneEuro, value: float, at_ms: float) -> OneEuro:
    """Return the filter after one more reading at its real time (Casiez, Roussel and Vogel 2012, algorithm 1).

    For the screen only: never for a record or a score. At 80 readings a second, in newtons: a ramp of 300 N/s is shown
    12 ms late, one of 50 N/s 34 ms, a step of 100 N is there to 1 % after 63 ms without overshoot, and noise is
    brought down to 0.20-0.23. A reading that is not after the last one, or is no number, changes nothing.
    """
    if not isfinite(value) or (state.at_ms is not None and at_ms <= state.at_ms):
        return state
    if state.at_ms is None:
        return OneEuro(value, 0.0, at_ms, state.beta, state.min_hz, state.slope_hz)
    dt_s = (at_ms - state.at_ms) / 1000
    slope = _drawn(state.slope, (value - state.value) / dt_s, state.slope_hz, dt_s)
    smooth = _drawn(state.value, value, state.min_hz + state.beta * abs(slope), dt_s)
    return OneEuro(smooth, slope, at_ms, state.beta, state.min_hz, state.slope_hz)


def _drawn(last: float, new: float, cutoff_hz: float, dt_s: float) -> float:
    """Return ``last`` drawn towards ``new`` by a first-order low-pass."""
    alpha = 1 / (1 + 1 / (2 * pi * cutoff_hz * dt_s))
    return last + alpha * (new - last)


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
