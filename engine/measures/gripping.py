"""Measure a force: how well it follows, holds, rises and lets go; forces in any one unit (newtons), evenly sampled."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from engine.measures import checks
from engine.measures.checks import NOTHING, Numbers, product
from engine.measures.pointing import index_of_difficulty

LAG_S = 0.5
SETTLE_S, ENDING_S = 1.0, 0.5
ONSET = 0.05
LOW, HIGH = 0.1, 0.9
WINDOW_S, EARLY_S = 0.05, 0.2
FIRST_S = 2.0
RESIDUAL_S = 1.0
FEWEST = 8


@dataclass(frozen=True, slots=True)
class Tracking:
    """How well a force followed its target, in its unit.

    ``rmse`` is as it was, ``aligned_rmse`` with the force taken ``lag_s`` earlier; both are ``None`` where neither
    target nor force change, so that no lag can be told. ``mean`` is the signed mean error, plus for too much.
    """

    rmse: float
    mean: float
    lag_s: float | None
    aligned_rmse: float | None


@dataclass(frozen=True, slots=True)
class Release:
    """How a force was let go after the cue; what did not happen in the readings is ``None``.

    ``latency_s`` is until it fell below 90 % of the level, ``time_s`` from there to 10 %, ``residual`` what was left
    1 s after the cue, as a share of the level.
    """

    latency_s: float | None
    time_s: float | None
    residual: float | None


def tracking_error(force: ArrayLike, target: ArrayLike, fs_hz: float, *, longest_s: float = LAG_S) -> Tracking | None:
    """Return the root mean square error of a force to its target, before and after its lag is taken off.

    ``target`` is one number, or one for each reading of ``force``. The lag is that from 0 to 0.5 s at which the two
    correlate most (Pearson, over where they overlap). Divide by the maximum for %MVC. ``None`` for no readings. Raise
    ``ValueError`` for numbers that are not finite, or rows of other lengths. Kurillo et al. 2004,
    Clinical Biomechanics 19:1014 (tracking of a force target); the lag is our own choice.
    """
    f, fs = checks.series(force, "force"), checks.rate(fs_hz)
    wanted = checks.as_many(target, "target", len(f), "force")
    lags = range(min(int(checks.zero_or_above(longest_s, "longest_s") * fs + NOTHING), len(f) - FEWEST) + 1)
    if not len(f):
        return None
    alike = [_correlation(f[lag:], wanted[: len(f) - lag]) for lag in lags]
    rmse, mean = _rms(f - wanted), float((f - wanted).mean())
    if not alike or np.isnan(alike).all():
        return Tracking(rmse, mean, None, None)
    lag = int(np.nanargmax(alike))
    return Tracking(rmse, mean, lag / fs, _rms(f[lag:] - wanted[: len(f) - lag]))


def _rms(values: Numbers) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _correlation(a: Numbers, b: Numbers) -> float:
    one, two = a - a.mean(), b - b.mean()
    size = (product(one, one) * product(two, two)) ** 0.5
    return product(one, two) / size if size > NOTHING * len(a) else np.nan


def time_in_target(force: ArrayLike, target: ArrayLike, band: float, *, dt_s: ArrayLike | None = None) -> float | None:
    """Return the share of the time with the force within ``band`` (half of its width) of the target.

    ``dt_s`` says how long each reading stood, where sampling is uneven. ``None`` for no readings. Raise ``ValueError``
    for a band below 0, numbers that are not finite, or rows of other lengths. Kurillo et al. 2004.
    """
    f, half = checks.series(force, "force"), checks.zero_or_above(band, "band")
    wanted, weight = checks.as_many(target, "target", len(f), "force"), checks.weights(dt_s, len(f), "force")
    return min(1.0, float(weight[np.abs(f - wanted) <= half].sum() / weight.sum())) if len(f) else None


def force_cv(
    force: ArrayLike, fs_hz: float, *, detrended: bool = True, settle_s: float = SETTLE_S, ending_s: float = ENDING_S
) -> float | None:
    """Return the steadiness of a hold, SD (n - 1) / mean of the force: 0 is perfectly steady.

    ``force`` is the hold; its first ``settle_s`` and last ``ending_s`` are left out, and a straight line is taken off
    (``detrended``). ``None`` for fewer than 8 readings that are left, and for a mean not above 0. Raise ``ValueError``
    for numbers that are not finite. Enoka et al. 2003, J Electromyogr Kinesiol 13:1; reliable at 5 % of the
    maximum: doi:10.1186/s12891-018-2015-9.
    """
    f, fs = checks.series(force, "force"), checks.rate(fs_hz)
    first = round(checks.zero_or_above(settle_s, "settle_s") * fs)
    held = f[first : max(first, len(f) - round(checks.zero_or_above(ending_s, "ending_s") * fs))]
    if len(held) < FEWEST or held.mean() <= NOTHING:
        return None
    off: Numbers = held - held.mean()
    at = np.linspace(-1, 1, len(held))
    if detrended:
        off = off - at * product(at, off) / product(at, at)
    return float((product(off, off) / (len(held) - 1)) ** 0.5 / held.mean())


def force_onset_s(force: ArrayLike, fs_hz: float, level: float) -> float | None:
    """Return when the force first reached 5 % of ``level``, in s after the first reading (cut to the cue).

    The time of that reading, not of a crossing between two. ``None`` where it never did. Raise ``ValueError`` for a
    level not above 0. Of a force that is led by a cue.
    """
    f, fs = checks.series(force, "force"), checks.rate(fs_hz)
    there = np.flatnonzero(f >= ONSET * checks.above_zero(level, "level"))
    return float(there[0] / fs) if there.size else None


def rise_s(force: ArrayLike, fs_hz: float, level: float) -> float | None:
    """Return the time of the rise from 10 to 90 % of ``level``, in s: from the last 10 % before it reached 90 %.

    Crossings lie on straight lines between readings. ``level`` is the mean of the hold, or the target. ``None`` where
    the force did not rise through both. Raise ``ValueError`` for a level not above 0. IEEE 181-2011 (transition
    duration).
    """
    f, fs = checks.series(force, "force"), checks.rate(fs_hz)
    top = checks.above_zero(level, "level")
    high = np.flatnonzero(f >= HIGH * top)
    low = np.flatnonzero(f[: high[0]] < LOW * top) if high.size else high
    if not low.size:
        return None
    return (_crossing(f, int(high[0]), HIGH * top) - _crossing(f, int(low[-1]) + 1, LOW * top)) / fs


def _crossing(f: Numbers, n: int, level: float) -> float:
    """Return where between the readings ``n - 1`` and ``n`` the force was at ``level``."""
    return n - 1 + float((level - f[n - 1]) / (f[n] - f[n - 1]))


def rate_of_force(force: ArrayLike, fs_hz: float, *, window_s: float = WINDOW_S) -> float | None:
    """Return the rate of force development, the steepest rise over ``window_s``, a second, in the unit of ``force``.

    Divide by the maximum for %MVC/s. Only a trend within one sensor: a slow one reads too low. ``None`` for a row
    shorter than the window. Raise ``ValueError`` for a window shorter than one reading. Maffiuletti et al. 2016,
    doi:10.1007/s00421-016-3346-6.
    """
    f, fs = checks.series(force, "force"), checks.rate(fs_hz)
    n = round(checks.above_zero(window_s, "window_s") * fs)
    if n < 1:
        raise ValueError(f"fs_hz: must be at least {0.5 / window_s:g} for a window of {window_s} s, not {fs:g}")
    return float((f[n:] - f[:-n]).max() * fs / n) if len(f) > n else None


def early_rate_of_force(force: ArrayLike, fs_hz: float, onset_s: float) -> float | None:
    """Return the mean rate of force development over the first 0.2 s from ``onset_s`` on, a second.

    ``None`` where the readings do not reach from the onset to 0.2 s after it. Raise ``ValueError`` for an onset below
    0. Maffiuletti et al. 2016, doi:10.1007/s00421-016-3346-6.
    """
    f, fs = checks.series(force, "force"), checks.rate(fs_hz)
    ends = np.array((0.0, EARLY_S)) + checks.zero_or_above(onset_s, "onset_s")
    if not len(f) or ends[1] * fs > len(f) - 1 + NOTHING:
        return None
    before, after = np.interp(ends * fs, np.arange(len(f)), f)
    return float(after - before) / EARLY_S


def overshoot(force: ArrayLike, fs_hz: float, target: float) -> float | None:
    """Return (peak - target) / target in the first 2 s of ``force``: below 0 the target was not reached.

    ``None`` for no readings. Raise ``ValueError`` for a target not above 0. IEEE 181-2011 (overshoot).
    """
    f, fs = checks.series(force, "force"), checks.rate(fs_hz)
    wanted, first = checks.above_zero(target, "target"), f[: round(FIRST_S * fs) + 1]
    return float(first.max() - wanted) / wanted if len(f) else None


def release(force: ArrayLike, fs_hz: float, level: float) -> Release | None:
    """Return how a force was let go; ``force`` begins at the cue, ``level`` is what was held (the mean of the hold).

    Crossings lie on straight lines between readings. ``None`` for no readings, and where the force is below 90 % of
    the level already at the cue. Raise ``ValueError`` for a level not above 0. Seo et al. 2009,
    doi:10.1152/jn.91108.2008 (delays in starting and ending grip).
    """
    f, fs = checks.series(force, "force"), checks.rate(fs_hz)
    top = checks.above_zero(level, "level")
    if not len(f) or f[0] < HIGH * top:
        return None
    begun, ended = _fell(f, HIGH * top), _fell(f, LOW * top)
    place = RESIDUAL_S * fs
    left = float(np.interp(place, np.arange(len(f)), f)) / top if place <= len(f) - 1 + NOTHING else None
    if begun is None:
        return Release(None, None, left)
    return Release(begun / fs, None if ended is None else (ended - begun) / fs, left)


def _fell(f: Numbers, level: float) -> float | None:
    """Return where the force first fell below ``level``."""
    below = np.flatnonzero(f < level)
    return _crossing(f, int(below[0]), level) if below.size else None


def grip_rate(force: float, band: float, time_s: float) -> float:
    """Return log2(force / band + 1) / time, bits/s, of reaching a force from rest; ``band`` is the full width.

    Raise ``ValueError`` for a band or time not above 0. Fitts' law of finger force: doi:10.3390/sym11091109; this form
    is our own choice.
    """
    return index_of_difficulty(force, band) / checks.above_zero(time_s, "time_s")
