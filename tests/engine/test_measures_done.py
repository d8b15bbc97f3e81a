"""Check what each measure makes of small, plain cases that can be worked out by hand."""

from math import log, pi

import numpy as np
import pytest

from engine import measures as m

FS = 100


def spiral(turns: int, gap_mm: float, n: int = 1500) -> np.ndarray:
    turn = np.linspace(0, 2 * pi * turns, n)
    radius = 10 + gap_mm * turn / (2 * pi)
    return np.stack((radius * np.cos(turn), radius * np.sin(turn)), axis=1)


# Tracing


def test_no_point_hops_to_a_neighbouring_turn_of_a_spiral() -> None:
    """Three quarters of a gap outwards is nearer to the next turn, yet it belongs to the own one."""
    path = spiral(4, 8)
    outwards = path * (1 + 6 / np.hypot(*path.T))[:, None]
    trace = m.by_length(outwards, 3000)
    found = m.lateral_error(trace, path, 4)
    assert found is not None
    assert found.mean == pytest.approx(6, abs=0.1)
    assert found.signed == pytest.approx(-found.mean, abs=1e-9)
    assert found.inside == 0
    hopped = np.min(np.hypot(trace[::50, None, 0] - path[:, 0], trace[::50, None, 1] - path[:, 1]), axis=1)
    assert hopped.mean() < 4


def test_who_cuts_a_sharp_tip_is_followed_round_it() -> None:
    """The second side of a tip of 30 degrees, drawn 3.5 mm inside, is at first nearer to the first side."""
    back = np.array([-np.cos(pi / 6), np.sin(pi / 6)])
    path = np.array([[0, 0], [100, 0], [100, 0] + 90 * back])
    inside = np.array([-np.sin(pi / 6), -np.cos(pi / 6)])
    there = m.by_length([[0, 0], [88, 0]], 200)
    away = np.array([100, 0]) + 3.5 * inside + np.linspace(4, 88, 200)[:, None] * back
    found = m.project(np.concatenate((there, away)), path)
    assert found.along_mm[210] < 100
    assert found.along_mm[260:] == pytest.approx(100 + np.linspace(4, 88, 200)[60:])
    assert found.signed_mm[260:] == pytest.approx(3.5)


def test_a_closed_path_is_followed_from_its_beginning_to_its_end() -> None:
    turn = np.linspace(0, 2 * pi, 400)
    circle = 40 * np.stack((np.cos(turn), np.sin(turn)), axis=1)
    found = m.project(circle * 1.02, circle)
    assert np.all(np.diff(found.along_mm) >= 0)
    assert found.along_mm[[0, -1]] == pytest.approx([0, 2 * pi * 40], abs=0.3)
    assert m.project(circle[:3], circle[::-1]).along_mm[0] == 0  # begun right behind the beginning


def test_half_a_path_is_half_done_and_left_is_plus() -> None:
    path = [[0, 0], [100, 0]]
    found = m.lateral_error([[x, 1 + x / 50] for x in range(51)], path, 3)
    assert found is not None
    assert (found.completion, found.mean, found.signed, found.max) == pytest.approx((0.5, 1.5, 1.5, 2))
    assert found.inside == pytest.approx(26 / 51)
    assert found.economy == pytest.approx(100 / np.hypot(50, 1))


def test_a_corner_has_a_left_and_a_right_side() -> None:
    """Beyond a sharp corner the error is measured from it, on the outer side of it, whichever side came last."""
    path = [[0, 0], [40, 0], [10, 20]]
    found = m.project([[20, 0], [39, 0], [42, -1], [43, 1], [42, 2], [39, 3]], path)
    assert found.along_mm[2:5] == pytest.approx([40, 40, 40])
    assert np.all(found.signed_mm[2:] < 0)


def test_straight_behind_the_beginning_is_neither_left_nor_right() -> None:
    found = m.project([[-3, 0], [-1, 0]], [[0, 0], [50, 0]])
    assert found.signed_mm.tolist() == [0, 0]
    assert found.distance_mm.tolist() == [3, 1]


def test_points_count_for_as_long_as_they_stood() -> None:
    path, trace = [[0, 0], [100, 0]], [[10, 0], [20, 4], [30, 2]]
    found = m.lateral_error(trace, path, 4, dt_s=[1, 0, 3])
    assert found is not None
    assert (found.mean, found.rms, found.inside, found.max) == pytest.approx((1.5, 3**0.5, 1, 4))
    even, plain = m.lateral_error(trace, path, 4, dt_s=[2, 2, 2]), m.lateral_error(trace, path, 4)
    assert even is not None
    assert plain is not None
    assert (even.mean, even.p95) == pytest.approx((plain.mean, plain.p95))
    assert plain.p95 == pytest.approx(3.8)
    with pytest.raises(ValueError, match="dt_s: must not be below 0, and not all 0"):
        m.lateral_error(trace, path, 4, dt_s=[0, 0, 0])


