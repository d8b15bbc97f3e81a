"""Measure how smooth a movement was.

SPARC is the headline. The jerk measures hang on device, rate and filter: take them only after the one fixed low-pass
(``speed_profile``), store those beside them, and never compare them across devices.
"""

from math import ceil, log, log2
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.measures import checks
from engine.measures.checks import NOTHING, Numbers, Places
from engine.measures.lowpass import zero_phase

FEWEST = 8
LOWPASS_HZ = 6.0
EVEN_HZ = 100.0
GAP_S = 0.25
EVEN = 0.2
STILL = 0.05
SEGMENT_S, SHORTEST_S = 3.0, 2.0
FLAT = 1e-6


def sparc(
    speed: ArrayLike, fs_hz: float, *, cutoff_hz: float = 10.0, threshold: float = 0.05, pad_level: int = 4
) -> float | None:
    """Return the spectral arc length of one movement: below 0, and the nearer to 0 the smoother.

    ``speed`` is one row, at ``fs_hz`` readings a second, from the onset of a movement to its end (``movement``). The
    spectrum, padded to 2^(ceil(log2 n) + ``pad_level``), is taken to ``cutoff_hz`` and to where it last reaches
    ``threshold`` of its height. No unit; neither size nor duration of the same shape changes it. A long trace has a
    lower value than a short one: use ``sparc_median`` for it. ``None`` for fewer than 8 readings, and where nothing
    moves. Raise ``ValueError`` for a speed below 0 or not finite, another shape, and a rate below twice the cut-off.

    Balasubramanian, Melendez-Calderon & Burdet 2012, doi:10.1109/TBME.2011.2179545; Balasubramanian,
    Melendez-Calderon, Roby-Brami & Burdet 2015, doi:10.1186/s12984-015-0090-9.
    """
    v, _ = checks.speeds(speed), checks.rate(fs_hz, 2 * checks.above_zero(cutoff_hz, "cutoff_hz"))
    checks.share(threshold, "threshold")
    if not 0 <= pad_level <= 8 or pad_level != int(pad_level):
        raise ValueError(f"pad_level: must be a whole number from 0 to 8, not {pad_level}")
    if len(v) < FEWEST or v.max() <= NOTHING:
        return None
    n = int(2 ** (ceil(log2(len(v))) + pad_level))
    height = np.abs(np.fft.rfft(v / v.max(), n))[: int(cutoff_hz * n / fs_hz * (1 + 1e-12)) + 1]
    height /= height.max()
    strong = np.flatnonzero(height >= threshold)
    kept = height[strong[0] : strong[-1] + 1]
    if len(kept) < 2:
        return None
    return -float(np.hypot(1 / (len(kept) - 1), np.diff(kept)).sum())


def sparc_median(speed: ArrayLike, fs_hz: float, *, segment_s: float = SEGMENT_S) -> float | None:
    """Return the median SPARC of a long trace, cut into equal parts of about ``segment_s`` (2 to 4) seconds.

    The SPARC of a whole trace falls with its duration, however steady it is; parts of one length can be compared with
    parts of that length on the same kind of path. ``None`` below 2 s, and where nothing moves. Errors as ``sparc``.
    """
    v, fs = checks.speeds(speed), checks.rate(fs_hz, 20.0)
    if not 2.0 <= segment_s <= 4.0:
        raise ValueError(f"segment_s: must lie between 2 and 4 s, not {segment_s}")
    if len(v) < SHORTEST_S * fs:
        return None
    parts = np.array_split(v, max(1, round(len(v) / (segment_s * fs))))
    found = [value for part in parts if (value := sparc(part, fs)) is not None]
    return float(np.median(found)) if found else None


