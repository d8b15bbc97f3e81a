"""Measure how well a trace followed a path, in the unit of its points (mm)."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike

from engine.measures import checks
from engine.measures.checks import NOTHING, Numbers, Places, product
from engine.measures.smoothness import lowpassed

BACK_MM, AHEAD_MM, STEPS = 5.0, 25.0, 3.0
# Simulated traces of a star (60 mm, tips of 36 degrees) that wander by 6 mm (SD an axis): without looking farther when
# off the path 13 % of the places are more than 40 mm wrong, since a cut tip was never left; with once the distance
# 0.3 %, with twice 1.1 %. Spirals with 10 to 20 mm between their turns are the same with all of them.
OFF = 1.0
BLOCK = 64
RESAMPLED_N, LONG = 200, 2000
STOP, STOP_S = 0.05, 0.1
DRIFT_HZ = 1.0
FEWEST = 8


@dataclass(frozen=True, slots=True)
class LateralError:
    """How far a trace was from its path, in mm, and how much of the path it went along.

    ``mean``, ``rms``, ``p95`` and ``max`` are of the distance; ``signed`` is the mean with left of the path as plus
    (the drift). ``inside`` is the share of the time within the corridor (time on path), ``length_ratio`` the length of
    the trace / that of the path, ``completion`` the share of the path up to the farthest place that was reached.
    """

    mean: float
    rms: float
    p95: float
    max: float
    signed: float
    inside: float
    length_ratio: float
    completion: float

    @property
    def economy(self) -> float | None:
        """Return the length of the path / that of the trace; ``None`` where the trace has no length."""
        return 1 / self.length_ratio if self.length_ratio > NOTHING else None


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """For each point of a trace the place on the path that belongs to it.

    ``along_mm`` is how far along the path it is, ``distance_mm`` how far the point is from it, ``signed_mm`` the same
    with a sign: plus to the left of the path, 0 straight before or behind an end of it.
    """

    along_mm: Numbers
    distance_mm: Numbers
    signed_mm: Numbers


@dataclass(frozen=True, slots=True)
class VelocityProfile:
    """The speeds of a movement, in their unit: ``cv`` is SD / mean, ``to_peak`` the share of time before the peak."""

    mean: float
    peak: float
    cv: float
    to_peak: float


@dataclass(frozen=True, slots=True)
class Stops:
    """How often a movement stood still on its way, and for how long in all."""

    n: int
    total_s: float


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """How speed follows curvature, ``speed = gain * curvature ** exponent``; ``r2`` is the share it explains."""

    exponent: float
    gain: float
    r2: float


def lateral_error(
    points_mm: ArrayLike, path_mm: ArrayLike, width_mm: ArrayLike, *, dt_s: ArrayLike | None = None,
    back_mm: float = BACK_MM, ahead_mm: float = AHEAD_MM,
) -> LateralError | None:  # fmt: skip
    """Return how far the points of a trace were from the path, each measured where it belongs (``project``).

    ``points_mm`` and ``path_mm`` have the shape (n, 2); ``width_mm`` is the full width of the corridor, one number or
    one for each point of the path. ``dt_s`` says how long each point stood, where sampling is uneven. The length of
    the trace grows with noise: low-pass it first for the length ratio. ``None`` for fewer than two points. Raise
    ``ValueError`` for numbers that are not finite, another shape, a path without length, a width not above 0.
    Trace accuracy on tablets and its reliability: doi:10.1080/09638288.2020.1800838; the percentile is type 7 of
    Hyndman & Fan 1996, doi:10.1080/00031305.1996.10473566.
    """
    points, (path, kept) = checks.curve(points_mm, "points_mm"), _line(path_mm)
    width = checks.as_many(width_mm, "width_mm", len(checks.curve(path_mm, "path_mm")), "path_mm")[kept]
    if width.min() <= 0:
        raise ValueError(f"width_mm: must be above 0, not {width.min()}")
    weight = checks.weights(dt_s, len(points), "points_mm")
    if len(points) < 2:
        return None
    found, at = project(points, path, back_mm=back_mm, ahead_mm=ahead_mm), _lengths(path)
    e, share = found.distance_mm, weight / weight.sum()
    return LateralError(
        mean=product(share, e),
        rms=product(share, e**2) ** 0.5,
        p95=_quantile(e, weight, 0.95),
        max=float(e.max()),
        signed=product(share, found.signed_mm),
        inside=min(1.0, float(share[e <= np.interp(found.along_mm, at, width) / 2].sum())),
        length_ratio=float(_lengths(points)[-1] / at[-1]),
        completion=min(1.0, float(found.along_mm.max() / at[-1])),
    )


def project(
    points_mm: ArrayLike, path_mm: ArrayLike, *, back_mm: float = BACK_MM, ahead_mm: float = AHEAD_MM
) -> Projection:
    """Return for each point the nearest place on the path that the trace can have come to from the place before.

    Only a window is searched: ``back_mm`` behind the place before and ``ahead_mm`` ahead of it, and farther by as much
    as the point before was off (at most a quarter of the path), or three steps of the trace each way. So no point hops
    to a neighbouring turn of a spiral, and who cuts a corner is followed round it. The first window stands at the
    beginning of the path.
    Raise ``ValueError`` as ``lateral_error``.
    """
    points, (path, _) = checks.curve(points_mm, "points_mm"), _line(path_mm)
    walk = _Walk(path, checks.above_zero(back_mm, "back_mm"), checks.above_zero(ahead_mm, "ahead_mm"))
    if not len(points):
        return Projection(np.empty(0), np.empty(0), np.empty(0))
    along = walk.along(points)
    place = np.clip(np.searchsorted(walk.at, along, side="right") - 1, 0, len(walk.unit) - 1)
    offset = points - (walk.start[place] + walk.unit[place] * (along - walk.at[place])[:, None])
    distance = np.hypot(offset[:, 0], offset[:, 1])
    return Projection(along, distance, np.sign(_cross(walk.heading(along, place), offset)) * distance)


class _Walk:
    """A path to walk along: its pieces, and how far one may look from one point to the next."""

    def __init__(self, path: Numbers, back_mm: float, ahead_mm: float) -> None:
        steps = np.diff(path, axis=0)
        self.start, self.long, self.at = path[:-1], np.hypot(steps[:, 0], steps[:, 1]), _lengths(path)
        self.unit = steps / self.long[:, None]
        self.offset = np.einsum("ij,ij->i", self.start, self.unit)
        self.places: list[float] = self.at.tolist()
        self.farthest = self.places[-1] / 4
        self.back, self.ahead = min(back_mm, self.farthest), ahead_mm

    def along(self, points: Numbers) -> Numbers:
        """Return how far along the path each point belongs.

        A block of points is searched at once in a window that is wide enough for all: the best place there is the best
        in a point's own window, if it lies in it. From the first one of which that is not true, some go one by one.
        """
        moved = STEPS * np.hypot(*np.diff(np.concatenate((self.start[:1], points)), axis=0).T)
        found, n, alone, last, off = np.empty(len(points)), 0, 1, 0.0, 0.0
        while n < len(points):
            good, distance = self._block(points[n : n + BLOCK], last, off, moved[n : n + BLOCK])
            found[n : n + len(good)] = good
            n += len(good)
            if len(good):
                last, off = float(good[-1]), float(distance[-1])
            alone = 1 if len(good) == BLOCK else min(BLOCK, 2 * alone)
            for k in range(n, min(n + alone, len(points)) if alone > 1 else n):
                last, off = self._nearest(points[k], last - max(self.back, moved[k]), last + self._ahead(off, moved[k]))
                found[k] = last
                n += 1
        return found

    def _ahead(self, off: float, moved: float) -> float:
        """Return how far ahead to look: farther, the farther the point before was off."""
        return float(max(min(self.ahead + OFF * off, self.farthest), moved))

    def _block(self, points: Numbers, last: float, off: float, moved: Numbers) -> tuple[Numbers, Numbers]:
        """Return place and distance of the first points for which a window common to all of them is enough."""
        way = float(moved.sum()) / STEPS
        first, end = self._pieces(last - self.back - 2 * way, last + self._ahead(off + way, 0.0) + 2 * way)
        start, unit = self.start[first:end], self.unit[first:end]
        at = points @ unit.T - self.offset[first:end]
        np.minimum(np.maximum(at, 0, out=at), self.long[first:end], out=at)
        x = start[:, 0] + at * unit[:, 0] - points[:, :1]
        y = start[:, 1] + at * unit[:, 1] - points[:, 1:]
        far = x * x + y * y
        best, rows = np.argmin(far, axis=1), np.arange(len(points))
        place, distance = self.at[first:end][best] + at[rows, best], np.sqrt(far[rows, best])
        before, offs = np.concatenate(([last], place[:-1])), np.concatenate(([off], distance[:-1]))
        low = before - np.maximum(self.back, moved)
        high = before + np.maximum(np.minimum(self.ahead + OFF * offs, self.farthest), moved)
        whole = ((low >= self.at[first]) | (first == 0)) & ((high <= self.at[end]) | (end == len(self.long)))
        bad = np.flatnonzero(~(whole & (low <= place) & (place <= high)))
        n = int(bad[0]) if bad.size else len(place)
        return place[:n], distance[:n]

    def _nearest(self, point: Numbers, low: float, high: float) -> tuple[float, float]:
        """Return the place nearest to ``point`` from ``low`` to ``high``, and its distance."""
        first, end = self._pieces(low, high)
        start, unit = self.start[first:end], self.unit[first:end]
        at = unit @ point - self.offset[first:end]
        np.minimum(np.maximum(at, 0, out=at), self.long[first:end], out=at)
        at[0] = max(at[0], low - self.places[first])
        at[-1] = min(at[-1], high - self.places[end - 1])
        x, y = start[:, 0] + at * unit[:, 0] - point[0], start[:, 1] + at * unit[:, 1] - point[1]
        far = x * x + y * y
        best = int(far.argmin())
        return self.places[first + best] + float(at[best]), float(far[best]) ** 0.5

    def _pieces(self, low: float, high: float) -> tuple[int, int]:
        """Return the range of the pieces between two places."""
        first, end = bisect_right(self.places, low) - 1, bisect_left(self.places, high)
        return min(max(first, 0), len(self.long) - 1), max(1, min(end, len(self.long)))

    def heading(self, along: Numbers, place: Places) -> Numbers:
        """Return the direction of the path at each place; at a corner, that between both sides of it."""
        corner = (along - self.at[place] <= NOTHING) & (place > 0)
        before = np.where(corner[:, None], self.unit[np.maximum(place - 1, 0)], 0.0)
        after: Numbers = self.unit[place]
        return after + before


def _cross(a: Numbers, b: Numbers) -> Numbers:
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]


def _lengths(points: Numbers) -> Numbers:
    """Return how far along each point is."""
    steps = np.diff(points, axis=0)
    return np.concatenate(([0.0], np.cumsum(np.hypot(steps[:, 0], steps[:, 1]))))


def _line(path: ArrayLike) -> tuple[Numbers, Numbers]:
    """Return a path without repeated points, and which of the points those are."""
    line = checks.curve(path, "path_mm")
    if len(line) > 1:
        steps = np.diff(line, axis=0)
        kept = np.concatenate(([0], 1 + np.flatnonzero(np.hypot(steps[:, 0], steps[:, 1]) > NOTHING)))
        if len(kept) > 1:
            return line[kept], kept
    raise ValueError("path_mm: must have a length: at least two points that differ")


def _quantile(values: Numbers, weight: Numbers, share: float) -> float:
    """Return a quantile of weighed values; with equal weights it is Hyndman & Fan type 7."""
    order = np.argsort(values, kind="stable")
    order = order[weight[order] > 0]
    w = weight[order]
    at = np.cumsum(w) - w / 2
    return float(np.interp(at[0] + share * (at[-1] - at[0]), at, values[order]))


def by_length(points: ArrayLike, n: int = RESAMPLED_N) -> Numbers:
    """Return ``n`` points, (n, 2), at equal distances along the curve, from its first to its last point.

    Raise ``ValueError`` for fewer than two, and for no points.
    """
    given = checks.curve(points, "points")
    if not len(given) or n < 2 or n != int(n):
        raise ValueError(f"points, n: need a point, and two or more points to come out, not {len(given)} and {n}")
    at = _lengths(given)
    wanted = np.linspace(0, at[-1], n)
    return np.stack([np.interp(wanted, at, given[:, 0]), np.interp(wanted, at, given[:, 1])], axis=1)


def frechet(a: ArrayLike, b: ArrayLike, *, n: int | None = None) -> float | None:
    """Return the discrete Fréchet distance of two curves (m, 2), in their unit: the shortest leash for both to walk.

    Points are taken as they are; with ``n``, and where a curve has more than 2,000, both are first brought to ``n``
    (200) points at equal distances: do that wherever values are compared. ``None`` where a curve is empty. Raise
    ``ValueError`` for numbers that are not finite, and another shape. Eiter & Mannila 1994, CD-TR 94/64.
    """
    pair = _pair(a, b, n)
    return None if pair is None else _warped(*pair, farthest=True)[0]


def dtw(a: ArrayLike, b: ArrayLike, *, n: int | None = None) -> float | None:
    """Return the dynamic time warping distance of two curves: the least sum of distances, in their unit.

    The sum grows with the number of points: compare ``dtw_mean``. Points, ``n``, ``None`` and errors as ``frechet``.
    Sakoe & Chiba 1978, doi:10.1109/TASSP.1978.1163055 (symmetric steps, all weighed 1).
    """
    pair = _pair(a, b, n)
    return None if pair is None else _warped(*pair)[0]


def dtw_mean(a: ArrayLike, b: ArrayLike, *, n: int | None = RESAMPLED_N) -> float | None:
    """Return ``dtw`` / the number of pairs on its way (the fewest where ways are equal), of 200 points each."""
    pair = _pair(a, b, n)
    if pair is None:
        return None
    total, steps = _warped(*pair)
    return total / steps


def _pair(a: ArrayLike, b: ArrayLike, n: int | None) -> tuple[Numbers, Numbers] | None:
    one, two = checks.curve(a, "a"), checks.curve(b, "b")
    if not len(one) or not len(two):
        return None
    if n is None and max(len(one), len(two)) > LONG:
        n = RESAMPLED_N
    return (one, two) if n is None else (by_length(one, n), by_length(two, n))


def _warped(a: Numbers, b: Numbers, *, farthest: bool = False) -> tuple[float, int]:
    """Return the cost of the best common walk over two curves, and its number of pairs.

    Cells of one antidiagonal need only those of the two before, so each is worked out at once.
    """
    far = np.hypot(a[:, :1] - b[:, 0], a[:, 1:] - b[:, 1])[:, ::-1]
    none = np.full(len(a) + 1, np.inf)
    before, last = none.copy(), none.copy()
    before[0] = 0.0
    steps_before, steps_last = np.zeros_like(none), np.zeros_like(none)
    for k in range(len(a) + len(b) - 1):
        low, high = max(0, k - len(b) + 1), min(len(a), k + 1)
        options = np.stack((before[low:high], last[low:high], last[low + 1 : high + 1]))
        best = options.min(axis=0)
        now, here = none.copy(), far.diagonal(len(b) - 1 - k)
        now[low + 1 : high + 1] = np.maximum(best, here) if farthest else best + here
        if not farthest:
            counts = np.stack((steps_before[low:high], steps_last[low:high], steps_last[low + 1 : high + 1]))
            steps_before, steps_last = steps_last, np.zeros_like(none)
            steps_last[low + 1 : high + 1] = np.where(options == best, counts, np.inf).min(axis=0) + 1
        before, last = last, now
    return float(last[-1]), int(steps_last[-1])


def velocity_profile(speed: ArrayLike) -> VelocityProfile | None:
    """Return mean, peak and spread of a speed (from ``speed_profile``, cut by ``movement``), and when it peaked.

    ``None`` where nothing moves. Raise ``ValueError`` for a speed below 0 or not finite. Flash & Hogan 1985,
    doi:10.1523/JNEUROSCI.05-07-01688.1985: one reach peaks at half its time.
    """
    v = checks.speeds(speed)
    if len(v) < 2 or v.max() <= NOTHING:
        return None
    mean = float(v.mean())
    return VelocityProfile(mean, float(v.max()), float(v.std()) / mean, float(np.argmax(v)) / (len(v) - 1))


def stops(speed: ArrayLike, fs_hz: float) -> Stops | None:
    """Return the stops of a movement: below 5 % of its highest speed for more than 0.1 s, between onset and end.

    ``None`` where nothing moves. Raise ``ValueError`` for a speed below 0 or not finite. Rohrer et al. 2002,
    doi:10.1523/JNEUROSCI.22-18-08297.2002 (movement arrest period).
    """
    v, fs = checks.speeds(speed), checks.rate(fs_hz)
    if not v.size or v.max() <= NOTHING:
        return None
    slow = v < STOP * v.max()
    turns = np.flatnonzero(np.diff(slow.astype(np.int8)))
    inner = turns[(1 if slow[0] else 0) :]
    lasted = np.diff(inner)[::2] / fs
    long = lasted[lasted > STOP_S * (1 + 1e-9)]
    return Stops(len(long), float(long.sum()))


def jitter(signed_mm: ArrayLike, fs_hz: float, *, above_hz: float = DRIFT_HZ) -> float | None:
    """Return the RMS of the signed lateral error above 1 Hz, in mm: what is not slow drift.

    ``signed_mm`` is ``project(...).signed_mm`` at an even rate; what a 1 Hz low-pass without delay leaves is taken
    off. ``None`` for fewer than 8 readings. Raise ``ValueError`` for a rate not above twice ``above_hz``.
    """
    e, fs = checks.series(signed_mm, "signed_mm"), checks.rate(fs_hz)
    slow = lowpassed(e, fs, above_hz)
    return float(np.sqrt(np.mean((e - slow) ** 2))) if len(e) >= FEWEST else None


def power_law(points: ArrayLike, fs_hz: float) -> PowerLaw | None:
    """Return how the speed along a trace followed its curvature: an exponent of -1/3 is the two-thirds power law.

    ``points`` (n, 2) are evenly sampled and low-passed (``lowpassed``). A line through log speed and log curvature is
    fitted by least squares. ``None`` for fewer than 8 places that are curved and moved over, and where all are curved
    alike. Lacquaniti, Terzuolo & Viviani 1983, doi:10.1016/0001-6918(83)90027-6.
    """
    p, fs = checks.curve(points, "points"), checks.rate(fs_hz)
    if len(p) < FEWEST:
        return None
    velocity = np.gradient(p, 1 / fs, axis=0)
    acceleration = np.gradient(velocity, 1 / fs, axis=0)
    speed, bent = np.hypot(velocity[:, 0], velocity[:, 1]), np.abs(_cross(velocity, acceleration))
    whole = (speed > NOTHING) & (bent > NOTHING * speed**3)
    whole[[0, 1, -2, -1]] = False
    v = np.log(speed[whole])
    k = np.log(bent[whole]) - 3 * v
    if len(k) < FEWEST or k.std() <= NOTHING:
        return None
    slope = float(np.mean((k - k.mean()) * (v - v.mean())) / k.var())
    gain, r2 = float(np.exp(v.mean() - slope * k.mean())), float(slope**2 * k.var() / v.var()) if v.var() > 0 else 1.0
    return PowerLaw(slope, gain, min(1.0, r2)) if isfinite(gain) else None