def test_a_corridor_may_grow_wider_along_its_path() -> None:
    found = m.lateral_error([[20, 2], [80, 2]], [[0, 0], [100, 0]], [0.5, 8])
    assert found is not None
    assert found.inside == 0.5
    with pytest.raises(ValueError, match="width_mm: must be above 0, not 0"):
        m.lateral_error([[20, 2], [80, 2]], [[0, 0], [100, 0]], 0)


@pytest.mark.parametrize("path", [[], [[1, 1]], [[1, 1], [1, 1]]])
def test_a_path_without_length_is_told(path: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="path_mm: must have a length: at least two points that differ"):
        m.lateral_error([[0, 0], [1, 1]], path, 4)


def test_long_curves_are_compared_at_200_points() -> None:
    path = spiral(3, 8)
    trace = m.by_length(path, 5000) + [0, 1]
    assert m.frechet(trace, path) == m.frechet(trace, path, n=200) == pytest.approx(1, abs=0.01)
    assert m.dtw(trace, path) == m.dtw(trace, path, n=200)
    assert m.dtw_mean(trace, path) == pytest.approx(1, abs=0.05)
    assert (m.frechet([], path), m.dtw(path, []), m.dtw_mean([], [])) == (None, None, None)


def test_points_by_length_lie_at_equal_distances() -> None:
    found = m.by_length([[0, 0], [3, 0], [3, 0], [3, 9]], 5)
    assert found.tolist() == [[0, 0], [3, 0], [3, 3], [3, 6], [3, 9]]
    with pytest.raises(ValueError, match="need a point, and two or more points to come out, not 0 and 5"):
        m.by_length([], 5)


def test_stops_lie_between_onset_and_end_and_last_more_than_100_ms() -> None:
    go, halt, blink, rest = [50.0] * 40, [1.0] * 25, [1.0] * 10, [0.0] * 60
    assert m.stops(rest + go + halt + go + blink + go + rest, FS) == m.Stops(1, 0.25)
    assert m.stops(go + halt + go + halt * 2 + go, FS) == m.Stops(2, 0.75)


def test_a_minimum_jerk_movement_has_its_known_profile() -> None:
    x = np.linspace(0, 1, 201)
    speed = 30 * x**2 - 60 * x**3 + 30 * x**4
    found = m.velocity_profile(speed)
    assert found is not None
    assert (found.to_peak, found.peak) == pytest.approx((0.5, 1.875))
    assert m.mean_over_peak(speed) == pytest.approx(0.533, abs=0.003)
    assert m.movement(np.concatenate((np.zeros(30), speed, np.zeros(9)))) == slice(42, 219)  # x (1 - x) = 0.0559


def test_drift_is_no_jitter_and_fast_shaking_is() -> None:
    t = np.arange(600) / FS
    drift, shake = 5 * np.sin(2 * pi * 0.1 * t), 0.5 * np.sin(2 * pi * 6 * t)
    assert (m.jitter(drift, FS) or 0) < 0.1
    assert m.jitter(drift + shake, FS) == pytest.approx(0.5 / 2**0.5, rel=0.1)


def test_an_ellipse_drawn_by_sines_keeps_the_power_law() -> None:
    turn = np.linspace(0, 4 * pi, 2000)
    found = m.power_law(np.stack((60 * np.cos(turn), 25 * np.sin(turn)), axis=1), FS)
    assert found is not None
    assert found.exponent == pytest.approx(-1 / 3, abs=1e-3)
    assert found.r2 > 0.999
    assert m.power_law(np.stack((turn, turn), axis=1), FS) is None


def test_peaks_close_together_are_one_and_far_apart_are_two() -> None:
    t = np.arange(200) / FS
    two = np.exp(-(((t - 0.7) / 0.1) ** 2)) + np.exp(-(((t - 1.3) / 0.1) ** 2))
    assert m.peaks(two, FS) == 2
    assert m.peaks(two, FS, apart_s=0.7) == 1
    assert m.peaks(two + 0.2 * np.sin(2 * pi * 25 * t) ** 2, FS) == 2  # the low-pass takes the ripple off
    assert m.peaks_per_metre(1000 * two, FS) == pytest.approx(2 / two.sum() * FS, rel=1e-9)