def ldlj(speed: ArrayLike, fs_hz: float) -> float | None:
    """Return the log dimensionless jerk of one movement, LDLJ-V: the higher (nearer to 0) the smoother.

    -ln(T^3 / max(v)^2 * sum(j^2) dt), with T = n dt and j the second difference of ``speed`` / dt^2. No unit. Use it
    only after ``speed_profile``, and never across devices or rates: unfiltered noise of 0.25 mm moves it from -5 to
    -16. Standing still at an end moves it as well: cut with ``movement``. ``None`` for fewer than 8 readings, where
    nothing moves, and where the jerk is 0 (one speed, or one that rises evenly). Raise ``ValueError`` as ``sparc``.

    Balasubramanian et al. 2012 and 2015, doi:10.1186/s12984-015-0090-9.
    """
    return _log_jerk(checks.speeds(speed)[:, None], checks.rate(fs_hz), 2, "peak")


def ldlj_v(velocity: ArrayLike, fs_hz: float) -> float | None:
    """Return LDLJ-V of a velocity of shape (n, axes): as ``ldlj``, with the length of each jerk and velocity."""
    return _log_jerk(_axes(velocity, "velocity"), checks.rate(fs_hz), 2, "peak")


def ldlj_a(acceleration: ArrayLike, fs_hz: float, *, scale: Literal["peak", "mean-square"] = "peak") -> float | None:
    """Return the log dimensionless jerk of an acceleration, LDLJ-A: the higher (nearer to 0) the smoother.

    -ln(T / A^2 * sum(|j|^2) dt), j being the first difference / dt. Two conventions exist, whose values differ: A^2 is
    the highest |a|^2 (``peak``, Balasubramanian 2015), or its mean (``mean-square``, Melendez-Calderon et al. 2021,
    doi:10.3389/fbioe.2020.558771). ``acceleration`` has the shape (n,) or (n, axes), and gravity must have been taken
    off. ``None`` for fewer than 8 readings, without acceleration, and for one that never changes.
    """
    if scale not in ("peak", "mean-square"):
        raise ValueError(f"scale: must be 'peak' or 'mean-square', not {scale!r}")
    return _log_jerk(_axes(acceleration, "acceleration"), checks.rate(fs_hz), 1, scale)


def _axes(values: ArrayLike, name: str) -> Numbers:
    array = checks.numbers(values, name)
    if array.ndim not in (1, 2):
        raise ValueError(f"{name}: must be of shape (n,) or (n, axes), not {array.shape}")
    return array[:, None] if array.ndim == 1 else array


def _log_jerk(moved: Numbers, fs_hz: float, order: int, scale: str) -> float | None:
    """Return -ln of the jerk that ``order`` differences of ``moved`` give, over its whole duration."""
    n, size = len(moved), np.linalg.norm(moved, axis=1)
    if n < FEWEST or size.max() <= NOTHING:
        return None
    steps = np.diff(moved / size.max(), order, axis=0)
    if np.abs(steps).max() * n**order <= FLAT:
        return None
    squared = 1.0 if scale == "peak" else float(np.mean((size / size.max()) ** 2))
    # T^(2 order - 1) dt / dt^(2 order) = n^(2 order - 1): the rate itself cancels out.
    return -log(n ** (2 * order - 1) * float((steps**2).sum()) / squared)


def peaks(
    speed: ArrayLike, fs_hz: float, *, prominence: float = 0.05, apart_s: float = 0.08,
    lowpass_hz: float | None = LOWPASS_HZ,
) -> int | None:  # fmt: skip
    """Return how many peaks the speed has: the fewer the smoother.

    Peaks stand out by ``prominence`` of the highest speed and lie ``apart_s`` apart (80 ms is our own choice; 0 for
    none), after a low-pass (``None`` for none). Counted as by ``scipy.signal.find_peaks``. ``None`` for fewer than 8
    readings, and where nothing moves. Raise ``ValueError`` as ``sparc``, and for a low-pass at or above half the rate.

    Rohrer et al. 2002, doi:10.1523/JNEUROSCI.22-18-08297.2002; it failed the perturbation tests of Mohamed Refai
    et al. 2021, doi:10.1186/s12984-021-00949-6: a secondary value.
    """
    v, fs = checks.speeds(speed), checks.rate(fs_hz)
    checks.share(prominence, "prominence")
    apart = ceil(checks.zero_or_above(apart_s, "apart_s") * fs - NOTHING)
    if len(v) < FEWEST or v.max() <= NOTHING:
        return None
    smooth = v / v.max() if lowpass_hz is None else lowpassed(v / v.max(), fs, lowpass_hz)
    tops = _tops(smooth)
    clear = _prominences(smooth, tops) >= prominence * smooth.max()
    return int(np.count_nonzero(clear & _spaced(smooth[tops], tops, apart)))


