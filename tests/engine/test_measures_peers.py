"""Hold the measures against independent libraries: PyEyesWeb, similaritymeasures, shapely and scipy."""

import sys
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from math import log, pi
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import shapely
import similaritymeasures
from scipy import integrate, signal, stats

from engine import measures as m

SEEDS = range(4)


def reaches(seed: int, n: int, fs_hz: float = 100.0) -> np.ndarray:
    """Return a speed of some overlapping minimum-jerk movements, whose spectrum ends well below 10 Hz."""
    rng, t, speed = np.random.default_rng(seed), np.arange(n) / fs_hz, np.zeros(n)
    for _ in range(4):
        lasts = rng.uniform(0.6, 1.0) * max(0.4, n / fs_hz / 2)
        x = np.clip((t - rng.uniform(0, n / fs_hz / 3)) / lasts, 0, 1)
        speed += rng.uniform(20, 80) * (30 * x**2 - 60 * x**3 + 30 * x**4)
    return speed


@cache
def pyeyesweb() -> Any:
    """Return its mathematics alone: the package itself takes seconds to load what is not needed here."""
    found = find_spec("pyeyesweb")
    assert found is not None
    package = ModuleType("pyeyesweb")
    package.__path__ = list(found.submodule_search_locations or ())
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "pyeyesweb", package)
        return import_module("pyeyesweb.utils.math_utils")


def walk(seed: int, n: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 3, (n, 2)).cumsum(axis=0)


@pytest.mark.parametrize("n", [50, 64, 200, 700])
@pytest.mark.parametrize("seed", SEEDS)
def test_sparc_and_ldlj_are_those_of_pyeyesweb(seed: int, n: int) -> None:
    """Its spectrum always has 1024 points, and it takes the mean of n - 2 squared jerks for that of n."""
    speed, peer = reaches(seed, n), pyeyesweb()
    pad_level = 10 - int(np.ceil(np.log2(n)))
    theirs = peer.compute_sparc(speed, 100.0, 0.05, min_fc=0.1, max_fc=10.0)
    assert m.sparc(speed, 100, pad_level=pad_level) == pytest.approx(theirs, abs=1e-9)
    assert m.ldlj(speed, 100) == pytest.approx(peer.compute_ldlj(speed, 100.0) + log(n / (n - 2)), abs=1e-9)


@pytest.mark.parametrize(("apart_s", "prominence"), [(0, 0.05), (0.08, 0.05), (0.3, 0.2)])
@pytest.mark.parametrize("seed", SEEDS)
def test_peaks_are_counted_as_by_scipy(seed: int, apart_s: float, prominence: float) -> None:
    rng = np.random.default_rng(seed)
    speed = np.abs(signal.savgol_filter(rng.normal(0, 1, 400), 11, 2))
    speed[50:60] = speed[50]  # a flat stretch
    distance = max(1, round(apart_s * 100))
    theirs, _ = signal.find_peaks(speed / speed.max(), prominence=prominence, distance=distance)
    found = m.peaks(speed, 100, prominence=prominence, apart_s=apart_s, lowpass_hz=None)
    assert found == len(theirs) > 5


def test_the_low_pass_is_that_of_scipy_on_each_axis() -> None:
    points = walk(1, 300)
    b, a = signal.butter(2, 6, fs=120)
    assert m.lowpassed(points, 120) == pytest.approx(signal.filtfilt(b, a, points, axis=0), abs=1e-9)


@pytest.mark.parametrize(("n_a", "n_b"), [(1, 1), (1, 20), (30, 30), (40, 25), (7, 60)])
def test_frechet_and_dtw_are_those_of_similaritymeasures(n_a: int, n_b: int) -> None:
    a, b = walk(n_a, n_a), walk(n_b + 100, n_b)
    assert m.frechet(a, b) == pytest.approx(similaritymeasures.frechet_dist(a, b), abs=1e-9)
    assert m.dtw(a, b) == pytest.approx(similaritymeasures.dtw(a, b)[0], abs=1e-9)