def test_resampled_values_lie_on_straight_lines_at_even_times() -> None:
    found = m.resampled([0, 0.015, 0.04], [[0, 0], [3, 6], [8, 6]], 100)
    assert found.tolist() == [pytest.approx(row) for row in ([0, 0], [2, 4], [4, 6], [6, 6], [8, 6])]
    assert m.resampled([0, 0.015, 0.04], [0, 3, 8], 100) == pytest.approx([0, 2, 4, 6, 8])


def test_a_long_trace_is_judged_by_its_parts() -> None:
    t = np.arange(1200) / FS
    bells = np.exp(-(((t % 3 - 1.5) / 0.6) ** 2))
    assert m.sparc_median(bells, FS) == pytest.approx(m.sparc(bells[:300], FS), abs=1e-6)
    assert m.sparc_median(bells[:199], FS) is None
    with pytest.raises(ValueError, match="segment_s: must lie between 2 and 4 s, not 8"):
        m.sparc_median(bells, FS, segment_s=8)


# Pointing


def test_throughput_needs_spread_and_way() -> None:
    start, target = [[0, 0]] * 3, [[50, 0]] * 3
    assert m.throughput(start, target, target, [1, 1, 1]) is None
    assert m.throughput(start, target, [[-90, 0], [-80, 0], [-70, 0]], [1, 1, 1]) is None
    assert m.throughput(start[:1], target[:1], [[51, 0]], [1]) is None
    with pytest.raises(ValueError, match="times_s: must be above 0, not 0"):
        m.throughput(start, target, target, [1, 0, 1])
    with pytest.raises(ValueError, match="a movement must have a distance"):
        m.throughput(start, start, target, [1, 1, 1])


def test_serial_tapping_counts_where_the_movement_really_began() -> None:
    to_and_fro = [[0, 0], [50, 0], [0, 0]], [[50, 0], [0, 0], [50, 0]], [[52, 0], [-3, 0], [51, 0]], [1, 1, 1]
    discrete, serial = m.throughput(*to_and_fro), m.throughput(*to_and_fro, serial=True)
    assert discrete is not None
    assert serial is not None
    assert (discrete.distance_mm, serial.distance_mm) == pytest.approx((52, 52 + 5 / 3))


def test_a_corner_turns_by_its_angle_and_a_straight_line_does_not() -> None:
    assert m.total_curvature([[0, 0], [5, 0], [5, 0], [9, 0]]) == 0
    assert m.total_curvature([[0, 0], [5, 0], [5, 5], [10, 5]]) == pytest.approx(pi)


def test_a_time_limit_leaves_as_many_behind_as_it_says() -> None:
    times = np.exp(np.random.default_rng(2).normal(0.3, 0.4, 4000))
    limit = m.time_limit_s(times.tolist(), 0.8)
    assert np.mean(times <= limit) == pytest.approx(0.8, abs=0.015)
    assert m.time_limit_s([2.0] * 20, 0.9) == pytest.approx(2)
    twice = m.time_limit_s((times * 2).tolist(), 0.8, expected_s=np.full(4000, 2.0), next_s=3)
    assert twice == pytest.approx(3 * (limit or 0))
    assert m.time_limit_s([2.0] * 19, 0.9) is None


# Tapping


def test_a_bounce_is_no_tap_and_a_pause_no_interval() -> None:
    times = [0, 0.5, 0.54, 1.0, 1.5, 4.0, 4.5, 5.0]
    found = m.intervals(times)
    assert found.values == pytest.approx((0.5, 0.5, 0.5, None, 0.5, 0.5))
    assert (found.bounces_n, found.pauses_n) == (1, 1)
    assert (m.interval_cv(times), m.rmssd(times)) == pytest.approx((0, 0), abs=1e-12)
    assert m.tap_rate(times) == pytest.approx(6 / 5)
    assert m.intervals([]) == m.Intervals((), 0, 0)
    assert (m.tap_rate([1]), m.interval_cv([1, 2]), m.rmssd([1, 2])) == (None, None, None)


def test_taps_far_from_any_beat_are_left_out_and_counted() -> None:
    found = m.asynchrony([0.02, 0.48, 1.03, 3.0], [0, 0.5, 1])
    assert found is not None
    assert (found.mean_s, found.n, found.unmatched_n) == pytest.approx((0.01, 3, 1))
    assert m.asynchrony([9.0], [0, 0.5, 1]) is None