def peaks_per_metre(speed_mm_s: ArrayLike, fs_hz: float) -> float | None:
    """Return the peaks of the speed (mm/s) for each metre of the way: the fewer the smoother; ``None`` as ``peaks``."""
    v, fs = checks.speeds(speed_mm_s), checks.rate(fs_hz)
    way_m = float(v.sum()) / fs / 1000
    found = peaks(v, fs)
    return None if found is None or way_m <= NOTHING else found / way_m


def mean_over_peak(speed: ArrayLike) -> float | None:
    """Return the mean speed as a share of the highest: nearer to 1 the smoother, 0.533 for one minimum-jerk movement.

    ``None`` where nothing moves. Raise ``ValueError`` for a speed below 0 or not finite. Rohrer et al. 2002.
    """
    v = checks.speeds(speed)
    return float(v.mean() / v.max()) if v.size and v.max() > NOTHING else None


def _tops(v: Numbers) -> Places:
    """Return where ``v`` has its local maxima: of a flat top its middle, never the first or last value."""
    turns = np.flatnonzero(np.diff(v))
    starts, ends = np.concatenate(([0], turns + 1)), np.concatenate((turns, [len(v) - 1]))
    level = v[starts]
    high = 1 + np.flatnonzero((level[1:-1] > level[:-2]) & (level[1:-1] > level[2:]))
    return (starts[high] + ends[high]) // 2


def _prominences(v: Numbers, tops: Places) -> Numbers:
    """Return how far one must go down from each top before it goes up higher, on the side where that is less far."""
    marks = np.concatenate(([0], tops, [len(v) - 1]))
    heights = v[marks].tolist()
    valleys = np.minimum(np.minimum.reduceat(v, marks[:-1]), v[marks[1:]]).tolist()
    before = _lowest_before(heights, valleys)
    after = _lowest_before(heights[::-1], valleys[::-1])[::-1]
    return np.array([h - max(a, b) for h, a, b in zip(heights, before, after, strict=True)][1:-1])


def _lowest_before(heights: list[float], valleys: list[float]) -> list[float]:
    """Return the lowest valley that lies between each height and the higher one before it."""
    lowest: list[float] = []
    open_: list[int] = []
    for n, height in enumerate(heights):
        low = valleys[n - 1] if n else height
        while open_ and heights[open_[-1]] <= height:
            low = min(low, lowest[open_.pop()])
        lowest.append(low)
        open_.append(n)
    return lowest


def _spaced(heights: Numbers, tops: Places, apart: int) -> NDArray[np.bool_]:
    """Return which tops stay where a higher one takes the place of those less than ``apart`` readings from it."""
    stay = np.ones(len(tops), dtype=bool)
    for n in np.argsort(heights)[::-1]:
        if stay[n]:
            near = slice(*np.searchsorted(tops, (tops[n] - apart + 1, tops[n] + apart)))
            stay[near] = False
            stay[n] = True
    return stay


# What makes a speed out of points, always the same way


