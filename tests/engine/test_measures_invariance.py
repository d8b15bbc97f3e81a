"""Hold the measures to what must not change them, and to what must: size, time, place, turning, mirrors, order."""

from math import cos, log, pi, sin

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import measures as m

PATH = np.stack((np.linspace(0, 200, 81), 20 * np.sin(np.linspace(0, 2 * pi, 81))), axis=1)
FACTORS = st.floats(0.01, 100)
SEEDS = st.integers(0, 10_000)


def trace(seed: int, n: int = 150) -> np.ndarray:
    rng = np.random.default_rng(seed)
    wander = np.cumsum(rng.normal(0, 0.15, (n, 2)), axis=0)
    return m.by_length(PATH, n) + wander


def reach(seed: int, n: int) -> np.ndarray:
    rng, x = np.random.default_rng(seed), np.linspace(0, 1, n)
    ripple = 1 + 0.3 * sum(rng.uniform(-1, 1) * np.sin(2 * pi * k * x + rng.uniform(0, 6)) for k in range(2, 5))
    return 100 * (30 * x**2 - 60 * x**3 + 30 * x**4) * np.abs(ripple)


@given(SEEDS, FACTORS)
def test_smoothness_does_not_hang_on_how_large_a_movement_is(seed: int, factor: float) -> None:
    speed = reach(seed, 120)
    for measure in (m.sparc, m.ldlj, m.peaks):
        assert measure(speed * factor, 100) == pytest.approx(measure(speed, 100), abs=1e-6)
    assert m.mean_over_peak(speed * factor) == pytest.approx(m.mean_over_peak(speed))


@given(SEEDS, st.sampled_from([2, 4, 8]))
def test_smoothness_hardly_hangs_on_how_long_a_movement_of_one_shape_takes(seed: int, times: int) -> None:
    once, slower = reach(seed, 129), reach(seed, 128 * times + 1)
    assert m.sparc(slower, 100) == pytest.approx(m.sparc(once, 100), abs=0.06)
    assert m.ldlj(slower, 100) == pytest.approx(m.ldlj(once, 100), abs=0.1)


@given(SEEDS)
def test_the_jerk_does_not_hang_on_the_rate_that_is_told_and_a_second_movement_makes_it_worse(seed: int) -> None:
    speed = reach(seed, 100)
    assert m.ldlj(speed, 50) == m.ldlj(speed, 200)
    twice = np.concatenate((speed, speed))
    assert (m.ldlj(twice, 100) or 0) < (m.ldlj(speed, 100) or 0)
    assert (m.sparc(twice, 100) or 0) < (m.sparc(speed, 100) or 0)


@given(SEEDS)
def test_one_axis_has_the_jerk_of_a_speed_and_two_alike_have_the_same(seed: int) -> None:
    speed = reach(seed, 100)
    found = m.ldlj(speed, 100)
    assert m.ldlj_v(speed, 100) == pytest.approx(found)
    assert m.ldlj_v(np.stack((speed, 2 * speed), axis=1), 100) == pytest.approx(found)
    assert m.ldlj_v(-speed, 100) == pytest.approx(found)


def test_the_two_conventions_of_ldlj_a_differ_by_the_square_of_peak_over_rms() -> None:
    acceleration = np.gradient(reach(1, 200), 0.01)
    apart = log(np.abs(acceleration).max() ** 2 / np.mean(acceleration**2))
    peak, mean = m.ldlj_a(acceleration, 100), m.ldlj_a(acceleration, 100, scale="mean-square")
    assert peak is not None
    assert mean == pytest.approx(peak - apart)
    with pytest.raises(ValueError, match="scale: must be 'peak' or 'mean-square', not 'rms'"):
        m.ldlj_a(acceleration, 100, scale="rms")  # type: ignore[arg-type]


def moved(points: np.ndarray, turn: float, shift: tuple[float, float]) -> np.ndarray:
    return points @ np.array([[cos(turn), sin(turn)], [-sin(turn), cos(turn)]]) + shift


@settings(max_examples=30)
@given(SEEDS, st.floats(0, 2 * pi), st.tuples(st.floats(-500, 500), st.floats(-500, 500)))
def test_turning_and_shifting_trace_and_path_together_changes_nothing(
    seed: int, turn: float, shift: tuple[float, float]
) -> None:
    here, there = trace(seed), moved(trace(seed), turn, shift)
    path = moved(PATH, turn, shift)
    found, again = m.lateral_error(here, PATH, 6), m.lateral_error(there, path, 6)
    assert found is not None
    assert again is not None
    for name in ("mean", "rms", "p95", "max", "signed", "length_ratio", "completion"):
        assert getattr(again, name) == pytest.approx(getattr(found, name), abs=1e-6)
    assert m.frechet(there, path) == pytest.approx(m.frechet(here, PATH))
    assert m.dtw(there, path) == pytest.approx(m.dtw(here, PATH))
    assert m.total_curvature(there) == pytest.approx(m.total_curvature(here))