def test_clock_and_motor_are_told_apart_in_simulated_taps() -> None:
    """Wing and Kristofferson's own model: intervals of a clock, and a delay before each tap."""
    rng = np.random.default_rng(3)
    times = np.cumsum(rng.normal(0.5, 0.02, 4000)) + rng.normal(0.1, 0.01, 4000)
    found = m.clock_motor(times)
    assert found is not None
    assert (found.clock_s, found.motor_s) == pytest.approx((0.02, 0.01), abs=0.001)
    assert m.clock_motor(np.cumsum(np.linspace(0.3, 0.6, 50))) is None  # drifts: lag 1 is positive
    assert m.clock_motor([0, 0.5, 1.0]) is None


def test_reactions_too_early_too_late_and_missing_are_counted_and_left_out() -> None:
    found = m.reaction([0.3, 0.4, 0.05, None, 3.5, 0.5, 0.6, 0.9])
    assert found == m.Reaction(0.5, pytest.approx(0.2), 5, 1, 1, 1, 0.25)
    assert m.reaction([None, 0.01]) == m.Reaction(None, None, 0, 1, 0, 1, 0.5)
    assert m.reaction([]) is None


def test_sequences_fully_right_are_a_share() -> None:
    assert m.sequences_right([("123", "123"), ([1, 2], (1, 2)), ("12", "1")]) == pytest.approx(2 / 3)
    assert m.sequences_right([]) is None
    assert m.sequence_accuracy("", "") is None


def test_each_kind_of_error_is_counted_where_it_belongs() -> None:
    cues = [(0.0, "index"), (2.0, "middle"), (4.0, "ring"), (6.0, "index"), (20.0, "index")]
    presses = [
        (0.4, "index"), (0.45, "middle"), (0.48, "middle"),  # right, with one unwanted finger
        (2.05, "middle"), (2.5, "ring"),  # too early, then wrong
        (6.2, "index"), (6.9, "ring"),  # right; what comes much later is no part of it
        (12.0, "ring"),  # belongs to no cue
    ]  # fmt: skip
    assert m.tap_errors(cues, presses) == m.TapErrors(right_n=2, wrong_n=1, omitted_n=2, extra_n=1, early_n=1)
    assert m.tap_errors([], presses) == m.TapErrors(0, 0, 0, 0, 0)
    with pytest.raises(ValueError, match="presses: must be in the order of their times"):
        m.tap_errors(cues, presses[::-1])


def test_a_finger_that_did_not_move_when_asked_has_no_index() -> None:
    matrix = [[4, 1, 0], [0, 0, 1], [0, 1, 5]]
    assert m.individuation(matrix) == (pytest.approx(0.875), None, pytest.approx(0.9))
    assert m.stationarity(matrix) == (None, pytest.approx(1 - (1 / 4 + 1 / 5) / 2), None)
    assert m.enslaving(matrix) == (None, pytest.approx((0 + 1 / 5) / 2), None)
    assert m.enslaving(matrix, [4, 2, 5]) == pytest.approx((0.25, 0.1, 0.25))
    with pytest.raises(ValueError, match="matrix: must be square"):
        m.individuation([[1, 2, 3], [4, 5, 6]])


def test_a_finger_held_down_is_not_alone() -> None:
    assert m.key_independence([1.0, 2.0, 3.0, 4.0], [(0.2, 0.95), (2.1, 2.2), (3.11, 3.3)]) == 0.5
    assert m.key_independence([1.0], []) == 1
    assert m.key_independence([], []) is None


def test_keys_are_held_as_long_as_they_are_down() -> None:
    assert m.dwell([0, 1, 2], [0.1, 1.2, 2.3]) == m.Dwell(pytest.approx(0.2), pytest.approx(0.5))
    assert m.dwell([0], [0.1]) == m.Dwell(0.1, None)
    with pytest.raises(ValueError, match="releases_s: a release must not be before its press"):
        m.dwell([1], [0.5])


def test_who_slows_from_5_to_4_taps_a_second_has_lost_a_fifth() -> None:
    times = np.cumsum([0.0] + [0.2] * 25 + [0.225] * 22 + [0.25] * 20)
    assert m.fatigability(times) == pytest.approx(0.2)
    assert m.fatigability([0, 1, 2]) is None
    assert (m.decline(0, 4), m.decline(5, 4)) == (None, pytest.approx(0.2))


# Gripping


