"""Hold the room of the measures together: all names, versions and the page, numpy only when needed, no bad number."""

import inspect
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from math import inf, isfinite, nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import measures as m

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "measures.md").read_text("utf-8")
FUNCTIONS = sorted(name for name in m.__all__ if inspect.isfunction(getattr(m, name)))
WAVE = 40 + 10 * np.sin(np.arange(300) / 15)
LINE = np.stack((np.arange(60.0), np.sin(np.arange(60) / 9)), axis=1)


def test_every_measure_has_a_version_and_no_other_name_has_one() -> None:
    assert sorted(m.VERSIONS) == FUNCTIONS
    assert len(FUNCTIONS) > 60


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_measure_says_what_it_returns_and_stands_on_the_page_with_its_version(name: str) -> None:
    assert re.match(r"Return\b", getattr(m, name).__doc__)
    row = re.search(rf"^\| [^|]+ \| `{name}`(?: [^|]*)? \|.*$", PAGE, re.MULTILINE)
    assert row, f"docs/measures.md has no row for {name}"
    assert [cell.strip() for cell in row[0].strip("|").split("|")][5] == str(m.VERSIONS[name])


def test_numpy_waits_until_a_measure_needs_it() -> None:
    code = (
        "import sys, engine.measures as m; assert 'numpy' not in sys.modules; assert 'sparc' in dir(m); "
        "m.theil_sen([1, 2, 4]); assert 'numpy' not in sys.modules; "
        "from engine.measures import sparc; assert 'numpy' in sys.modules; print(sparc([1.0] * 9, 100))"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert float(ran.stdout) < 0, ran.stderr


def test_all_names_can_be_had_and_a_wrong_one_is_told() -> None:
    assert len(set(m.__all__)) == len(m.__all__)
    assert all(getattr(m, name) is not None for name in m.__all__)
    with pytest.raises(AttributeError, match="no attribute 'sparck'"):
        _ = m.sparck


# What is called, with good input: a row, a rate, points or times stand for what is made bad below.
ROW: dict[str, Callable[[Any], object]] = {
    "sparc": lambda v: m.sparc(v, 100),
    "sparc_median": lambda v: m.sparc_median(v, 100),
    "ldlj": lambda v: m.ldlj(v, 100),
    "ldlj_v": lambda v: m.ldlj_v(v, 100),
    "ldlj_a": lambda v: m.ldlj_a(v, 100),
    "peaks": lambda v: m.peaks(v, 100),
    "peaks_per_metre": lambda v: m.peaks_per_metre(v, 100),
    "mean_over_peak": m.mean_over_peak,
    "lowpassed": lambda v: m.lowpassed(v, 100),
    "movement": m.movement,
    "velocity_profile": m.velocity_profile,
    "stops": lambda v: m.stops(v, 100),
    "jitter": lambda v: m.jitter(v, 100),
    "tracking_error": lambda v: m.tracking_error(v, 40, 100),
    "time_in_target": lambda v: m.time_in_target(v, 40, 5),
    "force_cv": lambda v: m.force_cv(v, 100),
    "force_onset_s": lambda v: m.force_onset_s(v, 100, 40),
    "rise_s": lambda v: m.rise_s(v, 100, 40),
    "rate_of_force": lambda v: m.rate_of_force(v, 100),
    "early_rate_of_force": lambda v: m.early_rate_of_force(v, 100, 0.1),
    "overshoot": lambda v: m.overshoot(v, 100, 40),
    "release": lambda v: m.release(v, 100, 20),
    "reaction": m.reaction,
    "time_limit_s": lambda v: m.time_limit_s(v, 0.8),
    "mann_kendall": m.mann_kendall,
}
POINTS: dict[str, Callable[[Any], object]] = {
    "lateral_error": lambda p: m.lateral_error(p, LINE, 4),
    "lateral_error of a path": lambda p: m.lateral_error(LINE, p, 4),
    "project": lambda p: m.project(p, LINE),
    "frechet": lambda p: m.frechet(p, LINE),
    "dtw": lambda p: m.dtw(LINE, p),
    "dtw_mean": lambda p: m.dtw_mean(p, LINE, n=20),
    "by_length": lambda p: m.by_length(p, 20),
    "speed_profile": lambda p: m.speed_profile(p, 100),
    "power_law": lambda p: m.power_law(p, 100),
    "steering_index": lambda p: m.steering_index(p, 4),
    "total_curvature": m.total_curvature,
    "throughput": lambda p: m.throughput(np.zeros((len(p), 2)), p, np.array(p) + 1, np.ones(len(p))),
}
TIMES: dict[str, Callable[[Any], object]] = {
    "tap_rate": m.tap_rate,
    "intervals": m.intervals,
    "interval_cv": m.interval_cv,
    "rmssd": m.rmssd,
    "tempo_error": lambda t: m.tempo_error(t, 0.5),
    "asynchrony": lambda t: m.asynchrony(t, np.arange(20) / 2),
    "clock_motor": m.clock_motor,
    "fatigability": m.fatigability,
    "even_rate_hz": m.even_rate_hz,
    "resampled": lambda t: m.resampled(t, np.zeros(np.size(t))),
}
SPEEDS = ("sparc", "sparc_median", "ldlj", "peaks", "peaks_per_metre", "mean_over_peak", "movement", "stops")
RATED: dict[str, Callable[[Any], object]] = {
    "sparc": lambda fs: m.sparc(WAVE, fs),
    "ldlj": lambda fs: m.ldlj(WAVE, fs),
    "ldlj_a": lambda fs: m.ldlj_a(WAVE, fs),
    "peaks": lambda fs: m.peaks(WAVE, fs),
    "speed_profile": lambda fs: m.speed_profile(LINE, fs),
    "stops": lambda fs: m.stops(WAVE, fs),
    "jitter": lambda fs: m.jitter(WAVE, fs),
    "force_cv": lambda fs: m.force_cv(WAVE, fs),
    "tracking_error": lambda fs: m.tracking_error(WAVE, 40, fs),
    "rate_of_force": lambda fs: m.rate_of_force(WAVE, fs),
    "power_law": lambda fs: m.power_law(LINE, fs),
}


def numbers_in(found: object) -> list[float]:
    """Return all numbers in a result."""
    if found is None or isinstance(found, slice):
        return []
    if is_dataclass(found):
        return [n for field in fields(found) for n in numbers_in(getattr(found, field.name))]
    if isinstance(found, tuple):
        return [n for part in found for n in numbers_in(part)]
    return [float(n) for n in np.ravel(np.asarray(found))]


def good_or_told(call: Callable[[Any], object], given: object) -> None:
    """Fail unless ``call`` gives finite numbers, ``None``, or a ``ValueError`` that says what must be otherwise."""
    try:
        found = numbers_in(call(given))
    except ValueError as error:
        assert re.match(r"[a-z_, ]+: ", str(error)), error
    else:
        assert all(isfinite(number) for number in found)


@pytest.mark.parametrize("bad", [nan, inf, -inf, 1e300])
def test_a_number_that_is_none_is_told_by_every_measure(bad: float) -> None:
    for name, call in ROW.items():
        if (name, bad) != ("mann_kendall", 1e300):  # only its order counts
            with pytest.raises(ValueError, match="finite numbers"):
                call([*WAVE[:40], bad])
    for call in POINTS.values():
        with pytest.raises(ValueError, match="finite numbers"):
            call([*LINE.tolist(), [60.0, bad]])
    for call in TIMES.values():
        with pytest.raises(ValueError, match="finite numbers"):
            call([0.0, 1.0, bad])


@pytest.mark.parametrize("shape", [np.ones((10, 3)), np.ones((4, 4, 4)), np.float64(3), np.array(["a", "b"]), [1j]])
def test_another_shape_is_told(shape: Any) -> None:
    by_axes = ("ldlj_v", "ldlj_a", "lowpassed") if np.ndim(shape) == 2 else ()
    for name, call in (ROW | TIMES).items():
        if name not in ("mann_kendall", "reaction", *by_axes):
            with pytest.raises(ValueError, match=r"must be|must rise"):
                call(shape)
    for name, call in POINTS.items():
        if name != "throughput":
            with pytest.raises(ValueError, match="must be"):
                call(shape)


def test_rows_of_other_lengths_are_told() -> None:
    ragged: Any = [[1.0, 2.0], [3.0]]
    with pytest.raises(ValueError, match="a: must be rows of equal length"):
        m.frechet(ragged, LINE)
    with pytest.raises(ValueError, match=r"target: must be as many as force \(300\), not of shape \(2,\)"):
        m.tracking_error(WAVE, [1, 2], 100)
    with pytest.raises(ValueError, match=r"width_mm: must be as many as path_mm \(60\)"):
        m.lateral_error(LINE, LINE, [1, 2])


@pytest.mark.parametrize("name", SPEEDS)
def test_a_speed_below_zero_is_told(name: str) -> None:
    with pytest.raises(ValueError, match="speed: must not be below 0, not -1"):
        ROW[name]([*WAVE, -1])


@pytest.mark.parametrize("name", [*SPEEDS, "velocity_profile", "ldlj_a"])
@pytest.mark.parametrize("still", [[], [0.0] * 300, [3.0]])
def test_too_short_and_standing_still_have_no_value(name: str, still: list[float]) -> None:
    found = ROW[name](still)
    if still == [3.0] and name in ("mean_over_peak", "movement", "stops"):
        assert found in (1, slice(0, 1), m.Stops(0, 0))
    else:
        assert found is None


@pytest.mark.parametrize("fs_hz", [0, -100, nan, inf])
def test_an_impossible_rate_is_told(fs_hz: float) -> None:
    for call in RATED.values():
        with pytest.raises(ValueError, match="fs_hz: must be"):
            call(fs_hz)


def test_a_rate_that_is_too_low_is_told_with_what_is_needed() -> None:
    with pytest.raises(ValueError, match="fs_hz: must be at least 20 readings a second for this, not 19"):
        m.sparc(WAVE, 19)
    with pytest.raises(ValueError, match="fs_hz: must be at least 30 readings"):
        m.sparc(WAVE, 25, cutoff_hz=15)
    with pytest.raises(ValueError, match="fs_hz: must be above 12 to be low-passed at 6 Hz, not 10"):
        m.speed_profile(LINE, 10)


def test_uneven_times_are_told_with_their_place() -> None:
    with pytest.raises(ValueError, match=r"times_s: uneven, 0\.03 s after number 2 instead of 0\.01: resample first"):
        m.even_rate_hz([0, 0.01, 0.02, 0.05, 0.06, 0.07])
    with pytest.raises(ValueError, match="times_s: must rise, but number 2 is not after the one before"):
        m.resampled([0, 0.01, 0.01, 0.02], np.zeros(4))
    with pytest.raises(ValueError, match=r"times_s: 0\.48 s without a reading after number 2: cut there"):
        m.resampled([0, 0.01, 0.02, 0.5], np.zeros(4))
    assert m.even_rate_hz([0, 0.01, 0.0195, 0.03]) == pytest.approx(100)


ODD = st.one_of(st.floats(), st.floats(-50, 50), st.sampled_from([0.0, 1.0, 1e-12, 1e12]))
EVEN = st.one_of(st.floats(0, 100), st.just(5.0))


@settings(max_examples=30)
@given(st.one_of(st.lists(ODD, max_size=40), st.lists(EVEN, max_size=60)))
def test_a_row_gives_a_finite_number_or_none_or_is_told(row: list[float]) -> None:
    for call in ROW.values():
        good_or_told(call, row)


@settings(max_examples=40)
@given(st.one_of(st.lists(st.tuples(ODD, ODD), max_size=30), st.lists(st.tuples(EVEN, EVEN), max_size=30)))
def test_points_give_finite_numbers_or_none_or_are_told(points: list[tuple[float, float]]) -> None:
    for call in POINTS.values():
        good_or_told(call, points)


RISING = st.lists(st.floats(0.01, 4), max_size=40).map(lambda steps: np.cumsum(steps).tolist())


@settings(max_examples=40)
@given(st.one_of(st.lists(ODD, max_size=30), RISING))
def test_times_give_finite_numbers_or_none_or_are_told(times: list[float]) -> None:
    for call in TIMES.values():
        good_or_told(call, times)


@settings(max_examples=40)
@given(st.lists(st.lists(ODD, min_size=3, max_size=3), min_size=3, max_size=3))
def test_a_matrix_of_fingers_gives_finite_numbers_or_none_or_is_told(matrix: list[list[float]]) -> None:
    for call in (m.individuation, m.stationarity, m.enslaving):
        good_or_told(call, matrix)