def even_rate_hz(times_s: ArrayLike) -> float | None:
    """Return the rate of evenly sampled times, the median interval's; ``None`` for fewer than two.

    Raise ``ValueError`` where the times do not rise, or an interval differs from the median by more than a fifth:
    bring such readings to even times with ``resampled`` first.
    """
    t = checks.times(times_s)
    if len(t) < 2:
        return None
    steps = np.diff(t)
    usual = float(np.median(steps))
    uneven = np.flatnonzero(np.abs(steps - usual) > EVEN * usual)
    if uneven.size:
        n = int(uneven[0])
        raise ValueError(f"times_s: uneven, {steps[n]:.4g} s after number {n} instead of {usual:.4g}: resample first")
    return 1 / usual


def resampled(times_s: ArrayLike, values: ArrayLike, fs_hz: float = EVEN_HZ, *, gap_s: float = GAP_S) -> Numbers:
    """Return ``values``, of shape (n,) or (n, axes), at even times from the first one on, on straight lines between.

    Raise ``ValueError`` where times do not rise, and for a gap longer than ``gap_s``: cut the trace there, or hold the
    last value first where the device is silent while nothing moves.
    """
    t, given, fs = checks.times(times_s), checks.numbers(values, "values"), checks.rate(fs_hz)
    if len(_axes(given, "values")) != len(t):
        raise ValueError(f"values: must be as many as times_s ({len(t)}), not of shape {given.shape}")
    if len(t) < 2:
        return given
    gap = int(np.argmax(np.diff(t)))
    if t[gap + 1] - t[gap] > gap_s:
        raise ValueError(f"times_s: {t[gap + 1] - t[gap]:.3g} s without a reading after number {gap}: cut there")
    even = t[0] + np.arange(int((t[-1] - t[0]) * fs * (1 + 1e-12)) + 1) / fs
    axes = [np.interp(even, t, axis) for axis in _axes(given, "values").T]
    drawn: Numbers = axes[0] if given.ndim == 1 else np.stack(axes, axis=1)
    return drawn


def lowpassed(values: ArrayLike, fs_hz: float, cutoff_hz: float = LOWPASS_HZ) -> Numbers:
    """Return ``values``, of shape (n,) or (n, axes), low-passed without delay: a Butterworth of order 2, both ways.

    Raise ``ValueError`` for a cut-off not below half the rate. Winter 2009, Biomechanics and Motor Control.
    """
    given, fs = checks.numbers(values, "values"), checks.rate(fs_hz)
    columns = [zero_phase(axis, fs, cutoff_hz) for axis in _axes(given, "values").T.tolist()]
    smooth: Numbers = np.array(columns).T.reshape(given.shape)
    return smooth


def speed_profile(points: ArrayLike, fs_hz: float, *, lowpass_hz: float | None = LOWPASS_HZ) -> Numbers:
    """Return the speed of evenly sampled points (n, 2), in their unit a second, after the one fixed low-pass.

    Positions are low-passed at 6 Hz without delay, then differences over two intervals are taken (one at the ends).
    Empty for fewer than two points. Raise ``ValueError`` for a rate not above twice the low-pass.
    """
    p, fs = checks.curve(points, "points"), checks.rate(fs_hz)
    if lowpass_hz is not None and not 0 < lowpass_hz < fs / 2:
        raise ValueError(f"fs_hz: must be above {2 * lowpass_hz:g} to be low-passed at {lowpass_hz:g} Hz, not {fs:g}")
    if len(p) < 2:
        return np.empty(0)
    velocity = np.gradient(p if lowpass_hz is None else lowpassed(p, fs, lowpass_hz), 1 / fs, axis=0)
    speed: Numbers = np.hypot(velocity[:, 0], velocity[:, 1])
    return speed


def movement(speed: ArrayLike, *, threshold: float = STILL) -> slice | None:
    """Return the part of ``speed`` from onset to end: from the first to the last reading at 5 % of the highest.

    ``None`` where nothing moves. Balasubramanian et al. 2015 cut so.
    """
    v = checks.speeds(speed)
    checks.share(threshold, "threshold")
    if not v.size or v.max() <= NOTHING:
        return None
    fast = np.flatnonzero(v >= threshold * v.max())
    return slice(int(fast[0]), int(fast[-1]) + 1)