@settings(max_examples=30)
@given(SEEDS)
def test_a_mirror_turns_the_sign_of_the_error_and_nothing_else(seed: int) -> None:
    mirror = np.array([1, -1])
    found, mirrored = m.project(trace(seed), PATH), m.project(trace(seed) * mirror, PATH * mirror)
    assert mirrored.signed_mm == pytest.approx(-found.signed_mm, abs=1e-9)
    assert mirrored.distance_mm == pytest.approx(found.distance_mm, abs=1e-9)


@settings(max_examples=30)
@given(SEEDS, FACTORS)
def test_all_errors_grow_with_size_and_shares_do_not(seed: int, factor: float) -> None:
    found = m.lateral_error(trace(seed), PATH, 6, back_mm=5, ahead_mm=25)
    large = m.lateral_error(trace(seed) * factor, PATH * factor, 6 * factor, back_mm=5 * factor, ahead_mm=25 * factor)
    assert found is not None
    assert large is not None
    assert large.rms == pytest.approx(found.rms * factor)
    assert (large.length_ratio, large.completion) == pytest.approx((found.length_ratio, found.completion))
    assert m.frechet(trace(seed) * factor, PATH * factor) == pytest.approx(factor * (m.frechet(trace(seed), PATH) or 0))


CURVES = st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=1, max_size=12)


@settings(max_examples=60)
@given(CURVES, CURVES)
def test_frechet_and_dtw_are_the_same_both_ways_and_nothing_for_the_same_curve(
    a: list[tuple[float, float]], b: list[tuple[float, float]]
) -> None:
    assert m.frechet(a, b) == pytest.approx(m.frechet(b, a), abs=1e-9)
    assert m.dtw(a, b) == pytest.approx(m.dtw(b, a), abs=1e-9)
    assert m.dtw_mean(a, b, n=None) == pytest.approx(m.dtw_mean(b, a, n=None), abs=1e-9)
    assert (m.frechet(a, a), m.dtw(a, a)) == (0, 0)
    ends = max(np.hypot(*np.subtract(a[n], b[n])) for n in (0, -1))
    assert (m.frechet(a, b) or 0) >= ends - 1e-9
    assert (m.dtw(a, b) or 0) >= (m.frechet(a, b) or 0) - 1e-9


@given(st.lists(st.floats(0.09, 0.25), min_size=12, max_size=40), st.floats(0.5, 3))
def test_rhythm_grows_with_time_and_its_shares_do_not(steps: list[float], factor: float) -> None:
    times = np.cumsum(steps)
    slower = times * max(1.0, factor)
    assert m.tap_rate(slower) == pytest.approx((m.tap_rate(times) or 0) / max(1.0, factor))
    assert m.interval_cv(slower) == pytest.approx(m.interval_cv(times), abs=1e-9)
    assert m.fatigability(slower + 100) == pytest.approx(m.fatigability(times), abs=1e-6)


@given(st.lists(st.sampled_from("IMRL"), max_size=8), st.lists(st.sampled_from("IMRL"), max_size=8))
def test_two_sequences_differ_as_much_both_ways_and_by_no_more_than_the_longer(a: list[str], b: list[str]) -> None:
    assert m.levenshtein(a, b) == m.levenshtein(b, a)
    assert abs(len(a) - len(b)) <= m.levenshtein(a, b) <= max(len(a), len(b))
    assert (m.levenshtein(a, b) == 0) == (a == b)
    assert m.levenshtein(a + a, a + b) <= m.levenshtein(a, b)


@given(st.lists(st.floats(-100, 100), min_size=3, max_size=30))
def test_a_trend_turns_its_sign_when_the_values_do_or_go_backwards(values: list[float]) -> None:
    found, other, back = (m.mann_kendall(v) for v in (values, [-v for v in values], values[::-1]))
    assert found is not None
    assert other is not None
    assert back is not None
    assert found.s == -other.s == -back.s
    assert found.p == other.p
    assert 0 <= found.p <= 1
    assert m.theil_sen([-v for v in values]) == pytest.approx(-m.theil_sen(values), abs=1e-9)


@given(st.lists(st.floats(1, 100), min_size=10, max_size=60), FACTORS)
def test_steadiness_does_not_hang_on_the_unit_of_force(force: list[float], factor: float) -> None:
    def steady(values: np.ndarray) -> float | None:
        return m.force_cv(values, 100, settle_s=0, ending_s=0)

    assert steady(np.array(force) * factor) == pytest.approx(steady(np.array(force)), abs=1e-9)
    line = np.array(force) + np.linspace(0, 20, len(force))
    assert (steady(line) or 0) * line.mean() == pytest.approx((steady(np.array(force)) or 0) * np.mean(force), abs=1e-6)
