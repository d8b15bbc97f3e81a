"""Measure aimed movements: how much was done a second, and how hard a path is to steer along."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log2
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from engine.measures import checks
from engine.measures.checks import NOTHING, Numbers

EFFECTIVE = 4.133  # the central 96 % of a normal distribution, in SD
LEAST_TIMES = 20


@dataclass(frozen=True, slots=True)
class Throughput:
    """What one person did under one condition of aiming.

    ``bits_per_s`` is the index of difficulty ``id_bits`` of the distance ``distance_mm`` and the width ``width_mm``
    that were really used / the mean time ``time_s``; ``sd_mm`` is the spread along the way, over ``n`` movements.
    """

    bits_per_s: float
    id_bits: float
    width_mm: float
    distance_mm: float
    sd_mm: float
    time_s: float
    n: int


def index_of_difficulty(distance_mm: float, width_mm: float) -> float:
    """Return log2(distance / width + 1), in bits (Shannon form).

    Raise ``ValueError`` for a distance below 0 or a width not above 0. Of grip, force and full band stand for them.
    Fitts 1954, doi:10.1037/h0055392; MacKenzie 1992, doi:10.1207/s15327051hci0701_3.
    """
    return log2(checks.zero_or_above(distance_mm, "distance_mm") / checks.above_zero(width_mm, "width_mm") + 1)


def throughput(
    from_mm: ArrayLike, to_mm: ArrayLike, select_mm: ArrayLike, times_s: ArrayLike, *, serial: bool = False
) -> Throughput | None:
    """Return the throughput of one condition, with effective width and distance.

    Of each of n movements: where it began, the middle of its target, where it ended, shape (n, 2), and how long it
    took. Ends count along the line from beginning to target: W_e = 4.133 SD (n - 1), A_e = the mean of distance +
    deviation (``serial``: + the deviation before, of tapping to and fro). Fifteen or more movements are wanted.
    ``None`` for fewer than two, for ends without spread, and where A_e is not above 0. Raise ``ValueError`` for a time
    not above 0, a movement without distance, other shapes. Average values over conditions, never movements.

    Soukoreff & MacKenzie 2004, doi:10.1016/j.ijhcs.2004.09.001; MacKenzie 2018, in The Wiley Handbook of HCI.
    """
    starts, targets, ends = (
        checks.curve(points, name)
        for points, name in ((from_mm, "from_mm"), (to_mm, "to_mm"), (select_mm, "select_mm"))
    )
    times = checks.as_many(checks.series(times_s, "times_s"), "times_s", len(starts), "from_mm")
    if not len(starts) == len(targets) == len(ends):
        raise ValueError(f"from_mm, to_mm, select_mm: must be as many, not {len(starts)}, {len(targets)}, {len(ends)}")
    if len(times) and times.min() <= 0:
        raise ValueError(f"times_s: must be above 0, not {times.min()}")
    return _throughput(starts, targets, ends, times, serial) if len(times) > 1 else None


def _throughput(starts: Numbers, targets: Numbers, ends: Numbers, times: Numbers, serial: bool) -> Throughput | None:
    way = targets - starts
    distance = np.hypot(way[:, 0], way[:, 1])
    if distance.min() <= NOTHING:
        raise ValueError("from_mm, to_mm: a movement must have a distance")
    deviation = np.einsum("ij,ij->i", ends - targets, way / distance[:, None])
    went = distance + deviation
    if serial:
        went[1:] += deviation[:-1]
    sd, used, time = float(deviation.std(ddof=1)), float(went.mean()), float(times.mean())
    if sd <= NOTHING or used <= NOTHING or time <= NOTHING:
        return None
    bits = log2(used / (EFFECTIVE * sd) + 1)
    return Throughput(bits / time, bits, EFFECTIVE * sd, used, sd, time, len(times))


def steering_index(path_mm: ArrayLike, width_mm: ArrayLike) -> float:
    """Return the index of difficulty of steering along a path, the integral of ds / W(s), without unit.

    ``path_mm`` has the shape (n, 2); ``width_mm`` is one number, or one for each point of the path, between which it
    changes evenly (integrated exactly). Raise ``ValueError`` for a width not above 0, other shapes, or fewer than two
    points. Accot & Zhai 1997, doi:10.1145/258549.258760.
    """
    path = _points(path_mm)
    width = checks.as_many(width_mm, "width_mm", len(path), "path_mm")
    if width.min() <= NOTHING:
        raise ValueError(f"width_mm: must be above 0, not {width.min()}")
    steps = np.diff(path, axis=0)
    long, grown = np.hypot(steps[:, 0], steps[:, 1]), width[1:] / width[:-1] - 1
    even = np.abs(grown) < 1e-6
    bent = np.log1p(grown) / np.where(even, 1.0, grown)
    return float((long / width[:-1] * np.where(even, 1 - grown / 2, bent)).sum())


def total_curvature(path_mm: ArrayLike) -> float:
    """Return how much a path turns in all, the sum of the absolute turning angles, in radians.

    Raise ``ValueError`` for other shapes, or fewer than two points. Chen & Fels 2025, doi:10.1145/3706598.3713102,
    add it to the steering law for curved paths.
    """
    steps = np.diff(_points(path_mm), axis=0)
    steps = steps[np.hypot(steps[:, 0], steps[:, 1]) > NOTHING]
    one, two = steps[:-1], steps[1:]
    across, along = one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0], np.einsum("ij,ij->i", one, two)
    return float(np.abs(np.arctan2(across, along)).sum())


def _points(path: ArrayLike) -> Numbers:
    points = checks.curve(path, "path_mm")
    if len(points) < 2:
        raise ValueError(f"path_mm: must be two or more points, not {len(points)}")
    return points


def time_limit_s(
    times_s: Sequence[float], success: float, *, expected_s: ArrayLike = 1.0, next_s: float = 1.0
) -> float | None:
    """Return the time within which this person will be done with a chance of ``success``: a lognormal quantile.

    exp(mean + z * SD) of log(time / expected), times ``next_s``: ``expected_s`` is what a law (Fitts, steering) says of
    each of ``times_s``, ``next_s`` what it says of the next one; left out, all are alike. ``None`` for fewer than 20
    times. Raise ``ValueError`` for a time not above 0, or a ``success`` not between 0 and 1.
    Spread of steering times: doi:10.1145/3472749.3474811.
    """
    times, ahead = checks.series(times_s, "times_s"), checks.above_zero(next_s, "next_s")
    expected = checks.as_many(expected_s, "expected_s", len(times), "times_s")
    z = NormalDist().inv_cdf(checks.share(success, "success"))
    if len(times) and not min(times.min(), expected.min()) > NOTHING:
        raise ValueError("times_s, expected_s: must be above 0")
    if len(times) < LEAST_TIMES:
        return None
    missed = np.log(times / expected)
    return ahead * exp(min(float(missed.mean() + z * missed.std(ddof=1)), 600.0))