def test_a_lag_is_found_and_taken_off() -> None:
    t = np.arange(750) / FS
    target = 40 + 10 * np.sin(2 * pi * 0.4 * t)
    late = 40 + 10 * np.sin(2 * pi * 0.4 * (t - 0.25))
    found = m.tracking_error(late + 1, target, FS)
    assert found is not None
    assert (found.lag_s, found.mean) == pytest.approx((0.25, 1))
    assert found.aligned_rmse == pytest.approx(1, abs=1e-6)
    assert found.rmse > 4
    assert m.tracking_error([], [], FS) is None


def test_only_the_middle_of_a_hold_counts_for_its_steadiness() -> None:
    wave = np.sin(np.arange(400) * 2 * pi / 50)
    force = np.concatenate((np.linspace(0, 40, 100), 40 + wave, np.linspace(40, 0, 50)))
    assert m.force_cv(force, FS) == pytest.approx(wave.std(ddof=1) / 40, rel=0.01)
    assert m.force_cv(force[:157], FS) is None
    assert m.force_cv(-force, FS) is None


def test_a_ramp_of_force_has_its_slope() -> None:
    ramp = np.clip((np.arange(300) / FS - 0.5) * 100, 0, 80)
    assert m.rate_of_force(ramp, FS) == pytest.approx(100)
    assert m.force_onset_s(ramp, FS, 80) == pytest.approx(0.54)
    assert m.early_rate_of_force(ramp, FS, 0.5) == pytest.approx(100)
    assert m.early_rate_of_force(ramp, FS, 2.9) is None
    assert m.rise_s(ramp, FS, 80) == pytest.approx(0.64)
    assert m.overshoot(ramp, FS, 64) == pytest.approx(0.25)
    assert (m.rise_s(ramp, FS, 100), m.force_onset_s(ramp, FS, 2000)) == (None, None)
    assert m.overshoot(ramp, FS, 100) == pytest.approx(-0.2)
    assert m.rate_of_force(ramp[:5], FS) is None
    with pytest.raises(ValueError, match="fs_hz: must be at least 10 for a window of 0.05 s, not 5"):
        m.rate_of_force(ramp, 5)


def test_a_release_that_does_not_come_has_no_times_but_leaves_all_of_it() -> None:
    falls = 50 * np.clip(1 - (np.arange(300) / FS - 0.5), 0, 1)
    assert m.release(falls, FS, 50) == m.Release(pytest.approx(0.6), pytest.approx(0.8), pytest.approx(0.5))
    assert m.release(np.full(200, 50.0), FS, 50) == m.Release(None, None, 1)
    assert m.release(falls[:90], FS, 50) == m.Release(pytest.approx(0.6), None, None)
    assert m.release(falls[200:], FS, 50) is None


def test_a_narrow_band_reached_quickly_is_more_bits_a_second() -> None:
    assert m.grip_rate(30, 10, 2) == pytest.approx(1)
    assert m.grip_rate(70, 10, 1) == pytest.approx(3)
    assert m.time_in_target([10, 12, 20, 9], 10, 2, dt_s=[1, 1, 1, 2]) == pytest.approx(0.8)


# Change


def test_change_that_cannot_be_told_has_no_value() -> None:
    assert m.mann_kendall([1, 2]) is None
    assert m.mann_kendall([5, 5, 5, 5]) == m.MannKendall(0, 0.0, 1.0)
    assert m.rci(10, 14, 0) is None
    assert m.rci(10, 14, 2) == pytest.approx(4 / (2 * 2**0.5))
    with pytest.raises(ValueError, match="values: must be two or more, not 1"):
        m.theil_sen([1.0])
    with pytest.raises(ValueError, match="confidence: must be at least 0, and 0.95 or 0.90, not 1 and 0.8"):
        m.mdc(1, 0.8)
    with pytest.raises(ValueError, match="icc: must be at least 0, and between 0 and 1, not 2 and 1.5"):
        m.sem(2, 1.5)


def test_ties_make_a_trend_surer_as_in_the_closed_form() -> None:
    """Four pairs of equal values: variance (8 * 7 * 21 - 4 * 2 * 9) / 18."""
    found = m.mann_kendall([1, 1, 2, 2, 3, 3, 4, 4])
    assert found is not None
    assert (found.s, found.z) == pytest.approx((24, 23 / ((8 * 7 * 21 - 4 * 2 * 9) / 18) ** 0.5))


def test_the_first_movement_is_as_hard_as_its_closed_form() -> None:
    assert m.steering_index([[0, 0], [90, 0]], [10, 20]) == pytest.approx(9 * log(2))
    with pytest.raises(ValueError, match="path_mm: must be two or more points, not 1"):
        m.steering_index([[0, 0]], 4)