def walkable(a: np.ndarray, b: np.ndarray, leash: float) -> bool:
    """Return whether both ends can be reached without ever being farther apart than ``leash``."""
    free = np.hypot(a[:, None, 0] - b[:, 0], a[:, None, 1] - b[:, 1]) <= leash
    been = {(0, 0)} if free[0, 0] else set()
    for i, j in np.argwhere(free).tolist():
        if {(i - 1, j), (i, j - 1), (i - 1, j - 1)} & been:
            been.add((i, j))
    return (len(a) - 1, len(b) - 1) in been


@pytest.mark.parametrize("seed", SEEDS)
def test_no_shorter_leash_than_frechet_will_do(seed: int) -> None:
    """That of GEOS 3.14 (shapely) is sometimes longer than needed, so it only bounds ours."""
    a, b = walk(seed + 40, 40), walk(seed + 125, 25)
    found = m.frechet(a, b)
    assert found is not None
    assert walkable(a, b, found + 1e-9)
    assert not walkable(a, b, found - 1e-9)
    assert found <= shapely.frechet_distance(shapely.LineString(a), shapely.LineString(b)) + 1e-9


def test_the_mean_of_dtw_is_taken_over_the_way_of_similaritymeasures() -> None:
    a, b = walk(3, 35), walk(4, 50)
    total, cells = similaritymeasures.dtw(a, b)
    assert m.dtw_mean(a, b, n=None) == pytest.approx(total / len(similaritymeasures.dtw_path(cells)), abs=1e-9)


@pytest.mark.parametrize("noise_mm", [0.2, 2.0])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_lateral_error_is_the_distance_of_shapely(seed: int, noise_mm: float) -> None:
    """On a path whose turns lie far apart the nearest place of all is the one in the window."""
    rng, x = np.random.default_rng(seed), np.linspace(0, 240, 301)
    path = np.stack((x, 15 * np.sin(2 * pi * x / 120)), axis=1)
    trace = m.by_length(path, 2000) + rng.normal(0, noise_mm, (2000, 2))
    line, points = shapely.LineString(path), shapely.points(trace)
    theirs = shapely.distance(line, points)
    found = m.project(trace, path)
    assert found.distance_mm == pytest.approx(theirs, abs=1e-9)
    assert found.along_mm == pytest.approx(shapely.line_locate_point(line, points), abs=1e-6)
    error = m.lateral_error(trace, path, 4.0)
    assert error is not None
    assert error.p95 == pytest.approx(np.percentile(theirs, 95), abs=1e-9)
    assert error.inside == pytest.approx(np.mean(theirs <= 2), abs=1e-12)
    assert error.length_ratio == pytest.approx(shapely.LineString(trace).length / line.length, abs=1e-9)


def test_trends_are_those_of_scipy_also_for_many_values() -> None:
    values = np.random.default_rng(5).normal(0, 1, 300).round(3)
    assert m.theil_sen(values.tolist()) == pytest.approx(stats.theilslopes(values)[0], abs=1e-12)
    assert m.theil_sen(values[:150].tolist()) == pytest.approx(stats.theilslopes(values[:150])[0], abs=1e-12)
    few = [3.1, 2.0, 5.5, 4.4, 7.0, 6.1, 9.9]
    found = m.mann_kendall(few)
    assert found is not None
    assert found.s == round(stats.kendalltau(range(7), few)[0] * 21)
    assert found.p == pytest.approx(2 * stats.norm.sf(abs(found.z)), abs=1e-12)


def test_a_taper_is_integrated_as_by_scipy() -> None:
    theirs, _ = integrate.quad(lambda s: 1 / (24 - s / 10), 0, 180)
    assert m.steering_index([[0, 0], [180, 0]], [24, 6]) == pytest.approx(theirs, abs=1e-9)


def test_a_hold_is_detrended_as_by_scipy() -> None:
    force = 40 + walk(6, 500)[:, 0] * 0.1
    kept = force[100:450]
    theirs = signal.detrend(kept).std(ddof=1) / kept.mean()
    assert m.force_cv(force, 100) == pytest.approx(theirs, abs=1e-12)
